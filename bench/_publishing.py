"""Publishes events as fast as it can, from four threads and in batches of ten.

It prints when it began, in epoch seconds, and when it was through.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _polling import event

from harness.cloud.account import embedded_cloud

_AT_ONCE = 10
_THREADS = 4


def main(endpoint: str, region: str, bus: str, first: int, last: int) -> None:
    """Publish the events from one number to another."""
    events = embedded_cloud(endpoint, folder=Path.cwd(), region=region).client("events")

    def publish(start: int) -> None:
        numbers = range(start, min(start + _AT_ONCE, last))
        entries = [event(bus, source="bench.many", order=f"order-{number}") for number in numbers]
        answer = events.put_events(Entries=entries)
        assert not answer["FailedEntryCount"], answer

    began = time.time()
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(publish, range(first, last, _AT_ONCE)))
    print(json.dumps([began, time.time()]))


if __name__ == "__main__":
    _, endpoint_, region_, bus_, first_, last_ = sys.argv
    main(endpoint_, region_, bus_, int(first_), int(last_))
