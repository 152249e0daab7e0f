"""One resource as the template wants it, and words for what was done about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.system.intrinsics import is_intrinsic

__all__ = ["Wanted", "is_known"]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A resource with its properties resolved.

    Args:
        name: The logical id.
        kind: The type.
        properties: As the template gives them; what only the cloud knows may still be an intrinsic function.
        physical: The physical id.
    """

    name: str
    kind: str
    properties: Mapping[str, Any]
    physical: str

    def done(self, what: str) -> str:
        """Give the line that says what was done."""
        return f"{self.name}: {what}"

    def not_done(self, what: str) -> str:
        """Give the line that says what is missing."""
        return f"not done here: {self.name}: {what}"

    def lines(self, before: Iterable[str], after: Iterable[str], *, of: str = "") -> list[str]:
        """Give the lines for differences that were there before, and for those that are still there."""
        left = list(after)
        closed = [difference for difference in before if difference not in left]
        return [
            *([self.done(f"{of}{', '.join(closed)}")] if closed else []),
            *([self.not_done(f"{of}{', '.join(left)}")] if left else []),
        ]


def is_known(value: Any) -> bool:
    """Say whether no intrinsic function is left in a value.

    >>> is_known({"a": ["b"]}), is_known({"a": [{"Ref": "B"}]})
    (True, False)
    """
    if isinstance(value, Mapping):
        return not is_intrinsic(value) and all(map(is_known, value.values()))
    return all(map(is_known, value)) if isinstance(value, list | tuple) else True
