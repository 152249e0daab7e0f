"""What the embedded cloud tells of asynchronous invocations."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud

from .test_mending import function, role

__all__ = ["function", "role"]


@pytest.fixture
def letters(cloud: Cloud, role: str) -> Iterator[str]:
    """The URL of a queue that the role may send to."""
    sqs, iam = cloud.client("sqs"), cloud.client("iam")
    url = sqs.create_queue(QueueName=f"letters-{new_uuid()}")["QueueUrl"]
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    given = {"RoleName": role.rpartition("/")[2], "PolicyName": "send"}
    iam.put_role_policy(**given, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    yield url
    iam.delete_role_policy(**given)
    sqs.delete_queue(QueueUrl=url)


def test_a_destination_that_cannot_be_told_keeps_no_dead_letter(
    cloud: Cloud, function: Callable[..., str], letters: str
) -> None:
    """AWS tells buckets too; the embedded cloud does not."""
    client, name = cloud.client("lambda"), function("raise ValueError(event)")
    attributes = cloud.client("sqs").get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]
    client.update_function_configuration(FunctionName=name, DeadLetterConfig={"TargetArn": attributes["QueueArn"]})
    told = {"OnFailure": {"Destination": "arn:aws:s3:::failures"}}
    client.put_function_event_invoke_config(FunctionName=name, MaximumRetryAttempts=0, DestinationConfig=told)

    client.invoke(FunctionName=name, InvocationType="Event", Payload=b'{"n": 1}')

    answer = cloud.client("sqs").receive_message(QueueUrl=letters, WaitTimeSeconds=20)
    assert ['{"n": 1}'] == [message["Body"] for message in answer.get("Messages", [])]
