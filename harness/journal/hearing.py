"""Buses and topics heard through one queue: one made for this process, or one that the stack has for its tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from harness.cloud.account import Cloud
from harness.journal.buses import BusTap, rule_arn
from harness.journal.bystanders import bus_has_only_taps, topic_has_only_taps
from harness.journal.collector import Collector, StackQueue
from harness.journal.entry import Kind
from harness.journal.envelopes import Sources
from harness.journal.tap import Reader, Tap
from harness.journal.topics import TopicTap

__all__ = ["Heard", "hear", "hear_through"]


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A reader, and the taps that lead into it."""

    reader: Reader
    taps: tuple[Tap, ...]


def hear(
    *, buses: Mapping[str, str], topics: Mapping[str, str], cloud: Cloud, run: str, tags: Mapping[str, str]
) -> Heard:
    """Make a queue, and a rule or a subscription for each source that leads into it.

    Args:
        buses: Names of buses by logical id.
        topics: ARNs of topics by logical id.
        cloud: Where they are.
        run: What tells this process from every other, in letters and digits.
        tags: The tags of the queue and the rules; a subscription has none.
    """
    sources = _sources(buses, topics)
    rules = {source: _name(run, source, longest=64) for source in buses}
    with ExitStack() as undo:
        collector = Collector(
            cloud,
            name=_name(run, *buses, *topics, longest=80),
            senders=_senders(cloud, buses=buses, rules=rules, topics=topics),
            sources=sources,
            tags=tags,
        )
        undo.callback(collector.close)
        taps: list[Tap] = []
        for source, bus in buses.items():
            through = bus_has_only_taps(bus, cloud=cloud)
            rule = BusTap(
                cloud, source=source, bus=bus, rule=rules[source], collector=collector, tags=tags, through=through
            )
            taps.append(rule)
            undo.callback(rule.close)
        for source, topic in topics.items():
            through = topic_has_only_taps(topic, cloud=cloud)
            subscription = TopicTap(cloud, source=source, topic=topic, collector=collector, through=through)
            taps.append(subscription)
            undo.callback(subscription.close)
        undo.pop_all()
    return Heard(reader=collector, taps=tuple(taps))


def hear_through(queue: str, *, buses: Mapping[str, str], topics: Mapping[str, str], cloud: Cloud) -> Heard:
    """Hear through a queue of the stack; nothing is created.

    Args:
        queue: Its URL.
        buses: Names of buses by logical id.
        topics: ARNs of topics by logical id.
        cloud: Where they are.
    """
    reader = StackQueue(cloud, url=queue, sources=_sources(buses, topics))
    taps: list[Tap] = [_StackTap(kind="bus", source=source, queue=reader) for source in buses]
    taps += [_StackTap(kind="topic", source=source, queue=reader) for source in topics]
    return Heard(reader=reader, taps=tuple(taps))


@dataclass(kw_only=True)
class _StackTap:
    """A source that the stack's own rule or subscription leads into its own queue; both stand since its deployment.

    What that rule admits is the stack's business, so a sentinel could not pass it for sure: it goes straight into the
    queue.
    """

    kind: Kind
    source: str
    queue: StackQueue

    def barrier(self) -> Callable[[], bool]:
        token = self.queue.send_token()
        return lambda: token in self.queue.tokens

    def close(self) -> None:
        """Leave everything as it is."""


def _sources(buses: Mapping[str, str], topics: Mapping[str, str]) -> Sources:
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


def _name(run: str, *sources: str, longest: int) -> str:
    """Give a name that no other process gives, of the characters that rules and queues may have."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", f"harness-{run}-{'-'.join(sources)}")[:longest]
