"""Entries and log lines as a command line shows them: a line to read, or a line of JSON."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from harness._text import redacted
from harness.cloud.logs import LogLine
from harness.events.patterns import matches
from harness.journal.entry import Entry

__all__ = ["Shown", "shown_entry", "shown_log_line"]

# What a message holds must not steer the terminal that shows it.
_STEERING = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) != "\t"}
_STEERING |= {ord("\n"): "\\n", ord("\r"): "\\r"}
_DIM, _CYAN, _YELLOW, _PLAIN = "\x1b[2m", "\x1b[36m", "\x1b[33m", "\x1b[0m"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """What there is to say of an entry or of a log line.

    Args:
        kind: ``bus``, ``topic``, ``queue``, ``stream``, ``table`` or ``log``.
        source: The logical id of the source, or the name of the log group, as it was asked for.
        id: The id that the service gave it; a log line has none.
        detail_type: The detail-type of an event, else empty.
        sent: When the cloud took it in, in epoch seconds.
        attributes: What stands beside the body.
        body: What was published, parsed when it is JSON.
    """

    kind: str
    source: str
    id: str = ""
    detail_type: str = ""
    sent: float
    attributes: Mapping[str, Any]
    body: Any

    def matches(self, pattern: Mapping[str, Any]) -> bool:
        """Say whether a pattern of EventBridge matches: the event of a bus, or else the body and the attributes."""
        event = {**self.attributes, "detail": self.body} if self.kind == "bus" else None
        return matches(pattern, event or {"body": self.body, "attributes": self.attributes})

    def as_json(self) -> str:
        """Give it as JSON in a line, without what is secret by its name."""
        clean = replace(self, attributes=_without_secrets(self.attributes), body=_without_secrets(self.body))
        return json.dumps(asdict(clean))

    def as_line(self, *, colours: bool = False) -> str:
        """Give it as a line to read: time, source, detail-type, body, without what is secret by its name."""
        # The change that a record of a table tells is what the detail-type of an event is.
        what = self.detail_type or (self.attributes.get("eventName", "") if self.kind == "table" else "")
        text = self.body if isinstance(self.body, str) else json.dumps(self.body, ensure_ascii=False, default=_plain)
        moment = datetime.fromtimestamp(self.sent).astimezone().strftime("%H:%M:%S.%f")[:-3]
        coloured = ((moment, _DIM), (self.source, _CYAN), (what, _YELLOW), (redacted(text.rstrip()), ""))
        parts = [(part.translate(_STEERING), colour if colours else "") for part, colour in coloured if part]
        return " ".join(f"{colour}{part}{_PLAIN if colour else ''}" for part, colour in parts)


def shown_entry(entry: Entry) -> Shown:
    """Give what there is to say of an entry."""
    return Shown(
        kind=entry.kind,
        source=entry.source,
        id=entry.id,
        detail_type=entry.detail_type,
        sent=entry.sent,
        attributes=entry.attributes,
        body=entry.body,
    )


def shown_log_line(line: LogLine, *, source: str) -> Shown:
    """Give what there is to say of a log line."""
    text = line.message.rstrip("\n")
    return Shown(kind="log", source=source, sent=line.time, attributes={"stream": line.stream}, body=_parsed(text))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _without_secrets(value: Any) -> Any:
    """Give a value of JSON without what is secret by its name; as text where it can be no value any more."""
    if isinstance(value, str):
        return redacted(value)
    return _parsed(redacted(json.dumps(value, default=_plain)))


def _plain(value: Any) -> Any:
    """Give what JSON has no word for: a set as a list, bytes in base64, an exact number as text."""
    if isinstance(value, set | frozenset):
        return sorted((_plain(one) if isinstance(one, bytes) else one for one in value), key=str)
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
