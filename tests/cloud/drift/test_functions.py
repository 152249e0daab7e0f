"""Functions that somebody has changed by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.system.model import Resource

from .conftest import Stage, StageOf


@pytest.fixture
def stage(stage_of: StageOf) -> Stage:
    """One function, with a permission."""
    return stage_of(
        """
  Topic: {Type: AWS::SNS::Topic}
  MayCall:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !Ref Work
      Action: lambda:InvokeFunction
      Principal: sns.amazonaws.com
      SourceArn: !Ref Topic
""",
        functions=("Work",),
    )


def test_what_nobody_has_changed_has_no_drift(stage: Stage) -> None:
    """What the template says is what is deployed."""
    assert [] == stage.drift


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"Timeout": 30}, "function Work: timeout: the template says 6 s, deployed is 30 s"),
        ({"MemorySize": 256}, "function Work: memory: the template says 128 MB, deployed is 256 MB"),
        (
            {"Handler": "other.handler"},
            "function Work: handler: the template says index.handler, deployed is other.handler",
        ),
        ({"Runtime": "python3.13"}, "function Work: runtime: the template says python3.12, deployed is python3.13"),
    ],
)
def test_a_setting_is_told_with_both_values(stage: Stage, changed: dict[str, object], told: str) -> None:
    """What the template leaves out has the default of Lambda."""
    stage.client("lambda").update_function_configuration(FunctionName=stage["Work"], **changed)

    assert [told] == stage.drift


def test_another_role_is_told(stage: Stage) -> None:
    """The ARN of the role follows from its name."""
    arn = f"arn:aws:iam::000000000000:role/{stage['Role']}"
    stage.client("lambda").update_function_configuration(FunctionName=stage["Work"], Role=f"{arn}-other")

    assert [f"function Work: role: the template says {arn}, deployed is {arn}-other"] == stage.drift


def test_variables_are_told_by_name_only(stage: Stage) -> None:
    """A value may be a secret; one that the template does not write out is not compared."""
    variables = {"TABLE": "elsewhere", "LEVEL": "hunter2", "MORE": "hunter3"}
    stage.client("lambda").update_function_configuration(
        FunctionName=stage["Work"], Environment={"Variables": variables}
    )

    assert [
        "function Work: environment LEVEL: the template says one value, deployed is another one",
        "function Work: environment MORE: the template says nothing of it, deployed is a variable",
    ] == stage.drift


def test_a_variable_that_is_missing_is_told(stage: Stage) -> None:
    """Its name is enough."""
    stage.client("lambda").update_function_configuration(
        FunctionName=stage["Work"], Environment={"Variables": {"LEVEL": "INFO"}}
    )

    assert ["function Work: environment TABLE: the template says it is there, deployed is nothing"] == stage.drift


def test_what_a_macro_may_have_added_is_no_drift(stage: Stage) -> None:
    """A transform of somebody else runs in the cloud, so the harness cannot know what it adds."""
    variables = {"LEVEL": "INFO", "TABLE": "t", "DD_API_KEY": "x"}
    stage.client("lambda").update_function_configuration(
        FunctionName=stage["Work"], Environment={"Variables": variables}
    )
    document = {**stage.system.cloudformation, "Transform": ["AWS::Serverless-2016-10-31", "DatadogServerless"]}

    assert [] == replace(stage, system=replace(stage.system, cloudformation=document)).drift


def test_a_function_that_is_gone_is_told(stage: Stage) -> None:
    """Its permissions are gone with it."""
    stage.client("lambda").delete_function(FunctionName=stage["Work"])

    assert [
        "function Work: existence: the template says it is there, deployed is nothing",
        (
            "permission MayCall: existence: the template says sns.amazonaws.com may invoke Work for Topic, "
            "deployed is nothing"
        ),
    ] == stage.drift


def test_a_permission_that_is_gone_is_told(stage: Stage) -> None:
    """Without it the service may not invoke the function, and says so nowhere."""
    stage.client("lambda").remove_permission(FunctionName=stage["Work"], StatementId=stage["MayCall"])

    assert [
        (
            "permission MayCall: existence: the template says sns.amazonaws.com may invoke Work for Topic, "
            "deployed is nothing"
        )
    ] == stage.drift


def test_a_permission_for_another_source_does_not_count(stage: Stage) -> None:
    """It is for the topic of the template that the function may be invoked."""
    client = stage.client("lambda")
    client.remove_permission(FunctionName=stage["Work"], StatementId=stage["MayCall"])
    client.add_permission(
        FunctionName=stage["Work"],
        StatementId="other",
        Action="lambda:InvokeFunction",
        Principal="sns.amazonaws.com",
        SourceArn=f"{stage['Topic']}-other",
    )

    [told] = stage.drift

    assert told.startswith("permission MayCall: existence: ")


def test_a_resource_that_the_stack_lacks_is_told(stage: Stage) -> None:
    """An older version of the template is deployed."""
    table = Resource(name="Table", type="AWS::DynamoDB::Table")
    system = replace(stage.system, resources={**stage.system.resources, "Table": table})

    assert ["resource Table: existence: the template says AWS::DynamoDB::Table, deployed is nothing"] == replace(
        stage, system=system
    ).drift


def test_a_topic_that_is_gone_is_told(stage: Stage) -> None:
    """The stack still has it; SNS does not."""
    stage.client("sns").delete_topic(TopicArn=stage["Topic"])

    assert ["resource Topic: existence: the template says AWS::SNS::Topic, deployed is nothing"] == stage.drift


LITERALS = """
  Key: {Type: AWS::SSM::Parameter, Properties: {Name: /drift/key, Type: String, Value: k}}
  Plain:
    Type: AWS::Lambda::Function
    DependsOn: Key
    Properties:
      Handler: index.handler
      Runtime: python3.12
      Role: !GetAtt Role.Arn
      Code: {ZipFile: "handler = print"}
      Environment: {Variables: {DEBUG: true, SIZE: 5, KEY: "{{resolve:ssm:/drift/key}}"}}
"""


def test_values_that_are_no_text_in_the_template_are_compared(stage_of: StageOf) -> None:
    """What CloudFormation itself looks up is not."""
    stage = stage_of(LITERALS, functions=("Work",))
    stage.client("lambda").update_function_configuration(
        FunctionName=stage["Plain"], Environment={"Variables": {"DEBUG": "false", "SIZE": "7", "KEY": "other"}}
    )

    assert [
        "function Plain: environment DEBUG: the template says one value, deployed is another one",
        "function Plain: environment SIZE: the template says one value, deployed is another one",
    ] == stage.drift
