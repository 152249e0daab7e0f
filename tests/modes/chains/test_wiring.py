"""What is known of rules and subscriptions before anything is published."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.names import Names
from harness.journal.entry import Entry
from harness.modes.wiring import Wiring
from harness.system.model import Function, Resource, Rule, Subscription, System, Target

NAMES = Names(stack="s", account="1", region="r", physical={"Bus": "bus", "Topic": "arn:aws:sns:r:1:t"})
THEIRS = "arn:aws:lambda:r:1:function:theirs"
TO_BILL = (Target(resource="Bill"),)


class Asked:
    """A cloud whose EventBridge says that every pattern matches, and counts how often it is asked."""

    embedded, endpoint, region, partition = True, "http://here", "r", "aws"

    def __init__(self) -> None:
        self.patterns: list[Any] = []

    def client(self, _name: str) -> Asked:
        return self

    def test_event_pattern(self, *, EventPattern: str, Event: str) -> dict[str, bool]:  # noqa: N803 - boto3's names
        self.patterns.append(json.loads(EventPattern))
        return {"Result": bool(Event)}


def wiring(
    cloud: Asked,
    *rules: Rule,
    subscriptions: tuple[Subscription, ...] = (),
    resources: tuple[Resource, ...] = (),
) -> Wiring:
    system = System(
        name="shop",
        template=Path("template.yaml"),
        cloudformation={},
        functions={"Bill": Function(name="Bill", handler="bill.handler", code=None)},
        rules={rule.name: rule for rule in rules},
        subscriptions={one.name: one for one in subscriptions},
        resources={one.name: one for one in resources},
    )
    shown: Any = cloud
    return Wiring(system, cloud=shown, names=NAMES)


def entry(**event: Any) -> Entry:
    document = {"source": "shop", "detail-type": "told", "detail": {}} | event
    return Entry(kind="bus", source="Bus", id="1", text=json.dumps(document), sent=0.0, seen=0.0)


@pytest.mark.parametrize(
    ("pattern", "asked"),
    [
        ({"source": ["shop"]}, True),
        ({"source": ["other"]}, False),
        ({"source": ["shop"], "detail-type": ["another"]}, False),
        ({"source": [{"prefix": "sh"}]}, True),
        ({"source": ["other", {"prefix": "sh"}]}, True),
        ({"detail": {"a": [1]}}, True),
        ({"$or": [{"source": ["other"]}, {"detail": {"a": [1]}}]}, True),
    ],
)
def test_eventbridge_is_asked_unless_plain_texts_rule_it_out(pattern: Mapping[str, Any], *, asked: bool) -> None:
    """Most rules of a bus are for other events, and each question is a call."""
    cloud = Asked()
    rules = wiring(cloud, Rule(name="R", bus="Bus", pattern=pattern, targets=TO_BILL))

    started = [start.to for start in rules.starts(entry())]

    assert (["Bill"], [pattern]) == (started, cloud.patterns) if asked else ([], []) == (started, cloud.patterns)


def test_only_rules_of_the_bus_that_are_enabled_and_have_a_pattern_count() -> None:
    """A schedule starts by itself."""
    rules = wiring(
        Asked(),
        Rule(name="Elsewhere", bus="Other", pattern={"source": ["shop"]}, targets=TO_BILL),
        Rule(name="Off", bus="Bus", pattern={"source": ["shop"]}, enabled=False, targets=TO_BILL),
        Rule(name="Nightly", bus="Bus", schedule="rate(1 day)", targets=TO_BILL),
    )

    assert [] == list(rules.starts(entry()))


def test_what_a_queue_brings_starts_nothing_here() -> None:
    """Only buses and topics are known."""
    rules = wiring(Asked(), Rule(name="R", bus="Bus", pattern={"source": ["shop"]}, targets=TO_BILL))
    queued = Entry(kind="queue", source="Bus", id="1", text="{}", sent=0.0, seen=0.0)

    assert [] == list(rules.starts(queued))


def test_what_cannot_be_heard_is_named() -> None:
    """Rules and subscriptions to what the template does not declare, if they lead to a function."""
    cloud = Asked()
    pattern = {"source": ["shop"]}
    rules = wiring(
        cloud,
        Rule(name="Shared", bus="shared", pattern=pattern, targets=TO_BILL),
        Rule(name="Own", bus="Bus", pattern=pattern, targets=TO_BILL),
        Rule(name="ToQueue", bus="shared", pattern=pattern, targets=(Target(resource="Queue"),)),
        Rule(name="Nightly", bus="shared", schedule="rate(1 day)", targets=TO_BILL),
        subscriptions=(
            Subscription(name="Theirs", topic="arn:theirs", protocol="lambda", endpoint="Bill"),
            Subscription(name="Ours", topic="Topic", protocol="lambda", endpoint="Bill"),
            Subscription(name="Mail", topic="arn:theirs", protocol="email", endpoint="a@example.com"),
        ),
    )

    assert {"Shared": "shared", "Theirs": "arn:theirs"} == rules.unheard({"Bus", "Topic"})


def test_what_calls_functions_itself_is_named() -> None:
    """With whatever leads there, in any shape of a reference."""
    to_flow = (Target(resource="Flow"), Target(resource="Queue"))
    rules = wiring(
        Asked(),
        Rule(name="Placed", bus="Bus", pattern={"source": ["shop"]}, targets=to_flow),
        Rule(name="Nightly", schedule="rate(1 day)", targets=(Target(resource="Hook"), *TO_BILL)),
        Rule(name="Off", bus="Bus", pattern={"source": ["shop"]}, enabled=False, targets=to_flow),
        resources=(
            Resource(name="Flow", type="AWS::StepFunctions::StateMachine"),
            Resource(name="Hook", type="AWS::Events::ApiDestination"),
            Resource(name="Pipe", type="AWS::Pipes::Pipe", properties={"Target": {"Ref": "Flow"}}),
            Resource(name="Deaf", type="AWS::Pipes::Pipe", properties={"Target": {"Fn::GetAtt": ["Queue", "Arn"]}}),
            Resource(
                name="Daily",
                type="AWS::Scheduler::Schedule",
                properties={"Target": {"Arn": {"Fn::Sub": "${Flow.Arn}"}, "RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
            ),
        ),
    )

    assert [
        ("Placed", "the state machine Flow"),
        ("Daily", "the state machine Flow"),
        ("Pipe", "the state machine Flow"),
        ("Nightly", "the API destination Hook"),
    ] == rules.beyond()


@pytest.mark.parametrize(("name", "foreign"), [("Bill", False), ("Queue", False), (THEIRS, True)])
def test_functions_of_others_are_known_by_their_arn(name: str, *, foreign: bool) -> None:
    """What the template does not declare cannot run here."""
    assert foreign is wiring(Asked()).is_foreign_function(name)


def test_a_rule_names_the_group_of_a_fifo_queue() -> None:
    """Each of its targets has its own parameters."""
    pattern = {"source": ["shop"]}
    targets = [{"Id": "bill"}, {"Id": "queue", "SqsParameters": {"MessageGroupId": "g"}}]
    rules = wiring(
        Asked(),
        Rule(name="R", bus="Bus", pattern=pattern, targets=(*TO_BILL, Target(resource="Queue"))),
        resources=(Resource(name="R", type="AWS::Events::Rule", properties={"Targets": targets}),),
    )

    assert [("Bill", None), ("Queue", "g")] == [(start.to, start.group) for start in rules.starts(entry())]
