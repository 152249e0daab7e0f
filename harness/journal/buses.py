"""A tapped bus: a rule for every event, which leads into a queue."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import TapNotOpen
from harness.journal.collector import Collector
from harness.journal.entry import Kind
from harness.journal.envelopes import SENTINEL, template_for

__all__ = ["BusTap", "rule_arn", "send_sentinel"]

_TARGET = "harness"


class BusTap:
    """Hears all events of a bus.

    Args:
        cloud: Where it is.
        source: The logical id of the bus.
        bus: Its name.
        rule: The name of the rule, unique on the bus.
        collector: The queue into which the rule leads.
        tags: The tags of the rule.

    Raises:
        TapNotOpen: The rule cannot be created.
    """

    kind: Kind = "bus"

    def __init__(  # noqa: PLR0913 - the parts of a rule
        self, cloud: Cloud, *, source: str, bus: str, rule: str, collector: Collector, tags: Mapping[str, str]
    ) -> None:
        self.source = source
        self._cloud = cloud
        self._events = cloud.client("events")
        self._bus = bus
        self._rule = rule
        self._tokens = collector.tokens
        self._closed = False
        with translated(cloud):
            self._events.put_rule(
                Name=rule,
                EventBusName=bus,
                EventPattern=json.dumps({"source": [{"prefix": ""}]}),
                Description=f"The harness hears {source} while a test run is on.",
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
            answer = self._events.put_targets(Rule=rule, EventBusName=bus, Targets=[_target(collector.arn, source)])
        if answer.get("FailedEntryCount"):
            raise TapNotOpen(
                f"The bus {source!r} cannot be tapped.",
                facts=[("reason", answer["FailedEntries"][0].get("ErrorMessage"))],
            )

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel through the bus, and give what says whether it has come back."""
        token = send_sentinel(self._cloud, bus=self._bus)
        return lambda: token in self._tokens

    def close(self) -> None:
        """Delete the rule."""
        if self._closed:
            return
        self._closed = True
        with translated(self._cloud):
            try:
                self._events.remove_targets(Rule=self._rule, EventBusName=self._bus, Ids=[_TARGET])
                self._events.delete_rule(Name=self._rule, EventBusName=self._bus)
            except self._events.exceptions.ResourceNotFoundException:
                return  # The stage has been taken away, its bus with it.


def _target(queue: str, source: str) -> dict[str, Any]:
    # EventBridge wants an InputPathsMap, or none at all; the template needs no paths.
    return {"Id": _TARGET, "Arn": queue, "InputTransformer": {"InputTemplate": template_for(source)}}


def send_sentinel(cloud: Cloud, *, bus: str) -> str:
    """Send a sentinel through a bus and give its token."""
    token = uuid.uuid4().hex
    entry = {
        "EventBusName": bus,
        "Source": SENTINEL,
        "DetailType": SENTINEL,
        "Detail": json.dumps({"token": token}),
    }
    with translated(cloud):
        answer = cloud.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        failed = answer["Entries"][0]
        raise TapNotOpen(
            f"The bus {bus!r} does not take a sentinel.",
            facts=[("reason", f"{failed.get('ErrorCode')}: {failed.get('ErrorMessage')}")],
        )
    return token


def rule_arn(cloud: Cloud, *, bus: str, rule: str) -> str:
    """Give the ARN of a rule; those of the default bus do not name it."""
    place = rule if bus == "default" else f"{bus}/{rule}"
    return f"arn:{cloud.partition}:events:{cloud.region}:{cloud.account}:rule/{place}"
