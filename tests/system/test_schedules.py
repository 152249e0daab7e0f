"""Schedules of EventBridge Scheduler, and rules with a schedule."""

from __future__ import annotations

from collections.abc import Callable

from harness.system.model import Rule, Schedule, System, Target

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Dead: {Type: AWS::SQS::Queue}
      Clean:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: a.handler
          Runtime: python3.12
          Events:
            Nightly:
              Type: ScheduleV2
              Properties:
                ScheduleExpression: cron(0 3 * * ? *)
                State: DISABLED
                Input: '{"deep": true}'
                RetryPolicy: {MaximumRetryAttempts: 1}
                DeadLetterConfig: {Arn: !GetAtt Dead.Arn}
            Hourly:
              Type: Schedule
              Properties:
                Schedule: rate(1 hour)
                Input: '{"deep": false}'
                RetryPolicy: {MaximumRetryAttempts: 0}
                DeadLetterConfig: {Arn: !GetAtt Dead.Arn}
            Daily: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
"""

PLAIN = """
    Resources:
      Clean: {Type: AWS::Lambda::Function, Properties: {Code: functions/, Handler: a.handler, Runtime: python3.12}}
      Universal:
        Type: AWS::Scheduler::Schedule
        Properties:
          ScheduleExpression: at(2026-01-01T00:00:00)
          FlexibleTimeWindow: {Mode: "OFF"}
          Target:
            Arn: arn:aws:scheduler:::aws-sdk:lambda:invoke
            RoleArn: arn:aws:iam::000000000000:role/r
            Input: !Sub '{"FunctionName": "${Clean.Arn}"}'
"""


def test_a_schedule_is_read_whole(system_of: Callable[..., System]) -> None:
    """The target, its input and what becomes of what failed."""
    found = system_of(SAM).schedules["CleanNightly"]

    assert (
        Schedule(
            name="CleanNightly",
            expression="cron(0 3 * * ? *)",
            target="Clean",
            input='{"deep": true}',
            enabled=False,
            retries=1,
            dead_letters="Dead",
        )
        == found
    )


def test_what_a_schedule_leaves_out_is_as_in_aws(system_of: Callable[..., System]) -> None:
    """It is tried again 185 times."""
    expected = Schedule(name="CleanDaily", expression="rate(1 day)", target="Clean", retries=185)

    assert expected == system_of(SAM).schedules["CleanDaily"]


def test_a_universal_target_stays_text(system_of: Callable[..., System]) -> None:
    """Which function it calls stands in the input."""
    found = system_of(PLAIN).schedules["Universal"]

    assert "arn:aws:scheduler:::aws-sdk:lambda:invoke" == found.target
    assert {"Fn::Sub": '{"FunctionName": "${Clean.Arn}"}'} == found.input


def test_the_target_of_a_rule_knows_retries_and_dead_letters(system_of: Callable[..., System]) -> None:
    """As that of a schedule."""
    found = system_of(SAM).rules["CleanHourly"]

    target = Target(resource="Clean", input='{"deep": false}', retries=0, dead_letters="Dead")
    assert Rule(name="CleanHourly", schedule="rate(1 hour)", targets=(target,)) == found
