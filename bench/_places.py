"""Where the benchmarks work: copies of projects in folders of their own, and the clouds that they stand in."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep

from harness.cloud import embedded
from harness.project import Project
from harness.settings import read_settings

__all__ = [
    "BENCH",
    "ROOT",
    "down",
    "environment",
    "free_port",
    "hello",
    "opened",
    "plain_cloud",
    "project_of",
    "python",
    "ready",
    "up",
]

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
REGION = "us-east-1"
# What somebody who uses the harness writes. Not this project's own file: that one leaves out the pytest plugin of
# faker, which comes with the harness and which everybody else pays for.
_PYPROJECT = """
[tool.pytest.ini_options]
addopts = ["--import-mode=importlib"]
pythonpath = ["."]
"""
# Settings of the user's that would decide what is measured. Without byte code each run would compile everything anew.
_LEFT_OUT = ("TEST_MODE", "TEST_STAGE", "PYTEST_ADDOPTS", "PYTHONDONTWRITEBYTECODE", "PYTHONPATH")


def environment(**more: str) -> dict[str, str]:
    """Give an environment for a child process: nothing of the user's settings, and the harness importable."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_") and name not in _LEFT_OUT}
    return {**kept, "PYTHONPATH": str(ROOT), **more}


def python(*arguments: str, cwd: Path, **more: str) -> str:
    """Run this interpreter to its end and give what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment(**more), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with code {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def hello() -> Iterator[Path]:
    """Have a copy of the system ``hello`` as a project of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        shutil.copytree(BENCH / "systems", Path(name) / "systems")
        yield Path(name)


@contextmanager
def opened(root: Path) -> Iterator[Project]:
    """Have a project open; unless a cloud runs for it already, it has an embedded one until the end."""
    settings = read_settings(root, given={"stage": "embedded", "region": REGION}, environment={})
    project = Project(settings, tell=lambda _line: None)
    try:
        yield project
    finally:
        project.close()


@contextmanager
def plain_cloud(root: Path) -> Iterator[None]:
    """Have ministack running for a project as it comes from PyPI, with nothing of the harness in its process."""
    port = free_port()
    home = root / "plain"
    home.mkdir()
    settings = {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_HOST": "127.0.0.1",
        "MINISTACK_REGION": REGION,
        "S3_DATA_DIR": str(home / "s3"),
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(home / "state"),
        "TMPDIR": str(home),
    }
    folder = root / ".harness"
    folder.mkdir(mode=0o700, exist_ok=True)
    with (
        (home / "cloud.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "ministack"],
            cwd=home,
            env=environment(**settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        endpoint = f"http://127.0.0.1:{port}"
        running = embedded.Running(endpoint=endpoint, pid=process.pid, folder=str(home), log=log.name)
        try:
            assert ready(f"{endpoint}/_ministack/health", within=20.0) is not None, Path(log.name).read_text()
            embedded.remember(running, folder=folder)
            yield
        finally:
            embedded.forget(folder)
            embedded.stop(running)


@contextmanager
def project_of(*systems: str) -> Iterator[Path]:
    """Have a copy of the project with some of its systems and their suites; no cloud of its is left running."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        root = Path(name)
        left_out = shutil.ignore_patterns("__pycache__", ".env*")
        for part in (f"{folder}/{system}" for folder in ("systems", "suites", "steps") for system in systems):
            shutil.copytree(ROOT / part, root / part, ignore=left_out)
        for file in ("conftest.py", "steps/__init__.py"):
            shutil.copy(ROOT / file, root / file)
        (root / "pyproject.toml").write_text("\n".join([_PYPROJECT, *map(_declared, systems)]))
        try:
            yield root
        finally:
            down(root)


def _declared(system: str) -> str:
    """Give the table of this project's settings that declares a system."""
    ours = (ROOT / "pyproject.toml").read_text()
    table = re.search(rf"^\[tool\.harness\.systems\.{system}\]\n(?:[^\[\n].*\n)*", ours, flags=re.MULTILINE)
    assert table is not None, system
    return table[0]


def up(root: Path) -> None:
    """Start the embedded cloud of a project and deploy into it, as `harness up` does."""
    python("-c", "import sys; from harness.cli import main; sys.exit(main(['up']))", cwd=root)


def down(root: Path) -> None:
    """Stop the embedded cloud of a project, if one runs."""
    folder = root / ".harness"
    running = embedded.find(folder) if folder.is_dir() else None
    if running is not None:
        embedded.stop(running)
        embedded.forget(folder)


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ready(address: str, *, within: float) -> float | None:
    """Wait until something answers 200 and give the seconds that it took, or None when it never did."""
    started = perf_counter()
    while perf_counter() - started < within:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return perf_counter() - started
        except (OSError, urllib.error.HTTPError):
            sleep(0.01)
    return None
