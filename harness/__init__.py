"""One suite of given/when/then tests for a serverless system, run in three ways, that tells where it is broken.

What steps and suites use is here by name::

    from harness import Response, Stage, User

Nothing heavy is loaded before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.errors import FunctionFailed, HarnessError, NotOffered, StageError, SystemFailure, UsageError
    from harness.journal.entry import Entry
    from harness.journal.expectation import ANY, Expectation, expectation
    from harness.journal.journal import Journal
    from harness.modes.exchange import Response
    from harness.modes.machines.execution import Execution, StateResult, Visit
    from harness.people import User
    from harness.project import Project
    from harness.stage import Stage

__all__ = [
    "ANY",
    "Entry",
    "Execution",
    "Expectation",
    "FunctionFailed",
    "HarnessError",
    "Journal",
    "NotOffered",
    "Project",
    "Response",
    "Stage",
    "StageError",
    "StateResult",
    "SystemFailure",
    "UsageError",
    "User",
    "Visit",
    "expectation",
]

_PLACES = {
    "ANY": "harness.journal.expectation",
    "Entry": "harness.journal.entry",
    "Execution": "harness.modes.machines.execution",
    "Expectation": "harness.journal.expectation",
    "FunctionFailed": "harness.errors",
    "HarnessError": "harness.errors",
    "Journal": "harness.journal.journal",
    "NotOffered": "harness.errors",
    "Project": "harness.project",
    "Response": "harness.modes.exchange",
    "Stage": "harness.stage",
    "StageError": "harness.errors",
    "StateResult": "harness.modes.machines.execution",
    "SystemFailure": "harness.errors",
    "UsageError": "harness.errors",
    "User": "harness.people",
    "Visit": "harness.modes.machines.execution",
    "expectation": "harness.journal.expectation",
}


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562)."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_PLACES[name]), name)
