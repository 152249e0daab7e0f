"""A tapped bus: a rule for every event, which leads into a queue."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import TapNotOpen
from harness.journal.asking import opened
from harness.journal.collector import Collector
from harness.journal.creation import Creation
from harness.journal.entry import Kind
from harness.journal.envelopes import SENTINEL, template_for
from harness.ledger.naming import TARGET

__all__ = ["BusTap", "rule_arn", "send_sentinel"]


class BusTap:
    """Hears all events of a bus, from when it is opened.

    A sentinel goes through the bus only where no rule but those of taps would take it. Otherwise, as where the system
    has a rule for all events, it goes straight into the queue, and that the tap is open rests on its rule being there.
    In the embedded cloud a rule acts at once, so that is proof. In AWS it is none: "incoming events might not
    immediately start matching to new or updated rules", so an event of the first minute may be missed there.
    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html

    Args:
        cloud: Where it is.
        source: The logical id of the bus.
        bus: Its name.
        rule: The name of the rule, unique on the bus.
        collector: The queue into which the rule leads.
        tags: The tags of the rule.
        through: Whether nobody but taps would take a sentinel.

    Attributes:
        creation: The rule, as it is created and taken away.
    """

    kind: Kind = "bus"
    partial = ""

    def __init__(  # noqa: PLR0913 - the parts of a rule
        self,
        cloud: Cloud,
        *,
        source: str,
        bus: str,
        rule: str,
        collector: Collector,
        tags: Mapping[str, str],
        through: bool = True,
    ) -> None:
        self.source = source
        self._cloud = cloud
        self._events = cloud.client("events")
        self._bus = bus
        self._rule = rule
        self._collector = collector
        self._tags = dict(tags)
        self._through = through
        self.creation = Creation(cloud, "rule", name=rule, within=bus)

    def open(self) -> None:
        """Create the rule.

        Raises:
            TapNotOpen: It cannot be created.
        """
        self.creation.note()
        with opened(self._cloud, what=f"bus {self._bus!r}"):
            self._events.put_rule(
                Name=self._rule,
                EventBusName=self._bus,
                EventPattern=json.dumps({"source": [{"prefix": ""}]}),
                Description=f"The harness hears {self.source} while a test run is on.",
                Tags=[{"Key": key, "Value": value} for key, value in self._tags.items()],
            )
        self._lead(self._collector.arn)

    def _lead(self, queue: str) -> None:
        """Let the rule lead into the queue."""
        with translated(self._cloud):
            answer = self._events.put_targets(
                Rule=self._rule, EventBusName=self._bus, Targets=[_target(queue, self.source)]
            )
        if answer.get("FailedEntryCount"):
            raise TapNotOpen(
                f"The bus {self.source!r} cannot be tapped.",
                facts=[("reason", answer["FailedEntries"][0].get("ErrorMessage"))],
            )

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel, and give what says whether it has come."""
        if self._through:
            token = send_sentinel(self._cloud, bus=self._bus)
        else:
            self._insist_on_the_rule()
            token = self._collector.send_token()
        return lambda: token in self._collector.tokens

    def _insist_on_the_rule(self) -> None:
        """Make sure that the rule is there, and acts, and leads into the queue."""
        rule = {"EventBusName": self._bus}
        with opened(self._cloud, what=f"rule {self._rule!r} any more, through which {self.source!r} is tapped"):
            state = self._events.describe_rule(Name=self._rule, **rule)["State"]
            targets = self._events.list_targets_by_rule(Rule=self._rule, **rule)["Targets"]
        if state == "DISABLED" or not any(target["Id"] == TARGET for target in targets):
            raise TapNotOpen(
                f"The rule {self._rule!r}, through which {self.source!r} is tapped, leads nowhere any more.",
                facts=[("state", state), ("targets", len(targets))],
                remedy="somebody has changed it while the run was on; run it again",
            )

    def close(self) -> None:
        """Delete the rule, if there is one of its name."""
        self.creation.take_away()


def _target(queue: str, source: str) -> dict[str, Any]:
    # EventBridge wants an InputPathsMap, or none at all; the template needs no paths.
    return {"Id": TARGET, "Arn": queue, "InputTransformer": {"InputTemplate": template_for(source)}}


def send_sentinel(cloud: Cloud, *, bus: str) -> str:
    """Send a sentinel through a bus and give its token."""
    token = uuid.uuid4().hex
    entry = {
        "EventBusName": bus,
        "Source": SENTINEL,
        "DetailType": SENTINEL,
        "Detail": json.dumps({"token": token}),
    }
    with opened(cloud, what=f"bus {bus!r}"):
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
