"""What a test expects of the journal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from harness.errors import MisusedStep
from harness.events.patterns import unmatched
from harness.journal.entry import Entry
from harness.journal.matching import MISSING, Difference, Words, differing, written

__all__ = ["ANY", "Expectation", "expectation"]

_LIMIT = 200


class _Any:
    """What is equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return hash(type(self))

    def __repr__(self) -> str:
        return "ANY"


# Not looked at. None cannot say so, since it may be what is expected; within a body it means: there, whatever it is.
ANY: Final = _Any()


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What an entry must be like; what is left out is not looked at.

    Args:
        source: The logical id of the bus, topic, queue, stream or table.
        detail_type: The detail-type of an event.
        body: The detail of an event, the message, the body or the data; see `harness.journal.matching.differences`.
        attributes: Attributes by name; an entry may have more.
        pattern: An event pattern of EventBridge. It is asked of the event of a bus; of any other entry, of a mapping
            with the keys ``body`` and ``attributes``.
        where: Called with an entry that agrees in all else; the entry matches if the answer is true.
        body_name: What the test calls the body: ``body`` or ``detail``.

    Raises:
        MisusedStep: AWS would refuse the pattern.
    """

    source: str
    detail_type: Any = ANY
    body: Any = ANY
    attributes: Any = ANY
    pattern: Mapping[str, Any] | None = None
    where: Callable[[Entry], object] | None = None
    body_name: str = "body"

    def __post_init__(self) -> None:
        # A pattern that AWS would refuse is the test's mistake, also when nothing comes that it could be asked of.
        if self.pattern is not None:
            unmatched(self.pattern, {})

    def differences(self, entry: Entry) -> list[Difference]:
        """Give each place at which the entry is not as expected; nothing when it matches."""
        return list(self._differing(entry))

    def matches(self, entry: Entry) -> bool:
        """Say whether the entry is as expected; the first difference settles it."""
        return next(self._differing(entry), None) is None

    def among(self, entries: Iterable[Entry]) -> list[Entry]:
        """Give those that match, in their order; of ten thousand, within milliseconds.

        To parse them all would take a tenth of a second, each time that more have come. Most are others at a glance.
        """
        likely = [one for one in entries if one.source == self.source]
        if type(self.detail_type) is str:
            likely = [one for one in likely if one.detail_type == self.detail_type]
        for text in _texts(self.body):
            likely = [one for one in likely if one.kind != "bus" or text in one.text]
        return [one for one in likely if self.matches(one)]

    def undecided(self, entries: Iterable[Entry]) -> Difference | None:
        """Give the first comparison that an exception has ended; of such an entry nobody knows whether it matches."""
        if self.where is None and all(_is_plain(one) for one in (self.detail_type, self.body, self.attributes)):
            return None
        of_the_source = [one for one in entries if one.source == self.source]
        found = (difference for one in of_the_source for difference in self._differing(one))
        return next((difference for difference in found if difference.raised is not None), None)

    def __str__(self) -> str:
        """Give it in a line, as the test would write it."""
        parts = {"detail_type": self.detail_type, self.body_name: self.body, "attributes": self.attributes}
        given = [f"{name} {written(value, limit=_LIMIT)}" for name, value in parts.items() if value is not ANY]
        if self.pattern is not None:
            given.append(f"pattern {written(self.pattern, limit=_LIMIT)}")
        if self.where is not None:
            given.append(f"where {_name(self.where)}")
        return ", ".join([self.source, *given])

    def _differing(self, entry: Entry) -> Iterator[Difference]:
        agrees = True
        for difference in self._told_apart(entry):
            agrees = False
            yield difference
        # A predicate may rely on the rest: it would often fail on an entry of another kind.
        if agrees and self.where is not None:
            yield from _refused(self.where, entry)

    def _told_apart(self, entry: Entry) -> Iterator[Difference]:
        """Compare what costs nothing first: the text of an entry is parsed only if the rest agrees or is asked for."""
        yield from differing(self.source, entry.source, path="source")
        yield from differing(self.detail_type, entry.detail_type, path="detail_type")
        if self.body is not ANY:
            yield from differing(self.body, entry.body, path="detail" if entry.kind == "bus" else "body")
        if self.attributes is not ANY:
            yield from differing(self.attributes, entry.attributes, path="attributes")
        if self.pattern is not None:
            yield from _outside(self.pattern, entry)


def expectation(  # noqa: PLR0913 - each is one thing that can be expected
    source: str,
    *,
    detail_type: Any = ANY,
    detail: Any = ANY,
    body: Any = ANY,
    attributes: Any = ANY,
    pattern: Mapping[str, Any] | None = None,
    where: Callable[[Entry], object] | None = None,
) -> Expectation:
    """Give an expectation, in which the body of an event may be called its detail.

    >>> str(expectation("EventBus", detail_type="order_placed", detail={"orderId": "a"}))
    "EventBus, detail_type 'order_placed', detail {'orderId': 'a'}"

    Raises:
        MisusedStep: A detail and a body were given, which are the same thing, or AWS would refuse the pattern.
    """
    if detail is not ANY and body is not ANY:
        raise MisusedStep(
            f"Of {source!r} both a detail and a body are expected, which are the same thing.",
            facts=[("detail", written(detail, name="detail")), ("body", written(body, name="body"))],
            remedy="give the detail for a bus, the body for anything else",
        )
    return Expectation(
        source=source,
        detail_type=detail_type,
        body=body if detail is ANY else detail,
        attributes=attributes,
        pattern=pattern,
        where=where,
        body_name="body" if detail is ANY else "detail",
    )


def _texts(body: Any) -> Iterator[str]:
    """Give what must stand in the text of each event whose detail is like this.

    The text of an event is written by `json.dumps`, which writes a text of printable ASCII the same way wherever it
    stands and however it is told to write others. An object with an ``==`` of its own may be equal to anything, a
    number may be written in several ways, and the text of a message of SNS or SQS is the sender's.
    """
    if isinstance(body, Mapping):
        body = list(body.values())
    if isinstance(body, list | tuple):
        for one in body:
            yield from _texts(one)
    elif type(body) is str and body.isascii() and body.isprintable():
        yield json.dumps(body)


def _is_plain(value: Any) -> bool:
    """Say whether a comparison with a value cannot fail: it has no ``==`` of its own."""
    if isinstance(value, Mapping):
        return all(_is_plain(one) for one in value.values())
    if isinstance(value, list | tuple):
        return all(_is_plain(one) for one in value)
    return value is ANY or value is None or type(value) in (bool, bytes, float, int, str)


def _outside(pattern: Mapping[str, Any], entry: Entry) -> Iterator[Difference]:
    event = entry.document if entry.kind == "bus" else {"body": entry.body, "attributes": entry.attributes}
    for one in unmatched(pattern, event):
        # Without the first word, the `source` that an event names could not be told from the one that was tapped.
        yield Difference(f"pattern.{one.path}", Words(one.wanted), MISSING if one.missing else one.found)


def _refused(where: Callable[[Entry], object], entry: Entry) -> Iterator[Difference]:
    name = _name(where)
    try:
        answer = where(entry)
    except Exception as error:  # noqa: BLE001 - a predicate of the user may raise what it likes
        yield Difference("where", Words(name), Words("this entry"), error)
        return
    if not answer:
        yield Difference("where", Words(f"{name} to be true"), answer)


def _name(where: Callable[[Entry], object]) -> str:
    return getattr(where, "__name__", None) or repr(where)
