"""Environment: a variable that a function reads and does not have, or that names what is not there."""

from __future__ import annotations

import re

from harness._text import did_you_mean
from harness.report.causes.heard import Heard
from harness.report.causes.wording import plain, suggested
from harness.report.record import Cause
from harness.system.model import System

__all__ = ["environment"]

# The last frame is that of `os.environ[name]`, whose module is frozen since Python 3.11.
_LOOKED_UP = re.compile(
    r"""File "(?:<frozen os>|[^"]*[/\\]os\.py)", line \d+, in __getitem__\s*(?:\n +[^\n]*)*(?:\nKeyError: [^\n]*)?\Z"""
)
_INDEXED = re.compile(r"""environ\[["'](?P<name>[^"']+)["']\]""")
# With a default it is not asked for in vain.
_ASKED = re.compile(r"""(?:getenv|environ\.get)\(\s*["'](?P<name>[^"']+)["']\s*(?:,\s*None\s*)?\)""")
# Lambda sets these itself.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
_OF_LAMBDA = re.compile(r"AWS_|_|(?:LANG|LAMBDA_TASK_ROOT|LAMBDA_RUNTIME_DIR|LD_LIBRARY_PATH|PATH|PYTHONPATH|TZ)$")
_NOTHING = re.compile(r"NoneType|value: None|\bNone\b")
# What services say of what a call names and they do not have. The name may be missing in it.
_CALL = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation: ?(?P<said>.*)"
)
_ABSENT = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
    }
)
# SNS and KMS say this of what a variable names; Cognito and others say it of a user or a row, which is no setting.
_NOT_FOUND = frozenset({"NotFound", "NotFoundException"})
_NAMED = re.compile(r"\b(?:topic|key|alias)\b", re.IGNORECASE)
_ROW = re.compile(r"\buser\b(?! pool)", re.IGNORECASE)


def environment(error: Heard, *, system: System, is_deployed: bool) -> Cause | None:
    """Give the cause of an error that lies in a function's variables, or in what they name; None if it does not.

    Args:
        error: The error.
        system: The system as its template declares it.
        is_deployed: Whether the function ran where it is deployed, not in this process.
    """
    variable = _variable(error, system)
    if variable:
        return Cause(
            area="environment", text=_lacking(error.function, variable, system=system, is_deployed=is_deployed)
        )
    absent = _CALL.search(error.message)
    if error.function and absent and _is_absent(absent["code"], absent["said"]):
        said = plain(absent["said"]) or absent["code"]
        text = f"{error.function} calls {absent['operation']} for what is not there, do its variables name it? {said}"
        return Cause(area="environment", text=text)
    return None


def _is_absent(code: str, said: str) -> bool:
    """Say whether a service tells that it does not have what a function was told of."""
    return (code in _ABSENT and not _ROW.search(said)) or (code in _NOT_FOUND and bool(_NAMED.search(said)))


def _variable(error: Heard, system: System) -> str:
    """Give the variable that was asked for in vain; empty where the error is about something else."""
    declared = system.functions.get(error.function)
    if error.type == "KeyError":
        name = error.message.strip().strip("'\"")
        lines = error.trace.rstrip()
        indexed = [match["name"] for match in _INDEXED.finditer(lines)]
        known = declared is not None and name in declared.environment and name in indexed
        return name if _LOOKED_UP.search(lines) or known else ""
    if _NOTHING.search(error.message):
        given = declared.environment if declared else {}
        asked = [match["name"] for match in _ASKED.finditer(error.trace)]
        # The None may come from anywhere, so a variable that the template gives is not accused.
        return next((name for name in asked if name not in given and not _OF_LAMBDA.match(name)), "")
    return ""


def _lacking(function: str, variable: str, *, system: System, is_deployed: bool) -> str:
    declared = system.functions.get(function)
    variables = declared.environment if declared else {}
    reads = f"{function} reads the variable {variable!r}"
    if variable in variables:
        where = "the deployed function does not have" if is_deployed else "it did not have when it ran"
        return f"{reads}, which the template gives it and {where}"
    return f"{reads}, which the template does not give it{suggested(did_you_mean(variable, variables))}"
