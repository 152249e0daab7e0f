"""State machines of a muted stage: what Lambda would do is left to whoever tests.

A task of Lambda becomes a task of an activity, for which a worker comes
(https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html). All that surrounds it stays: retries,
catchers, paths, outputs. The input of the activity says which function is meant, and what it is to get.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.model import StateMachine, System

__all__ = ["ABOUT", "TOKEN", "activity_arn", "original", "reaches_functions", "with_activities"]

# What the input of a muted task holds about the task; beside it, under `_REQUEST`, is what Lambda would have got.
ABOUT = "harness:task"
_REQUEST = "request"
# Stands where the token of the task is to stand.
TOKEN = "harness:task-token"  # noqa: S105 - it stands for the token of a task

_FUNCTIONS = frozenset({"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"})
_INVOKE = "arn:aws:states:::lambda:invoke"
_WAITS = ".waitForTaskToken"
_WAITED_FOR = "RequestResponse"
_SOURCES = frozenset({"Definition", "DefinitionString", "DefinitionS3Location", "DefinitionSubstitutions"})
_CONTEXT_TOKENS = frozenset({"$$.Task.Token", "{% $states.context.Task.Token %}"})
_EXECUTION = "$states.context.Execution"
_ARN = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:activity:"
_NAME = "harness-"

_State = Mapping[str, Any]


def activity_arn(stack: str, *, account: str, region: str, partition: str) -> str:
    """Give the ARN of the activity that has the muted tasks of a stack; whoever tests makes it."""
    return f"arn:{partition}:states:{region}:{account}:activity:{_NAME}{stack}"


def with_activities(document: Mapping[str, Any], machines: Mapping[str, StateMachine]) -> dict[str, Any]:
    """Give a template in whose state machines no task is one of Lambda; where that cannot be, it stays one.

    Args:
        document: Plain CloudFormation; it is left as it is.
        machines: The state machines of the template, with their definitions read.
    """
    functions = {name for name, resource in document["Resources"].items() if resource["Type"] in _FUNCTIONS}
    resources = dict(document["Resources"])
    for name, machine in machines.items():
        muted = _whole(machine.definition, functions)
        if muted != machine.definition:
            kept = {key: value for key, value in resources[name]["Properties"].items() if key not in _SOURCES}
            resources[name] = {**resources[name], "Properties": {**kept, "Definition": muted}}
    return {**document, "Resources": resources}


def reaches_functions(system: System, machine: str) -> bool:
    """Say whether a state machine reaches deployed functions also when it is muted, or whether that is not known."""
    declared = system.machines.get(machine)
    if declared is None or not declared.definition:
        return True
    functions = {name for name, resource in system.resources.items() if resource.type in _FUNCTIONS}
    return any(
        ":lambda:" in text or text in functions
        for state in _states(_whole(declared.definition, functions))
        if state.get("Type") == "Task" and ABOUT not in _mapping(state.get("Arguments", state.get("Parameters")))
        for text in (str(state.get("Resource", "")), *_named(state.get("Resource")))
    )


def _states(definition: _State) -> Iterator[_State]:
    for state in definition.get("States", {}).values():
        yield state
        for inner in (*state.get("Branches", ()), state.get("ItemProcessor", {}), state.get("Iterator", {})):
            yield from _states(inner)


def _whole(definition: _State, functions: set[str]) -> _State:
    return _machine(definition, functions, jsonata=definition.get("QueryLanguage") == "JSONata")


def _machine(definition: _State, functions: set[str], *, jsonata: bool) -> _State:
    states = definition.get("States")
    if not isinstance(states, Mapping):
        return definition
    return {**definition, "States": {name: _state(name, state, functions, jsonata) for name, state in states.items()}}


def _state(name: str, state: _State, functions: set[str], jsonata: bool) -> _State:  # noqa: FBT001 - as it is
    jsonata_here = state.get("QueryLanguage") == "JSONata" if "QueryLanguage" in state else jsonata
    if state.get("Type") == "Task":
        how = _how(state, functions)
        return _muted(name, state, how, jsonata=jsonata_here) if how else state
    changed = dict(state)
    if "Branches" in state:
        changed["Branches"] = [_machine(branch, functions, jsonata=jsonata) for branch in state["Branches"]]
    for key in ("ItemProcessor", "Iterator"):
        if key in state:
            changed[key] = _machine(state[key], functions, jsonata=jsonata)
    return changed


def _how(state: _State, functions: set[str]) -> str:
    """Say how a task reaches a function: ``function``, ``invoke`` or ``token``; nothing when it cannot be muted."""
    resource = state.get("Resource")
    if isinstance(resource, Mapping):
        return "function" if any(name in functions for name in _named(resource)) else ""
    if not isinstance(resource, str):
        return ""
    if ":lambda:" in resource and ":function:" in resource:
        return "function"
    _, found, waits = resource.partition(":states:::lambda:invoke")
    given = state.get("Arguments", state.get("Parameters", {}))
    waited_for = not isinstance(given, Mapping) or given.get("InvocationType", _WAITED_FOR) == _WAITED_FOR
    if not found or not waited_for:
        return ""
    return "invoke" if not waits else "token" if waits == _WAITS and _has_plain_tokens(given) else ""


def _named(expression: Any) -> Iterator[str]:
    """Give the logical ids in an intrinsic function."""
    if isinstance(expression, Mapping):
        if "Ref" in expression:
            yield expression["Ref"]
        if "Fn::GetAtt" in expression:
            yield expression["Fn::GetAtt"][0]
        yield from (name for part in expression.values() for name in _named(part))
    elif isinstance(expression, list):
        yield from (name for part in expression for name in _named(part))


def _has_plain_tokens(given: Any) -> bool:
    """Say whether the token of the task stands alone wherever it stands, so that another can take its place."""
    if isinstance(given, Mapping):
        return all(map(_has_plain_tokens, given.values()))
    if isinstance(given, list):
        return all(map(_has_plain_tokens, given))
    return not isinstance(given, str) or "Task.Token" not in given or given in _CONTEXT_TOKENS


def _muted(name: str, state: _State, how: str, *, jsonata: bool) -> dict[str, Any]:
    field = "Arguments" if jsonata else "Parameters"
    about: dict[str, Any] = {"state": name, "how": how}
    if jsonata:
        about |= {"execution": f"{{% {_EXECUTION}.Id %}}", "began": f"{{% {_EXECUTION}.StartTime %}}"}
    else:
        about |= {"execution.$": "$$.Execution.Id", "began.$": "$$.Execution.StartTime"}
    if how == "function":
        about["function"] = state["Resource"]
    left_out = {field, "Resource"}
    if how != "token":  # The worker is busy as long as the function runs, so it looks after the time itself.
        about |= {"timeout": state["TimeoutSeconds"]} if "TimeoutSeconds" in state else {}
        about |= {"timeout.$": state["TimeoutSecondsPath"]} if "TimeoutSecondsPath" in state else {}
        left_out |= {"TimeoutSeconds", "TimeoutSecondsPath", "HeartbeatSeconds", "HeartbeatSecondsPath"}
    if field in state:
        request = {_REQUEST: _without_tokens(state[field]) if how == "token" else state[field]}
    else:
        request = {_REQUEST: "{% $states.input %}"} if jsonata else {f"{_REQUEST}.$": "$"}
    kept = {key: value for key, value in state.items() if key not in left_out}
    return {**kept, "Resource": {"Fn::Sub": f"{_ARN}{_NAME}${{AWS::StackName}}"}, field: {ABOUT: about, **request}}


def _without_tokens(given: Any) -> Any:
    if isinstance(given, list):
        return [_without_tokens(item) for item in given]
    if not isinstance(given, Mapping):
        return TOKEN if _is_token(given) else given
    return {
        (key.removesuffix(".$") if _is_token(value) else key): _without_tokens(value) for key, value in given.items()
    }


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and value in _CONTEXT_TOKENS


def original(state: _State) -> _State:
    """Give the definition of a task as it was before it was muted; any other state as it is."""
    field = next((one for one in ("Arguments", "Parameters") if ABOUT in _mapping(state.get(one))), None)
    if field is None:
        return state
    about, request = state[field][ABOUT], state[field].get(_REQUEST)
    resource = about.get("function") or _INVOKE + (_WAITS if about["how"] == "token" else "")
    kept = {key: value for key, value in state.items() if key != field}
    given = {} if request is None or request == "{% $states.input %}" else {field: _with_tokens(request, field)}
    timeouts = {"TimeoutSeconds": "timeout", "TimeoutSecondsPath": "timeout.$"}
    seconds = {name: about[key] for name, key in timeouts.items() if key in about}
    return {**kept, "Resource": resource, **given, **seconds}


def _with_tokens(request: Any, field: str) -> Any:
    if isinstance(request, list):
        return [_with_tokens(item, field) for item in request]
    if not isinstance(request, Mapping):
        return "{% $states.context.Task.Token %}" if request == TOKEN else request
    if field == "Arguments":
        return {key: _with_tokens(value, field) for key, value in request.items()}
    return {
        (f"{key}.$" if value == TOKEN else key): "$$.Task.Token" if value == TOKEN else _with_tokens(value, field)
        for key, value in request.items()
    }


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
