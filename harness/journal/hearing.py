"""Buses and topics heard through one queue that is made for this process, and how they are told by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from harness.cloud.account import Cloud
from harness.journal.buckets import BucketTap
from harness.journal.buses import BusTap, rule_arn
from harness.journal.bystanders import bus_has_only_taps, topic_has_only_taps
from harness.journal.collector import Collector
from harness.journal.creation import Creation
from harness.journal.envelopes import Sources
from harness.journal.leading import Led
from harness.journal.stack_queue import StackQueue, StackTap
from harness.journal.tap import Tap
from harness.journal.topics import TopicTap
from harness.ledger.naming import tap_name

__all__ = ["Heard", "Undo", "hear", "hear_bucket", "hear_through", "sources_of"]

# Keeps what is about to be created, so that it is taken away in the end.
Undo = Callable[[Creation], object]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A reader, and the taps that lead into it."""

    reader: Collector | StackQueue
    taps: tuple[Tap, ...]


def hear(  # noqa: PLR0913 - what a queue and rules need
    *,
    buses: Mapping[str, str],
    topics: Mapping[str, str],
    cloud: Cloud,
    run: str,
    tags: Mapping[str, str],
    undo: Undo,
) -> Heard:
    """Make a queue, and a rule or a subscription for each source that leads into it.

    Args:
        buses: Names of buses by logical id.
        topics: ARNs of topics by logical id.
        cloud: Where they are.
        run: What tells this process from every other, in letters and digits.
        tags: The tags of the queue and the rules; a subscription has none.
        undo: Is given each thing before it is created, so that no interrupt comes between.
    """
    rules = {source: tap_name(run, source, longest=64) for source in buses}
    collector = Collector(
        cloud,
        name=tap_name(run, *buses, *topics, longest=80),
        senders=_senders(cloud, buses=buses, rules=rules, topics=topics),
        sources=sources_of(buses, topics),
        tags=tags,
    )
    undo(collector.creation)
    collector.open()
    taps: list[Tap] = []
    for source, bus in buses.items():
        through = bus_has_only_taps(bus, cloud=cloud)
        rule = BusTap(
            cloud, source=source, bus=bus, rule=rules[source], collector=collector, tags=tags, through=through
        )
        undo(rule.creation)
        rule.open()
        taps.append(rule)
    for source, topic in topics.items():
        through = topic_has_only_taps(topic, cloud=cloud)
        subscription = TopicTap(cloud, source=source, topic=topic, collector=collector, through=through)
        undo(subscription.creation)
        subscription.open()
        taps.append(subscription)
    return Heard(reader=collector, taps=tuple(taps))


def hear_bucket(  # noqa: PLR0913 - what a queue and a notification need
    source: str, *, bucket: str, cloud: Cloud, run: str, tags: Mapping[str, str], undo: Undo
) -> Heard:
    """Make a queue, and a notification of a bucket that leads into it.

    Args:
        source: The logical id of the bucket.
        bucket: Its name.
        cloud: Where it is.
        run: What tells this process from every other, in letters and digits.
        tags: The tags of the queue; a notification has none.
        undo: Is given each thing before it is created.
    """
    name = tap_name(run, source, longest=80)
    collector = Collector(
        cloud,
        name=name,
        senders={"s3.amazonaws.com": [f"arn:{cloud.partition}:s3:::{bucket}"]},
        sources=Sources(buckets={bucket: source}),
        tags=tags,
    )
    undo(collector.creation)
    collector.open()
    tap = BucketTap(cloud, source=source, bucket=bucket, collector=collector, name=name)
    undo(tap.creation)
    tap.open()
    return Heard(reader=collector, taps=(tap,))


def hear_through(queue: StackQueue, *, buses: Iterable[str], topics: Iterable[str], led: Led) -> Heard:
    """Hear through a queue of the stack; nothing is created.

    Args:
        queue: The queue.
        buses: Logical ids of buses that lead there.
        topics: Logical ids of topics that lead there.
        led: What of them comes.
    """
    taps: list[Tap] = [
        StackTap(kind="bus", source=one, queue=queue, partial=led.buses[one], admitted=led.admitted.get(one, ()))
        for one in buses
    ]
    taps += [StackTap(kind="topic", source=one, queue=queue) for one in topics]
    return Heard(reader=queue, taps=tuple(taps))


def sources_of(buses: Mapping[str, str], topics: Mapping[str, str]) -> Sources:
    """Give which source a message comes from.

    Args:
        buses: Names of buses by logical id.
        topics: ARNs of topics by logical id.
    """
    return Sources(
        buses={name: source for source, name in buses.items()}, topics={arn: source for source, arn in topics.items()}
    )


def _senders(
    cloud: Cloud, *, buses: Mapping[str, str], rules: Mapping[str, str], topics: Mapping[str, str]
) -> dict[str, list[str]]:
    """Give who may send to the queue: the rules and topics of this process, by the service that acts for them."""
    arns = [rule_arn(cloud, bus=bus, rule=rules[source]) for source, bus in buses.items()]
    senders = {"events.amazonaws.com": arns, "sns.amazonaws.com": list(topics.values())}
    return {service: arns for service, arns in senders.items() if arns}
