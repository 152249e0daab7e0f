"""The task that is being run, for what has to know it further down."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

__all__ = ["NOBODY", "ROLE", "TASK", "Task"]


@dataclass(frozen=True, kw_only=True)
class Task:
    """A task: the execution's record, the name of the state, and its definition."""

    execution: dict[str, Any]
    name: str
    state: Mapping[str, Any]


# Threads and timeouts of the engine run in copies of the context.
TASK: ContextVar[Task | None] = ContextVar("task", default=None)
# The role under which tasks run: the machine's, or the one that a caller of TestState gives.
NOBODY = ""
ROLE: ContextVar[str] = ContextVar("role", default=NOBODY)
