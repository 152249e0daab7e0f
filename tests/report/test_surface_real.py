"""The surface of a real run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

EXPECTED = """\
bigmouth: 6 of 12 reached, 50 %
  route         Api GET /                     -------  ------  ----
  route         Api GET /restaurants          -------  ------  ----
  route         Api POST /restaurants/search  -------  ------  ----
  route         Api POST /orders              handler  invoke  http
  rule          NotifyRestaurantOrderPlaced   handler  invoke  http
  rule          TestRule                      handler  invoke  http
  subscription  TestSubscription              handler  invoke  http
  function      GetIndex                      -------  ------  ----
  function      GetRestaurants                -------  ------  ----
  function      SearchRestaurants             -------  ------  ----
  function      PlaceOrder                    handler  invoke  http
  function      NotifyRestaurant              handler  invoke  http
  never reached: 6
    route Api GET /, which leads to GetIndex
"""


def test_the_tests_of_orders_reach_half_of_bigmouth(tmp_path: Path) -> None:
    """All that has to do with orders, in every mode, and nothing else."""
    for name in ("conftest.py", "harness", "pyproject.toml", "steps", "suites", "systems"):
        (tmp_path / name).symlink_to(ROOT / name)

    outcome = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "suites/bigmouth/test_order.py",
            "--mode=all",
            "--surface",
            "-p",
            "no:cacheprovider",
        ],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_"))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "18 passed" in outcome.stdout, outcome.stdout + outcome.stderr
    assert EXPECTED in outcome.stdout
