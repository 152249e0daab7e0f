"""Activities: tasks that a worker comes for."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from harness.cloud.machines import DOES_NOT_WAIT
from harness.cloud.mending.machines.engine import Engine
from harness.cloud.mending.machines.task import TASK

__all__ = ["hand_out_activities"]

_ACTIVITY = "AWS::StepFunctions::Activity"
_LONG_POLL = 60.0
_OFTEN = 0.02


def hand_out_activities(engine: Engine) -> None:
    """Hand a task to a worker when it is there, end it when its time is over, and declare activities in templates.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html: a poll lasts 60 s at most, and
    ``TimeoutSeconds`` and ``HeartbeatSeconds`` count from the moment in which a worker has got the task.
    ``_get_activity_task`` looks every 0.5 s; ``_invoke_activity`` knows no timeout, and goes on waiting after the
    execution was stopped; ``services/cloudformation/provisioners.py`` does not know the type.
    """

    async def get_activity_task(asked: Mapping[str, Any]) -> Any:
        arn = asked.get("activityArn")
        if arn not in engine.activities:
            return engine.module.error_response_json("ActivityDoesNotExist", f"Activity {arn} not found", 400)
        deadline = time.monotonic() + (0.0 if asked.get("workerName") == DOES_NOT_WAIT else _LONG_POLL)
        while True:
            waiting = engine.activity_tasks.get(arn) or []
            if waiting:
                task = waiting.pop(0)
                task["taken"] = time.monotonic()
                return engine.module.json_response({"taskToken": task["taskToken"], "input": task["input"]})
            if time.monotonic() >= deadline:
                return engine.module.json_response({})
            await asyncio.sleep(_OFTEN)

    def invoke_activity(resource: str, given: Any) -> Any:
        if resource not in engine.activities:
            raise engine.ExecutionError("ActivityDoesNotExist", f"Activity {resource} not found")
        task = {"taskToken": engine.module.new_uuid(), "input": json.dumps(given)}
        answer: dict[str, Any] = {"event": threading.Event(), "result": None, "error": None, "heartbeat": None}
        engine.task_tokens[task["taskToken"]] = answer
        engine.activity_tasks[resource].append(task)
        try:
            _wait(engine, task, answer)
        finally:
            engine.task_tokens.pop(task["taskToken"], None)
            if task in engine.activity_tasks.get(resource, []):
                engine.activity_tasks[resource].remove(task)
        if answer["error"]:
            raise engine.ExecutionError(answer["error"]["Error"], answer["error"]["Cause"])
        return json.loads(answer["result"])

    engine.replace("get_activity_task", get_activity_task)
    engine.replace("invoke_activity", invoke_activity)
    _declare(engine)


def _wait(engine: Engine, task: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
    """Wait for the answer of a worker.

    Raises:
        Exception: The engine's own: the task has lasted too long, or its execution was stopped.
    """
    running = TASK.get()
    state = running.state if running else {}
    beat, told = 0.0, None
    while not answer["event"].wait(_OFTEN):
        if running and running.execution["status"] != "RUNNING":
            raise engine.ExecutionError("States.Runtime", "The execution was stopped")
        if "taken" not in task:
            continue
        if answer["heartbeat"] != told or not beat:
            beat, told = time.monotonic(), answer["heartbeat"]
        if _is_over(state.get("TimeoutSeconds"), since=task["taken"]):
            raise engine.ExecutionError("States.Timeout", "")
        if _is_over(state.get("HeartbeatSeconds"), since=beat):
            raise engine.ExecutionError("States.HeartbeatTimeout", "")


def _is_over(seconds: Any, *, since: float) -> bool:
    return isinstance(seconds, int | float) and time.monotonic() - since > seconds


def _declare(engine: Engine) -> None:
    from ministack.core.responses import get_account_id, get_region  # noqa: PLC0415 - only the child process has them
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415

    handlers = getattr(provisioners, "_RESOURCE_HANDLERS", {})

    def create(_logical_id: str, properties: Mapping[str, Any], _stack: str) -> tuple[str, dict[str, str]]:
        name = properties["Name"]
        engine.create_activity({"name": name})
        arn = f"arn:aws:states:{get_region()}:{get_account_id()}:activity:{name}"
        return arn, {"Arn": arn, "Name": name}

    def delete(arn: str, _properties: Mapping[str, Any]) -> None:
        engine.delete_activity({"activityArn": arn})

    handlers.setdefault(_ACTIVITY, {"create": create, "delete": delete})
