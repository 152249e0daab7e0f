"""A tapped bucket of the embedded cloud."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import TapNotOpen
from harness.journal.taps import Taps
from harness.system.model import Resource, System

SYSTEM = System(
    name="s",
    template=Path("template.yaml"),
    cloudformation={},
    resources={"Photos": Resource(name="Photos", type="AWS::S3::Bucket")},
)


def names(cloud: Cloud, bucket: str) -> Names:
    return Names(stack="s-dev", account=cloud.account, region=cloud.region, physical={"Photos": bucket})


@pytest.fixture
def bucket(cloud: Cloud) -> Iterator[str]:
    """A bucket that tells a topic of what goes."""
    s3, sns, name = cloud.client("s3"), cloud.client("sns"), f"photos-{new_uuid()}"
    topic = sns.create_topic(Name=name)["TopicArn"]
    s3.create_bucket(Bucket=name)
    configured(cloud, name, TopicConfigurations=[{"TopicArn": topic, "Events": ["s3:ObjectRemoved:*"]}])
    yield name
    for one in s3.list_objects_v2(Bucket=name).get("Contents", []):
        s3.delete_object(Bucket=name, Key=one["Key"])
    s3.delete_bucket(Bucket=name)
    sns.delete_topic(TopicArn=topic)


def configured(cloud: Cloud, bucket: str, **configuration: Any) -> None:
    cloud.client("s3").put_bucket_notification_configuration(
        Bucket=bucket, NotificationConfiguration=configuration, SkipDestinationValidation=True
    )


def configuration(cloud: Cloud, bucket: str) -> dict[str, Any]:
    answer: dict[str, Any] = cloud.client("s3").get_bucket_notification_configuration(Bucket=bucket)
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}


@contextmanager
def tapped(cloud: Cloud, bucket: str) -> Iterator[Taps]:
    taps = Taps(SYSTEM, cloud=cloud, names=names(cloud, bucket), run="r1")
    taps.tap("Photos")
    yield taps
    taps.close()


def read(taps: Taps) -> list[Any]:
    """Give all that has been told by now."""
    proof = taps.barrier()
    while not proof():
        taps.store.wait(taps.store.position, timeout=0.1)
    return list(taps.store.since(0))


def test_objects_that_come_and_go_are_told(cloud: Cloud, bucket: str) -> None:
    """In the order in which they did, each with an id of its own."""
    s3 = cloud.client("s3")

    with tapped(cloud, bucket) as taps:
        for _ in range(2):
            s3.put_object(Bucket=bucket, Key="a b/é", Body=b"12")
        s3.delete_object(Bucket=bucket, Key="a b/é")
        entries = read(taps)

    assert ["ObjectCreated:Put", "ObjectCreated:Put", "ObjectRemoved:Delete"] == [one.detail_type for one in entries]
    assert [("Photos", "bucket", "a b/é")] * 3 == [(one.source, one.kind, one.body["key"]) for one in entries]
    assert len({one.id for one in entries}) == 3


def test_what_was_configured_stays(cloud: Cloud, bucket: str) -> None:
    """While it is tapped, and afterwards."""
    before = configuration(cloud, bucket)

    with tapped(cloud, bucket):
        meanwhile = configuration(cloud, bucket)

    assert meanwhile["TopicConfigurations"] == before["TopicConfigurations"]
    assert len(meanwhile["QueueConfigurations"]) == 1
    assert configuration(cloud, bucket) == before


class Slow(Cloud):
    """The embedded cloud, in which some time passes before a bucket is configured."""

    def __init__(self, cloud: Cloud) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region, endpoint=cloud.endpoint, embedded=True)
        self.client("s3").meta.events.register(
            "before-call.s3.PutBucketNotificationConfiguration", lambda **_rest: time.sleep(0.3)
        )


def at_once(*calls: Callable[[], object]) -> None:
    with ThreadPoolExecutor(len(calls)) as threads:
        for running in [threads.submit(call) for call in calls]:
            running.result()


def test_two_runs_that_come_and_go_at_once_take_nothing_from_each_other(cloud: Cloud, bucket: str) -> None:
    """A configuration is read, changed and written by one of them at a time."""
    before = configuration(cloud, bucket)
    one, other = [Taps(SYSTEM, cloud=Slow(cloud), names=names(cloud, bucket), run=run) for run in ("r1", "r2")]

    at_once(lambda: one.tap("Photos"), lambda: other.tap("Photos"))
    meanwhile = configuration(cloud, bucket)["QueueConfigurations"]
    at_once(one.close, other.close)

    assert ["harness-tap-r1", "harness-tap-r2"] == sorted(entry["Id"][:14] for entry in meanwhile)
    assert configuration(cloud, bucket) == before


def test_what_a_killed_run_has_left_is_taken_away(cloud: Cloud, bucket: str) -> None:
    """Once its queue is gone; that of somebody else stays, whatever has become of its queue."""
    arn = f"arn:aws:sqs:{cloud.region}:{cloud.account}:gone"
    left = {"Id": "harness-tap-r0-Photos", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    configured(cloud, bucket, QueueConfigurations=[left, {**left, "Id": "theirs"}])

    with tapped(cloud, bucket):
        ids = [one["Id"] for one in configuration(cloud, bucket)["QueueConfigurations"]]

    assert ["theirs", "harness-tap-r1"] == [one[:14] for one in ids]


def test_only_this_bucket_may_write_to_the_queue(cloud: Cloud, bucket: str) -> None:
    """S3 itself, and of that this bucket."""
    with tapped(cloud, bucket):
        [ours] = configuration(cloud, bucket)["QueueConfigurations"]
        sqs = cloud.client("sqs")
        url = sqs.get_queue_url(QueueName=ours["QueueArn"].rpartition(":")[2])["QueueUrl"]
        policy = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"]

    assert '"Service": "s3.amazonaws.com"' in policy
    assert f'{{"aws:SourceArn": ["arn:aws:s3:::{bucket}"]}}' in policy


def test_a_notification_that_somebody_has_taken_away_is_missed(cloud: Cloud, bucket: str) -> None:
    """Nothing is claimed of what cannot be seen any more."""
    with tapped(cloud, bucket) as taps:
        [ours] = configuration(cloud, bucket)["QueueConfigurations"]
        configured(cloud, bucket)

        with pytest.raises(TapNotOpen) as caught:
            taps.barrier()

    assert str(caught.value) == (
        f"The notification {ours['Id']!r}, through which 'Photos' is tapped, is not there any more.\n"
        "  somebody has changed it while the run was on; run it again"
    )


def test_a_bucket_that_is_not_there_is_not_tapped(cloud: Cloud) -> None:
    """And no queue stays behind."""
    taps = Taps(SYSTEM, cloud=cloud, names=names(cloud, "photos-nowhere"), run="r1")

    with pytest.raises(TapNotOpen) as caught:
        taps.tap("Photos")

    where = f"  region: us-east-1\n  endpoint: {cloud.endpoint}"
    assert str(caught.value) == f"There is no bucket 'photos-nowhere'.\n{where}"
    assert [] == cloud.client("sqs").list_queues(QueueNamePrefix="harness-r1").get("QueueUrls", [])


def test_a_bucket_that_was_taken_away_meanwhile_is_left_alone(cloud: Cloud, bucket: str) -> None:
    """A stage may go before its taps do."""
    other = f"photos-{new_uuid()}"
    cloud.client("s3").create_bucket(Bucket=other)

    with tapped(cloud, other) as taps:
        cloud.client("s3").delete_bucket(Bucket=other)

    assert {} == taps.opened


def test_a_bucket_of_aws_is_not_tapped(tmp_path: Path) -> None:
    """It has one configuration, which is the stage's own."""
    aws = Cloud(folder=tmp_path, region="eu-west-1")
    known = Names(stack="s-dev", account="1", region="eu-west-1", physical={"Photos": "photos"})

    with pytest.raises(TapNotOpen) as caught:
        Taps(SYSTEM, cloud=aws, names=known, run="r1").tap("Photos")

    assert str(caught.value) == (
        "The bucket 'Photos' is not tapped: its one configuration of notifications is the stage's own.\n"
        "  stage: s-dev\n"
        "  expect what is started by its objects; or let it tell the default bus, which is tapped: "
        'EventBridgeConfiguration in the template, and stage.journal.expect("default", …)'
    )
