"""The rivals: installed into ``bench/.rivals`` on first use, and driven as processes of their own.

What cannot be installed (no npm, no registry) is left out, and the table says so.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from _places import environment, free_port, ready

__all__ = ["Missing", "Repeater", "course", "driven", "npm_folder", "python_lambda_local", "serverless_offline"]

_BENCH = Path(__file__).parent
_HOME = _BENCH / ".rivals"
# serverless 4 asks for a licence; 3 is the last that works without, and 13 the last serverless-offline for it.
_NPM = ("lambda-local@2", "serverless@3", "serverless-offline@13")
_COURSE = ("@aws-sdk/client-eventbridge@3", "@aws-sdk/client-sqs@3", "rxjs@7")
_PYPI = "python-lambda-local==0.1.13"


class Missing(Exception):
    """A rival cannot be installed here."""


class Repeater:
    """A rival that waits in a process of its own to be told how often to run."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, times: int) -> list[float]:
        """Run it so many times and give the seconds of each, as the rival's own process took them."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(times, file=self._process.stdin, flush=True)
        line = self._process.stdout.readline()
        if not line:
            raise Missing(f"it ended with code {self._process.wait()}")
        taken: list[float] = json.loads(line)
        return taken


@contextmanager
def driven(command: Sequence[str], *, cwd: Path) -> Iterator[Repeater]:
    """Start a rival's driver; it ends with its input."""
    with subprocess.Popen(list(command), cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Repeater(process)
        finally:
            process.kill()


def python_lambda_local(event: object) -> list[str]:
    """Give the command of the driver of PyPI's python-lambda-local.

    Raises:
        Missing: It cannot be installed.
    """
    home = _HOME / "python"
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        _installed([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", _PYPI], cwd=home)
        (home / "ready").touch()
    return [str(python), str(_BENCH / "rivals" / "python_lambda_local.py"), json.dumps(event)]


def course() -> tuple[list[str], Path]:
    """Give the command of the driver of the course's way to wait for an event, and the folder in which it runs.

    Raises:
        Missing: It cannot be installed.
    """
    folder = npm_folder("course", packages=_COURSE)
    return ["node", "--no-warnings", str(_BENCH / "rivals" / "course.js")], folder


def npm_folder(name: str = "npm", *, packages: Sequence[str] = _NPM) -> Path:
    """Give a folder in which rivals of npm are installed.

    Raises:
        Missing: They cannot be installed.
    """
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        raise Missing("npm is not there")
    home = _HOME / name
    if not (home / "ready").exists():
        home.mkdir(parents=True, exist_ok=True)
        (home / "package.json").write_text('{"private": true}\n')
        _installed([npm, "install", "--no-audit", "--no-fund", *packages], cwd=home)
        (home / "ready").touch()
    return home


@contextmanager
def serverless_offline(*, within: float = 60.0) -> Iterator[tuple[str, float]]:
    """Have npm's serverless-offline running; give its address and how many seconds it took to answer.

    Raises:
        Missing: It cannot be installed, or does not answer.
    """
    folder = npm_folder()
    work = folder / "offline"
    shutil.copytree(_BENCH / "rivals" / "offline", work, dirs_exist_ok=True)
    port, other = free_port(), free_port()
    command = [str(folder / "node_modules" / ".bin" / "serverless"), "offline", "start"]
    options = ["--httpPort", str(port), "--lambdaPort", str(other), "--host", "127.0.0.1", "--noTimeout"]
    quiet = environment(SLS_TELEMETRY_DISABLED="1", SLS_NOTIFICATIONS_MODE="off", CI="true")
    with subprocess.Popen(
        [*command, *options],
        cwd=work,
        env=quiet,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            address = f"http://127.0.0.1:{port}/dev"
            seconds = ready(f"{address}/hello", within=within)
            if seconds is None:
                raise Missing("serverless-offline does not answer")
            yield address, seconds
        finally:
            os.killpg(process.pid, signal.SIGKILL)


def _installed(command: Sequence[str], *, cwd: Path) -> None:
    print("installing:", " ".join(command), file=sys.stderr)
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Missing((done.stderr.strip().splitlines() or ["its installation failed"])[-1])
