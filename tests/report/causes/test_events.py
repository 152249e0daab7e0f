"""Events that no rule took, messages that nobody heard, and what is switched off."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.report.causes.spelling import is_misspelt
from harness.report.record import ActRecord, EntryRecord
from harness.system.model import (
    EventSourceMapping,
    Notification,
    Queue,
    Resource,
    Rule,
    Schedule,
    Subscription,
    System,
    Target,
)
from tests.report.causes.broken import broken, came, failed

Said = Callable[..., list[str]]

NOTIFIES = "the nearest, Placed, which starts Notify, wants"
WAITED = {"kind": "NeverHappened", "failure": "NeverHappened: Nothing came within 3 s that matches Topic."}


def shop(*rules: Rule, **known: Any) -> System:
    """A shop with these rules on its bus."""
    return System(
        name="shop", template=Path("t.yaml"), cloudformation={}, rules={rule.name: rule for rule in rules}, **known
    )


def rule(pattern: dict[str, Any] | None, *, name: str = "Placed", to: str = "Notify", **known: Any) -> Rule:
    return Rule(name=name, bus="EventBus", pattern=pattern, targets=(Target(resource=to),), **known)


def act(verb: str, what: str, sent: str = "") -> ActRecord:
    return ActRecord(verb=verb, what=what, at=0, seconds=0, sent=sent)


PLACED = rule({"source": ["shop"], "detail-type": ["order_placed"]})


def test_a_misspelt_event_and_the_rule_that_was_meant(said: Said) -> None:
    """The source of an event is not in a record, so nothing is said of it."""
    record = broken(entries=(came("order_placd"), came("order_placd")), **WAITED)

    found = said(record, system=shop(PLACED))

    assert [f"wiring: no rule on EventBus matched detail-type 'order_placd'; {NOTIFIES} 'order_placed'"] == found


def test_who_waits_for_nothing_has_missed_no_rule(said: Said) -> None:
    """The event may be for others, and the function fails by itself."""
    record = broken(entries=(came("order_placd"),), failures=(failed("Update", "KeyError", "'id'"),))

    assert ["code: Update failed with KeyError: 'id'"] == said(record, system=shop(PLACED))


@pytest.mark.parametrize("other", ["order_updated", "order_replaced", "orders_2", "order"])
def test_an_event_of_another_name_is_only_likely(said: Said, other: str) -> None:
    """A whole word differs, so it may well be for others: what failed comes first."""
    record = broken(entries=(came(other),), failures=(failed("Update", "KeyError", "'id'"),), **WAITED)

    found = said(record, system=shop(PLACED))

    assert "code: Update failed with KeyError: 'id'" == found[0]


@pytest.mark.parametrize("other", ["order_palced", "ordr_placed", "order_plaxed", "OrderPlaced", "orderplaced"])
def test_a_slip_of_the_keyboard_is_surer_than_an_error(said: Said, other: str) -> None:
    """Word by word it is what the rule wants."""
    record = broken(entries=(came(other),), failures=(failed("Update", "KeyError", "'id'"),), **WAITED)

    found = said(record, system=shop(PLACED))

    assert found[0].startswith(f"wiring: no rule on EventBus matched detail-type '{other}'")


@pytest.mark.parametrize(
    ("name", "other"),
    [("order_created", "order_updated"), ("user_paid", "user_said"), ("orders2024", "orders2025"), ("a", "a")],
)
def test_a_word_of_its_own_is_no_slip(name: str, other: str) -> None:
    """Short words and numbers differ by a letter and mean something else."""
    assert not is_misspelt(name, other)


def test_an_event_that_the_test_itself_has_published(said: Said) -> None:
    """The journal need not have seen it."""
    record = broken(acts=(act("publish", "EventBus order_placd", '{"id": 1}'),), **WAITED)

    [cause] = said(record, system=shop(PLACED))

    assert "detail-type 'order_placd'" in cause


def test_a_test_that_wants_what_the_rule_wants_accuses_the_code(said: Said) -> None:
    """So the rule is right, and whoever published is not."""
    failure = "NeverHappened: Nothing came.\n  detail_type: expected 'order_placed', was 'order_placd'"

    found = said(broken(kind="NeverHappened", failure=failure, entries=(came("order_placd"),)), system=shop(PLACED))

    both = "both the test and the rule Placed want 'order_placed'"
    assert [f"code: EventBus carried detail-type 'order_placd', and {both}"] == found


def test_what_the_journal_says_is_taken_over(said: Said) -> None:
    """It knows the whole event, so it knows of the source."""
    line = "no rule matched: Placed, which starts Notify, does not match the event on EventBus: "
    failure = f"NeverHappened: Nothing came.\n  {line}source is 'big-mouth', wanted 'bigmouth'"

    found = said(broken(kind="NeverHappened", failure=failure, entries=(came("order_placed"),)), system=shop(PLACED))

    why = "source is 'big-mouth', wanted 'bigmouth'"
    assert [f"wiring: no rule on EventBus matched what came: the nearest, Placed, which starts Notify: {why}"] == found


def test_the_journal_does_not_say_the_same_again(said: Said) -> None:
    """What was found in the entries is told in better words."""
    line = "no rule matched: Placed, which starts Notify, does not match the event on EventBus: "
    failure = f"NeverHappened: Nothing came.\n  {line}detail-type is 'order_placd', wanted 'order_placed'"

    found = said(broken(kind="NeverHappened", failure=failure, entries=(came("order_placd"),)), system=shop(PLACED))

    assert 1 == len(found)


def test_a_rule_that_asks_for_something_else_is_likely_only_for_who_waits(said: Said) -> None:
    """The event may be for others."""
    system, entries = shop(rule({"detail": {"total": [{"numeric": [">", 9]}]}})), (came("paid", '{"total": 5}'),)

    found = said(broken(entries=entries, **WAITED), system=system)

    assert [f"wiring: no rule on EventBus matched detail.total 5; {NOTIFIES} a number > 9"] == found
    assert [] == said(broken(entries=entries), system=system)


def test_a_field_that_is_missing_is_named(said: Said) -> None:
    """The rule wants it."""
    record = broken(entries=(came("paid", '{"sum": 5}'),), **WAITED)

    [cause] = said(record, system=shop(rule({"detail": {"total": [5]}})))

    assert "no rule on EventBus matched no detail.total; the nearest, Placed" in cause


@pytest.mark.parametrize(
    "system",
    [
        shop(PLACED, rule({"detail-type": ["order_placd"]}, name="Other")),
        shop(rule({"detail-type": [{"Ref": "Type"}]})),
        shop(rule({"detail-type": ["order_placed"]}, to="TestQueue"), queues={"TestQueue": Queue(name="TestQueue")}),
        shop(rule({"detail-type": "no list"})),
        shop(),
    ],
    ids=["another takes it", "only a stage knows", "for tests only", "malformed", "no rule"],
)
def test_no_rule_is_missed_where_none_is(said: Said, system: System) -> None:
    """A rule into a queue that nobody reads is there for tests."""
    assert [] == said(broken(entries=(came("order_placd"),), **WAITED), system=system)


def test_an_event_after_the_one_that_a_rule_took_needs_none(said: Said) -> None:
    """A rule that took an event did not sleep."""
    record = broken(entries=(came("order_placed"), came("order_placd")), **WAITED)

    assert [] == said(record, system=shop(PLACED))


def test_a_detail_that_was_shortened_is_not_judged(said: Said) -> None:
    """Only its type is known."""
    system = shop(rule({"detail-type": ["paid"], "detail": {"total": [5]}}))

    assert [] == said(broken(entries=(came("paid", '{"total": … (9 more characters)'),), **WAITED), system=system)


def test_a_rule_that_is_disabled_in_the_template(said: Said) -> None:
    """What it would have taken has come."""
    record = broken(entries=(came("order_placed"),))

    found = said(record, system=shop(replace(PLACED, enabled=False)))

    assert ["wiring: the rule Placed, which starts Notify, is disabled in the template"] == found


def test_schedules_that_are_disabled_in_the_template(said: Said) -> None:
    """A rule and a schedule of EventBridge Scheduler, when a test fires them."""
    daily = replace(rule(None, name="Daily", to="Clean"), schedule="rate(1 day)", enabled=False)
    hourly = Schedule(name="Hourly", expression="rate(1 hour)", target="Count", enabled=False)
    weekly = replace(hourly, name="Weekly", enabled=True)
    record = broken(mode="http", acts=(act("fire", "Daily"), act("fire", "Hourly"), act("fire", "Weekly")))

    found = said(record, system=shop(daily, schedules={"Hourly": hourly, "Weekly": weekly}))

    assert [
        "wiring: the rule Daily, which starts Clean, is disabled in the template",
        "wiring: the schedule Hourly, which starts Count, is disabled in the template",
    ] == found


@pytest.mark.parametrize("kind", ["NotHandedOn", "EndlessChain"])
def test_what_the_harness_found_of_the_wiring(said: Said, kind: str) -> None:
    """Its sentence is the cause."""
    assert ["wiring: Functions go on"] == said(broken(kind=kind, failure=f"{kind}: Functions go on.\n  a: b"))


def test_a_topic_without_subscriptions(said: Said) -> None:
    """Nobody hears it, and the test waits for somebody who should have."""
    system = shop(resources={"Topic": Resource(name="Topic", type="AWS::SNS::Topic")})

    found = said(broken(acts=(act("notify", "Topic"),), **WAITED), system=system)

    assert ["wiring: nothing in the template subscribes to Topic"] == found


SUBSCRIBED = Subscription(name="Mail", topic="Topic", protocol="lambda", endpoint="Notify", filter_policy={"to": ["a"]})
IN_BODY = replace(SUBSCRIBED, filter_scope="MessageBody")


@pytest.mark.parametrize(
    ("subscription", "text", "reached", "tells"),
    [
        (SUBSCRIBED, "{}", (), True),
        (SUBSCRIBED, "{}", ("subscription:Mail",), False),
        (IN_BODY, '{"to": "b"}', (), True),
        (IN_BODY, '{"to": "a"}', (), False),
        (replace(IN_BODY, filter_policy={"to": "a"}), '{"to": "a"}', (), False),
        (replace(SUBSCRIBED, filter_policy=None), "{}", (), False),
    ],
)
def test_a_subscription_that_drops_what_came(
    said: Said, subscription: Subscription, text: str, reached: tuple[str, ...], *, tells: bool
) -> None:
    """Of attributes a record does not tell, so a filter of those is only likely."""
    entry = EntryRecord(kind="topic", source="Topic", name="", text=text, at=0)

    found = said(broken(entries=(entry,), reached=reached, **WAITED), system=shop(subscriptions={"Mail": subscription}))

    policy = json.dumps(subscription.filter_policy)
    assert ([f"wiring: the subscription Mail to Topic takes only what matches {policy}"] if tells else []) == found


READS = EventSourceMapping(name="Audit", function="Count", source="Stream", kind="stream")
FILTERED = ({"data": {"customer": ["a"]}},)


@pytest.mark.parametrize(
    ("mapping", "text", "reached", "tells"),
    [
        (replace(READS, filters=FILTERED), '{"customer": "b"}', (), True),
        (replace(READS, filters=FILTERED), '{"customer": "a"}', (), False),
        (replace(READS, filters=FILTERED), "{}", ("mapping:Audit",), False),
        (replace(READS, kind="queue", filters=({"body": {"customer": ["a"]}},)), '{"customer": "b"}', (), True),
        (replace(READS, kind="table", filters=({"eventName": ["REMOVE"]},)), "{}", (), True),
        (READS, "{}", (), False),
    ],
)
def test_a_mapping_that_drops_what_came(
    said: Said, mapping: EventSourceMapping, text: str, reached: tuple[str, ...], *, tells: bool
) -> None:
    """What it hands on is told."""
    entry = EntryRecord(kind=mapping.kind, source="Stream", name="", text=text, at=0)

    found = said(broken(entries=(entry,), reached=reached, **WAITED), system=shop(mappings={"Audit": mapping}))

    wanted = json.dumps(mapping.filters)
    assert (
        [f"wiring: the filter of the mapping Audit hands Count only what matches {wanted} of Stream"] if tells else []
    ) == found


def test_what_the_test_itself_has_sent_came(said: Said) -> None:
    """A stream need not be tapped; and where nothing came, no filter has dropped anything."""
    system = shop(mappings={"Audit": replace(READS, filters=FILTERED)})

    found = said(broken(acts=(act("put_record", "Stream", '{"customer": "b"}'),), **WAITED), system=system)

    assert found[0].startswith("wiring: the filter of the mapping Audit hands Count only what matches")
    assert [] == said(broken(logs={"Stream": ()}, **WAITED), system=system)


def test_a_mapping_that_is_disabled_in_the_template(said: Said) -> None:
    """Nobody reads what was sent."""
    system = shop(mappings={"Audit": replace(READS, enabled=False)})

    found = said(broken(acts=(act("put_record", "Stream"),)), system=system)

    assert ["wiring: the mapping Audit, by which Count reads Stream, is disabled in the template"] == found


def test_a_bucket_that_tells_of_other_names(said: Said) -> None:
    """No notification is for the name that was uploaded."""
    told = [
        Notification(name=f"Photos[{n}]", bucket="Photos", events=(), target="F", suffix=s)
        for n, s in enumerate((".jpg", ".gif"))
    ]
    system = shop(notifications={one.name: one for one in told})

    found = said(broken(acts=(act("upload", "Photos a.png"), act("upload", "Photos a.gif")), **WAITED), system=system)

    assert ["wiring: no notification of Photos is for 'a.png': they are for *.jpg, *.gif"] == found
