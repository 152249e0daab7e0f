"""Runs of a suite in a project of its own, watched or not."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _places import BENCH, ROOT, environment

__all__ = ["run"]


def run(root: Path, *, suite: str, mode: str, watched: bool, arguments: Sequence[str] = ()) -> dict[str, Any]:
    """Run the suite of a system in a mode and give how long it took.

    Args:
        root: The folder of the project.
        suite: The name of the system.
        mode: The mode.
        watched: Whether each moment is booked (`_where`), which takes time itself.
        arguments: Further ones of pytest.

    Returns:
        ``wall``: seconds, ``processor``: those of the processor, ``said``: pytest's last line; when watched ``seconds``
        and ``times`` by account as well.
    """
    command = [sys.executable, "-m", "pytest", f"suites/{suite}", f"--mode={mode}", "-q", "-p", "no:cacheprovider"]
    command += arguments
    book = root / ".book"
    book.write_text("{}")
    started, spent = time.time(), _spent()
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
    said = done.stdout.strip().splitlines()[-1]
    return {**found, "wall": ended - started, "processor": _spent() - spent, "said": said}


def _spent() -> float:
    """Give the processor time of all child processes that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
