"""Opens the taps of bigmouth in a process that has opened none before, then again; prints the seconds as JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from _places import opened


def main(times: int) -> None:
    """Open and close them so many times."""
    with opened(Path.cwd()) as project:
        for muted in (False, True):
            project.names("bigmouth", muted=muted)
        first = _seconds(lambda: project.taps("bigmouth"))
        muted = _seconds(lambda: project.taps("bigmouth", muted=True))
        taps = project.taps("bigmouth")
        again = []
        for _ in range(times):
            taps.close()
            again.append(_seconds(taps.open))
    print(json.dumps({"first": first, "muted": muted, "again": again}))


def _seconds(act: Callable[[], object]) -> float:
    started = perf_counter()
    act()
    return perf_counter() - started


if __name__ == "__main__":
    main(int(sys.argv[1]))
