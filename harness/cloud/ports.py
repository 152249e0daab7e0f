"""A port that no other cloud draws at the same time."""

from __future__ import annotations

import errno
import random
import socket

__all__ = ["LOOPBACK", "claimed", "listens", "port_in"]

LOOPBACK = "127.0.0.1"
# Below the numbers that Linux (from 32768) and macOS (from 49152) give to the near ends of connections: one of those
# may be taken between the draw and the start of the cloud, by a connection of anybody.
_LOWEST, _HIGHEST = 15000, 32768
_DRAWS = 100


def port_in(endpoint: str | None) -> str:
    """Give the port of an embedded cloud's address.

    >>> port_in("http://127.0.0.1:18626")
    '18626'
    """
    return (endpoint or "").rpartition(":")[2]


def claimed(*, first: int = 0) -> socket.socket:
    """Give a socket whose number is a free TCP port, which nobody else is given until the socket is closed.

    The socket is of UDP, whose numbers are apart from those of TCP: it keeps other runs from the port, also those of
    other projects, and leaves the port itself to the cloud. It is closed when the cloud listens: from then on the
    port is not free.

    Args:
        first: The port that is tried first; 0 for any.
    """
    for number in (first or _drawn(), *(_drawn() for _ in range(_DRAWS))):
        claim = socket.socket(type=socket.SOCK_DGRAM)
        try:
            claim.bind((LOOPBACK, number))
        except OSError:  # Another run has drawn it.
            claim.close()
            continue
        if _is_free(number):
            return claim
        claim.close()
    raise OSError(errno.EADDRINUSE, f"None of {_DRAWS} ports between {_LOWEST} and {_HIGHEST} is free")


def _drawn() -> int:
    return random.randrange(_LOWEST, _HIGHEST)  # noqa: S311 - a number, not a secret


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listens(port: int) -> bool:
    """Say whether any process listens at a port of this machine, also one that is stopped and never answers."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex((LOOPBACK, port)) != errno.ECONNREFUSED
