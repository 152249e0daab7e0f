"""Each kind of thing is taken away, and nothing beside it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.taking import remove, take_away
from harness.errors import ForeignPlace, NotRemoved
from harness.ledger import Kind, Thing, read

from .standing import KINDS, Answer, Standing, refusal

NAME = "harness-tap-0f3a9c21-77aa-1-Bus"


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_this_thing_goes(standing: Standing, kind: Kind) -> None:
    """What has the same name and a little more stays; the ledger knows that it has gone."""
    beside = standing.thing(kind, f"{NAME}-beside")
    thing = standing.thing(kind, NAME)
    before = standing.there(kind)

    gone = take_away(thing, cloud=standing.cloud)

    left = [one.thing for one in read(standing.cloud.ledger.path).left]
    assert (True, [beside], [beside.name]) == (gone, left, standing.there(kind))
    assert sorted([beside.name, thing.name]) == sorted(before)


@pytest.mark.parametrize("kind", KINDS)
def test_what_has_gone_is_no_trouble(standing: Standing, kind: Kind) -> None:
    """A second time, and where it never was."""
    thing = standing.thing(kind, NAME)
    take_away(thing, cloud=standing.cloud)

    gone = take_away(thing, cloud=standing.cloud)

    assert (True, ()) == (gone, read(standing.cloud.ledger.path).left)


@pytest.mark.parametrize("kind", KINDS)
def test_that_in_which_it_was_may_have_gone(standing: Standing, kind: Kind) -> None:
    """A stage may go before what tests have brought into it."""
    thing = standing.thing(kind, NAME)
    standing.raze(kind)

    gone = take_away(thing, cloud=standing.cloud)

    assert (True, ()) == (gone, read(standing.cloud.ledger.path).left)


@pytest.mark.parametrize("kind", ["client", "subscription", "queue"])
def test_what_is_known_by_its_id_is_not_looked_for(standing: Standing, calls_of: Any, kind: Kind) -> None:
    """One call each."""
    thing = standing.thing(kind, NAME)
    service, known = {
        "client": ("cognito-idp", lambda: id_of_client(standing)),
        "subscription": ("sns", lambda: arn_of_subscription(standing)),
        "queue": ("sqs", lambda: url_of_queue(standing)),
    }[kind]
    name = known()
    calls = calls_of(standing.cloud.client(service))

    take_away(thing, cloud=standing.cloud, known=name)

    assert (1, []) == (len(calls.operations), standing.there(kind))


def id_of_client(standing: Standing) -> str:
    pool = standing.where["client"]
    found = standing.cloud.client("cognito-idp").list_user_pool_clients(UserPoolId=pool, MaxResults=60)
    return str(found["UserPoolClients"][0]["ClientId"])


def arn_of_subscription(standing: Standing) -> str:
    found = standing.cloud.client("sns").list_subscriptions_by_topic(TopicArn=standing.where["subscription"])
    return str(found["Subscriptions"][0]["SubscriptionArn"])


def url_of_queue(standing: Standing) -> str:
    return str(standing.cloud.client("sqs").get_queue_url(QueueName=NAME)["QueueUrl"])


def test_clients_of_one_name_go_together(standing: Standing) -> None:
    """A creation whose answer was lost was repeated; they may be on any page of sixty."""
    for number in range(70):
        standing.bring("client", f"another-{number}")
    thing = standing.thing("client", NAME)
    standing.bring("client", NAME)

    take_away(thing, cloud=standing.cloud)

    cognito, pool = standing.cloud.client("cognito-idp"), standing.where["client"]
    pages = cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool, MaxResults=60)
    assert 70 == len([one for page in pages for one in page["UserPoolClients"]])


def test_all_targets_of_a_rule_go_first(standing: Standing, calls_of: Any) -> None:
    """Whatever they are called, a hundred at a time."""
    thing = standing.thing("rule", NAME)
    events, of_rule = standing.cloud.client("events"), {"Rule": NAME, "EventBusName": standing.where["rule"]}
    for start in range(0, 120, 10):
        targets = [{"Id": f"t{start + one}", "Arn": "arn:aws:sqs:us-east-1:000000000000:q"} for one in range(10)]
        events.put_targets(**of_rule, Targets=targets)
    calls = calls_of(events)

    take_away(thing, cloud=standing.cloud)

    assert ["ListTargetsByRule", "RemoveTargets", "RemoveTargets", "DeleteRule"] == calls.operations
    assert [] == events.list_targets_by_rule(**of_rule)["Targets"]


def test_targets_are_looked_for_on_every_page(standing: Standing, through: Any) -> None:
    """EventBridge gives up to a hundred at once."""
    pages = [b'{"Targets": [{"Id": "a", "Arn": "x"}], "NextToken": "2"}', b'{"Targets": [{"Id": "b", "Arn": "x"}]}']
    ids = page_of(pages)
    there, front = through(ids)

    remove(standing.thing("rule", NAME), cloud=there)

    assert ["ListTargetsByRule", "ListTargetsByRule", "RemoveTargets", "DeleteRule"] == front.asked


def page_of(pages: list[bytes]) -> Callable[[str, int], Any]:
    return lambda operation, times: Answer(200, pages[times]) if operation == "ListTargetsByRule" else None


def test_a_target_that_stays_is_told(standing: Standing, through: Any) -> None:
    """EventBridge answers 200, and names it."""
    failed = b'{"FailedEntryCount": 1, "FailedEntries": [{"TargetId": "t", "ErrorCode": "Odd", "ErrorMessage": "why"}]}'
    there, _ = through(lambda operation, _times: Answer(200, failed) if operation == "RemoveTargets" else None)

    with pytest.raises(NotRemoved) as caught:
        remove(standing.thing("rule", NAME), cloud=there)

    assert f"The target 't' of the rule '{NAME}' stays: Odd.\n  reason: why" == str(caught.value)


def test_a_subscription_that_is_not_confirmed_cannot_be_cancelled(standing: Standing, through: Any) -> None:
    """SNS gives a word in place of its ARN, and drops it by itself."""
    topic = standing.where["subscription"]
    member = f"<member><SubscriptionArn>PendingConfirmation</SubscriptionArn><Endpoint>{NAME}</Endpoint></member>"
    body = (
        '<R xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><ListSubscriptionsByTopicResult><Subscriptions>'
        f"{member}</Subscriptions></ListSubscriptionsByTopicResult></R>"
    )
    there, front = through(lambda _operation, _times: Answer(200, body.encode()))

    remove(standing.cloud.creating("subscription", NAME, within=topic), cloud=there)

    assert ["ListSubscriptionsByTopic"] == front.asked


def test_a_failure_is_noted_and_raises_nothing(standing: Standing, through: Any) -> None:
    """With its reason in a line; the thing stays left."""
    thing = standing.thing("queue", NAME)
    denied = refusal(400, "AccessDenied", "you may not")
    there, _ = through(lambda operation, _times: denied if operation == "DeleteQueue" else None)

    gone = take_away(thing, cloud=there)

    (left,) = read(standing.cloud.ledger.path).left
    assert (False, thing, "The credentials do not allow 'DeleteQueue'.") == (gone, left.thing, left.why)


def test_what_a_service_says_is_told(standing: Standing, through: Any) -> None:
    """The whole text: which error, which thing, and what to do by hand."""
    thing = standing.thing("user", "ann")
    odd = refusal(400, "InvalidParameterException", "that is odd.")
    there, _ = through(lambda _operation, _times: odd)

    with pytest.raises(NotRemoved) as caught:
        remove(thing, cloud=there)

    assert str(caught.value) == (
        "It could not be taken away, InvalidParameterException: that is odd.\n"
        f"  thing: user 'ann' of '{thing.within}'\n"
        "  AWS_ACCESS_KEY_ID=000000000000 AWS_SECRET_ACCESS_KEY=test "
        f"aws --region us-east-1 --endpoint-url {standing.cloud.endpoint} "
        f"cognito-idp admin-delete-user --user-pool-id {thing.within} --username ann"
    )


def test_a_failure_without_words_is_told_by_its_name(standing: Standing) -> None:
    """An item whose key cannot be read as what it should be."""
    thing = standing.cloud.creating("item", "{", within=standing.where["item"])

    gone = take_away(thing, cloud=standing.cloud)

    (left,) = read(standing.cloud.ledger.path).left
    assert (False, "Expecting property name") == (gone, left.why[:23])


ABOVE = """
from pathlib import Path
from harness.cloud.account import embedded_cloud
from harness.cloud.taking import register, take_away
from harness.ledger import read

cloud = embedded_cloud("http://127.0.0.1:9", folder=Path(), region="us-east-1")
thing = cloud.creating("parameter", "/secret", within="key")
print(take_away(thing, cloud=cloud), *(one.why for one in read(cloud.ledger.path).left))
register("parameter", lambda cloud, thing: print("removing", thing))
print(take_away(thing, cloud=cloud), *(one.why for one in read(cloud.ledger.path).left))
"""


def test_what_is_held_goes_as_a_layer_above_says(tmp_path: Path) -> None:
    """What was there before must come back, and only that layer knows how; without it nothing is done."""
    environment = {"PYTHONPATH": str(Path(__file__).parents[3])}

    said = subprocess.check_output([sys.executable, "-c", ABOVE], cwd=tmp_path, env=environment, text=True)

    assert said.splitlines() == [
        "False The parameter '/secret' is taken away by `harness sweep --stage embedded` only.",
        "removing parameter '/secret'",
        "True",
    ]


def test_in_another_account_nothing_is_looked_for(through: Any) -> None:
    """It would not be found there, and be written down as gone."""
    there, front = through(lambda _operation, _times: None)
    noted = Thing(
        kind="queue", name="harness-tap-0f3a9c21-rain", account="210987654321", region=there.region, stage="dev"
    )

    with pytest.raises(ForeignPlace) as caught:
        remove(noted, cloud=there)

    assert ["GetCallerIdentity"] == front.asked
    assert str(caught.value) == (
        "The queue 'harness-tap-0f3a9c21-rain' is in the account '210987654321', and the credentials are of "
        "'000000000000'.\n"
        "  identity: arn:aws:iam::000000000000:root\n"
        "  sign in to the account of the run, and take it away: harness sweep --stage dev --region us-east-1"
    )
