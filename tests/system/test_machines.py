"""State machines, and their definitions as the stage will have them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MalformedTemplate
from harness.system.intrinsics import Scope, resolve, scope_of
from harness.system.model import System

PSEUDO = {"AWS::Region": "eu-west-1", "AWS::AccountId": "111111111111", "AWS::StackName": "shop-dev"}
ARNS = {("Bill", "Arn"): "arn:bill", ("Bus", None): "bus-dev", ("Machine", None): "arn:machine"}


def deployed(system: System, name: str = "Machine") -> Any:
    """The definition as a stage has it."""
    scope: Scope = scope_of(system, pseudo=PSEUDO, lookup=lambda *place: ARNS.get(place))
    return resolve(dict(system.machines[name].definition), scope)


PLAIN = """
    Parameters: {{Wait: {{Type: Number, Default: 5}}, Known: {{Type: String, Default: said}}}}
    Conditions: {{IsOn: !Equals [a, a]}}
    Resources:
      Bill: {{Type: AWS::Lambda::Function, Properties: {{Code: functions/, Handler: a.handler, Runtime: python3.12}}}}
      Bus: {{Type: AWS::Events::EventBus, Properties: {{Name: !Ref AWS::StackName}}}}
      Machine:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          RoleArn: arn:aws:iam::000000000000:role/r
          {properties}
"""


@pytest.mark.parametrize(
    "definition",
    [
        '"Definition": {"StartAt": "A", "States": {"A": {"Resource": !GetAtt Bill.Arn}}}',
        """DefinitionString: !Sub '{"StartAt": "A", "States": {"A": {"Resource": "${Bill.Arn}"}}}'""",
        'DefinitionString: !Join ["", [\'{"StartAt":"A","States":{"A":{"Resource":"\', !GetAtt Bill.Arn, \'"}}}\']]',
        """DefinitionString: !Sub ['{"StartAt": "A", "States": {"A": {"Resource": "${B}"}}}', {B: !GetAtt Bill.Arn}]""",
        """DefinitionString: !If [IsOn, !Sub '{"StartAt":"A","States":{"A":{"Resource":"${Bill.Arn}"}}}', '']""",
    ],
)
def test_a_definition_comes_in_many_shapes(system_of: Callable[..., System], definition: str) -> None:
    """All are one: what only the stage knows stays an intrinsic function until then."""
    found = system_of(PLAIN.format(properties=definition))

    resource = {"Fn::GetAtt": ["Bill", "Arn"]}
    assert {"StartAt": "A", "States": {"A": {"Resource": resource}}} == found.machines["Machine"].definition
    assert {"StartAt": "A", "States": {"A": {"Resource": "arn:bill"}}} == deployed(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"${Bill}"', "arn:bill"),
        ('"${Bill}:$LATEST"', "arn:bill:$LATEST"),
        ('"${Bill}/${Bus} in ${AWS::Region} of ${Other}"', "arn:bill/bus-dev in ${AWS::Region} of ${Other}"),
        ('"${Said}"', "said"),
        ("${Wait}", 5),
        ("${On}", True),
        ('"${Stack}"', "shop-dev-orders"),
        ('"${Key.$}"', "${Key.$}"),
    ],
)
def test_substitutions_are_made_in_the_text(system_of: Callable[..., System], text: str, expected: Any) -> None:
    """Only the names that are declared are variables; a number stands without quotes."""
    values = (
        'Bill: !GetAtt Bill.Arn, Bus: !Ref Bus, Said: !Ref Known, Wait: !Ref Wait, "On": true, '
        'Stack: !Sub "${AWS::StackName}-orders"'
    )
    properties = f"DefinitionString: '{{\"A\": {text}}}'\n          DefinitionSubstitutions: {{{values}}}"

    assert {"A": expected} == deployed(system_of(PLAIN.format(properties=properties)))


def test_substitutions_are_made_in_an_object(system_of: Callable[..., System]) -> None:
    """An object becomes text before."""
    properties = (
        'Definition: {A: "${Bill}", B: [1, !Ref Wait]}\n          DefinitionSubstitutions: {Bill: !GetAtt Bill.Arn}'
    )

    assert {"A": "arn:bill", "B": [1, "5"]} == deployed(system_of(PLAIN.format(properties=properties)))


def test_what_the_stage_does_not_know_stays(system_of: Callable[..., System]) -> None:
    """An import in the middle of a text stays an import."""
    properties = """DefinitionString: !Join ["", ['{"A": "', !ImportValue other, '"}']]"""

    assert {"A": {"Fn::ImportValue": "other"}} == deployed(system_of(PLAIN.format(properties=properties)))


def test_a_definition_that_is_imported_stays_an_import(system_of: Callable[..., System]) -> None:
    """Nothing in it can be read."""
    found = system_of(PLAIN.format(properties="DefinitionString: !ImportValue other")).machines["Machine"]

    assert {"Fn::ImportValue": "other"} == found.definition


def test_a_definition_in_s3_is_not_read(system_of: Callable[..., System]) -> None:
    """It is not on this machine."""
    properties = "DefinitionS3Location: {Bucket: b, Key: k}"

    assert {} == system_of(PLAIN.format(properties=properties)).machines["Machine"].definition


def test_a_machine_is_standard_or_express(system_of: Callable[..., System]) -> None:
    """Standard is what AWS takes without a word."""
    standard = system_of(PLAIN.format(properties="Definition: {}")).machines["Machine"]
    express = system_of(PLAIN.format(properties="StateMachineType: EXPRESS")).machines["Machine"]

    assert (False, True) == (standard.express, express.express)
    assert "arn:aws:iam::000000000000:role/r" == standard.role


def test_a_definition_that_is_no_json_is_refused(system_of: Callable[..., System]) -> None:
    """The error says where."""
    with pytest.raises(MalformedTemplate) as raised:
        system_of(PLAIN.format(properties="DefinitionString: '{\"A\": }'"))

    assert str(raised.value) == (
        "The definition of the state machine 'Machine' is not JSON.\n  line: 1\n  column: 7\n  problem: Expecting value"
    )


SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Bill:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: functions/, Handler: a.handler, Runtime: python3.12}
      Machine:
        Type: AWS::Serverless::StateMachine
        Properties:
          Type: EXPRESS
          DefinitionUri: machine.asl.json
          DefinitionSubstitutions: {BillArn: !GetAtt Bill.Arn, Seconds: 5}
          Policies: [{LambdaInvokePolicy: {FunctionName: !Ref Bill}}]
      Inline:
        Type: AWS::Serverless::StateMachine
        Properties:
          Definition: {StartAt: A, States: {A: {Type: Task, Resource: !GetAtt Bill.Arn, End: true}}}
          Role: arn:aws:iam::000000000000:role/r
"""
FILE = {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "${BillArn}", "End": True}}}


@pytest.mark.parametrize("name", ["Machine", "Inline"])
def test_machines_of_sam_are_read(system_of: Callable[..., System], tmp_path: Path, name: str) -> None:
    """The definition stands in the template or in a file beside it."""
    (tmp_path / "machine.asl.json").write_text(json.dumps(FILE))

    found = deployed(system_of(SAM), name)

    assert {"StartAt": "A", "States": {"A": {"Type": "Task", "Resource": "arn:bill", "End": True}}} == found


BARE = '{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": ${Seconds}, "Next": "in ${Seconds}, ${Other}"}}}'


@pytest.mark.parametrize(
    "template",
    [
        SAM,
        """
    Resources:
      Machine:
        Type: AWS::StepFunctions::StateMachine
        Properties:
          RoleArn: arn:aws:iam::000000000000:role/r
          DefinitionS3Location: machine.asl.json
          DefinitionSubstitutions: {Seconds: 5}
""",
    ],
)
def test_a_variable_in_a_file_may_stand_without_quotes(
    system_of: Callable[..., System], tmp_path: Path, template: str
) -> None:
    """So it becomes a number; what stands in quotes stays text."""
    (tmp_path / "machine.asl.json").write_text(BARE)

    found = deployed(system_of(template))

    assert {"Type": "Wait", "Seconds": 5, "Next": "in 5, ${Other}"} == found["States"]["A"]
