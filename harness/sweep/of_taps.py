"""What taps are made of: queues, and the rules, subscriptions and notifications that lead into them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from harness.cloud import listing
from harness.ledger import Kind
from harness.ledger.naming import RUN, TAP, run_of_tap
from harness.sweep.found import Found
from harness.sweep.here import Here
from harness.sweep.tags import Tags, since_of, stage_of, ttl_of

__all__ = ["OfTaps"]


class OfTaps:
    """What runs have made for taps in one account and region.

    Args:
        here: The account and region.
    """

    def __init__(self, here: Here) -> None:
        self._here = here
        self._cloud = here.cloud
        self._tags = Tags(here.cloud)

    def queues(self) -> Iterator[Found]:
        """Give the queues."""
        yield from self._queues_found.values()

    @cached_property
    def _queues_found(self) -> dict[str, Found]:
        """All queues of taps, by ARN."""
        sqs = self._cloud.client("sqs")
        urls = dict(listing.queues(self._cloud, prefix=TAP))
        for arn in self._tags.together:
            name = arn.rpartition(":")[2]
            if arn == self._here.arn("sqs", name) and run_of_tap(name) and name not in urls:
                # The index of tags may still hold what has gone.
                with suppress(sqs.exceptions.QueueDoesNotExist):
                    urls[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, Found] = {}
        for name, url in urls.items():
            run, arn = run_of_tap(name), self._here.arn("sqs", name)
            tags = self._tags.of_queue(arn, url=url) if run else {}
            one = run and self._tagged("queue", name, run=run, tags=tags, known=url)
            if one:
                found[arn] = one if one.since is not None else self._dated(one, url=url)
        return found

    def _dated(self, queue: Found, *, url: str) -> Found:
        """Give a queue with the time at which SQS has created it."""
        sqs = self._cloud.client("sqs")
        with suppress(sqs.exceptions.QueueDoesNotExist):
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])["Attributes"]
            return replace(queue, since=float(told["CreatedTimestamp"]))
        return queue

    def rules(self) -> Iterator[Found]:
        """Give the rules of every bus."""
        for bus in self._buses():
            for rule in listing.rules(self._cloud, bus=bus, prefix=TAP):
                run = run_of_tap(rule["Name"])
                tags = self._tags.of_rule(rule["Arn"]) if run else {}
                found = run and self._tagged("rule", rule["Name"], run=run, tags=tags, within=bus)
                if found:
                    yield found

    def _buses(self) -> Iterator[str]:
        """Give the names of all buses, that of the account too. boto3 has no paginator for them."""
        events = self._cloud.client("events")
        token: dict[str, str] = {}
        while True:
            answer = events.list_event_buses(**token)
            yield from (bus["Name"] for bus in answer["EventBuses"])
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def subscriptions(self) -> Iterator[Found]:
        """Give the subscriptions of every topic, also of one that is not there any more."""
        for one in listing.subscriptions(self._cloud):
            name = one.get("Endpoint", "").rpartition(":")[2]
            run = run_of_tap(name) if one.get("Endpoint") == self._here.arn("sqs", name) else None
            if run:
                yield self._subscription(one, run=run)

    def _subscription(self, told: Mapping[str, str], *, run: str) -> Found:
        queue, topic, known = told["Endpoint"], told["TopicArn"], told["SubscriptionArn"]
        return self._leading(
            "subscription",
            queue,
            queue=queue,
            stage=self._here.scope.stage if topic in self._here.scope.topics else "",
            run=run,
            within=topic,
            # Of one that is not confirmed there is a word in place of the ARN.
            known=known if known.startswith("arn:") else "",
        )

    def _leading(self, kind: Kind, name: str, *, queue: str, stage: str = "", **more: Any) -> Found:
        """Give what leads into a queue, which tells of which stage it is and how old."""
        leads_to = self._queues_found.get(queue)
        if leads_to is None:
            return self._here.found(kind, name, stage=stage, **more)
        return self._here.found(kind, name, stage=leads_to.thing.stage, since=leads_to.since, ttl=leads_to.ttl, **more)

    def notifications(self) -> Iterator[Found]:
        """Give the notifications of every bucket."""
        for bucket in listing.buckets_tapped(self._cloud):
            for one in listing.notifications(self._cloud, bucket=bucket):
                run = run_of_tap(one.get("Id", ""))
                if run:
                    yield self._leading("notification", one["Id"], queue=one["QueueArn"], run=run, within=bucket)

    def _tagged(self, kind: Kind, name: str, *, run: str, tags: Mapping[str, str], **more: str) -> Found | None:
        """Give something that can carry tags; None when they say that it is another's."""
        if tags.get(RUN, run) != run:
            return None
        return self._here.found(
            kind,
            name,
            run=run,
            stage=stage_of(tags),
            by=("tag", "name") if RUN in tags else ("name",),
            since=since_of(tags),
            ttl=ttl_of(tags),
            **more,
        )
