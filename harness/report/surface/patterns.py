"""Patterns of a template, of which only a stage knows every value, made fit to be asked without one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness.errors import MisusedStep
from harness.events import patterns
from harness.system.intrinsics import is_intrinsic

__all__ = ["answerable", "fits", "with_names"]

_ANY = [{"exists": True}]
# What is a text in every event.
_TEXTS = ("source", "detail-type")


def answerable(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Give a pattern that takes any value where only a stage knows which one is meant, such as the name of a bucket.

    >>> answerable({"source": ["aws.s3"], "detail": {"bucket": {"name": [{"Ref": "Photos"}]}}})
    {'source': ['aws.s3'], 'detail': {'bucket': {'name': [{'exists': True}]}}}
    """
    return {name: _answerable(asked) for name, asked in pattern.items()}


def _answerable(asked: Any) -> Any:
    if isinstance(asked, Mapping):
        return _ANY if is_intrinsic(asked) else answerable(asked)
    if not isinstance(asked, list):
        return asked
    if any(map(_is_open, asked)):
        return _ANY
    # The branches of $or are patterns themselves.
    return [answerable(one) if isinstance(one, Mapping) else one for one in asked]


def _is_open(value: Any) -> bool:
    """Say whether a value, or what an operator asks for, is known to a stage only."""
    if not isinstance(value, Mapping):
        return False
    return is_intrinsic(value) or any(isinstance(one, Mapping) and is_intrinsic(one) for one in value.values())


def with_names(pattern: Any, name_of: Callable[[Any], str | None]) -> Any:
    """Give a pattern in which each value has its name, where it has one.

    >>> with_names({"name": [{"Ref": "Photos"}, "other"]}, lambda value: value["Ref"] if "Ref" in value else None)
    {'name': ['Photos', 'other']}
    """
    if isinstance(pattern, list):
        return [name_of(one) or with_names(one, name_of) for one in pattern]
    if isinstance(pattern, Mapping):
        return {name: with_names(asked, name_of) for name, asked in pattern.items()}
    return pattern


def fits(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Say whether an event matches a pattern; one that AWS would refuse matches nothing."""
    # Most rules of a bus are told apart by plain texts, and looking at those costs next to nothing.
    plain = [name for name in _TEXTS if name in pattern and _lists_texts(pattern[name])]
    if any(event.get(name) not in pattern[name] for name in plain):
        return False
    if len(plain) == len(pattern):
        return True
    try:
        return patterns.matches(pattern, event)
    except MisusedStep:
        return False


def _lists_texts(asked: Any) -> bool:
    return isinstance(asked, list) and all(isinstance(one, str) for one in asked)
