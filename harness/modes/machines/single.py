"""One state run by itself, through the API TestState."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness._text import did_you_mean, listed
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.retrying import never_twice
from harness.errors import MisusedStep
from harness.modes.machines.definitions import Deployed
from harness.modes.machines.execution import StateResult
from harness.modes.machines.running import client_of
from harness.system.muted_machines import ABOUT, original

__all__ = ["Single"]

# A task may wait for a function, which runs for 900 s at most.
_LONGEST = 910.0
_VALUES = ("afterArguments", "afterInputPath", "afterParameters", "input", "result", "afterResultPath",
           "afterResultSelector", "variables")  # fmt: skip


class Single:
    """One state of a machine.

    https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html

    Args:
        machine: The machine as it is deployed.
        state: The name of the state.
        cloud: The cloud of the stage.

    Raises:
        MisusedStep: The machine has no such state.
    """

    def __init__(self, machine: Deployed, state: str, *, cloud: Cloud) -> None:
        __tracebackhide__ = True
        if state not in machine.states:
            raise MisusedStep(
                f"The state machine {machine.name!r} has no state {state!r}.",
                facts=[("its states", listed(machine.states))],
                remedy=did_you_mean(state, machine.states),
            )
        self._machine = machine
        self._state = state
        self._cloud = cloud

    @property
    def muted_task(self) -> Mapping[str, Any] | None:
        """What is known about a task that is left to whoever tests; None for any other state."""
        state = self._machine.states[self._state]
        given = state.get("Arguments", state.get("Parameters"))
        return given[ABOUT] if isinstance(given, Mapping) and ABOUT in given else None

    def run(self, given: str, *, mock: Mapping[str, Any] | None = None) -> StateResult:
        """Run the state, or have its task answered by a mock.

        Args:
            given: Its input, as JSON.
            mock: ``{"Return": …}`` or ``{"Throw": {"Error": …, "Cause": …}}``.

        Raises:
            MisusedStep: Step Functions does not test such a state, or not with this mock.
        """
        __tracebackhide__ = True
        state = original(self._machine.states[self._state])
        definition = {**state, "QueryLanguage": self._machine.language(self._state)}
        answers = {} if mock is None else {"mock": _mock(mock)}
        client = client_of(self._cloud, read_timeout=_LONGEST)
        with translated(self._cloud), never_twice(f"the state {self._state!r} of {self._machine.name!r} was run"):
            try:
                answer = client.test_state(
                    definition=json.dumps(definition),
                    roleArn=self._machine.role,
                    input=given,
                    inspectionLevel="DEBUG",
                    **answers,
                )
            except client.exceptions.ClientError as fault:
                if code_of(fault) not in {"InvalidDefinition", "InvalidExecutionInput", "ValidationException"}:
                    raise
                sentence = f"Step Functions does not test the state {self._state!r} of {self._machine.name!r}."
                raise MisusedStep(sentence, facts=[("reason", message_of(fault))]) from None
        return _result(answer)


def _mock(response: Mapping[str, Any]) -> dict[str, Any]:
    if "Return" in response:
        return {"result": json.dumps(response["Return"])}
    thrown = response["Throw"]
    return {"errorOutput": {"error": thrown["Error"], "cause": thrown.get("Cause", "")}}


def _result(answer: Mapping[str, Any]) -> StateResult:
    inspected = answer.get("inspectionData") or {}
    return StateResult(
        status=answer["status"],
        output=_value(answer.get("output")),
        error=answer.get("error"),
        cause=answer.get("cause"),
        next=answer.get("nextState"),
        inspected={name: _value(value) if name in _VALUES else value for name, value in inspected.items()},
    )


def _value(text: str | None) -> Any:
    return None if text is None else json.loads(text)
