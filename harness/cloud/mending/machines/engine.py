"""The engine that runs state machines in ministack."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

__all__ = ["Engine"]

_KNOWN = (
    "ExecutionError", "activities", "activity_tasks", "add_event", "apply_catcher", "apply_jsonata_arguments",
    "apply_jsonata_output", "apply_state_assign", "call_lambda", "create_activity", "delete_activity",
    "error_matches", "execute_task", "executions", "fail_execution", "find_matching_catcher", "find_matching_retrier",
    "get_activity_task", "invoke_activity", "invoke_resource", "invoke_with_callback", "run_execution",
    "run_parallel_branches", "run_sub_machine", "state_machines", "state_query_language", "task_tokens", "test_state",
)  # fmt: skip


class Engine:
    """The parts of ``services/stepfunctions.py`` by their names without the underscore.

    Args:
        module: The module.
    """

    def __init__(self, module: Any) -> None:
        self.module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(self.module, f"_{name}")

    @property
    def is_known(self) -> bool:
        """Whether all that is mended is there: that of another version is left alone."""
        return all(hasattr(self.module, f"_{name}") for name in _KNOWN)

    def replace(self, name: str, function: Callable[..., Any]) -> None:
        """Put a function in the place of another one; the engine finds its own by name at each call."""
        setattr(self.module, f"_{name}", function)
