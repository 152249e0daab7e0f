"""What a function of the system ``triggers`` has got, with names that are the same in every account."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple

from harness.stage import Stage

__all__ = ["Deed", "Got", "got"]

# A deed does something to a stage that a function is told of, and may give the text by which its event is known.
Deed = Callable[[Stage, str], str | None]

_WITHIN = 8
# A stream of a table has the moment of its creation in its name.
_LABEL = re.compile(r"(?<=/stream/)[0-9T:.-]+")


class Got(NamedTuple):
    """What a function got: a record, or the event if it has no records, and what else Lambda told."""

    event: Any
    context: dict[str, Any]


def got(stage: Stage, deed: Deed, *, function: str = "Echo", count: int = 1) -> list[Got]:
    """Do something to a stage and give what its function got of it."""
    mark, since = uuid.uuid4().hex, f"{time.time_ns()}"
    known_by = deed(stage, mark) or mark
    found: list[Got] = []

    def there() -> bool:
        found[:] = _seen(stage, function, since=since, known_by=known_by)
        return len(found) >= count

    if not stage.journal.until(there, within=_WITHIN, look_every=0.03):
        raise AssertionError(f"{stage.mode}: {len(found)} instead of {count} came within {_WITHIN} s: {found!r}")
    marks = [one._replace(event=_replaced(one.event, {known_by: "MARK", mark: "MARK"})) for one in found]
    return [_renamed(one, stage) for one in marks]


def _seen(stage: Stage, function: str, *, since: str, known_by: str) -> list[Got]:
    table = stage.cloud.session.resource("dynamodb", endpoint_url=stage.cloud.endpoint).Table(stage.physical_id("Seen"))
    items = table.query(
        KeyConditionExpression="#function = :function AND moment > :since",
        ExpressionAttributeNames={"#function": "function"},
        ExpressionAttributeValues={":function": stage.names.functions[function].name, ":since": since},
        ConsistentRead=True,
    )["Items"]
    return [
        Got(piece, json.loads(item["context"]))
        for item in items
        for piece in _pieces(json.loads(item["event"]))
        if known_by in json.dumps(piece, ensure_ascii=False)
    ]


def _pieces(event: Any) -> list[Any]:
    return event["Records"] if isinstance(event, dict) and list(event) == ["Records"] else [event]


def _renamed(one: Got, stage: Stage) -> Got:
    names = {
        physical: f"<{logical}>"
        for logical, physical in sorted(stage.names.physical.items(), key=lambda named: -len(named[1]))
        if len(physical) > len("default")
    }
    account = stage.names.account
    names |= {f":{account}:": ":ACCOUNT:", f'"{account}"': '"ACCOUNT"'}
    return Got(_replaced(one.event, names), _replaced(one.context, names))


def _replaced(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    for name, plain in names.items():
        text = text.replace(name, plain)
    return json.loads(_LABEL.sub("LABEL", text))
