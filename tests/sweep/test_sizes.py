"""More than the first pages of each service, left by a killed run, by the benchmark that sweeps thousands."""

from __future__ import annotations

import subprocess
import sys

from tests.sweep.conftest import ROOT


def test_all_that_a_killed_run_has_left_is_swept() -> None:
    """By the ledger and without it; counted by listing the cloud, past pages of 60 users and 100 rules and tags."""
    sizes = ["--rounds=1", "--users=120", "--queues=150", "--rules=110"]

    done = subprocess.run(
        [sys.executable, ROOT / "bench/sweep.py", *sizes], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stdout + done.stderr
    assert 3 == done.stdout.count("there were 150 queues, 110 rules, 120 users; swept in "), done.stdout
    assert 3 == done.stdout.count("; left: 0 queues, 0 rules, 0 users\n"), done.stdout
