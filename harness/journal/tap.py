"""What a tap is: the seam between the journal and the services of the cloud."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from harness.journal.entry import Entry, Kind

__all__ = ["Reader", "Tap"]


class Reader(Protocol):
    """Where entries come from. Each reader has a thread of its own, which is the only one that calls `read`.

    Args:
        pause: The shortest time between two reads that the service allows, in seconds.
    """

    pause: float

    def read(self, *, wait: float) -> list[Entry]:
        """Give what has come since the last call.

        Args:
            wait: For how many seconds the service may hold the call until something comes; 0 for not at all. A
                service that cannot do so answers at once.
        """
        ...

    def close(self) -> None:
        """Take away what was created for it; twice does no harm."""
        ...


class Tap(Protocol):
    """One source that is tapped.

    Args:
        kind: What kind of source.
        source: Its logical id.
        partial: What it cannot see, as a sentence without its period; empty when it sees all.
    """

    kind: Kind
    source: str
    partial: str

    def barrier(self) -> Callable[[], bool]:
        """Ask for proof that all which the system has sent by now has been read.

        The call that comes back says whether the proof is there. It becomes true after some later `Reader.read`:
        when a sentinel that was sent now has come back, or a stream has been read to its end.
        """
        ...

    def close(self) -> None:
        """Take away what was created for it; twice does no harm."""
        ...
