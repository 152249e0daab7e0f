"""Numbers that AWS gives out in order: of records in a stream, of messages in a queue, of events of a bucket."""

from __future__ import annotations

import itertools
import time

__all__ = ["next_number"]

# A function that remembers what it has seen must not take a record of this run for one of the last.
_NUMBERS = itertools.count(time.time_ns())


def next_number() -> int:
    """Give a number that is greater than all before it, also those of earlier runs.

    >>> next_number() < next_number()
    True
    """
    return next(_NUMBERS)
