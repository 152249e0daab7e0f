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
_ASKED = re.compile(r"""(?:getenv|environ\.get)\(\s*["'](?P<name>[^"']+)["']""")
_NOTHING = re.compile(r"NoneType|value: None|\bNone\b")
# What services say of what a call names and they do not have. The name may be missing in it.
_CALL = re.compile(
    r"An error occurred \((?P<code>[\w.]+)\) when calling the (?P<operation>\w+) operation: ?(?P<said>.*)"
)
_ABSENT = frozenset(
    {
        "AWS.SimpleQueueService.NonExistentQueue",
        "NoSuchBucket",
        "NotFound",
        "NotFoundException",
        "ParameterNotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
        "StateMachineDoesNotExist",
    }
)


def environment(error: Heard, *, system: System) -> Cause | None:
    """Give the cause of an error that lies in a function's variables, or in what they name; None if it does not."""
    variable = _variable(error, system)
    if variable:
        return Cause(area="environment", text=_lacking(error.function, variable, system))
    absent = _CALL.search(error.message)
    if error.function and absent and absent["code"] in _ABSENT:
        said = plain(absent["said"]) or absent["code"]
        text = f"{error.function} calls {absent['operation']} for what is not there, do its variables name it? {said}"
        return Cause(area="environment", text=text)
    return None


def _variable(error: Heard, system: System) -> str:
    """Give the variable that was asked for in vain; empty where the error is about something else."""
    if error.type == "KeyError":
        name = error.message.strip().strip("'\"")
        declared = system.functions.get(error.function)
        lines = error.trace.rstrip()
        indexed = [match["name"] for match in _INDEXED.finditer(lines)]
        known = declared is not None and name in declared.environment and name in indexed
        return name if _LOOKED_UP.search(lines) or known else ""
    if _NOTHING.search(error.message):
        return next((match["name"] for match in _ASKED.finditer(error.trace)), "")
    return ""


def _lacking(function: str, variable: str, system: System) -> str:
    declared = system.functions.get(function)
    variables = declared.environment if declared else {}
    reads = f"{function} reads the variable {variable!r}"
    if variable in variables:
        return f"{reads}, which the template gives it and the deployed function does not have"
    return f"{reads}, which the template does not give it{suggested(did_you_mean(variable, variables))}"
