"""A suite in bad weather, by the benchmark that runs the suites of Big Mouth in all modes ten times."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).parents[2] / "bench/weather.py"


def test_a_suite_is_green_in_bad_weather_and_leaves_nothing() -> None:
    """One run, in the mode in which most of the calls go through the proxy; each fault may hit any of them."""
    done = subprocess.run([sys.executable, BENCH, "1", "7", "handler"], capture_output=True, text=True, check=False)

    found = re.search(r"^1 of 1 runs green; (\d+) faults were injected$", done.stdout, flags=re.MULTILINE)
    assert 0 == done.returncode, done.stdout + done.stderr
    assert found is not None, done.stdout
    assert int(found[1]) > 0
