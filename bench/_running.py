"""Runs of a suite in a project of its own, watched or not."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from _places import BENCH, ROOT, environment

__all__ = ["run"]


def run(root: Path, *, suite: str, mode: str, watched: bool) -> dict[str, Any]:
    """Run the suite of a system in a mode and give how long it took.

    Args:
        root: The folder of the project.
        suite: The name of the system.
        mode: The mode.
        watched: Whether each moment is booked (`_where`), which takes time itself.

    Returns:
        ``wall``: seconds, ``said``: pytest's last line; when watched ``seconds`` and ``times`` by account as well.
    """
    command = [sys.executable, "-m", "pytest", f"suites/{suite}", f"--mode={mode}", "-q", "-p", "no:cacheprovider"]
    book = root / ".book"
    book.write_text("{}")
    started = time.time()
    own = {"BENCH_STARTED": repr(started), "BENCH_BOOK": str(book), "PYTHONPATH": f"{ROOT}:{BENCH}"}
    done = subprocess.run(
        [*command, "-p", "_where"] if watched else command,
        cwd=root,
        env=environment() | own,
        capture_output=True,
        text=True,
        check=False,
    )
    ended = time.time()
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    found: dict[str, Any] = json.loads(book.read_text())
    if watched:
        found["seconds"]["end"] = ended - found["ended"]
    return {**found, "wall": ended - started, "said": done.stdout.strip().splitlines()[-1]}
