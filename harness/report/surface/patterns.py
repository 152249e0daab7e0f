"""Patterns of a template, of which only a stage knows every value, made fit to be asked without one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.errors import MisusedStep
from harness.events import patterns
from harness.system.intrinsics import is_intrinsic

__all__ = ["answerable", "fits"]

_ANY = [{"exists": True}]


def answerable(pattern: Mapping[str, Any]) -> dict[str, Any]:
    """Give a pattern that takes any value where only a stage knows which one is meant, such as the name of a bucket.

    >>> answerable({"source": ["aws.s3"], "detail": {"bucket": {"name": [{"Ref": "Photos"}]}}})
    {'source': ['aws.s3'], 'detail': {'bucket': {'name': [{'exists': True}]}}}
    """
    return {name: _answerable(asked) for name, asked in pattern.items()}


def _answerable(asked: Any) -> Any:
    if isinstance(asked, Mapping) and not is_intrinsic(asked):
        return answerable(asked)
    if isinstance(asked, list) and not any(map(_is_open, asked)):
        return [answerable(one) if isinstance(one, Mapping) and _has_lists(one) else one for one in asked]
    return _ANY


def _is_open(value: Any) -> bool:
    """Say whether a value, or an operator's operand, is an intrinsic function."""
    if isinstance(value, Mapping):
        return is_intrinsic(value) or any(is_intrinsic(one) for one in value.values() if isinstance(one, Mapping))
    return False


def _has_lists(branch: Mapping[str, Any]) -> bool:
    """Say whether an item of a list may be a branch of ``$or``, which is a pattern of its own."""
    return any(isinstance(one, list) and any(map(_is_open, one)) for one in branch.values())


def fits(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Say whether an event matches a pattern; one that AWS would refuse matches nothing."""
    # Most rules of a bus are told apart by plain texts, and reading those costs next to nothing.
    for name in ("source", "detail-type"):
        asked = pattern.get(name)
        if isinstance(asked, list) and event.get(name) not in asked and all(isinstance(one, str) for one in asked):
            return False
    try:
        return patterns.matches(pattern, event)
    except MisusedStep:
        return False
