"""What functions do about asynchronous invocations."""

from __future__ import annotations

from collections.abc import Callable

from harness.system.model import AsyncConfig, System

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Dead: {Type: AWS::SQS::Queue}
      Told: {Type: AWS::SNS::Topic}
      Plain:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: functions/, Handler: a.handler, Runtime: python3.12}
      Careful:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: b.handler
          Runtime: python3.12
          AutoPublishAlias: live
          DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Dead.Arn}
          EventInvokeConfig:
            MaximumRetryAttempts: 0
            DestinationConfig:
              OnSuccess: {Type: Lambda, Destination: !GetAtt Plain.Arn}
              OnFailure: {Type: SNS, Destination: !Ref Told}
"""

PLAIN = """
    Resources:
      Dead: {Type: AWS::SQS::Queue}
      Bus: {Type: AWS::Events::EventBus, Properties: {Name: shop}}
      First:
        Type: AWS::Lambda::Function
        Properties:
          {Code: functions/, Handler: a.handler, Runtime: python3.12, DeadLetterConfig: {TargetArn: !GetAtt Dead.Arn}}
      Live: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref First, Name: live}}
      OfAlias:
        Type: AWS::Lambda::EventInvokeConfig
        Properties:
          FunctionName: !Ref First
          Qualifier: live
          MaximumRetryAttempts: "1"
          DestinationConfig: {OnFailure: {Destination: !GetAtt Bus.Arn}}
      OfLatest:
        Type: AWS::Lambda::EventInvokeConfig
        Properties: {FunctionName: !Ref First, Qualifier: $LATEST, MaximumRetryAttempts: 0}
      Second:
        Type: AWS::Lambda::Function
        Properties: {Code: functions/, Handler: b.handler, Runtime: python3.12}
      OfSecond:
        Type: AWS::Lambda::EventInvokeConfig
        Properties: {FunctionName: !Ref Second, Qualifier: $LATEST, MaximumEventAgeInSeconds: 60}
"""


def test_configuration_and_dead_letters_are_one(system_of: Callable[..., System]) -> None:
    """They are a resource of their own and a property of the function; a function without either is left out."""
    found = system_of(SAM).asynchronous

    assert {"Careful": AsyncConfig(retries=0, on_success="Plain", on_failure="Told", dead_letters="Dead")} == found


def test_the_configuration_of_an_alias_decides(system_of: Callable[..., System]) -> None:
    """What starts a function that has an alias calls the alias."""
    found = system_of(PLAIN).asynchronous

    assert AsyncConfig(retries=1, on_failure="Bus", dead_letters="Dead") == found["First"]


def test_what_is_left_out_is_as_in_lambda(system_of: Callable[..., System]) -> None:
    """Lambda tries twice again."""
    assert AsyncConfig(retries=2) == system_of(PLAIN).asynchronous["Second"]
