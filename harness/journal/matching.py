"""What tells a thing apart from what was expected of it: structurally, partially, and in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import takewhile, zip_longest
from typing import Any, Final

from harness._text import redacted, shortened

__all__ = ["MISSING", "Difference", "Words", "differences", "differing", "written"]

# Two values stand in a line of a failure, below the entry that has them.
_LIMIT = 120
# What stands before the place where two long texts part, so that a reader finds it.
_BEFORE = 20
_PLAIN_KEY = re.compile(r"[\w-]+")


class _Missing:
    """What stands for a value that is not there."""

    def __repr__(self) -> str:
        return "missing"


MISSING: Final = _Missing()


class Words(str):
    """Words that explain a value; they are shown as they are, not as a text in quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Difference:
    """One place at which a thing is not what was expected.

    Args:
        path: Where it is, as in ``detail.items[0].id``; empty for the whole thing.
        expected: What was expected there; `MISSING` if nothing was, as past the end of a list.
        actual: What is there; `MISSING` if nothing is.
        raised: The exception that ended the comparison, if one did.
    """

    path: str
    expected: Any
    actual: Any
    raised: Exception | None = None

    def __str__(self) -> str:
        """Give it in a line, shortened and without secrets.

        Of two secrets, or two things that look the same, it says that one is another.

        >>> str(Difference("detail.orderId", "a", "b"))
        "detail.orderId: expected 'a', was 'b'"
        >>> str(Difference("detail.orderId", "a", MISSING))
        "detail.orderId: missing, expected 'a'"
        """
        label = f"{self.path}: " if self.path else ""
        expected, actual = _side_by_side(*(_whole(one, name=self.path) for one in (self.expected, self.actual)))
        if self.raised is not None:
            raised = shortened(redacted(repr(self.raised)), limit=_LIMIT)
            return f"{label}{expected} raised {raised} for {actual}"
        if self.actual is MISSING:
            return f"{label}missing, expected {expected}"
        if self.expected is MISSING:
            return f"{label}not expected, was {actual}"
        return f"{label}expected {expected}, was {'another' if actual == expected else actual}"


def differences(expected: Any, actual: Any, *, path: str = "") -> list[Difference]:
    """Give each place at which `actual` is not as expected; nothing when it matches.

    A mapping needs the keys that were expected and may have more. A list or a tuple needs the same elements. All else
    is compared by ``expected == actual``, so that an object of dirty-equals, or any other with ``==``, can stand at
    any depth. A boolean is no number, and numbers are compared by value: 1, 1.0 and ``Decimal(1)`` are the same.

    >>> differences({"id": "a"}, {"id": "a", "more": 1})
    []
    >>> [str(one) for one in differences({"items": [{"id": 1}]}, {"items": [{"id": True}]}, path="detail")]
    ['detail.items[0].id: expected 1, was True']
    """
    return list(differing(expected, actual, path=path))


def differing(expected: Any, actual: Any, *, path: str = "") -> Iterator[Difference]:
    """Give the same as `differences`, one after the other: whoever needs only the first compares no further."""
    if isinstance(expected, Mapping):
        yield from _in_mapping(expected, actual, path=path)
    elif isinstance(expected, list | tuple):
        yield from _in_list(expected, actual, path=path)
    else:
        yield from _in_value(expected, actual, path=path)


def written(value: Any, *, name: str = "", limit: int = _LIMIT) -> str:
    """Give a value as one would write it in Python, shortened and without secrets.

    Args:
        value: The value, in which objects of dirty-equals are shown as they were written.
        name: What it is called, or its path: a text called ``password`` is a secret.
        limit: The most characters to give.

    >>> written({"user": "ann", "password": "hunter2"})
    "{'user': 'ann', 'password': '***'}"
    """
    return shortened(_whole(value, name=name), limit=limit)


def _in_mapping(expected: Mapping[Any, Any], actual: Any, *, path: str) -> Iterator[Difference]:
    if not isinstance(actual, Mapping):
        yield Difference(path, expected, actual)
        return
    for key, value in expected.items():
        if key in actual:
            yield from differing(value, actual[key], path=_below(path, key))
        else:
            yield Difference(_below(path, key), value, MISSING)


def _in_list(expected: list[Any] | tuple[Any, ...], actual: Any, *, path: str) -> Iterator[Difference]:
    if not isinstance(actual, list | tuple):
        yield Difference(path, expected, actual)
        return
    for index, (wanted, found) in enumerate(zip_longest(expected, actual, fillvalue=MISSING)):
        below = f"{path}[{index}]"
        if wanted is MISSING or found is MISSING:
            yield Difference(below, wanted, found)
        else:
            yield from differing(wanted, found, path=below)


def _in_value(expected: Any, actual: Any, *, path: str) -> Iterator[Difference]:
    try:
        equal = _equal(expected, actual)
    except Exception as error:  # noqa: BLE001 - an `__eq__` of the user may raise what it likes
        yield Difference(path, expected, actual, error)
        return
    if not equal:
        yield Difference(path, expected, actual)


def _equal(expected: Any, actual: Any) -> bool:
    if isinstance(expected, int | float | Decimal):
        if isinstance(expected, bool) is not isinstance(actual, bool):
            return False
        # boto3 gives the numbers of DynamoDB as Decimal; its 1.1 is the 1.1 of JSON, which no float is exactly.
        if isinstance(expected, Decimal) and isinstance(actual, float):
            return expected == Decimal(repr(actual))
        if isinstance(expected, float) and isinstance(actual, Decimal):
            return Decimal(repr(expected)) == actual
    return bool(expected == actual)


def _below(path: str, key: object) -> str:
    if not isinstance(key, str) or not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{key!r}]"
    return f"{path}.{key}" if path else key


def _side_by_side(expected: str, actual: str) -> tuple[str, str]:
    """Shorten two texts so that the place where they part stays in sight."""
    common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(expected, actual, strict=False)))
    if max(len(expected), len(actual)) > _LIMIT and expected != actual and common > _LIMIT // 2:
        expected, actual = (f"…{text[common - _BEFORE :]}" for text in (expected, actual))
    return shortened(expected, limit=_LIMIT), shortened(actual, limit=_LIMIT)


def _whole(value: Any, *, name: str) -> str:
    with _as_written(value):
        return redacted(repr(_without_secrets(value, name=name)))


def _without_secrets(value: Any, *, name: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_secrets(one, name=str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        kind = tuple if isinstance(value, tuple) else list
        return kind(_without_secrets(one, name=name) for one in value)
    if isinstance(value, str | bytes) and _is_secret(name):
        return "***"
    if isinstance(value, Words):
        return Words(redacted(value))
    # A text is looked through before it is in quotes, which would hide the JSON in it.
    return redacted(value) if type(value) is str else value


def _is_secret(name: str) -> bool:
    """Ask the one rule of what is secret by its name, which reads JSON."""
    pair = '"{}": "-"'.format(name.replace('"', "'"))
    return redacted(pair) != pair


@contextmanager
def _as_written(value: Any) -> Iterator[None]:
    """Let objects of dirty-equals forget for a moment what they met.

    Once it was equal, such an object shows the value that it met, which may have been another entry's.
    """
    matchers = [(one, getattr(one, "_was_equal", None)) for one in _matchers(value)]
    _remember((one, None) for one, _ in matchers)
    try:
        yield
    finally:
        _remember(matchers)


def _remember(matchers: Iterable[tuple[Any, bool | None]]) -> None:
    for one, met in matchers:
        one._was_equal = met  # noqa: SLF001 - dirty-equals has no public way to forget


def _matchers(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        yield from _matchers(list(value.values()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _matchers(one)
    elif hasattr(type(value), "_was_equal"):
        yield value
        yield from _matchers(getattr(value, "__dict__", {}))
