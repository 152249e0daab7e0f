"""What the tester may not read is told, and not passed over."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.drift import differences
from harness.cloud.drift.place import Absent, Place
from harness.errors import UnreachableEndpoint

from .conftest import Stage, StageOf
from .test_apis import HTTP, REST, URL
from .test_events import BUCKET, MAPPING, RULES, SCHEDULE, TOPIC


@pytest.fixture
def guest(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The cloud as a user sees it who may read functions and nothing else."""
    iam, name = cloud.client("iam"), f"guest-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    statement = {"Effect": "Allow", "Action": "lambda:GetFunctionConfiguration", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(UserName=name, PolicyName="reads", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    yield Cloud(folder=tmp_path / "guest", region=cloud.region, endpoint=cloud.endpoint)
    iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
    iam.delete_user_policy(UserName=name, PolicyName="reads")
    iam.delete_user(UserName=name)


@pytest.fixture
def stage(stage_of: StageOf) -> Stage:
    """A function and rules that start it."""
    return stage_of(RULES, functions=("Work",))


def test_what_may_not_be_read_is_told_once_for_each_kind(stage: Stage, guest: Cloud) -> None:
    """With the action that would be needed; what may be read is compared."""
    stage.client("lambda").update_function_configuration(FunctionName=stage["Work"], Timeout=30)

    drift = Stage(system=stage.system, cloud=guest, names=stage.names).drift

    assert "function Work: timeout: the template says 6 s, deployed is 30 s" == drift[0]
    assert {
        f"unread {things}: {action}: the template says there are {things}, deployed is unknown: it is not allowed"
        for things, action in (
            ("policies of functions", "lambda:GetPolicy"),
            ("resources of events", "events:DescribeEventBus"),
            ("resources of sqs", "sqs:GetQueueAttributes"),
            ("rules", "events:ListRules"),
        )
    } == set(drift[1:])


def test_what_is_unread_can_be_told_from_drift(stage: Stage, guest: Cloud) -> None:
    """Nobody should take it for the cause of a failure."""
    found = differences(stage.system, cloud=guest, names=stage.names)

    assert {True} == {one.is_unread for one in found}


@pytest.mark.parametrize(
    ("resources", "actions"),
    [
        (REST, {"apigateway:GET", "cognito-idp:DescribeUserPool"}),
        (HTTP, {"apigateway:GET", "cognito-idp:DescribeUserPool"}),
        (URL, {"lambda:ListFunctionUrlConfigs"}),
        (TOPIC, {"sns:ListSubscriptionsByTopic", "sns:GetTopicAttributes", "sqs:GetQueueAttributes"}),
        (MAPPING, {"lambda:GetEventSourceMapping", "sqs:GetQueueAttributes"}),
        (BUCKET, {"lambda:GetPolicy", "s3:GetBucketNotification", "s3:ListBucket"}),
        (SCHEDULE, {"scheduler:GetSchedule"}),
    ],
    ids=["rest", "http", "url", "topic", "mapping", "bucket", "schedule"],
)
def test_each_kind_names_the_action_that_it_needs(
    stage_of: StageOf, guest: Cloud, resources: str, actions: set[str]
) -> None:
    """Nothing is told as missing that nobody has seen."""
    functions = ("Work",) if "Work" in resources else ()
    stage = stage_of(resources, functions=(*functions, "Other") if resources in (REST, MAPPING) else functions)

    found = differences(stage.system, cloud=guest, names=stage.names)

    assert {("unread", action) for action in actions} == {(one.kind, one.what) for one in found}


def test_an_answer_that_is_no_answer_is_told_as_unread(stage: Stage) -> None:
    """Such as that there were too many calls; who explains a failure must not fail."""
    with ThreadPoolExecutor(1) as pool:
        place = Place(stage.system, cloud=stage.cloud, names=stage.names, pool=pool)
        stacks = stage.client("cloudformation")
        found = place.ask(
            "stacks", action="cloudformation:DescribeStacks", call=lambda: stacks.describe_stacks(StackName="none")
        )

    assert Absent.UNREAD is found
    assert [
        (
            "unread stacks: cloudformation:DescribeStacks: the template says there are stacks, "
            "deployed is unknown: ValidationError"
        )
    ] == list(map(str, place.unread()))


def test_a_cloud_that_does_not_answer_is_an_error(stage: Stage, tmp_path: Path) -> None:
    """Then there is nothing to compare with."""
    nowhere = Cloud(folder=tmp_path, region="us-east-1", endpoint="http://127.0.0.1:9", embedded=True)

    with pytest.raises(UnreachableEndpoint, match="Nothing answers at"):
        differences(stage.system, cloud=nowhere, names=stage.names)
