"""EventBridge's input transformer: what a target receives instead of the event.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
What the guide leaves open was measured against AWS by the authors of LocalStack:
https://github.com/localstack/localstack/blob/main/tests/aws/services/events/test_events_inputs.snapshot.json
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from harness.errors import NotHandedOn

__all__ = ["found_at", "minified", "transformed"]

_PLACEHOLDER = re.compile(r"<([^<>]+)>")
# A whole literal of JSON is taken at once, so that a placeholder within it is told from one beside it.
_LITERAL_OR_PLACEHOLDER = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>]+>')
_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\*)\]")


def found_at(path: str, event: Any) -> Any:
    """Give what a JSON path finds in an event.

    Names after dots, indices and wildcards are what EventBridge understands. A path with a wildcard finds a list
    of all that it leads to, be it empty.

    >>> found_at("$.detail.items[1].sku", {"detail": {"items": [{"sku": "a"}, {"sku": "b"}]}})
    'b'
    >>> found_at("$.detail.items[*].sku", {"detail": {"items": [{"sku": "a"}, {"sku": "b"}]}})
    ['a', 'b']

    Raises:
        KeyError: The path leads nowhere, or is written in another way.
    """
    steps = _steps(path)
    found = [event]
    for step in steps:
        found = [each for value in found for each in _next(value, step)]
    if "*" in steps:
        return found
    if not found:
        raise KeyError(path)
    return found[0]


def _steps(path: str) -> list[str | int]:
    rest = path.removeprefix("$")
    steps: list[str | int] = []
    at = 0
    for match in _STEP.finditer(rest):
        if match.start() != at:
            break
        name, index = match.groups()
        steps.append(int(index) if index and index != "*" else name or "*")
        at = match.end()
    if not path.startswith("$") or at != len(rest):
        raise KeyError(path)
    return steps


def _next(value: Any, step: str | int) -> list[Any]:
    if step == "*":
        return list(value.values()) if isinstance(value, Mapping) else list(value) if isinstance(value, list) else []
    if isinstance(step, int):
        return [value[step]] if isinstance(value, list) and step < len(value) else []
    return [value[step]] if isinstance(value, Mapping) and step in value else []


def transformed(
    event: Mapping[str, Any], transformer: Mapping[str, Any], *, rule_arn: str, rule_name: str, ingestion_time: str
) -> str:
    r"""Give the text that an input transformer makes of an event: JSON, or lines of it for a queue or a log group.

    >>> order = {"detail-type": "order_placed", "detail": {"id": "o-1", "total": {"eur": 9}}}
    >>> paths = {"id": "$.detail.id", "total": "$.detail.total", "none": "$.detail.none"}
    >>> def made(template: str) -> str:
    ...     transformer = {"InputPathsMap": paths, "InputTemplate": template}
    ...     return transformed(order, transformer, rule_arn="arn:r", rule_name="r", ingestion_time="")
    >>> made('{"order": <id>, "at": "/orders/<id>", "total": <total>, "none": <none>}')
    '{"order":"o-1","at":"/orders/o-1","total":{"eur":9},"none":""}'
    >>> made('"<aws.events.rule-name>: <id> costs <total>"')
    '"r: o-1 costs {eur:9}"'

    Args:
        event: The event as EventBridge has it.
        transformer: ``InputPathsMap`` (names and JSON paths) and ``InputTemplate``.
        rule_arn: The ARN of the rule.
        rule_name: The name of the rule.
        ingestion_time: When EventBridge received the event, as ISO 8601.

    Raises:
        NotHandedOn: What comes out is no JSON though the template is, or the template names a variable that
            nobody defines.
    """
    values = {name: _value(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    # These names are reserved, so a path of the same name does not count.
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_name,
        "aws.events.event.ingestion-time": ingestion_time,
        "aws.events.event": _without_detail(event),
        "aws.events.event.json": dict(event),
    }
    template = str(transformer["InputTemplate"])
    is_text = template.lstrip().startswith('"')
    filled = _filled(template, values, strip=is_text)
    return filled if is_text else _as_json(filled)


def _value(path: str, event: Mapping[str, Any]) -> Any:
    try:
        return found_at(path, event)
    except KeyError:
        # A path that leads nowhere gives an empty text, inside quotes and out of them.
        return ""


def _without_detail(event: Mapping[str, Any]) -> dict[str, Any]:
    # Here, and only here, the detail type is written as one word.
    named = {("detailType" if name == "detail-type" else name): value for name, value in event.items()}
    named.pop("detail", None)
    return named


def _filled(template: str, values: Mapping[str, Any], *, strip: bool) -> str:
    def within(match: re.Match[str]) -> str:
        value = _named(match[1], values)
        if isinstance(value, str):
            # EventBridge does not escape what it puts into a string.
            return value
        text = minified(value)
        # Of an object or a list in a text template the quotes go; in a JSON template they stay, and break it.
        return text.replace('"', "") if strip else text

    def either(match: re.Match[str]) -> str:
        if match[0].startswith('"'):
            return _PLACEHOLDER.sub(within, match[0])
        # Outside of quotes EventBridge puts them around a string by itself.
        return minified(_named(match[0][1:-1], values))

    return _LITERAL_OR_PLACEHOLDER.sub(either, template)


def _named(name: str, values: Mapping[str, Any]) -> Any:
    if name not in values:
        # PutTargets refuses such a template, so no such rule exists.
        raise NotHandedOn(f"The input template contains the invalid placeholder {name!r}.")
    return values[name]


def _as_json(text: str) -> str:
    try:
        return minified(json.loads(text))
    except ValueError as error:
        raise NotHandedOn(f"The input template gives {text!r}, which is no JSON: {error}.") from error


def minified(value: Any) -> str:
    """Give JSON text without a space between its parts, as EventBridge hands it on.

    >>> minified({"a": [1, "é"]})
    '{"a":[1,"é"]}'
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
