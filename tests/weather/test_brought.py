"""What a run brings into a cloud in bad weather: one of each, and nothing in the end, as the cloud itself lists it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.data import items
from harness.journal.behind import Patience
from harness.journal.journal import Journal
from harness.journal.taps import Taps
from harness.ledger import read
from harness.parameters import secret_parameter
from harness.people import signed_in_user
from harness.system.model import Resource, System
from tests.weather.proxy import Fault, Proxy, Weather

# Most calls go well, so that what is tried six times gets there; about each fifth does not.
ROUGH = Weather(throttled=0.06, failed=0.06, reset=0.08)
CREATING = ("CreateQueue", "PutRule", "PutTargets", "Subscribe")
REMOVING = ("RemoveTargets", "DeleteRule", "Unsubscribe", "DeleteQueue")


@dataclass(frozen=True, kw_only=True)
class Shop:
    """A bus, a topic, a pool with its client, and a table; and the cloud without any weather."""

    cloud: Cloud
    names: Names
    pool: str
    client: str

    @property
    def system(self) -> System:
        types = {"Bus": "AWS::Events::EventBus", "Topic": "AWS::SNS::Topic"}
        resources = {name: Resource(name=name, type=type_, properties={}) for name, type_ in types.items()}
        return System(name="shop", template=Path("template.yaml"), cloudformation={}, resources=resources)

    def taps(self, cloud: Cloud) -> Taps:
        """Give taps of the bus and the topic, not open yet."""
        return Taps(self.system, cloud=cloud, names=self.names, run=new_uuid()[:8])

    def queues(self) -> list[str]:
        return list(self.cloud.client("sqs").list_queues(QueueNamePrefix="harness-").get("QueueUrls", []))

    def rules(self) -> list[str]:
        rules = self.cloud.client("events").list_rules(EventBusName=self.names.physical["Bus"])["Rules"]
        return [rule["Name"] for rule in rules]

    def subscriptions(self) -> list[str]:
        topic = self.names.physical["Topic"]
        found = self.cloud.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        return [one["SubscriptionArn"] for one in found]

    def heard(self) -> tuple[int, int, int]:
        """Say how many queues, rules and subscriptions there are."""
        return len(self.queues()), len(self.rules()), len(self.subscriptions())

    def users(self) -> list[str]:
        found = self.cloud.client("cognito-idp").list_users(UserPoolId=self.pool)["Users"]
        return [user["Username"] for user in found]

    def clients(self) -> list[str]:
        found = self.cloud.client("cognito-idp").list_user_pool_clients(UserPoolId=self.pool, MaxResults=60)
        return [one["ClientName"] for one in found["UserPoolClients"]]

    def items(self) -> list[Any]:
        return list(self.cloud.client("dynamodb").scan(TableName="weather")["Items"])

    def parameters(self) -> list[str]:
        return [one["Name"] for one in self.cloud.client("ssm").describe_parameters()["Parameters"]]


@pytest.fixture(scope="module")
def shop(cloud: Cloud) -> Iterator[Shop]:
    cognito, dynamodb = cloud.client("cognito-idp"), cloud.client("dynamodb")
    events, sns = cloud.client("events"), cloud.client("sns")
    events.create_event_bus(Name="weather")
    topic = sns.create_topic(Name="weather-topic")["TopicArn"]
    pool = cognito.create_user_pool(PoolName="weather")["UserPool"]["Id"]
    flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)
    dynamodb.create_table(
        TableName="weather",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    physical = {"Bus": "weather", "Topic": topic}
    names = Names(stack="weather", account=cloud.account, region=cloud.region, physical=physical)
    yield Shop(cloud=cloud, names=names, pool=pool, client=client["UserPoolClient"]["ClientId"])
    events.delete_event_bus(Name="weather")
    sns.delete_topic(TopicArn=topic)
    cognito.delete_user_pool(UserPoolId=pool)
    dynamodb.delete_table(TableName="weather")


def left(cloud: Cloud) -> list[str]:
    """Give what is left for all that the ledger knows."""
    return [str(one.thing) for one in read(cloud.ledger.path).left]


@pytest.mark.parametrize("operation", CREATING)
@pytest.mark.parametrize("fault", ["lost", "throttled"])
def test_one_tap_of_each_source(proxy: Proxy, rough: Cloud, shop: Shop, operation: str, fault: Fault) -> None:
    """What has been created by a call whose answer was lost is not created again, and all is taken away."""
    proxy.inject(fault, operation)
    taps = shop.taps(rough)

    taps.open()
    heard = shop.heard()
    taps.close()

    assert (1, 1) == (heard[0], heard[2])
    assert 1 == proxy.counts.injected[operation, fault]
    assert ((0, 0, 0), []) == (shop.heard(), left(rough))


@pytest.mark.parametrize("operation", REMOVING)
@pytest.mark.parametrize("fault", ["lost", "throttled", "failed", "broken"])
def test_all_is_taken_away(proxy: Proxy, rough: Cloud, shop: Shop, operation: str, fault: Fault) -> None:
    """What has gone already with a call whose answer was lost has gone."""
    taps = shop.taps(rough)
    taps.open()
    proxy.inject(fault, operation)

    taps.close()

    assert 1 == proxy.counts.injected[operation, fault]
    assert ((0, 0, 0), []) == (shop.heard(), left(rough))


def test_the_journal_goes_on(proxy: Proxy, rough: Cloud, shop: Shop) -> None:
    """Each event is seen once, whatever happens to those who read the queue and delete from it."""
    taps = shop.taps(rough)
    taps.open()
    proxy.change(ROUGH, seed=7)
    began = time.time()
    journal = Journal(taps, began=lambda: began, patience=Patience(within=30.0, closing=30.0, grace=0.25))
    for number in range(20):
        entry = {"Source": "w", "DetailType": "rained", "Detail": json.dumps({"n": number}), "EventBusName": "weather"}
        shop.cloud.client("events").put_events(Entries=[entry])

    seen = [journal.expect("Bus", detail={"n": number}).document["detail"]["n"] for number in range(20)]
    many = len([entry for entry in journal.entries() if entry.source == "Bus"])
    proxy.change()
    taps.close()

    assert (list(range(20)), 20) == (seen, many)
    assert (0, 0, 0) == shop.heard()


def test_what_a_lost_answer_held_comes_again(proxy: Proxy, rough: Cloud, shop: Shop) -> None:
    """SQS hides what it has handed out, so it must not hide it for longer than a test waits."""
    taps = shop.taps(rough)
    taps.open()
    began = time.time()
    journal = Journal(taps, began=lambda: began, patience=Patience(within=10.0, closing=10.0, grace=0.25))
    entry = {"Source": "w", "DetailType": "hailed", "Detail": "{}", "EventBusName": "weather"}
    shop.cloud.client("events").put_events(Entries=[entry])
    proxy.inject("lost", "ReceiveMessage", times=2)

    journal.expect("Bus", detail_type="hailed", times=1)
    taps.close()

    assert 2 == proxy.counts.injected["ReceiveMessage", "lost"]


@pytest.mark.parametrize("fault", ["lost", "throttled", "failed", "broken"])
@pytest.mark.parametrize(
    "operation", ["AdminCreateUser", "AdminInitiateAuth", "AdminRespondToAuthChallenge", "AdminDeleteUser"]
)
def test_one_user(proxy: Proxy, rough: Cloud, shop: Shop, operation: str, fault: Fault) -> None:
    """There is one, who has signed in, and who is taken away."""
    proxy.inject(fault, operation)

    with signed_in_user(rough, pool=shop.pool, client=shop.client) as user:
        users = shop.users()

    assert [user.username] == users
    assert 1 == proxy.counts.injected[operation, fault]
    assert ([], []) == (shop.users(), left(rough))


def brought_items(cloud: Cloud) -> AbstractContextManager[None]:
    return items(cloud, table="weather", items=[{"id": str(number)} for number in range(30)])


def brought_parameter(cloud: Cloud) -> AbstractContextManager[None]:
    return secret_parameter(cloud, name="weather", value="a-secret-of-rain", key="alias/aws/ssm")


@pytest.mark.parametrize("fault", ["lost", "throttled", "failed", "broken"])
@pytest.mark.parametrize(
    ("operation", "bring", "expected"),
    [("BatchWriteItem", brought_items, (30, 0)), ("PutParameter", brought_parameter, (0, 1))],
)
def test_one_of_each_that_is_held(  # noqa: PLR0913, PLR0917 - the cloud, the weather, and what is brought in it
    proxy: Proxy,
    rough: Cloud,
    shop: Shop,
    fault: Fault,
    operation: str,
    bring: Callable[[Cloud], AbstractContextManager[None]],
    expected: tuple[int, int],
) -> None:
    """Each item and each parameter is there once, and is taken away."""
    proxy.inject(fault, operation)

    with bring(rough):
        there = len(shop.items()), len(shop.parameters())

    assert expected == there
    assert 1 == proxy.counts.injected[operation, fault]
    assert ([], [], []) == (shop.items(), shop.parameters(), left(rough))


def test_a_storm(proxy: Proxy, rough: Cloud, shop: Shop) -> None:
    """Of all that is brought and taken away while each fifth call fails nothing is left."""
    proxy.change(ROUGH, seed=3)

    for _ in range(3):
        taps = shop.taps(rough)
        taps.open()
        with signed_in_user(rough, pool=shop.pool, client=shop.client), brought_items(rough):
            there = len(shop.users()), len(shop.items())
        taps.close()

    assert (1, 30) == there
    assert ((0, 0, 0), [], [], []) == (shop.heard(), shop.users(), shop.items(), left(rough))
    assert proxy.counts.of_kind().total() > 5


def test_a_cloud_that_never_removes(proxy: Proxy, rough: Cloud, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own result stands, and the ledger says what is left and why."""
    with signed_in_user(rough, pool=shop.pool, client=shop.client) as user:
        proxy.inject("expired", "AdminDeleteUser", times=None)

    (one,) = read(rough.ledger.path).left
    shop.cloud.client("cognito-idp").admin_delete_user(UserPoolId=shop.pool, Username=user.username)
    assert ("user", user.username, "The credentials have expired.") == (one.thing.kind, one.thing.name, one.why)
