"""Whether what leads on lets something through: patterns, filter policies, filters of mappings and notifications."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus

from harness.errors import MisusedStep
from harness.events import filters, mapping_filters, sqs
from harness.journal.entry import Entry
from harness.modes.notified import notified
from harness.report.record import ActRecord
from harness.report.surface.known import Known
from harness.report.surface.patterns import answerable, fits
from harness.report.surface.wires import Wire

__all__ = ["lets_unseen", "passed", "passed_unseen"]

_LISTENING = {
    "bus": "rule",
    "topic": "subscription",
    "queue": "mapping",
    "stream": "mapping",
    "table": "mapping",
    "bucket": "notification",
}
# What a stream of DynamoDB says of a change that a test makes; whether the item was there is not in the record.
_CHANGES = {"write": ("INSERT", "MODIFY"), "update": ("MODIFY", "INSERT"), "delete": ("REMOVE",)}
_SENT_TO = {
    "publish": "rule",
    "notify": "subscription",
    "send": "mapping",
    "put_record": "mapping",
    **dict.fromkeys(_CHANGES, "mapping"),
}
_ANY_QUEUE = "arn:aws:sqs:region:account:queue"


def is_open(wire: Wire) -> bool:
    """Say whether something lets all through that comes to it."""
    if wire.kind == "subscription":
        return not wire.part.filter_policy
    if wire.kind == "mapping":
        return not wire.part.filters
    return wire.kind == "notification" and not wire.part.prefix and not wire.part.suffix


def lets_unseen(wire: Wire, *, removed: bool) -> bool:
    """Say whether something lets through what nobody has seen.

    Args:
        wire: Where it has come to.
        removed: Whether it is known that something was taken out of a table or a bucket.
    """
    if wire.kind == "notification":
        return is_open(wire) and not removed
    if is_open(wire):
        return True
    if wire.kind != "mapping" or wire.part.kind != "table":
        return False
    changes = _CHANGES["delete" if removed else "write"]
    kinds = [one for one in wire.part.filters if one.keys() == {"eventName"}]
    return any(fits(one, {"eventName": change}) for one in kinds for change in changes)


def passed(entry: Entry, known: Known, *, wanted: Callable[[Wire], bool]) -> Iterator[Wire]:
    """Give what an entry of the journal has gone through, by the template.

    Args:
        entry: The entry; it is read only where anything is asked of it.
        known: The system.
        wanted: Says whether it is to be known of something; a test may see a thousand entries.
    """
    wires = [wire for wire in known.by_source[_LISTENING[entry.kind], entry.source] if wanted(wire)]
    if not wires:
        return
    if entry.kind == "bucket":
        told = {start.by for start in notified(known.system, entry)}
        yield from (wire for wire in wires if wire.name in told)
        return
    document = entry.document
    for wire in wires:
        if is_open(wire) or _lets(wire, entry, document, known):
            yield wire


def _lets(wire: Wire, entry: Entry, document: Mapping[str, Any], known: Known) -> bool:
    if wire.kind == "rule":
        return fits(known.patterns[wire.id], document)
    if wire.kind == "subscription":
        return _admits(wire, known.patterns[wire.id], document)
    return _accepts(wire, _record(entry, document))


def _admits(wire: Wire, policy: Mapping[str, Any], notification: Mapping[str, Any]) -> bool:
    attributes = notification.get("MessageAttributes") or {}
    try:
        return filters.accepts(
            policy, scope=wire.part.filter_scope, attributes=attributes, message=notification.get("Message", "")
        )
    except MisusedStep:
        return False


def _record(entry: Entry, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give an entry as it would stand in the event of a function."""
    if entry.kind == "queue":
        return sqs.record_of(document, queue_arn=_ANY_QUEUE)
    return {"kinesis": document} if entry.kind == "stream" else document


def _accepts(wire: Wire, record: Mapping[str, Any]) -> bool:
    wanted = [answerable(one) for one in wire.part.filters]
    try:
        return mapping_filters.accepts(record, patterns=wanted, kind=wire.part.kind)
    except MisusedStep:
        return False


def passed_unseen(act: ActRecord, known: Known) -> Iterator[Wire]:
    """Give what the verb of a test has gone through where no tap has seen what was sent.

    The record does not hold all that was sent: an event's source, the attributes of a message, what an item was
    before. A rule is taken to fit where detail-type and detail do; a filter policy is not taken to fit.
    """
    place, _, rest = act.what.partition(" ")
    if act.verb == "upload":
        yield from _uploaded(place, rest, known)
        return
    for wire in known.by_source[_SENT_TO.get(act.verb, ""), place]:
        if is_open(wire) or _lets_unseen(wire, act, rest, known):
            yield wire


def _lets_unseen(wire: Wire, act: ActRecord, detail_type: str, known: Known) -> bool:
    if wire.kind == "rule":
        asked = {name: known.patterns[wire.id].get(name) for name in ("detail-type", "detail")}
        pattern = {name: value for name, value in asked.items() if value is not None}
        return not pattern or fits(pattern, {"detail-type": detail_type, "detail": _parsed(act.sent)})
    if wire.kind == "subscription":
        return False
    if wire.part.kind == "table":
        return any(_accepts_change(wire, change) for change in _CHANGES[act.verb])
    return any(_accepts(wire, _unseen(wire.part.kind, text)) for text in _texts(act.sent))


def _accepts_change(wire: Wire, change: str) -> bool:
    names = [one.get("eventName") for one in wire.part.filters]
    return any(name is None or fits({"eventName": name}, {"eventName": change}) for name in names)


def _unseen(kind: str, text: str) -> Mapping[str, Any]:
    """Give a message or a record as far as the text tells it."""
    if kind == "queue":
        return {"body": text}
    return {"kinesis": {"data": base64.b64encode(text.encode()).decode("ascii")}}


def _texts(sent: str) -> list[str]:
    """Give the messages of a verb that sends several, which are a list, or the one that it has sent."""
    parsed = _parsed(sent)
    if not isinstance(parsed, list):
        return [sent]
    return [sent, *(one if isinstance(one, str) else json.dumps(one) for one in parsed)]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _uploaded(bucket: str, key: str, known: Known) -> Iterator[Wire]:
    record = {"eventName": "ObjectCreated:Put", "s3": {"object": {"key": quote_plus(key, safe="/")}}}
    entry = Entry(kind="bucket", source=bucket, id="", text=json.dumps(record), sent=0, seen=0)
    yield from passed(entry, known, wanted=lambda _wire: True)
    if bucket in known.system.buckets_on_bus:
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html
        event = {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "detail": {"bucket": {"name": bucket}, "object": {"key": key}, "reason": "PutObject"},
        }
        for wire in known.by_source["rule", "default"]:
            if fits(known.with_buckets(wire), event):
                yield wire
