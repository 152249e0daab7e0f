"""The systems of this project as their templates declare them, and what a test does and sees, made by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from harness.journal.entry import Entry, Kind
from harness.report.record import ActRecord
from harness.report.surface import reached
from harness.system.model import System
from harness.system.reader import read

__all__ = ["act", "change", "entry", "event", "hand_made", "notification", "reached_of", "record", "system"]

_SYSTEMS = Path(__file__).parents[2] / "systems"
_TEMPORARY = {"bigmouth", "orders_async", "photos"}


@cache
def system(name: str) -> System:
    """Give a system as temporary stages have it."""
    parameters = {"Temporary": "true"} if name in _TEMPORARY else {}
    return read(_SYSTEMS / name / "template.yaml", name=name, parameters=parameters)


def hand_made(**parts: Any) -> System:
    """Give a system that is declared in Python."""
    return System(name="shop", template=Path("template.yaml"), cloudformation={}, **parts)


def act(verb: str, what: str, **rest: Any) -> ActRecord:
    """Give a verb of a test."""
    return ActRecord(verb=verb, what=what, at=0.0, seconds=0.1, **rest)


def entry(kind: Kind, source: str, document: Mapping[str, Any], *, name: str = "", played: bool = False) -> Entry:
    """Give an entry of the journal."""
    text = json.dumps(document)
    return Entry(kind=kind, source=source, id="1", text=text, sent=0, seen=0, detail_type=name, played=played)


def event(bus: str, *, source: str, detail_type: str, detail: Any = None, played: bool = False) -> Entry:
    """Give an event that the journal saw on a bus."""
    document = {"source": source, "detail-type": detail_type, "detail": detail or {}}
    return entry("bus", bus, document, name=detail_type, played=played)


def notification(topic: str, message: str, **attributes: str) -> Entry:
    """Give a message that the journal saw on a topic."""
    told = {name: {"Type": "String", "Value": value} for name, value in attributes.items()}
    return entry("topic", topic, {"Message": message, "MessageAttributes": told})


def record(stream: str, data: Any) -> Entry:
    """Give a record that the journal saw in a stream."""
    return entry("stream", stream, {"data": base64.b64encode(json.dumps(data).encode()).decode(), "partitionKey": "k"})


def change(table: str, name: str) -> Entry:
    """Give a change that the journal saw in the stream of a table."""
    return entry("table", table, {"eventName": name, "dynamodb": {"Keys": {"id": {"S": "1"}}}})


def reached_of(
    found: System, *, mode: str = "http", acts: Any = (), entries: Any = (), functions: Any = ()
) -> set[str]:
    """Give what a test has reached, as a set."""
    return set(reached(found, mode=mode, acts=acts, entries=entries, functions=functions))
