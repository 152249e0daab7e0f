"""Where ministack differs from AWS in a way that no API can complete, and what the harness does about it.

Everything here runs in the child process before it serves. Each mending names the fact of AWS, the place in
ministack 1.5.33, and leaves a version alone in which that place is gone. ``docs/embedded-cloud.md`` lists them.
"""

from __future__ import annotations

import json
import queue
import time
from typing import Any

from harness.cloud.interpreter import END_OF_LOG

__all__ = ["mend"]


def mend() -> None:
    """Apply every mending."""
    _read_logs_to_their_end()
    _authorize_each_parameter()


def _read_logs_to_their_end() -> None:
    """Read a function's log to the line that ends it, instead of waiting 50 ms for a quiet function's first line.

    ``Worker._drain_stderr_bounded`` (``core/lambda_runtime.py``) waits. Lambda does not: it ends each invocation's
    log with END and REPORT, and so does the functions' interpreter of the harness.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it

    wait = getattr(lambda_runtime.Worker, "_drain_stderr_bounded", None)
    if wait is None:
        return

    def drain(worker: Any, *args: Any, **rest: Any) -> str:
        if worker.config.get("Runtime", "").startswith("python"):
            return _lines_until_end(worker._stderr_queue, within=0.25)  # noqa: SLF001 - the place of the wait
        waited: str = wait(worker, *args, **rest)
        return waited

    lambda_runtime.Worker._drain_stderr_bounded = drain  # noqa: SLF001 - the place of the wait


def _lines_until_end(lines: queue.Queue[str], *, within: float) -> str:
    collected: list[str] = []
    deadline = time.monotonic() + within
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line == END_OF_LOG:
            break
        collected.append(line)
    return "\n".join(collected).rstrip("\n")


class _Several(str):
    """The first of several resources, with all of them beside it."""

    __slots__ = ("resources",)

    resources: list[str]


def _authorize_each_parameter() -> None:
    """Check ssm:GetParameters against each parameter that is asked for, and GetParametersByPath against its path.

    So does AWS (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html).
    ``extract_resource_arn`` (``core/iam_actions.py``) reads only the singular ``Name`` and takes ``*`` for these
    calls, so that a role which may read its own parameters and no others is refused.
    """
    from ministack.core import iam_actions, iam_evaluator  # noqa: PLC0415 - only the child process has them

    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(service: str, *rest: Any) -> str:
        found: str = extract(service, *rest)
        _method, _path, _headers, body, _query, region, account = rest
        if service != "ssm" or found != "*":
            return found
        names = _parameters_asked_for(body)
        if not names:
            return found
        arns = [f"arn:aws:ssm:{region}:{account}:parameter/{name.strip('/')}" for name in names]
        several = _Several(arns[0])
        several.resources = arns
        return several

    def enforce_each(*args: Any, resource_arn: str = "*", **rest: Any) -> Any:
        for arn in getattr(resource_arn, "resources", [resource_arn]):
            denied = enforce(*args, resource_arn=arn, **rest)
            if denied:
                return denied
        return None

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_each


def _parameters_asked_for(body: bytes) -> list[str]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return []
    names = asked.get("Names") or [asked.get("Path")] if isinstance(asked, dict) else []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
