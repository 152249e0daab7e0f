"""One difference between what the template says and what is deployed, and the words for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness._text import redacted, shortened

__all__ = ["Difference", "compared", "extra", "late", "missing", "said", "unread"]

_LONGEST = 200
_UNREAD, _LATE = "unread", "answer"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What the template says and the stage does not have, or has otherwise, in words that may be shown.

    >>> str(Difference(kind="rule", name="Placed", what="state", template="enabled", deployed="disabled"))
    'rule Placed: state: the template says enabled, deployed is disabled'

    Args:
        kind: ``function``, ``permission``, ``route``, ``rule``, ``subscription``, ``mapping``, ``notification``,
            ``queue``, ``schedule``, ``api``, ``url``, ``resource``; ``unread`` for what may not be read, so that
            nobody knows.
        name: The logical id, or the method and the path of a route. Of ``unread``: what could not be read.
        what: Which of its properties; ``existence`` when it is not there. Of ``unread``: the action that is missing, or
            ``answer`` where there was none in time.
        template: What the template says.
        deployed: What is deployed.
    """

    kind: str
    name: str
    what: str
    template: str
    deployed: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.what}: the template says {self.template}, deployed is {self.deployed}"

    @property
    def is_unread(self) -> bool:
        """Whether it says only that something could not be read."""
        return self.kind == _UNREAD

    @property
    def is_late(self) -> bool:
        """Whether it says only that there was no answer in time."""
        return self.is_unread and self.what == _LATE


def missing(kind: str, name: str, *, what: str = "existence", template: str = "it is there") -> Difference:
    """Give the difference of something that the template declares and that is not there."""
    return Difference(kind=kind, name=name, what=what, template=template, deployed="nothing")


def extra(kind: str, name: str, deployed: str, *, what: str = "existence") -> Difference:
    """Give the difference of something that is there although the template, which would say so, does not."""
    return Difference(kind=kind, name=name, what=what, template="nothing of it", deployed=deployed)


def unread(things: str, *, action: str, reason: str) -> Difference:
    """Give what stands for differences that nobody can see.

    Args:
        things: What could not be read, such as ``functions``.
        action: The IAM action that reads it.
        reason: Why not.
    """
    return Difference(
        kind=_UNREAD, name=things, what=action, template=f"there are {things}", deployed=f"unknown: {reason}"
    )


def late(services: Iterable[str]) -> Difference:
    """Give what stands for differences that nobody can see since services have not answered in time."""
    name = f"resources of {', '.join(sorted(set(services)))}"
    return Difference(
        kind=_UNREAD, name=name, what=_LATE, template="they are there", deployed="unknown: no answer in time"
    )


def compared(kind: str, name: str, pairs: Mapping[str, tuple[Any, Any]]) -> Iterable[Difference]:
    """Give the differences among properties of one thing.

    Args:
        kind: Its kind.
        name: Its name.
        pairs: For each property what the template says and what is deployed, as text or as values of JSON.
    """
    for what, (template, deployed) in pairs.items():
        if _meant(template) != _meant(deployed):
            yield Difference(kind=kind, name=name, what=what, template=said(template), deployed=said(deployed))


def _meant(value: Any) -> Any:
    """Give a value in which numbers and booleans are text: CloudFormation takes and makes either."""
    if isinstance(value, Mapping):
        return {str(name): _meant(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_meant(one) for one in value]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, int | float) else value


def said(value: Any) -> str:
    """Give a value as a message shows it: short, without what is secret by its name.

    >>> said(None), said("enabled"), said({"source": ["shop"]}), said(["b", "a"])
    ('none', 'enabled', '{"source": ["shop"]}', 'b, a')
    """
    if value is None or value in ("", [], ()):
        return "none"
    if isinstance(value, list | tuple) and all(isinstance(one, str) for one in value):
        value = ", ".join(value)
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return shortened(redacted(text), limit=_LONGEST)
