"""A chain whose taps bring nothing, or whose system listens to what is not heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import NotAllowed, StageError
from harness.journal.polling import Waiting
from harness.journal.store import Store
from harness.modes.chain import Chain
from harness.modes.messages import BusEvent, TopicMessage
from harness.modes.wiring import Wiring
from harness.runtime.invocation import Invocation
from harness.system.model import EventSourceMapping, Resource, Rule, Subscription

from .test_wiring import NAMES, TO_BILL, Asked, wiring


class Taking(Asked):
    """A cloud that takes whatever is published."""

    def put_events(self, **_entries: Any) -> dict[str, Any]:
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]}

    def publish(self, **_message: Any) -> dict[str, Any]:
        return {"MessageId": "m-1"}


class Deaf:
    """Taps that bring nothing."""

    sources: Mapping[str, str] = {"Bus": "bus", "Topic": "topic", "default": "bus"}

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble = trouble
        self.store = Store()
        self.waiting = Waiting()
        self.tapped: list[str] = []

    def tap(self, *sources: str) -> None:
        self.tapped += sources


def never(_function: str, _event: Mapping[str, Any]) -> Invocation:
    raise AssertionError("nothing is started")


def chain(taps: Deaf, *rules: Rule, told: list[str] | None = None, **declared: Any) -> Chain:
    cloud: Any = Taking()
    deaf: Any = taps
    found = wiring(cloud, *rules, **declared)
    tell = (told if told is not None else []).append
    return Chain(found, cloud=cloud, names=NAMES, taps=deaf, invoke=never, tell=tell, back_within=0.1)


EVENT = BusEvent(bus="Bus", source="shop", detail_type="told", detail={})


def test_what_does_not_come_back_is_an_error_of_the_stage() -> None:
    """It says what was published, and where."""
    with pytest.raises(StageError) as caught:
        chain(Deaf()).put([EVENT])

    assert str(caught.value) == (
        "What was published to 'Bus' has not come back within 0.1 s.\n"
        "  id: e-1\n"
        "  is the embedded cloud overloaded? see: harness status"
    )


def test_it_says_what_reading_failed_with() -> None:
    """A poller that goes on trying may have a reason."""
    with pytest.raises(StageError) as caught:
        chain(Deaf(OSError("reset"))).put([TopicMessage(topic="Topic", message="hello")])

    assert str(caught.value) == (
        "What was published to 'Topic' has not come back within 0.1 s.\n"
        "  id: m-1\n"
        "  reading failed with: reset\n"
        "  is the embedded cloud overloaded? see: harness status"
    )


def test_what_a_person_must_mend_is_not_waited_for() -> None:
    """The poller has given up."""
    trouble = NotAllowed("No.")

    with pytest.raises(NotAllowed) as caught:
        chain(Deaf(trouble)).put([EVENT])

    assert caught.value is trouble


def test_the_default_bus_is_tapped_if_a_rule_leads_from_there_to_a_function() -> None:
    """Taps open without it."""
    with_rule, without = Deaf(), Deaf()

    chain(with_rule, Rule(name="R", pattern={"source": ["shop"]}, targets=TO_BILL))
    chain(without)

    assert (["default"], []) == (with_rule.tapped, without.tapped)


def test_what_is_not_heard_is_told() -> None:
    """The template does not declare where it comes from."""
    told: list[str] = []
    theirs = Subscription(name="Theirs", topic="arn:theirs", protocol="lambda", endpoint="Bill")

    chain(Deaf(), told=told, subscriptions=(theirs,))

    assert [
        "Theirs listens to arn:theirs, which the template does not declare: in handler mode it starts nothing"
    ] == told


def test_mappings_are_told_of() -> None:
    """Those of brokers and clusters: nobody plays what Lambda reads there."""
    told: list[str] = []

    chain(Deaf(), told=told, resources=(Resource(name="Reads", type="AWS::Lambda::EventSourceMapping"),))

    assert ["Reads is not played: in handler mode what comes to its source starts nothing"] == told


def test_what_is_read_elsewhere_is_told() -> None:
    """The template maps a queue of another stack."""
    told: list[str] = []
    theirs = "arn:aws:sqs:r:1:theirs"
    found = wiring(Taking())
    mapping = EventSourceMapping(name="Reads", function="Bill", source=theirs, kind="queue")
    cloud: Any = Taking()
    deaf: Any = Deaf()

    Chain(
        Wiring(replace(found.system, mappings={"Reads": mapping}), cloud=cloud, names=NAMES),
        cloud=cloud,
        names=NAMES,
        taps=deaf,
        invoke=never,
        tell=told.append,
    )

    sentence = (
        f"{theirs} is read by a function, and the template does not declare it: in handler mode it starts nothing"
    )
    assert ([sentence], []) == (told, deaf.tapped)
