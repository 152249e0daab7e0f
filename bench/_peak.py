"""A pytest plugin that writes down how much memory the process has held at most: ``-p _peak``."""

from __future__ import annotations

import os
import re
import resource
import sys
from pathlib import Path

_STATUS = Path("/proc/self/status")


def peak() -> float:
    """Give the largest resident set of this process in MB (10^6 bytes).

    Linux hands getrusage's figure down from the process that started this one, so its own is read there.
    """
    if _STATUS.exists():
        found = re.search(r"VmHWM:\s+(\d+) kB", _STATUS.read_text())
        assert found is not None
        return int(found[1]) * 1024 / 1e6
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, the other systems kilobytes: getrusage(2).
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


def pytest_unconfigure() -> None:
    """Write it down at the end."""
    Path(os.environ["BENCH_PEAK"]).write_text(str(peak()))
