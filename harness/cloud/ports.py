"""A port that no other cloud draws at the same time."""

from __future__ import annotations

import errno
import socket

__all__ = ["LOOPBACK", "claimed", "listens"]

LOOPBACK = "127.0.0.1"


def claimed(*, first: int = 0) -> socket.socket:
    """Give a socket whose number is a free TCP port, which nobody else is given until the socket is closed.

    The socket is of UDP, whose numbers are apart from those of TCP: it keeps other runs from the port, also those of
    other projects, and leaves the port itself to the cloud. It is closed when the cloud listens: from then on the
    port is not free.

    Args:
        first: The port that is tried first; 0 for any.
    """
    number = first
    while True:
        claim = socket.socket(type=socket.SOCK_DGRAM)
        claim.bind((LOOPBACK, number))
        if _is_free(claim.getsockname()[1]):
            return claim
        claim.close()
        number = 0


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
