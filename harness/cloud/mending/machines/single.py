"""Single states: the API TestState for tasks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.machines.engine import Engine
from harness.cloud.mending.machines.task import ROLE

__all__ = ["run_single_states"]

_State = Mapping[str, Any]


def run_single_states(engine: Engine) -> None:
    """Let TestState run a task by the rules by which executions run it, under the role that the caller gives.

    https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html: a task that fails is RETRIABLE,
    CAUGHT_ERROR or FAILED. ``_test_state`` has rules of its own for tasks: it knows no JSONata there, asks no role, and
    retries mocked errors only.
    """
    test = engine.test_state

    def test_state(asked: Mapping[str, Any]) -> Any:
        role = ROLE.set(asked.get("roleArn", ""))
        try:
            found = _task_of(asked)
            return engine.module.json_response(_Single(engine, *found, asked).tested()) if found else test(asked)
        finally:
            ROLE.reset(role)

    engine.replace("test_state", test_state)


def _task_of(asked: Mapping[str, Any]) -> tuple[str, _State, str] | None:
    """Give the name, the definition and the query language of the task; None for what is no task, or not readable."""
    try:
        definition = json.loads(asked.get("definition", ""))
        json.loads(asked.get("input", "{}"))
    except ValueError:
        return None
    states = definition.get("States")
    name = asked.get("stateName") or definition.get("StartAt") or "TestState"
    state = definition if states is None else states.get(name, {})
    if state.get("Type") != "Task":
        return None
    return name, state, state.get("QueryLanguage") or definition.get("QueryLanguage", "JSONPath")


class _Single:
    """One run of one task.

    Args:
        engine: What runs it.
        name: The name of the state.
        state: Its definition.
        language: Its query language.
        asked: What the caller of TestState has sent.
    """

    def __init__(self, engine: Engine, name: str, state: _State, language: str, asked: Mapping[str, Any]) -> None:
        self._engine, self._name, self._state, self._asked = engine, name, state, asked
        self._language = language
        self._given = json.loads(asked.get("input", "{}"))
        now = engine.module.now_iso()
        self._context: dict[str, Any] = {
            "QueryLanguage": language,
            "variables": json.loads(asked.get("variables") or "{}"),
            "Execution": {"Id": "single", "Name": "single", "StartTime": now, "Input": self._given},
            "StateMachine": {"Id": "single", "Name": "single"},
            **json.loads(asked.get("context") or "{}"),
            "State": {"Name": name, "EnteredTime": now, "RetryCount": 0},
        }
        self._execution: dict[str, Any] = {
            "executionArn": "single",
            "stateMachineArn": "",
            "status": "RUNNING",
            "single": True,
            "events": [],
            "mocks": {name: {"0": _response(asked["mock"])}} if asked.get("mock") else {},
        }

    def tested(self) -> dict[str, Any]:
        """Give the answer of TestState."""
        engine, alone = (
            self._engine,
            {key: value for key, value in self._state.items() if key not in {"Retry", "Catch"}},
        )
        try:
            output, following = engine.execute_task(alone, self._given, self._execution, self._context)
        except engine.ExecutionError as error:
            answer, details = self._failed(error.error, error.cause)
        else:
            answer, details = {"status": "SUCCEEDED", "output": json.dumps(output)}, {}
            if following:
                answer["nextState"] = following
        if self._asked.get("inspectionLevel") in {"DEBUG", "TRACE"}:
            answer["inspectionData"] = {**self._inspected(), **details}
        return answer

    def _failed(self, error: str, cause: str) -> tuple[dict[str, Any], dict[str, Any]]:
        engine, retriers = self._engine, self._state.get("Retry", [])
        tried = (self._asked.get("stateConfiguration") or {}).get("retrierRetryCount", 0)
        retrier, index = engine.find_matching_retrier(retriers, error, dict.fromkeys(range(len(retriers)), tried))
        failed = {"error": error, "cause": cause}
        if retrier is not None:
            seconds = retrier.get("IntervalSeconds", 1) * retrier.get("BackoffRate", 2.0) ** tried
            told = {"retryBackoffIntervalSeconds": int(seconds), "retryIndex": index}
            return {"status": "RETRIABLE", **failed}, {"errorDetails": told}
        catchers = self._state.get("Catch", [])
        catcher = engine.find_matching_catcher(catchers, error)
        if catcher is None:
            return {"status": "FAILED", **failed}, {}
        told = {"Error": error, "Cause": cause}
        output = engine.apply_catcher(catcher, self._given, self._context, self._language, told)
        caught = {"status": "CAUGHT_ERROR", **failed, "output": json.dumps(output), "nextState": catcher["Next"]}
        return caught, {"errorDetails": {"catchIndex": catchers.index(catcher)}}

    def _inspected(self) -> dict[str, Any]:
        """Give what the task got and gave, as far as it came."""
        engine, found = self._engine, {"input": json.dumps(self._given)}
        try:
            if self._language == "JSONata":
                arguments = engine.apply_jsonata_arguments(self._state, self._given, self._context)
                found["afterArguments"] = json.dumps(arguments)
            else:
                chosen = engine.apply_input_path(self._state, self._given, self._context)
                found["afterInputPath"] = json.dumps(chosen)
                found["afterParameters"] = json.dumps(engine.apply_parameters(self._state, chosen, self._context))
        except engine.ExecutionError:
            return found
        results = [one for one in self._execution["events"] if one["type"] == "TaskSucceeded"]
        return found | ({"result": results[0]["taskSucceededEventDetails"]["output"]} if results else {})


def _response(mock: Mapping[str, Any]) -> Mapping[str, Any]:
    if "errorOutput" in mock:
        error = mock["errorOutput"]
        return {"Throw": {"Error": error.get("error", ""), "Cause": error.get("cause", "")}}
    return {"Return": json.loads(mock["result"])}
