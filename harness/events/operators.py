"""What one entry of a pattern's list asks of a value: a literal or an operator.

EventBridge and SNS share this language; it is that of Event Ruler (https://github.com/aws/event-ruler), and
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html describes it.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harness._text import listed
from harness.errors import MisusedStep

__all__ = ["Condition", "condition", "malformed", "same"]

_COMPARISONS = {"<": operator.lt, "<=": operator.le, "=": operator.eq, ">": operator.gt, ">=": operator.ge}
_TEXT = "text"
_TEXTS = "text or a list of texts"
_NUMBERS = '[comparison, number], or [">" or ">=", bottom, "<" or "<=", top] with bottom below top'


@dataclass(frozen=True)
class Condition:
    """One entry of a pattern's list: what it asks in words, and whether a value that is there satisfies it.

    Args:
        words: What is wanted, as in ``a prefix 'x'``.
        holds: Asked of each leaf at the field's path.
        literal: The entry is a plain value.
        absence: ``{"exists": false}``, satisfied by no leaf but by there being none.
        presence: ``{"exists": true}``.
    """

    words: str
    holds: Callable[[Any], bool]
    literal: bool = False
    absence: bool = False
    presence: bool = False


def condition(written: Any, *, at: str) -> Condition:
    """Give the condition that an entry of a pattern's list stands for.

    >>> starts = condition({"prefix": "ord"}, at="detail.id")
    >>> starts.words, starts.holds("order"), starts.holds(7)
    ("a prefix 'ord'", True, False)

    Raises:
        MisusedStep: The entry is no literal and no operator of AWS, or the operator does not take this operand.
    """
    if not isinstance(written, Mapping):
        if isinstance(written, list):
            raise malformed(written, at=at, allowed="text, a number, true, false, null or an operator")
        return Condition(_shown(written), lambda value: same(value, written), literal=True)
    if len(written) != 1 or next(iter(written)) not in _OPERATORS:
        raise malformed(written, at=at, allowed=f"an object with one operator of {listed(_OPERATORS)}")
    ((name, operand),) = written.items()
    return _OPERATORS[name](operand, f"{at} ({name})")


def malformed(written: Any, *, at: str, allowed: str) -> MisusedStep:
    """Give the error of a pattern that AWS would refuse: what is written where, and what may be there."""
    return MisusedStep(f"A pattern cannot have {written!r} at {at!r}.", facts=[("allowed", allowed)])


def same(value: Any, literal: Any) -> bool:
    """Tell whether two JSON values are the same, as numbers if both are numbers; true is no number.

    >>> same(300, 3e2), same(True, 1), same("1", 1)
    (True, False, False)
    """
    return isinstance(value, bool) == isinstance(literal, bool) and bool(value == literal)


def _exactly(operand: Any, at: str) -> Condition:
    return condition(_text(operand, at), at=at)


def _affix(operand: Any, at: str, *, name: str) -> Condition:
    finds = str.startswith if name == "prefix" else str.endswith
    if isinstance(operand, Mapping):
        if list(operand) != ["equals-ignore-case"]:
            raise malformed(operand, at=at, allowed='text or {"equals-ignore-case": text}')
        folded = _text(operand["equals-ignore-case"], at)
        return _of_texts(f"a {name} {folded!r} in any case", lambda text: finds(text.lower(), folded.lower()))
    affix = _text(operand, at)
    return _of_texts(f"a {name} {affix!r}", lambda text: finds(text, affix))


def _prefix(operand: Any, at: str) -> Condition:
    return _affix(operand, at, name="prefix")


def _suffix(operand: Any, at: str) -> Condition:
    return _affix(operand, at, name="suffix")


def _equals_ignore_case(operand: Any, at: str) -> Condition:
    folded = _text(operand, at)
    return _of_texts(f"{folded!r} in any case", lambda text: text.lower() == folded.lower())


def _wildcard(operand: Any, at: str) -> Condition:
    # "\*" and "\\" stand for themselves; AWS refuses "**" and any other use of a backslash.
    written = _text(operand, at)
    parts = re.findall(r"\\[*\\]|\*(?!\*)|[^\\*]", written, re.DOTALL)
    if "".join(parts) != written:
        raise malformed(operand, at=at, allowed=r"text in which * does not follow *, and \ is written as \\ or \*")
    expression = re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)
    return _of_texts(f"text like {operand!r}", lambda text: expression.fullmatch(text) is not None)


def _cidr(operand: Any, at: str) -> Condition:
    # AWS takes a block with bits of a host set, such as 10.0.0.5/24, for the block around it, and wants the slash.
    block, allowed = _text(operand, at), "a block of IPv4 or IPv6 addresses such as 10.0.0.0/24"
    if not re.fullmatch(r"[^/]+/\d+", block):
        raise malformed(operand, at=at, allowed=allowed)
    try:
        network = ipaddress.ip_network(block, strict=False)
    except ValueError:
        raise malformed(operand, at=at, allowed=allowed) from None
    return _of_texts(f"an address in {block}", lambda text: _address_in(network, text))


def _address_in(network: ipaddress.IPv4Network | ipaddress.IPv6Network, text: str) -> bool:
    try:
        return ipaddress.ip_address(text) in network
    except ValueError:
        return False


def _numeric(operand: Any, at: str) -> Condition:
    # Event Ruler knows a single comparison, and a range that is written from the bottom to the top.
    signs, numbers = (operand[::2], operand[1::2]) if isinstance(operand, list) else ([], [])
    single = len(signs) == 1 and signs[0] in _COMPARISONS
    ranged = len(signs) == len((">", "<")) and signs[0] in (">", ">=") and signs[1] in ("<", "<=")
    if not (single or ranged) or len(numbers) != len(signs) or not all(map(_is_number, numbers)):
        raise malformed(operand, at=at, allowed=_NUMBERS)
    if ranged and numbers[0] >= numbers[1]:
        raise malformed(operand, at=at, allowed=_NUMBERS)
    pairs = list(zip(signs, numbers, strict=True))
    return Condition(
        "a number " + " and ".join(f"{sign} {number}" for sign, number in pairs),
        lambda value: _is_number(value) and all(_COMPARISONS[sign](value, number) for sign, number in pairs),
    )


def _exists(operand: Any, at: str) -> Condition:
    if not isinstance(operand, bool):
        raise malformed(operand, at=at, allowed="true or false")
    if operand:
        return Condition("any value", lambda _: True, presence=True)
    return Condition("no such field", lambda _: False, absence=True)


def _anything_but(operand: Any, at: str) -> Condition:
    if isinstance(operand, Mapping):
        refused = _refused_operators(operand, at)
    else:
        refused = [condition(item, at=at) for item in _refused_literals(operand, at)]
    # A value of another type is "anything but", too: 7 does not start with "a".
    return Condition(
        "anything but " + ", ".join(one.words for one in refused),
        lambda value: not any(one.holds(value) for one in refused),
    )


def _refused_operators(operand: Mapping[str, Any], at: str) -> list[Condition]:
    if len(operand) != 1 or next(iter(operand)) not in _REFUSABLE:
        raise malformed(operand, at=at, allowed=f"an object with one operator of {listed(_REFUSABLE)}")
    ((name, texts),) = operand.items()
    inner = f"{at} ({name})"
    items = texts if isinstance(texts, list) and texts else [texts]
    if not all(isinstance(item, str) for item in items):
        raise malformed(texts, at=inner, allowed=_TEXTS)
    # An empty prefix or suffix would refuse every text; AWS says "Null prefix/suffix not allowed".
    if name in ("prefix", "suffix") and "" in items:
        raise malformed(texts, at=inner, allowed=f"{_TEXTS}, none of them empty")
    return [_REFUSABLE[name](item, inner) for item in items]


def _refused_literals(operand: Any, at: str) -> list[Any]:
    items = operand if isinstance(operand, list) and operand else [operand]
    if not (all(isinstance(item, str) for item in items) or all(map(_is_number, items))):
        allowed = f"text, a number, a list of texts, a list of numbers, or an operator of {listed(_REFUSABLE)}"
        raise malformed(operand, at=at, allowed=allowed)
    return items


def _of_texts(words: str, holds: Callable[[str], bool]) -> Condition:
    # Event Ruler compares the quoted form, so that a prefix "5" never meets the number 5.
    return Condition(words, lambda value: isinstance(value, str) and holds(value))


def _text(operand: Any, at: str) -> str:
    if not isinstance(operand, str):
        raise malformed(operand, at=at, allowed=_TEXT)
    return operand


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(literal: Any) -> str:
    return repr(literal) if isinstance(literal, str) else json.dumps(literal)


_REFUSABLE: dict[str, Callable[[Any, str], Condition]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _equals_ignore_case,
    "wildcard": _wildcard,
}
_OPERATORS: dict[str, Callable[[Any, str], Condition]] = {
    **_REFUSABLE,
    "anything-but": _anything_but,
    "cidr": _cidr,
    "exactly": _exactly,
    "exists": _exists,
    "numeric": _numeric,
}
