"""The branches of a Parallel state and the iterations of a Map state: each is a way of its own."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.machines.engine import Engine

__all__ = ["run_branches_as_branches"]


def run_branches_as_branches(engine: Engine) -> None:
    """Let branches and iterations tell what states they enter and leave, and know their own state only.

    The history of AWS has the states within a Parallel or Map state
    (https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html). ``_run_sub_machine`` adds
    no events, goes on after the execution was stopped, and writes the name of its state where its neighbours read
    theirs. ``Arguments`` and ``Output`` of a Parallel state in JSONata
    (https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html) are not read by
    ``_run_parallel_branches``.
    """

    def run_sub_machine(
        states: Mapping[str, Any], start: str, given: Any, execution: dict[str, Any], context: Mapping[str, Any]
    ) -> Any:
        # A branch assigns to variables of its own.
        # https://docs.aws.amazon.com/step-functions/latest/dg/workflow-variables.html
        own = {**context, "variables": dict(context.get("variables") or {})}
        value: Any = copy.deepcopy(given)
        following: str | None = start
        while following:
            if execution["status"] != "RUNNING":
                raise engine.ExecutionError("States.Runtime", "The execution was stopped")
            value, following = _through(engine, states, following, value, execution, own)
        return value

    engine.replace("run_sub_machine", run_sub_machine)
    _read_jsonata_of_parallel_states(engine)


def _through(  # noqa: PLR0913, PLR0917 - the engine has these in every function
    engine: Engine,
    states: Mapping[str, Any],
    name: str,
    given: Any,
    execution: dict[str, Any],
    context: dict[str, Any],
) -> tuple[Any, str | None]:
    """Run one state, and give its output and the name of the next."""
    state = states.get(name)
    if state is None:
        raise engine.ExecutionError("States.Runtime", f"State '{name}' not found")
    kind = state.get("Type")
    context["State"] = {"Name": name, "EnteredTime": engine.module.now_iso(), "RetryCount": 0}
    entered = {"name": name, "input": json.dumps(given)}
    engine.add_event(execution, f"{kind}StateEntered", {"stateEnteredEventDetails": entered})
    value, following = _run(engine, state, given, execution, context)
    left = {"name": name, "output": json.dumps(value)}
    engine.add_event(execution, f"{kind}StateExited", {"stateExitedEventDetails": left})
    return value, following


def _run(
    engine: Engine, state: Mapping[str, Any], given: Any, execution: dict[str, Any], context: dict[str, Any]
) -> tuple[Any, str | None]:
    kind = str(state.get("Type"))
    if kind == "Fail":
        raise engine.ExecutionError(*engine.fail_state_error(state, given, context))
    if kind == "Succeed":
        return engine.apply_output_path(state, engine.apply_input_path(state, given, context), context), None
    if kind in {"Task", "Parallel", "Map"}:
        return getattr(engine, f"execute_{kind.lower()}")(state, given, execution, context)  # type: ignore[no-any-return]
    if kind in {"Pass", "Choice", "Wait"}:
        return getattr(engine, f"execute_{kind.lower()}")(state, given, context)  # type: ignore[no-any-return]
    raise engine.ExecutionError("States.Runtime", f"Unknown state type: {kind}")


def _read_jsonata_of_parallel_states(engine: Engine) -> None:
    run = engine.run_parallel_branches

    def run_parallel_branches(
        state: Mapping[str, Any], given: Any, execution: dict[str, Any], context: dict[str, Any]
    ) -> tuple[Any, str | None]:
        if engine.state_query_language(state, context) != "JSONata":
            return run(state, given, execution, context)  # type: ignore[no-any-return]
        effective = engine.apply_jsonata_arguments(state, given, context)
        results, following = run(state, effective, execution, context)
        output = engine.apply_jsonata_output(state, given, context, result=results, default=results)
        engine.apply_state_assign(state, given, context, result=results)
        return output, following

    engine.replace("run_parallel_branches", run_parallel_branches)
