"""`harness put`: one event or message, published from the command line."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from harness._text import listed, new_uuid, redacted, shortened
from harness.cli.deployed import Deployed, deployed, take_system
from harness.cli.guards import refuse_protected
from harness.errors import UnknownResource, UsageError
from harness.events import sns
from harness.modes.messages import BusEvent, QueueMessage, TopicMessage
from harness.modes.sending import put_event, put_message, put_queue_message
from harness.settings import Settings

__all__ = ["event_of", "put", "take_options"]

_EXAMPLE = """example:
  harness put EventBus '{"orderId": "1"}' --source=shop --detail-type=order_placed
  harness put Orders --file order.json --attribute kind=order
"""

# What each kind of place takes, besides the body.
_TAKES = {
    "bus": ("source", "detail_type"),
    "topic": ("attribute", "subject", "group"),
    "queue": ("attribute", "group"),
}
_ALL = ("source", "detail_type", "attribute", "subject", "group")
_WHOLE = {"source", "detail-type", "detail"}


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what to publish, and where."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXAMPLE
    parser.add_argument("place", metavar="PLACE", help="the logical id of a bus, a topic or a queue, or `default`")
    parser.add_argument("body", nargs="?", metavar="BODY", help="the detail (JSON), the message or the body")
    parser.add_argument("--file", metavar="FILE", help="where the body is; - for stdin; for a bus also a whole event")
    parser.add_argument("--source", metavar="SOURCE", help="the source of an event")
    parser.add_argument("--detail-type", metavar="TYPE", help="the detail-type of an event")
    parser.add_argument("--attribute", action="append", metavar="NAME=VALUE", help="a message attribute; repeatable")
    parser.add_argument("--subject", metavar="SUBJECT", help="the subject of a topic's message")
    parser.add_argument("--group", metavar="GROUP", help="the message group, for FIFO topics and queues")
    take_system(parser)


def put(settings: Settings, asked: argparse.Namespace) -> None:
    """Publish one event or message and print the id that the service gave it.

    Raises:
        UsageError: The stage is protected, or what is asked makes no sense.
        UnknownResource: There is no such bus, topic or queue.
        NotPublished: The service does not take it.
        StageError: The stage is not there.
    """
    refuse_protected(settings, "put", remedy="name another stage")
    text = _text(asked)
    attributes = _attributes(asked.attribute or ())
    stage = deployed(settings, asked, purpose="to put anything into")
    kind = _kind(stage, asked.place)
    _refuse_what_it_has_not(kind, asked)
    publish: Mapping[str, Callable[[], str]] = {
        "bus": lambda: put_event(event_of(text, asked=asked), cloud=stage.cloud, names=stage.names),
        "topic": lambda: put_message(
            TopicMessage(message=text, topic=asked.place, subject=asked.subject, **_beside(stage, asked, attributes)),
            cloud=stage.cloud,
            names=stage.names,
        ),
        "queue": lambda: put_queue_message(
            QueueMessage(body=text, queue=asked.place, **_beside(stage, asked, attributes)),
            cloud=stage.cloud,
            names=stage.names,
        ),
    }
    print(publish[kind]())  # noqa: T201 - a command line prints


def _text(asked: argparse.Namespace) -> str:
    if (asked.body is None) == (asked.file is None):
        given = "neither is given" if asked.body is None else "both are given"
        raise UsageError(
            f"The body stands on the command line or in a file, but {given}.",
            remedy="like: harness put EventBus BODY, or: harness put EventBus --file=FILE",
        )
    if asked.body is not None:
        return str(asked.body)
    try:
        text = sys.stdin.read() if asked.file == "-" else Path(asked.file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The file {asked.file!r} cannot be read: {_reason(error)}.") from None
    return text.removesuffix("\n")  # Editors end a file with it; a message does not.


def _reason(error: OSError | UnicodeDecodeError) -> str:
    return str(error.strerror) if isinstance(error, OSError) else "it is no text in UTF-8"


def _attributes(given: list[str] | tuple[()]) -> dict[str, dict[str, Any]]:
    pairs = [one.partition("=") for one in given]
    for one, (name, _, value) in zip(given, pairs, strict=True):
        if not name or not value:
            raise UsageError(f"The attribute {one!r} is not NAME=VALUE.", remedy="like: --attribute kind=order")
    return sns.attributes({name: value for name, _, value in pairs})


def _kind(stage: Deployed, place: str) -> str:
    known = {name: kind for name, kind in stage.taps().sources.items() if kind in _TAKES}
    if place not in known:
        raise UnknownResource("bus, topic or queue", place, known=known, declared_in=stage.system.template)
    return known[place]


def _refuse_what_it_has_not(kind: str, asked: argparse.Namespace) -> None:
    """Refuse an option that would be accepted and then not done."""
    for name in _ALL:
        if getattr(asked, name) is not None and name not in _TAKES[kind]:
            raise UsageError(
                f"What is put into {asked.place!r} has no {_option(name)}.",
                facts=[("kind", kind), ("takes", ", ".join(_option(one) for one in _TAKES[kind]))],
            )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _beside(stage: Deployed, asked: argparse.Namespace, attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    # Whoever puts the same twice means it; a FIFO queue would drop the second one for five minutes.
    # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
    is_fifo = stage.names.physical[asked.place].endswith(".fifo")
    return {"attributes": attributes, "group": asked.group, "deduplication": new_uuid() if is_fifo else None}


def event_of(text: str, *, asked: argparse.Namespace) -> BusEvent:
    """Give the event: its detail is given alone, or as part of a whole event, which the options override.

    Raises:
        UsageError: It is no JSON object, or lacks its source or its detail-type.
    """
    given = _object(text)
    whole = given if given.keys() >= _WHOLE and isinstance(given["detail"], dict) else {"detail": given}
    source, detail_type = asked.source or whole.get("source"), asked.detail_type or whole.get("detail-type")
    missing = [option for option, value in (("--source", source), ("--detail-type", detail_type)) if not value]
    if missing:
        raise UsageError(
            f"The event for the bus {asked.place!r} has no {listed(one[2:] for one in missing)}.",
            remedy=f"give {' and '.join(missing)}, or a whole event with {', '.join(sorted(_WHOLE))}",
        )
    return BusEvent(
        bus=asked.place,
        source=str(source),
        detail_type=str(detail_type),
        detail=whole["detail"],
        resources=_resources(whole.get("resources") or []),
        time=_moment(whole.get("time")),
    )


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise UsageError(f"The detail {shortened(redacted(text), limit=80)!r} is no JSON: {error}.") from None
    if not isinstance(found, dict):
        raise UsageError(
            f"The detail {shortened(redacted(text), limit=80)!r} is no JSON object.",
            remedy="EventBridge takes objects only",
        )
    return found


def _resources(given: Any) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise UsageError(f"The resources {given!r} of the event are no list of texts.")
    return tuple(given)


def _moment(time: Any) -> float | None:
    if time is None:
        return None
    try:
        return datetime.fromisoformat(time).timestamp()
    except (TypeError, ValueError):
        raise UsageError(
            f"The time {time!r} of the event is no time.", remedy="like: 2026-11-21T10:00:00Z; or leave it out"
        ) from None
