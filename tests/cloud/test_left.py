"""What runs have left behind is found by what they really create."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.left import Made, left_behind
from harness.cloud.names import Names
from harness.errors import NotAllowed, UnreachableEndpoint
from harness.journal.taps import Taps
from harness.ledger.naming import TAP, client_name, user_address
from harness.system.model import Resource, System

RUN = "0f3a9c21"
OURS, OTHERS, ALL = Made.by([RUN]), Made.by(["0f3a9c22"]), Made.by([])
TYPES = {
    "Bus": "AWS::Events::EventBus",
    "Topic": "AWS::SNS::Topic",
    "Bucket": "AWS::S3::Bucket",
    "Pool": "AWS::Cognito::UserPool",
    # Its condition does not hold, so that it has no name.
    "Absent": "AWS::Events::EventBus",
}


@dataclass(frozen=True, kw_only=True)
class Place:
    """A stage with one of each kind of thing that the harness attaches something to."""

    system: System
    cloud: Cloud
    names: Names

    def left(self, made: Made = OURS) -> list[str]:
        return left_behind(self.system, cloud=self.cloud, names=self.names, made=made)

    def taps(self) -> Taps:
        return Taps(self.system, cloud=self.cloud, names=self.names, run=RUN)

    def brings(self, pool: str) -> str:
        """Bring a user and a client, as the run would, and give the name of the client."""
        cognito, client = self.cloud.client("cognito-idp"), client_name(RUN)
        address = {"Name": "email", "Value": user_address(RUN, "ann")}
        cognito.admin_create_user(UserPoolId=pool, Username="ann", UserAttributes=[address])
        cognito.create_user_pool_client(UserPoolId=pool, ClientName=client)
        return client


@pytest.fixture
def place(cloud: Cloud, tmp_path: Path) -> Iterator[Place]:
    """The stage."""
    events, sns, s3, cognito = (cloud.client(name) for name in ("events", "sns", "s3", "cognito-idp"))
    events.create_event_bus(Name="left-bus")
    topic = sns.create_topic(Name="left-topic")["TopicArn"]
    s3.create_bucket(Bucket="left-bucket")
    pool = cognito.create_user_pool(PoolName="left", AliasAttributes=["email"])["UserPool"]["Id"]
    cognito.create_user_pool_client(UserPoolId=pool, ClientName="tests")
    physical = {"Bus": "left-bus", "Topic": topic, "Bucket": "left-bucket", "Pool": pool}
    yield Place(
        system=System(
            name="left",
            template=tmp_path / "template.yaml",
            cloudformation={},
            resources={name: Resource(name=name, type=type_) for name, type_ in TYPES.items()},
        ),
        cloud=cloud,
        names=Names(stack="left-dev", account=cloud.account, region=cloud.region, physical=physical),
    )
    events.delete_event_bus(Name="left-bus")
    sns.delete_topic(TopicArn=topic)
    s3.delete_bucket(Bucket="left-bucket")
    cognito.delete_user_pool(UserPoolId=pool)


def test_nothing_is_left_where_nothing_was_made(place: Place) -> None:
    """What the stage has of its own is none of it."""
    assert [] == place.left()


def test_what_taps_are_made_of_is_found(place: Place) -> None:
    """Queues, a rule, a subscription and a notification; none when they are closed."""
    taps = place.taps()
    taps.open()
    taps.tap("Bucket")

    found = place.left()
    taps.close()

    kinds = [line.partition(" ")[0] for line in found]
    assert ["queue", "queue", "rule", "subscription", "notification"] == kinds
    assert all(f"{TAP}{RUN}-" in line for line in found)
    assert [] == place.left()


def test_each_thing_is_told_with_where_it_is(place: Place) -> None:
    """So that somebody can take it away."""
    taps = place.taps()
    taps.open()
    (queue,) = (line for line in place.left() if line.startswith("queue"))
    called = queue.removeprefix("queue ")

    rule, subscription = place.left()[1:]
    taps.close()

    assert f"subscription of queue {called} to topic left-topic" == subscription
    assert rule.startswith(f"rule {TAP}{RUN}-")
    assert rule.endswith(" on bus left-bus")


def test_the_default_bus_is_looked_at(place: Place) -> None:
    """Every account has it, and no template declares it."""
    taps = place.taps()
    taps.tap("default")

    found = place.left()
    taps.close()

    assert [" on bus default"] == [line[line.index(" on ") :] for line in found if line.startswith("rule")]


def test_users_and_their_clients_are_found_by_the_run(place: Place) -> None:
    """They have no tags, so the address of the one and the name of the other tell it."""
    pool = place.names.physical["Pool"]
    client = place.brings(pool)

    found = place.left()

    assert [f"user ann of pool {pool}", f"client {client} of pool {pool}"] == found


def test_what_belongs_to_another_run_is_left_alone(place: Place) -> None:
    """It may be alive."""
    place.brings(place.names.physical["Pool"])
    taps = place.taps()
    taps.open()

    found = place.left(OTHERS)
    taps.close()

    assert [] == found


def test_where_nobody_else_is_everything_counts(place: Place) -> None:
    """As in a cloud that was started for one run, which told no id."""
    taps = place.taps()
    taps.open()

    found = place.left(ALL)
    taps.close()

    assert ["queue", "rule", "subscription"] == [line.partition(" ")[0] for line in found]


class Sleep:
    """Counts how often somebody waits, and for how long in all; at some time what is waited for happens."""

    def __init__(self, at: int, happens: Callable[[], object]) -> None:
        self.times, self.seconds = 0, 0.0
        self._at, self._happens = at, happens

    def __call__(self, seconds: float) -> None:
        self.times, self.seconds = self.times + 1, self.seconds + seconds
        if self.times == self._at:
            self._happens()


def in_aws(place: Place, aws: Cloud, sleep: Sleep) -> list[str]:
    return left_behind(place.system, cloud=aws, names=place.names, made=OURS, sleep=sleep)


def test_in_aws_what_is_listed_a_while_longer_is_not_left(place: Place, aws: Cloud) -> None:
    """SQS takes up to a minute to delete a queue."""
    taps = place.taps()
    taps.open()
    sleep = Sleep(3, taps.close)

    found = in_aws(place, aws, sleep)

    assert ([], 3) == (found, sleep.times)


def test_in_aws_what_stays_for_longer_is_left(place: Place, aws: Cloud) -> None:
    """After more than a minute there is no doubt."""
    taps = place.taps()
    taps.open()
    sleep = Sleep(0, taps.close)

    found = in_aws(place, aws, sleep)
    taps.close()

    assert 3 == len(found)
    assert 60 < sleep.seconds < 90


def test_every_page_is_read(place: Place) -> None:
    """A list of queues has up to 1,000 a page, one of users up to 60."""
    cognito, pool = place.cloud.client("cognito-idp"), place.names.physical["Pool"]
    for number in range(70):
        address = {"Name": "email", "Value": user_address(RUN, "ann")}
        cognito.admin_create_user(UserPoolId=pool, Username=f"ann-{number}", UserAttributes=[address])

    assert 70 == len(place.left())


def test_what_a_test_has_taken_away_holds_nothing(place: Place) -> None:
    """A bus, a topic, a bucket or a pool of the stage may be gone."""
    physical = {
        "Bus": "gone",
        "Topic": place.names.physical["Topic"] + "-gone",
        "Bucket": "gone",
        "Pool": "us-east-1_gone",
    }

    assert [] == replace(place, names=replace(place.names, physical=physical)).left()


def test_where_nothing_answers_it_is_said(place: Place, tmp_path: Path) -> None:
    """Not knowing is not nothing."""
    nowhere = embedded_cloud("http://127.0.0.1:9", folder=tmp_path, region=place.cloud.region)

    with pytest.raises(UnreachableEndpoint):
        replace(place, cloud=nowhere).left()


def test_who_may_not_look_is_told(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which call the credentials do not allow."""
    key = place.cloud.client("iam")
    key.create_user(UserName="blind")
    made = key.create_access_key(UserName="blind")["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", made["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", made["SecretAccessKey"])
    blind = Cloud(folder=tmp_path, region=place.cloud.region, endpoint=place.cloud.endpoint)

    with pytest.raises(NotAllowed, match="The credentials do not allow 'ListQueues'"):
        replace(place, cloud=blind).left()
