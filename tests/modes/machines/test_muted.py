"""State machines of a muted stage: definitions in which no task is one of Lambda."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.system.model import Resource, StateMachine, System
from harness.system.muted_machines import ABOUT, TOKEN, original, reaches_functions, with_activities

ACTIVITY = {
    "Fn::Sub": "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:activity:harness-${AWS::StackName}"
}
BILL = {"Fn::GetAtt": ["Bill", "Arn"]}
INVOKE = "arn:aws:states:::lambda:invoke"
EXECUTION = {"execution.$": "$$.Execution.Id", "began.$": "$$.Execution.StartTime"}


def document() -> dict[str, Any]:
    """Give a template with a function and a machine."""
    return {
        "Resources": {
            "Bill": {"Type": "AWS::Lambda::Function"},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Flow": {
                "Type": "AWS::StepFunctions::StateMachine",
                "Properties": {"RoleArn": "r", "DefinitionString": "…", "DefinitionSubstitutions": {"A": "b"}},
            },
        }
    }


def muted(state: dict[str, Any], **more: Any) -> Any:
    """Give what becomes of the only state of a machine."""
    machine = StateMachine(name="Flow", definition={"StartAt": "S", "States": {"S": {"Type": "Task", **state}}, **more})
    changed = with_activities(document(), {"Flow": machine})["Resources"]["Flow"]["Properties"]
    return changed["Definition"]["States"]["S"] if "Definition" in changed else None


def test_the_definition_takes_the_place_of_its_sources() -> None:
    """What else the machine has stays."""
    machine = StateMachine(name="Flow", definition={"States": {"S": {"Type": "Task", "Resource": BILL}}})

    changed = with_activities(document(), {"Flow": machine})["Resources"]["Flow"]

    assert changed["Properties"].keys() == {"RoleArn", "Definition"}


def test_a_function_by_its_arn() -> None:
    """It gets the input of the state; retries, catchers and paths stay."""
    kept = {"ResultPath": "$.x", "Retry": [{"ErrorEquals": ["States.ALL"]}], "End": True}

    about = {"state": "S", "how": "function", **EXECUTION, "function": BILL}
    expected = {"Type": "Task", **kept, "Resource": ACTIVITY, "Parameters": {ABOUT: about, "request.$": "$"}}
    assert muted({"Resource": BILL, **kept}) == expected


@pytest.mark.parametrize(
    "resource",
    [
        {"Ref": "Bill"},
        {"Fn::Sub": ["${Part0}:live", {"Part0": BILL}]},
        "arn:aws:lambda:us-east-1:000000000000:function:bill",
    ],
)
def test_a_function_by_another_name(resource: Any) -> None:
    """A reference of any shape, or a name that the template writes out."""
    assert muted({"Resource": resource})["Parameters"][ABOUT]["function"] == resource


def test_a_call_of_lambda() -> None:
    """Its parameters stay, within what the worker gets."""
    given = {"FunctionName": BILL, "Payload.$": "$.order"}

    assert muted({"Resource": INVOKE, "Parameters": given})["Parameters"] == {
        ABOUT: {"state": "S", "how": "invoke", **EXECUTION},
        "request": given,
    }


def test_a_timeout_is_left_to_the_worker() -> None:
    """It is busy as long as the function runs."""
    state = muted({"Resource": BILL, "TimeoutSeconds": 5, "HeartbeatSeconds": 2})

    assert state["Parameters"][ABOUT]["timeout"] == 5
    assert state.keys() == {"Type", "Resource", "Parameters"}


def test_a_timeout_of_the_input_is_left_to_the_worker() -> None:
    """The path is resolved where the parameters are."""
    state = muted({"Resource": BILL, "TimeoutSecondsPath": "$.limit"})

    assert (state["Parameters"][ABOUT]["timeout.$"], "TimeoutSecondsPath" in state) == ("$.limit", False)


def test_a_task_in_jsonata() -> None:
    """Without arguments it gets the input."""
    assert muted({"Resource": BILL}, QueryLanguage="JSONata")["Arguments"] == {
        ABOUT: {
            "state": "S",
            "how": "function",
            "execution": "{% $states.context.Execution.Id %}",
            "began": "{% $states.context.Execution.StartTime %}",
            "function": BILL,
        },
        "request": "{% $states.input %}",
    }


def test_a_single_state_in_jsonata() -> None:
    """The language of the state goes before that of the machine."""
    assert "Arguments" in muted({"Resource": BILL, "QueryLanguage": "JSONata"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"Parameters": {"Payload": {"t.$": "$$.Task.Token", "n": [1]}}}, {"Payload": {"t": TOKEN, "n": [1]}}),
        ({"Arguments": {"Payload": "{% $states.context.Task.Token %}"}}, {"Payload": TOKEN}),
    ],
)
def test_the_token_of_a_task_is_that_of_the_worker(given: dict[str, Any], expected: Any) -> None:
    """It stands where the token of Step Functions would; the timeout stays, since nobody is busy."""
    language = {"QueryLanguage": "JSONata"} if "Arguments" in given else {}
    state = muted({"Resource": f"{INVOKE}.waitForTaskToken", "TimeoutSeconds": 9, **given}, **language)

    assert (state[next(iter(given))]["request"], state["TimeoutSeconds"]) == (expected, 9)


@pytest.mark.parametrize(
    "state",
    [
        {"Resource": {"Ref": "Activity"}},
        {"Resource": 1},
        {"Resource": "arn:aws:states:::sqs:sendMessage"},
        {"Resource": "arn:aws:states:::aws-sdk:lambda:invoke"},
        {"Resource": INVOKE, "Parameters": {"InvocationType": "Event"}},
        {"Resource": f"{INVOKE}.sync"},
        {
            "Resource": f"{INVOKE}.waitForTaskToken",
            "Parameters": {"Payload": ["x", {"t.$": "States.Format('{}', $$.Task.Token)"}]},
        },
    ],
)
def test_what_is_no_task_of_lambda_or_cannot_be_muted_stays(state: dict[str, Any]) -> None:
    """The machine is left as it is."""
    assert muted(state) is None


def test_branches_and_iterations_are_muted() -> None:
    """At any depth."""
    inner = {"States": {"T": {"Type": "Task", "Resource": BILL}}}
    states = {
        "P": {"Type": "Parallel", "Branches": [inner]},
        "M": {"Type": "Map", "ItemProcessor": inner},
        "I": {"Type": "Map", "Iterator": inner},
    }
    machine = StateMachine(name="Flow", definition={"States": states})

    found = with_activities(document(), {"Flow": machine})["Resources"]["Flow"]["Properties"]["Definition"]["States"]

    tasks = [found["P"]["Branches"][0], found["M"]["ItemProcessor"], found["I"]["Iterator"]]
    assert [task["States"]["T"]["Resource"] for task in tasks] == [ACTIVITY] * 3


def test_a_definition_that_is_not_known_stays() -> None:
    """It lies in S3."""
    assert with_activities(document(), {"Flow": StateMachine(name="Flow", definition={})}) == document()


@pytest.mark.parametrize(
    ("state", "language"),
    [
        ({"Resource": "arn:aws:lambda:r:1:function:f", "End": True}, {}),
        ({"Resource": "arn:aws:lambda:r:1:function:f", "Parameters": {"a": 1}, "TimeoutSeconds": 3}, {}),
        ({"Resource": "arn:aws:lambda:r:1:function:f", "TimeoutSecondsPath": "$.t"}, {}),
        ({"Resource": INVOKE, "Parameters": {"FunctionName": "f", "Payload.$": "$"}}, {}),
        ({"Resource": f"{INVOKE}.waitForTaskToken", "Parameters": {"p": [{"t.$": "$$.Task.Token"}]}}, {}),
        ({"Resource": "arn:aws:lambda:r:1:function:f"}, {"QueryLanguage": "JSONata"}),
        (
            {"Resource": f"{INVOKE}.waitForTaskToken", "Arguments": {"t": "{% $states.context.Task.Token %}", "n": 1}},
            {"QueryLanguage": "JSONata"},
        ),
    ],
)
def test_the_original_of_a_muted_state(state: dict[str, Any], language: dict[str, Any]) -> None:
    """Nothing is lost."""
    assert original(muted(state, **language)) == {"Type": "Task", **state}


def test_the_original_of_another_state() -> None:
    """It is itself."""
    assert original({"Type": "Pass"}) == {"Type": "Pass"}


@pytest.mark.parametrize(
    ("definition", "reaches"),
    [
        ({"States": {"S": {"Type": "Task", "Resource": BILL}}}, False),
        ({"States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage"}}}, False),
        ({"States": {"S": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:lambda:invoke"}}}, True),
        (
            {
                "States": {
                    "M": {
                        "Type": "Map",
                        "Iterator": {
                            "States": {
                                "S": {"Type": "Task", "Resource": INVOKE, "Parameters": {"InvocationType": "Event"}}
                            }
                        },
                    }
                }
            },
            True,
        ),
        ({}, True),
    ],
)
def test_what_reaches_functions_when_it_is_muted(definition: dict[str, Any], *, reaches: bool) -> None:
    """Also what is not known."""
    system = System(
        name="s",
        template=Path("t"),
        cloudformation={},
        machines={"Flow": StateMachine(name="Flow", definition=definition)},
        resources={"Bill": Resource(name="Bill", type="AWS::Lambda::Function")},
    )

    assert (reaches, True) == (reaches_functions(system, "Flow"), reaches_functions(system, "Other"))
