"""Deployed functions in bad weather: a function runs once for each call, or the error says that nobody knows."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator

import pytest

from harness.cloud.account import Cloud
from harness.cloud.names import FunctionNames, Names
from harness.errors import AnswerLost
from harness.modes.calls import Deployed
from harness.stage.acts import Act
from tests.weather.proxy import Fault, Proxy

# Each run leaves a mark.
CODE = """
import os, uuid
import boto3


def handler(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["marks"], MessageBody=str(uuid.uuid4()))
    return event
"""


@pytest.fixture(scope="module")
def marks(cloud: Cloud) -> Iterator[str]:
    """The queue with a message for each run of the function."""
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="marks")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture(scope="module")
def names(cloud: Cloud, marks: str) -> Iterator[Names]:
    """A deployed function."""
    iam, functions = cloud.client("iam"), cloud.client("lambda")
    role = iam.create_role(RoleName="marker", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    allowed = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
    iam.put_role_policy(RoleName="marker", PolicyName="marks", PolicyDocument=policy)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("marker.py", CODE)
    arn = functions.create_function(
        FunctionName="marker",
        Runtime="python3.12",
        Role=role,
        Handler="marker.handler",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": {"marks": marks}},
        Timeout=10,
    )["FunctionArn"]
    functions.get_waiter("function_active_v2").wait(FunctionName="marker", WaiterConfig={"Delay": 0})
    known = {"Marker": FunctionNames(name="marker", arn=arn, role=role)}
    yield Names(stack="s", account=cloud.account, region=cloud.region, functions=known)
    functions.delete_function(FunctionName="marker")
    iam.delete_role_policy(RoleName="marker", PolicyName="marks")
    iam.delete_role(RoleName="marker")


def runs(cloud: Cloud, marks: str, *, within: float = 0.0) -> int:
    """Say how often the function has run since this was last asked."""
    found, deadline = 0, time.monotonic() + within
    sqs = cloud.client("sqs")
    while (messages := sqs.receive_message(QueueUrl=marks, MaxNumberOfMessages=10).get("Messages", [])) or (
        time.monotonic() < deadline
    ):
        for message in messages:
            sqs.delete_message(QueueUrl=marks, ReceiptHandle=message["ReceiptHandle"])
        found += len(messages)
    return found


@pytest.mark.parametrize("fault", ["throttled", "failed"])
def test_lambda_could_not_run_it(  # noqa: PLR0913, PLR0917 - the cloud, the weather, and what runs in it
    proxy: Proxy, rough: Cloud, cloud: Cloud, names: Names, marks: str, fault: Fault
) -> None:
    """It is asked again, and the function runs once."""
    proxy.inject(fault, "Invoke", times=2)

    invocation = Deployed(rough, names=names).invoke("Marker", {"a": 1})

    assert ({"a": 1}, None) == (invocation.payload, invocation.error)
    assert (3, 1) == (proxy.counts.asked["Invoke"], runs(cloud, marks))


@pytest.mark.parametrize(("fault", "times"), [("lost", 1), ("broken", 0)])
def test_nobody_knows(  # noqa: PLR0913, PLR0917 - the cloud, the weather, and what runs in it
    proxy: Proxy, rough: Cloud, cloud: Cloud, names: Names, marks: str, fault: Fault, times: int
) -> None:
    """The function does not run twice, and the error says so."""
    proxy.inject(fault, "Invoke")

    with pytest.raises(AnswerLost) as caught:
        Deployed(rough, names=names).invoke("Marker", {})

    assert (1, times) == (proxy.counts.asked["Invoke"], runs(cloud, marks))
    assert str(caught.value) == (
        "The answer was lost, so nobody knows whether the function 'Marker' ran.\n"
        "  boto3: ConnectionClosedError\n"
        "  it was not tried again, for that might do it twice: run the test again"
    )


def test_an_asynchronous_call_may_come_twice(
    proxy: Proxy, rough: Cloud, cloud: Cloud, names: Names, marks: str
) -> None:
    """As Lambda itself may run such an event more than once; it is noted."""
    proxy.inject("lost", "Invoke")

    with Act("call", "Marker") as act:
        Deployed(rough, names=names).call("Marker", {}, asynchronous=True)

    assert "sent 2 times, because 1 answer was lost: it may have come 2 times" == act.came
    assert 2 == runs(cloud, marks, within=3.0)
