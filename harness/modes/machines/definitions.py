"""The state machines of a stage as they are deployed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.errors import NotOffered, UnknownResource
from harness.system.model import System
from harness.system.muted_machines import ABOUT

__all__ = ["Deployed", "deployed", "insist_on_offered", "machines_of"]

_TYPE = "AWS::StepFunctions::StateMachine"


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A state machine as it is deployed.

    Args:
        name: The logical id.
        arn: Its ARN.
        role: The ARN of its role.
        definition: Its definition, with the names of the stage; muted on a muted stage.
        express: Whether it is an express workflow.
    """

    name: str
    arn: str
    role: str
    definition: Mapping[str, Any]
    express: bool

    @property
    def states(self) -> dict[str, Mapping[str, Any]]:
        """All states by name, those of branches and iterations included: within a machine a name is unique."""
        return dict(_states(self.definition))

    def language(self, state: str) -> str:
        """Give the query language of a state."""
        default = self.definition.get("QueryLanguage", "JSONPath")
        return str(self.states[state].get("QueryLanguage", default))


def machines_of(system: System, names: Names) -> dict[str, str]:
    """Give the ARNs of the state machines of a stage by logical id."""
    return {name: names.physical[name] for name in system.of_type(_TYPE) if name in names.physical}


def deployed(machine: str, *, system: System, cloud: Cloud, names: Names) -> Deployed:
    """Give a state machine as it is deployed.

    Raises:
        UnknownResource: No state machine has this logical id.
    """
    __tracebackhide__ = True
    known = machines_of(system, names)
    if machine not in known:
        raise UnknownResource("state machine", machine, known=known, declared_in=system.template)
    with translated(cloud):
        found = cloud.client("stepfunctions").describe_state_machine(stateMachineArn=known[machine])
    return Deployed(
        name=machine,
        arn=known[machine],
        role=found["roleArn"],
        definition=json.loads(found["definition"]),
        express=found["type"] == "EXPRESS",
    )


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in definition.get("States", {}).items():
        yield name, state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor", {}), state.get("Iterator", {})):
            yield from _states(inner)


def insist_on_offered(machine: Deployed, *, muted: bool) -> None:
    """Make sure that in mode `handler` no state of a machine reaches a deployed function.

    Args:
        machine: The machine.
        muted: Whether the stage is muted; one in AWS cannot be.

    Raises:
        NotOffered: One does, so that the mode would not test the local code.
    """
    __tracebackhide__ = True
    for name, state in machine.states.items():
        why = _why_not(state)
        if why:
            why = why if muted else "runs a deployed function: a stage in AWS cannot be muted"
            raise NotOffered(
                f"The mode 'handler' is not offered for the state machine {machine.name!r}.",
                facts=[("because", f"its state {name!r} {why}")],
                remedy='mark the test: @pytest.mark.modes("invoke", "http", reason="…")',
            )


def _why_not(state: Mapping[str, Any]) -> str:
    resource = state.get("Resource", "")
    given = state.get("Arguments", state.get("Parameters", {}))
    if state.get("Type") != "Task" or (isinstance(given, Mapping) and ABOUT in given):
        return ""
    if ":states:::aws-sdk:lambda:invoke" in resource.lower():
        return "calls the API of Lambda, which knows deployed functions only"
    if ":states:::lambda:invoke" in resource and _is_sent_only(given):
        return "starts a function without waiting for it"
    if ":states:::lambda:invoke.waitForTaskToken" in resource:
        return "puts its task token into a text, and here it has another one"
    if ":states:::lambda:invoke" in resource or ":function:" in resource:
        return "invokes a function, and the template does not hold the definition or the function"
    return ""


def _is_sent_only(given: Any) -> bool:
    return isinstance(given, Mapping) and given.get("InvocationType", "RequestResponse") != "RequestResponse"
