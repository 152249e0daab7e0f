"""Closing: nothing stays behind, whatever has happened before."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.deploying import undeploy
from harness.errors import LedgerNotWritten, MisusedStep, UnreachableEndpoint
from harness.journal.polling import Waiting


def test_closing_leaves_nothing(place: Any) -> None:
    """No queue, no rule, no subscription; twice does no harm, and the entries stay."""
    taps = place.opened("EventBus", "LoudBus", "Topic", "FifoTopic", "HeardTopic", "default")
    journal = place.journal(taps)
    (event,) = place.put({"n": 1})
    journal.expect("EventBus")
    # A queue, three rules, three subscriptions.
    assert 7 == len(place.left())

    taps.close()
    taps.close()

    assert ([], {}) == (place.left(), taps.opened)
    assert [event] == [entry.id for entry in taps.store.since(0)]


def test_each_part_may_be_closed_twice(place: Any) -> None:
    """Whoever closes it."""
    taps = place.opened("EventBus", "Topic")
    taps.stop()
    parts = [*taps.opened.values(), *taps._readers]  # noqa: SLF001

    for part in [*parts, *parts]:
        part.close()

    assert (3, []) == (len(parts), place.left())


def test_a_closed_journal_says_so(place: Any) -> None:
    """Nothing is known of what comes after it."""
    taps = place.opened("EventBus")
    journal = place.journal(taps)
    taps.close()

    with pytest.raises(MisusedStep, match="The bus 'EventBus' is not tapped"):
        journal.expect("EventBus")


def test_closing_is_quick(place: Any) -> None:
    """Although the pollers pause for a second."""
    taps = place.opened("EventBus", "Topic", "TestQueue")
    time.sleep(0.1)
    began = time.monotonic()

    taps.stop()

    assert time.monotonic() - began < 0.9


def test_stopping_takes_nothing_away(place: Any) -> None:
    """The cloud itself is about to go, and all with it, so the ledger has nothing left. It can be closed later."""
    taps = place.opened("EventBus")
    noted = place.noted()

    taps.stop()

    assert (["rule", "queue"], [], 2) == (noted, place.noted(), len(place.left()))
    taps.close()
    assert [] == place.left()


def test_the_stage_may_be_gone(deploy: Any, cloud: Cloud) -> None:
    """Its buses and topics have taken rules and subscriptions with them; the queue goes too."""
    other = deploy()
    taps = other.opened("EventBus", "LoudBus", "Topic", "FifoTopic")
    events = cloud.client("events")
    for bus in ("EventBus", "LoudBus"):
        name = other.names.physical[bus]
        for rule in events.list_rules(EventBusName=name, NamePrefix="harness-")["Rules"]:
            events.remove_targets(Rule=rule["Name"], EventBusName=name, Ids=["harness"])
            events.delete_rule(Name=rule["Name"], EventBusName=name)
    undeploy(cloud=cloud, stack=other.names.stack, progress=lambda _line: None)

    taps.close()
    taps.close()

    assert [] == other.left()


def test_what_somebody_else_has_taken_away_is_no_trouble(place: Any) -> None:
    """The queue, the rule and the subscription are gone already."""
    taps = place.opened("EventBus", "Topic")
    events, sns, bus = place.cloud.client("events"), place.cloud.client("sns"), place.names.physical["EventBus"]
    place.cloud.client("sqs").delete_queue(QueueUrl=place.queue_of(taps))
    (rule,) = events.list_rules(EventBusName=bus, NamePrefix="harness-")["Rules"]
    events.remove_targets(Rule=rule["Name"], EventBusName=bus, Ids=["harness"])
    events.delete_rule(Name=rule["Name"], EventBusName=bus)
    sns.unsubscribe(SubscriptionArn=taps.opened["Topic"].creation.known)

    taps.close()

    assert [] == place.left()


def test_what_cannot_be_taken_away_keeps_nothing_else(place: Any) -> None:
    """The rest goes; the ledger has what is left with the reason, nothing is raised, and another call tries again."""
    taps = place.opened("EventBus", "LoudBus", "Topic")
    events, queues = place.cloud.client("events"), place.cloud.client("sqs")
    broken = [(events, "before-call.eventbridge.RemoveTargets"), (queues, "before-call.sqs.DeleteQueue")]
    for client, call in broken:
        client.meta.events.register(call, _refuse)

    taps.close()

    left, noted, why = place.left(), place.noted(), place.reasons()
    for client, call in broken:
        client.meta.events.unregister(call, _refuse)
    taps.close()
    # The queue and two rules; the subscription has gone.
    assert (3, ["rule", "rule", "queue"], [], []) == (len(left), noted, place.left(), place.noted())
    assert {"The credentials do not allow 'Anything'."} == set(why)


def _refuse(**_request: Any) -> None:
    raise ClientError({"Error": {"Code": "AccessDenied"}}, "Anything")


def _cut(**_request: Any) -> None:
    raise EndpointConnectionError(endpoint_url="http://nowhere")


class InterruptedCloud(Cloud):
    """A cloud in which Ctrl-C comes once: when a call is about to go out, or has just been answered."""

    def __init__(self, cloud: Cloud, *, moment: str) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region, endpoint=cloud.endpoint, embedded=True)
        self.moment = moment
        self.interrupts = 0

    def client(self, service: str, **config: Any) -> Any:
        client = super().client(service, **config)
        client.meta.events.register(self.moment, self.interrupt, unique_id="interrupt")
        return client

    def interrupt(self, **_call: Any) -> None:
        self.interrupts += 1
        if self.interrupts == 1:
            raise KeyboardInterrupt


@pytest.mark.parametrize("when", ["before-call", "after-call"])
@pytest.mark.parametrize(
    "operation", ["sqs.CreateQueue", "eventbridge.PutRule", "eventbridge.PutTargets", "sns.Subscribe"]
)
def test_an_interrupt_while_taps_open_leaves_nothing(place: Any, when: str, operation: str) -> None:
    """Ctrl-C comes before the cloud has created something, or before this process knows what it is called."""
    where = place.cloud
    place.cloud = interrupted = InterruptedCloud(where, moment=f"{when}.{operation}")
    taps = place.taps()
    place.cloud = where

    with pytest.raises(KeyboardInterrupt):
        taps.open()

    assert 1 <= interrupted.interrupts
    assert ([], {}, None) == (place.left(), taps.opened, taps.trouble)


def test_an_interrupt_while_taps_wait_leaves_nothing(place: Any) -> None:
    """All has been created, and no sentinel is back."""

    class Impatient(Waiting):
        def begun(self) -> Any:
            raise KeyboardInterrupt

    taps = place.taps(waiting=Impatient())

    with pytest.raises(KeyboardInterrupt):
        taps.open()

    assert ([], {}) == (place.left(), taps.opened)


def test_what_cannot_be_taken_away_after_a_failure_is_later(place: Any) -> None:
    """The network is away when a tap has failed; closing all tries again."""
    taps = place.opened("LoudBus")
    events = place.cloud.client("events")
    for call in ("PutTargets", "DeleteRule"):
        events.meta.events.register(f"before-call.eventbridge.{call}", _cut)

    with pytest.raises(UnreachableEndpoint):
        taps.tap("EventBus")

    for call in ("PutTargets", "DeleteRule"):
        events.meta.events.unregister(f"before-call.eventbridge.{call}", _cut)
    left = place.left()
    taps.close()
    # The first queue and its rule; the rule of the second.
    assert (3, []) == (len(left), place.left())


def test_a_read_that_ends_after_the_closing_is_no_trouble(place: Any) -> None:
    """A long poll may come back when the queue has gone."""
    taps = place.opened("EventBus")
    collector = taps._readers[0]  # noqa: SLF001
    taps.close()

    assert [] == collector.read(wait=0)
    assert taps.trouble is None


def test_an_interrupt_while_taps_close_loses_nothing(place: Any) -> None:
    """Ctrl-C comes as the queue is deleted: all else has gone, and another call takes it away."""
    where = place.cloud
    place.cloud = InterruptedCloud(where, moment="before-call.sqs.DeleteQueue")
    taps = place.opened("EventBus", "Topic")

    with pytest.raises(KeyboardInterrupt):
        taps.close()

    left, noted = place.left(), place.noted()
    taps.close()
    place.cloud.ledger.close()
    assert (1, ["queue"], [], []) == (len(left), noted, place.left(), place.noted())


def test_what_cannot_be_noted_is_not_created(place: Any, tmp_path: Path) -> None:
    """The ledger's folder cannot be made."""
    (tmp_path / "file").touch()
    where = place.cloud
    place.cloud = embedded_cloud(where.endpoint, folder=tmp_path / "file", region=where.region)
    taps = place.taps()

    with pytest.raises(LedgerNotWritten, match="so this is not created: queue 'harness-tap-"):
        taps.open()

    assert ([], {}) == (place.left(), taps.opened)
