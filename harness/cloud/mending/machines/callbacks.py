"""Tasks that wait for a token."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from harness.cloud.mending.machines.engine import Engine

__all__ = ["fail_with_what_was_called"]

_TOKEN: ContextVar[str] = ContextVar("token", default="")


def fail_with_what_was_called(engine: Engine) -> None:
    """Let a task that waits for a token fail when the function that gets the token fails.

    The call that hands the token over is part of the task
    (https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token), so the task
    fails with it; ``_invoke_with_callback`` swallows the error and waits on.
    """
    wait, call = engine.invoke_with_callback, engine.call_lambda

    def invoke_with_callback(resource: str, given: Any, token: str, state: Mapping[str, Any]) -> Any:
        waiting = _TOKEN.set(token)
        try:
            return wait(resource, given, token, state)
        finally:
            _TOKEN.reset(waiting)

    def call_lambda(function: str, event: Any) -> Any:
        try:
            return call(function, event)
        except engine.ExecutionError as error:
            waiting = engine.task_tokens.get(_TOKEN.get())
            if waiting is not None:
                waiting["error"] = {"Error": error.error, "Cause": error.cause}
                waiting["event"].set()
            raise

    engine.replace("invoke_with_callback", invoke_with_callback)
    engine.replace("call_lambda", call_lambda)
