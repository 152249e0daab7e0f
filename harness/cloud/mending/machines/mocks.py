"""Tasks that a test has mocked."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.cloud.machines import read_mocks
from harness.cloud.mending.machines.task import Task

__all__ = ["Mocked", "mocked"]

_COUNTING = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class Mocked:
    """What a mocked attempt comes to: a value, or an error with its cause."""

    value: Any = None
    error: str = ""
    cause: str = ""


def mocked(task: Task) -> Mocked | None:
    """Give what the next attempt of a task comes to where a test has said it, else None.

    Attempts count from 0, over all retries and iterations of an execution, as in Step Functions Local
    (https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html).
    """
    with _COUNTING:
        if "mocks" not in task.execution:
            # The child of a distributed map has a name of its own, and the mocks of nobody.
            task.execution["mocks"] = read_mocks(Path.cwd(), execution=task.execution.get("name", ""))
        responses = task.execution["mocks"].get(task.name)
        if responses is None:
            return None
        attempts = task.execution.setdefault("mockAttempts", {})
        attempt = attempts.get(task.name, 0)
        attempts[task.name] = attempt + 1
    return _read(_response(responses, attempt), state=task.name, attempt=attempt)


def _response(responses: Mapping[str, Mapping[str, Any]], attempt: int) -> Mapping[str, Any] | None:
    for attempts, response in responses.items():
        first, _, last = attempts.partition("-")
        if int(first) <= attempt <= int(last or first):
            return response
    return None


def _read(response: Mapping[str, Any] | None, *, state: str, attempt: int) -> Mocked:
    if response is None:
        # Nothing else is honest: the real thing was to be replaced.
        return Mocked(error="States.Runtime", cause=f"The mock of the state '{state}' has no response number {attempt}")
    if "Throw" in response:
        return Mocked(error=response["Throw"].get("Error", ""), cause=response["Throw"].get("Cause", ""))
    return Mocked(value=copy.deepcopy(response["Return"]))
