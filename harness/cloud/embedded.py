"""The embedded cloud as a child process: start, find, stop."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

from harness.cloud.account import EMBEDDED_ACCOUNT, EMBEDDED_SECRET
from harness.cloud.interpreter import interpreter
from harness.cloud.serve import INTERPRETER, LIFELINE
from harness.errors import CloudNotStarted

__all__ = ["Running", "answers", "find", "forget", "remember", "start", "stop"]

LOOPBACK = "127.0.0.1"
# The children of this process, by process id: a process that nobody holds is reaped by nobody.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}
# What the child needs of this process's environment. Everything else, AWS settings above all, stays out.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SYSTEMROOT")


@dataclass(frozen=True, kw_only=True)
class Running:
    """An embedded cloud that runs: where it answers, its process, its folder and its log.

    Args:
        lifeline: The end of the pipe that keeps the child alive; -1 when it lives on by itself.
    """

    endpoint: str
    pid: int
    folder: str
    log: str
    lifeline: int = field(default=-1, compare=False)


def start(
    folder: Path,
    *,
    region: str,
    outlives: bool = False,
    within: float = 20.0,
    meanwhile: Callable[[], object] = lambda: None,
) -> Running:
    """Start an embedded cloud and wait until it is ready.

    Args:
        folder: The project's folder for caches and state.
        region: The region that it plays.
        outlives: Whether it goes on when this process ends, as `harness up` wants. Otherwise it ends with
            this process, also when this process is killed.
        within: How many seconds it may take.
        meanwhile: What this process does while the other one starts, such as imports.

    Raises:
        CloudNotStarted: It is not installed, or it did not become ready; the error shows the end of its log.
    """
    if find_spec("ministack") is None:
        raise CloudNotStarted(
            "The embedded cloud is not installed.",
            remedy="install it: python -m pip install 'serverless-harness[embedded]'\n"
            "or name a stage in AWS: --stage=dev",
        )
    port = _free_port()
    home = folder / "clouds" / str(port)
    shutil.rmtree(home, ignore_errors=True)
    (home / "tmp").mkdir(parents=True)
    near, far = (-1, -1) if outlives else os.pipe()
    process = _spawn(home, port=port, region=region, lifeline=near)
    if near >= 0:
        os.close(near)
    running = Running(
        endpoint=f"http://{LOOPBACK}:{port}",
        pid=process.pid,
        folder=str(home),
        log=str(home / "cloud.log"),
        lifeline=far,
    )
    meanwhile()
    _wait_until_ready(running, process, within=within)
    return running


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _spawn(home: Path, *, port: int, region: str, lifeline: int) -> subprocess.Popen[bytes]:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": EMBEDDED_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": EMBEDDED_SECRET,
        "BIND_HOST": LOOPBACK,
        "COGNITO_EMAIL_ENABLED": "false",
        "GATEWAY_PORT": str(port),
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_ACCOUNT_ID": EMBEDDED_ACCOUNT,
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": region,
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(home / "tmp"),
        INTERPRETER: str(interpreter(home.parent.parent)),
    }
    if lifeline >= 0:
        environment[LIFELINE] = str(lifeline)
    with (home / "cloud.log").open("wb") as log:
        process = subprocess.Popen(
            # -P: a module of the project that is called like one of the cloud's must not be taken for it.
            [sys.executable, "-P", "-m", "harness.cloud.serve"],
            cwd=home,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=[lifeline] if lifeline >= 0 else [],
            start_new_session=True,  # Ctrl-C is for the test run, which then stops the cloud in order.
        )
    _CHILDREN[process.pid] = process
    return process


def _wait_until_ready(running: Running, process: subprocess.Popen[bytes], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not answers(running.endpoint):
        ended = process.poll()
        if ended is None and time.monotonic() < deadline:
            time.sleep(0.01)
            continue
        log = Path(running.log).read_text(errors="replace")
        stop(running)
        raise CloudNotStarted(
            f"The embedded cloud ended with code {ended}."
            if ended is not None
            else f"The embedded cloud was not ready within {within:g} s.",
            facts=[("its log ends", line) for line in log.splitlines()[-5:]] or [("its log", "empty")],
        )


def answers(endpoint: str, *, within: float = 1.0) -> bool:
    """Say whether an embedded cloud answers at `endpoint`."""
    host, _, port = endpoint.removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=within)
    try:
        connection.request("GET", "/_ministack/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def stop(running: Running, *, within: float = 5.0) -> None:
    """Stop an embedded cloud, its functions and what they started, and remove its folder; twice does no harm."""
    with contextlib.suppress(OSError):
        os.close(running.lifeline)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + within
    while _lives(running.pid) and time.monotonic() < deadline:
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(running.pid, signal.SIGKILL)
    child = _CHILDREN.pop(running.pid, None)
    if child is not None:
        child.wait()
    shutil.rmtree(running.folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    child = _CHILDREN.get(pid)
    if child is not None:
        return child.poll() is None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def remember(running: Running, *, folder: Path) -> None:
    """Write down a cloud that goes on, so that the next run finds it."""
    _record(folder).write_text(json.dumps(asdict(running)))


def find(folder: Path) -> Running | None:
    """Give the cloud that `harness up` left running, or None when there is none or it no longer answers."""
    try:
        found = Running(**json.loads(_record(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return found if answers(found.endpoint) else None


def forget(folder: Path) -> None:
    """Remove what `remember` wrote; twice does no harm."""
    _record(folder).unlink(missing_ok=True)


def _record(folder: Path) -> Path:
    return folder / "cloud.json"
