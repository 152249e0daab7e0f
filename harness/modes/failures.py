"""Several failures, told as one."""

from __future__ import annotations

from collections.abc import Iterable

from harness.errors import SystemFailure

__all__ = ["raise_first"]


def raise_first(failures: Iterable[SystemFailure]) -> None:
    """Raise the first of several failures, with the others as notes; nothing when there are none.

    Raises:
        SystemFailure: The first one.
    """
    __tracebackhide__ = True
    found = list(failures)
    if found:
        first, *others = found
        for other in others:
            first.add_note(f"And: {other.sentence}")
        raise first
