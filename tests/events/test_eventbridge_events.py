"""The events that EventBridge sends."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from harness.errors import NotHandedOn
from harness.events.eventbridge import event, handed_on, schedule_event, text_handed_on
from harness.system.model import Target

RULE_ARN = "arn:aws:events:eu-west-1:123456789012:rule/orders"


def placed(**changes: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        "source": "shop",
        "detail_type": "order_placed",
        "detail": {"id": "o-1", "lines": [{"sku": "é"}]},
        "account": "123456789012",
        "region": "eu-west-1",
        "time": 1795255200.9,
        "event_id": "6a7e8feb-b491-4cf7-a9f1-bf3703467718",
    }
    return event(**usual | changes)


def received(target: Target, *, sent: dict[str, Any] | None = None, now: float | None = None) -> Any:
    return handed_on(sent or placed(), target, rule_arn=RULE_ARN, rule_name="orders", now=now)


def test_an_event_has_the_fields_of_eventbridge() -> None:
    """The whole event, in the order of AWS; a moment is a second."""
    assert list(placed(resources=["arn:1", "arn:2"]).items()) == [
        ("version", "0"),
        ("id", "6a7e8feb-b491-4cf7-a9f1-bf3703467718"),
        ("detail-type", "order_placed"),
        ("source", "shop"),
        ("account", "123456789012"),
        ("time", "2026-11-21T10:00:00Z"),
        ("region", "eu-west-1"),
        ("resources", ["arn:1", "arn:2"]),
        ("detail", {"id": "o-1", "lines": [{"sku": "é"}]}),
    ]


def test_an_event_is_of_now_and_has_an_id_of_its_own() -> None:
    """Where neither is given."""
    before = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())

    sent = placed(time=None, event_id=None)

    assert before <= sent["time"] <= time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    assert str(uuid.UUID(sent["id"])) == sent["id"]


def test_a_detail_has_been_json_on_its_way() -> None:
    """A tuple arrives as a list, a number as a key as text, and nothing is shared with the sender."""
    lines = [1]

    sent = placed(detail={"lines": lines, "pair": (1, 2), 7: None})
    lines.append(2)

    assert sent["detail"] == {"lines": [1], "pair": [1, 2], "7": None}


def test_a_moment_before_1970_or_at_its_start_is_one() -> None:
    """Zero is a moment and not the lack of one."""
    assert placed(time=0)["time"] == "1970-01-01T00:00:00Z"


def test_a_schedule_sends_its_rule() -> None:
    """Account and region are those of the rule, the detail is empty."""
    assert schedule_event(RULE_ARN, time=1795255200, event_id="e-1") == {
        "version": "0",
        "id": "e-1",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-21T10:00:00Z",
        "region": "eu-west-1",
        "resources": [RULE_ARN],
        "detail": {},
    }


@pytest.mark.parametrize(
    ("target", "value"),
    [
        (Target(resource="F"), placed()),
        (Target(resource="F", input='{"days": 7}'), {"days": 7}),
        (Target(resource="F", input='"text"'), "text"),
        (Target(resource="F", input={"days": [7]}), {"days": [7]}),
        (Target(resource="F", input_path="$.detail"), {"id": "o-1", "lines": [{"sku": "é"}]}),
        (Target(resource="F", input_path="$.detail.lines[0].sku"), "é"),
        (
            Target(
                resource="F",
                input_transformer={"InputPathsMap": {"id": "$.detail.id"}, "InputTemplate": '{"order": <id>}'},
            ),
            {"order": "o-1"},
        ),
    ],
)
def test_a_function_receives_what_the_target_says(target: Target, value: Any) -> None:
    """The event, a constant, a part of the event, or what a transformer makes of it."""
    assert received(target) == value


def test_a_transformer_knows_when_the_event_arrived() -> None:
    """The moment that is given, else now."""
    target = Target(resource="F", input_transformer={"InputTemplate": '"<aws.events.event.ingestion-time>"'})

    assert received(target, now=1795255201.5) == "2026-11-21T10:00:01Z"
    assert received(target) >= time.strftime("%Y-%m-%dT%H:%M", time.gmtime(time.time() - 60))


def test_a_queue_receives_text() -> None:
    """Lines of text need not be JSON; the event itself is minified."""
    lines = Target(resource="Q", input_transformer={"InputTemplate": '"<aws.events.rule-name>"\n"again"'})

    assert text_handed_on(placed(), lines, rule_arn=RULE_ARN, rule_name="orders") == '"orders"\n"again"'
    whole = text_handed_on(placed(), Target(resource="Q"), rule_arn=RULE_ARN, rule_name="orders")
    assert whole == json.dumps(placed(), separators=(",", ":"), ensure_ascii=False)


def test_a_function_cannot_receive_text_that_is_no_json() -> None:
    """Lambda takes JSON only."""
    lines = Target(resource="F", input_transformer={"InputTemplate": '"a"\n"b"'})

    with pytest.raises(NotHandedOn) as caught:
        received(lines)

    assert str(caught.value) == (
        'The function would receive \'"a"\\n"b"\', which is no JSON: Extra data: line 2 column 1 (char 4).'
    )


def test_an_input_path_that_finds_nothing_is_told() -> None:
    """AWS does not say what it does then."""
    with pytest.raises(NotHandedOn) as caught:
        received(Target(resource="F", input_path="$.detail.nothing"))

    assert str(caught.value) == "The input path '$.detail.nothing' finds nothing in the event."


@pytest.mark.parametrize("sent", [placed(resources=["arn:aws:s3:::things"]), schedule_event(RULE_ARN)])
def test_powertools_reads_the_event(sent: dict[str, Any]) -> None:
    """Its data class finds each field, and its model takes the event."""
    from aws_lambda_powertools.utilities.data_classes import EventBridgeEvent

    read = EventBridgeEvent(sent)

    assert (read.get_id, read.detail_type, read.source) == (sent["id"], sent["detail-type"], sent["source"])
    assert (read.version, read.account, read.time, read.region) == ("0", sent["account"], sent["time"], "eu-west-1")
    assert (read.resources, read.detail, read.replay_name) == (sent["resources"], sent["detail"], None)


def test_the_model_of_powertools_takes_the_event() -> None:
    """Where pydantic is installed."""
    from aws_lambda_powertools.utilities.parser.models import EventBridgeModel

    model = EventBridgeModel.model_validate(placed())

    assert (model.detail_type, model.time.timestamp()) == ("order_placed", 1795255200)
