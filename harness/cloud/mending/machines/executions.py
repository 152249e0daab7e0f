"""Executions: how they begin, and that they end once."""

from __future__ import annotations

import contextvars
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.machines.engine import Engine

__all__ = ["end_executions_once", "start_executions_at_once"]

# So long ``_run_execution`` sleeps before an execution begins. Nothing else sleeps: waits are scaled to nothing.
_BEFORE_IT_BEGINS = 0.15


class _Hastened:
    """The module `time`, without the sleep before an execution."""

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    def sleep(self, seconds: float) -> None:
        if seconds != _BEFORE_IT_BEGINS:
            time.sleep(seconds)


def start_executions_at_once(engine: Engine) -> None:
    """Let an execution begin when it is started, not 0.15 s later."""
    engine.module.time = _Hastened()


def end_executions_once(engine: Engine) -> None:
    """Let an execution that was stopped stay stopped, and one that lasts too long time out.

    ``_fail_execution`` makes a failure of an execution that was stopped while a task ran. The ``TimeoutSeconds`` of a
    machine (https://docs.aws.amazon.com/step-functions/latest/dg/statemachine-structure.html) is not read at all.
    """
    fail, run = engine.fail_execution, engine.run_execution

    def fail_execution(execution: Mapping[str, Any], error: str, cause: str) -> None:
        if execution["status"] == "RUNNING":
            fail(execution, error, cause)

    def run_execution(arn: str) -> None:
        seconds = _timeout(engine, arn)
        if not seconds:
            return run(arn)  # type: ignore[no-any-return]
        here = contextvars.copy_context()
        timer = threading.Timer(seconds, here.run, (_time_out, engine, engine.executions.get(arn)))
        timer.daemon = True
        timer.start()
        try:
            return run(arn)  # type: ignore[no-any-return]
        finally:
            timer.cancel()

    engine.replace("fail_execution", fail_execution)
    engine.replace("run_execution", run_execution)


def _timeout(engine: Engine, arn: str) -> float:
    execution = engine.executions.get(arn) or {}
    machine = engine.state_machines.get(execution.get("stateMachineArn")) or {}
    try:
        return float(json.loads(machine.get("definition", "{}")).get("TimeoutSeconds", 0))
    except (ValueError, TypeError, AttributeError):
        return 0.0


def _time_out(engine: Engine, execution: dict[str, Any]) -> None:
    if execution["status"] == "RUNNING":
        execution.update(status="TIMED_OUT", error="States.Timeout", stopDate=engine.module.now_iso())
        engine.add_event(execution, "ExecutionTimedOut", {"executionTimedOutEventDetails": {"error": "States.Timeout"}})
        engine.emit_execution_status_event(execution)
