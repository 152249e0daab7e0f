"""Asking a service again and again: what must end it, and what passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from harness.cloud.faults import GONE, Place, code_of, translated
from harness.errors import TapNotOpen, UnreachableEndpoint

__all__ = ["asked", "opened"]


@contextmanager
def opened(cloud: Place, *, what: str) -> Iterator[None]:
    """Say in one sentence why a tap cannot be opened.

    Args:
        cloud: Where the call goes.
        what: What is tapped, such as ``stream 'Clicks'``.

    Raises:
        TapNotOpen: It does not exist.
        StageError: See `translated`.
    """
    try:
        with translated(cloud):
            yield
    except Exception as fault:
        if code_of(fault) not in GONE:
            raise
        raise TapNotOpen(
            f"There is no {what}.", facts=[("region", cloud.region), ("endpoint", cloud.endpoint or "AWS")]
        ) from None


@contextmanager
def asked(cloud: Place, *, what: str) -> Iterator[None]:
    """Say in one sentence why a tap cannot be read, unless it may be read again in a moment.

    An error of the harness ends the thread that reads, because it needs a person. A network that is away for a
    moment does not, so it stays an error of Python's own.

    Raises:
        ConnectionError: Nothing answers now.
        TapNotOpen: What is tapped has been deleted.
        StageError: See `translated`.
    """
    try:
        with opened(cloud, what=what):
            yield
    except UnreachableEndpoint as error:
        raise ConnectionError(str(error)) from None
