"""EventBridge's input transformer, by the guide and by what was measured in AWS, and beside the embedded cloud."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.errors import NotHandedOn
from harness.events.transformer import found_at, minified, transformed

EVENT = {
    "version": "0",
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "order placed",
    "source": "shop",
    "account": "000000000000",
    "time": "2026-11-21T10:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:s3:::things"],
    "detail": {
        "id": "o-1",
        "note": 'say "hi"',
        "paid": True,
        "none": None,
        "total": 9.5,
        "lines": [{"sku": "a"}, {"sku": "b"}],
        "states": ["ACTIVE", "NEW"],
        "to": {"name": "Žofie", "no": 7},
    },
}

PATHS = {
    "id": "$.detail.id",
    "note": "$.detail.note",
    "paid": "$.detail.paid",
    "none": "$.detail.none",
    "total": "$.detail.total",
    "second": "$.detail.lines[1].sku",
    "skus": "$.detail.lines[*].sku",
    "states": "$.detail.states",
    "to": "$.detail.to",
    "missing": "$.detail.nothing.here",
    "type": "$.detail-type",
}
RULE_ARN = "arn:aws:events:us-east-1:000000000000:rule/bus/orders"
INGESTED = "2026-11-21T10:00:01Z"


def made(template: str, *, event: dict[str, Any] = EVENT, paths: dict[str, str] | None = PATHS) -> str:
    transformer = {"InputTemplate": template} | ({"InputPathsMap": paths} if paths is not None else {})
    return transformed(event, transformer, rule_arn=RULE_ARN, rule_name="orders", ingestion_time=INGESTED)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", EVENT),
        ("$.detail-type", "order placed"),
        ("$.detail.to.no", 7),
        ("$.detail.none", None),
        ("$.resources[0]", "arn:aws:s3:::things"),
        ("$.detail.lines[1]", {"sku": "b"}),
        ("$.detail.lines[*].sku", ["a", "b"]),
        ("$.detail.states.*", ["ACTIVE", "NEW"]),
        ("$.detail.to.*", ["Žofie", 7]),
        ("$.detail.id[*]", []),
    ],
)
def test_a_path_finds_its_value(path: str, found: Any) -> None:
    """Names after dots, indices, wildcards, and the event itself."""
    assert found_at(path, EVENT) == found


@pytest.mark.parametrize(
    "path",
    ["$.nothing", "$.detail.id.more", "$.resources[1]", "$.detail[0]", "detail.id", "$['detail']", "$.detail.", ""],
)
def test_other_paths_lead_nowhere(path: str) -> None:
    """What is not there, and what EventBridge does not understand as a path."""
    with pytest.raises(KeyError):
        found_at(path, EVENT)


# Template, what AWS makes of it, and whether the embedded cloud makes the same text.
TEMPLATES = {
    "string": ('"<id> is <type>"', '"o-1 is order placed"', True),
    "string with escaped quotes": (r'"the \"<id>\""', r'"the \"o-1\""', True),
    "missing in a string": ('"no <missing>!"', '"no !"', True),
    "boolean in a string": ('"paid: <paid>"', '"paid: true"', True),
    "number in a string": ('"total: <total>"', '"total: 9.5"', True),
    # Measured in AWS: the quotes go, and no space comes between the parts.
    "object in a string": ('"to <to>"', '"to {name:Žofie,no:7}"', False),
    "list in a string": ('"<states>"', '"[ACTIVE,NEW]"', False),
    "lines of text": ('"<id>"\n"<type>"', '"o-1"\n"order placed"', True),
    "rule in a string": ('"<aws.events.rule-name> by <aws.events.rule-arn>"', f'"orders by {RULE_ARN}"', True),
    # JSON is minified: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
    "JSON": ('{"id": <id>, "total": <total>}', '{"id":"o-1","total":9.5}', False),
    "minified JSON": ('{"id":<id>}', '{"id":"o-1"}', True),
    "quoted in JSON": ('{"id":"<id>"}', '{"id":"o-1"}', True),
    "part of a string in JSON": ('{"path":"/orders/<id>/<id>"}', '{"path":"/orders/o-1/o-1"}', True),
    "escaped quotes in JSON": (r'{"id":"\"<id>\""}', r'{"id":"\"o-1\""}', True),
    "missing in JSON": ('{"a":<missing>,"b":"<missing>"}', '{"a":"","b":""}', True),
    "null in JSON": ('{"none":<none>}', '{"none":null}', True),
    "escaped by JSON itself": ('{"note":<note>}', r'{"note":"say \"hi\""}', True),
    "object in JSON": ('{"to":<to>}', '{"to":{"name":"Žofie","no":7}}', False),
    "list in JSON": ('{"states":<states>,"x":[9,<id>,true]}', '{"states":["ACTIVE","NEW"],"x":[9,"o-1",true]}', False),
    # The embedded cloud knows neither indices nor wildcards.
    "index": ('{"second":<second>}', '{"second":"b"}', False),
    "wildcard": ('{"skus":<skus>}', '{"skus":["a","b"]}', False),
    "only a variable": ("<states>", '["ACTIVE","NEW"]', False),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_filled(name: str) -> None:
    """As AWS fills it."""
    template, text, _ = TEMPLATES[name]

    assert made(template) == text


def test_predefined_variables_hold_the_event() -> None:
    """Whole, and without its detail; there the detail type is one word, as measured in AWS."""
    text = made('{"whole": <aws.events.event.json>, "rest": <aws.events.event>}', paths=None)

    rest = {name: value for name, value in EVENT.items() if name not in ("detail", "detail-type")}
    assert json.loads(text) == {"whole": EVENT, "rest": rest | {"detailType": "order placed"}}


def test_predefined_variables_tell_the_rule_and_the_moment() -> None:
    """The moment is that of the arrival, not the event's own, and no path replaces it."""
    taken = {"aws.events.event.ingestion-time": "$.id"}

    text = made('{"r":<aws.events.rule-name>,"at":"<aws.events.event.ingestion-time>"}', paths=taken)

    assert json.loads(text) == {"r": "orders", "at": INGESTED}


@pytest.mark.parametrize("template", ['{"to":"<to>"}', '{"states":"see <states>"}', '{"note":"<note>"}'])
def test_what_breaks_the_json_is_not_handed_on(template: str) -> None:
    """An object, a list or a quote within a string of a JSON template, as measured in AWS: nothing arrives."""
    with pytest.raises(NotHandedOn, match="which is no JSON"):
        made(template)


def test_a_text_without_quotes_is_not_handed_on() -> None:
    """For strings, quotes are required; the error shows what came out."""
    with pytest.raises(NotHandedOn) as caught:
        made("order <total>")

    assert str(caught.value) == (
        "The input template gives 'order 9.5', which is no JSON: Expecting value: line 1 column 1 (char 0)."
    )


def test_an_unknown_variable_is_named() -> None:
    """PutTargets would have refused the template."""
    with pytest.raises(NotHandedOn) as caught:
        made('{"a":<nobody>}')

    assert str(caught.value) == "The input template contains the invalid placeholder 'nobody'."


@pytest.fixture(scope="module")
def through(cloud: Cloud) -> Iterator[Callable[[str], str]]:
    """Sends the event through a rule with a template, and gives the message that a queue receives."""
    events, sqs, bus = cloud.client("events"), cloud.client("sqs"), f"bus-{uuid.uuid4().hex[:8]}"
    queue = sqs.create_queue(QueueName=bus)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events.create_event_bus(Name=bus)
    events.put_rule(Name="orders", EventBusName=bus, EventPattern='{"source": ["shop"]}')
    entry = {"EventBusName": bus, "Source": "shop", "DetailType": "order placed", "Detail": json.dumps(EVENT["detail"])}

    def send(template: str) -> str:
        transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
        target = {"Id": "queue", "Arn": arn, "InputTransformer": transformer}
        events.put_targets(Rule="orders", EventBusName=bus, Targets=[target])
        events.put_events(Entries=[entry])
        message = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=5)["Messages"][0]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        text: str = message["Body"]
        return text

    yield send
    events.remove_targets(Rule="orders", EventBusName=bus, Ids=["queue"])
    events.delete_rule(Name="orders", EventBusName=bus)
    events.delete_event_bus(Name=bus)
    sqs.delete_queue(QueueUrl=queue)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_embedded_cloud_fills_templates(through: Callable[[str], str], name: str) -> None:
    """The same text, or another one where the table says so."""
    template, text, is_same = TEMPLATES[name]

    # The bus has a name of its own each time.
    received = re.sub(r"rule/bus-[0-9a-f]+/", "rule/bus/", through(template))

    assert is_same == (received == text)


# Templates of which the embedded cloud makes another value, not only another text.
OTHER_VALUES = {"index", "wildcard"}


@pytest.mark.parametrize("name", [name for name, (template, _, _) in TEMPLATES.items() if template.startswith("{")])
def test_the_embedded_cloud_gives_the_same_json(through: Callable[[str], str], name: str) -> None:
    """A function gets the same value, but for paths that the embedded cloud does not follow."""
    template, text, _ = TEMPLATES[name]

    received = through(template)

    assert (name not in OTHER_VALUES) == (json.loads(received) == json.loads(text))


@pytest.mark.parametrize("template", ['{"to":"<to>"}', '{"a":<nobody>}', "order <total>"])
def test_the_embedded_cloud_hands_on_what_aws_does_not(through: Callable[[str], str], template: str) -> None:
    """What AWS drops, or refuses when the rule is made, arrives there."""
    assert through(template)


def test_the_embedded_cloud_spells_the_detail_type_as_in_the_event(through: Callable[[str], str]) -> None:
    """In ``aws.events.event`` it is ``detailType`` in AWS."""
    received = json.loads(through('{"rest": <aws.events.event>}'))

    assert received["rest"]["detail-type"] == "order placed"


def test_minified_json_keeps_its_letters() -> None:
    """Nothing is escaped that JSON need not escape."""
    assert minified({"name": "Žofie", "n": [1, 2]}) == '{"name":"Žofie","n":[1,2]}'
