"""What killed processes have brought and nobody has put right."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from harness.held import abandoned, held

HOLDS = """
import sys
from pathlib import Path
from harness.held import held
from tests.test_abandoned import Things

with held(Path(sys.argv[1]), key="shop", names=["a", "b"], store=Things(), bring=lambda: None):
    print("holds", flush=True)
    sys.stdin.read()
"""


class Things:
    """A store in which nothing was before."""

    def found(self, names: list[str]) -> Mapping[str, str]:
        return {}

    def restore(self, before: Mapping[str, str | None]) -> None: ...


def killed(folder: Path) -> None:
    """Let a process bring two things and kill it."""
    command = [sys.executable, "-c", HOLDS, str(folder)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=Path(__file__).parent.parent, text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "holds\n"
        process.kill()


def test_nothing_is_abandoned_where_nothing_was_held(tmp_path: Path) -> None:
    """Nor after what was held was put right."""
    with held(tmp_path, key="shop", names=["a"], store=Things(), bring=lambda: None):
        pass

    assert 0 == abandoned(tmp_path, since=0.0)


def test_what_somebody_holds_is_not_abandoned(tmp_path: Path) -> None:
    """It is put right when the last one leaves."""
    with held(tmp_path, key="shop", names=["a"], store=Things(), bring=lambda: None):
        found = abandoned(tmp_path, since=0.0)

    assert 0 == found


def test_what_a_killed_process_held_is_abandoned(tmp_path: Path) -> None:
    """Each thing counts."""
    killed(tmp_path)

    assert 2 == abandoned(tmp_path, since=time.time() - 60)


def test_what_was_held_earlier_is_not_of_this_run(tmp_path: Path) -> None:
    """A run that was killed last week may have left its own."""
    killed(tmp_path)

    assert 0 == abandoned(tmp_path, since=time.time() + 60)
