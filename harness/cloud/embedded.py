"""The embedded cloud as a child process: start, find, stop."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import sys
import time
from collections.abc import Callable, Set
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path

from harness._files import in_words, private_folder, write
from harness.cloud import processes
from harness.cloud.account import EMBEDDED_ACCOUNT, EMBEDDED_SECRET
from harness.cloud.interpreter import interpreter
from harness.cloud.ports import LOOPBACK, claimed, listens, port_in
from harness.cloud.serve import INTERPRETER, LIFELINE
from harness.errors import CloudNotStarted, FileNotWritten, NotRemoved
from harness.ledger import Ledger, Thing

__all__ = [
    "Running",
    "answers",
    "end_left",
    "find",
    "forget",
    "remember",
    "remembered",
    "remove_stale",
    "runs",
    "start",
    "stop",
]

_MODULE = "harness.cloud.serve"
_CLOUDS = "clouds"
_TRIES = 5
# What has not begun yet has nothing to put in order.
_IN_VAIN = 0.5
# What the child needs of this process's environment. Everything else, AWS settings above all, stays out.
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SYSTEMROOT")


@dataclass(frozen=True, kw_only=True)
class Running:
    """An embedded cloud that runs: where it answers, what it plays, its process, its folder and its log.

    Args:
        region: The region that it plays. It has one only: IAM is global, so the roles of a stage in a second region
            would take the place of the first one's.
        lifeline: The end of the pipe that keeps the child alive; -1 when it lives on by itself.
    """

    endpoint: str
    region: str
    pid: int
    folder: str
    log: str
    lifeline: int = field(default=-1, compare=False)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(port_in(self.endpoint))

    @property
    def words(self) -> tuple[str, str]:
        """What the command line of its process holds, and that of no other process."""
        return _MODULE, self.folder


def start(  # noqa: PLR0913 - all but the region have defaults
    folder: Path,
    *,
    region: str,
    outlives: bool = False,
    ledger: Ledger | None = None,
    within: float = 20.0,
    meanwhile: Callable[[], object] = lambda: None,
    spawned: Callable[[Running], object] = lambda _: None,
    claim: Callable[[], socket.socket] = claimed,
) -> Running:
    """Start an embedded cloud and wait until it is ready.

    Args:
        folder: The project's folder for caches and state.
        region: The region that it plays.
        outlives: Whether it goes on when this process ends, as `harness up` wants. Otherwise it ends with
            this process, also when this process is killed.
        ledger: Where it is written down before it is started; one that stays on purpose is in none.
        within: How many seconds it may take.
        meanwhile: What this process does while the other one starts, such as imports. It is done again when
            another port has to be tried.
        spawned: Is told of each process that is started, before it is ready, as of one that is to be found again if
            this process is killed meanwhile.
        claim: Draws a port, and keeps it from others until it is closed.

    Raises:
        CloudNotStarted: It is not installed, or it did not become ready; the error shows the end of its log.
        FileNotWritten: Its folder cannot be made.
        LedgerNotWritten: It could not be written down.
    """
    _insist_on_ministack()
    remove_stale(folder)
    for _ in range(_TRIES):
        with claim() as held:
            home = _new_home(folder, port=held.getsockname()[1])
            running = home and _noted(home, region=region, ledger=ledger, outlives=outlives, spawned=spawned)
            if running and _became_ready(running, within=within, meanwhile=meanwhile, ledger=ledger):
                return running
    raise CloudNotStarted(
        f"The embedded cloud found no port of its own in {_TRIES} tries.",
        facts=[("its folders", folder / _CLOUDS)],
    )


def _insist_on_ministack() -> None:
    if find_spec("ministack") is None:
        raise CloudNotStarted(
            "The embedded cloud is not installed.",
            remedy="install it: python -m pip install 'serverless-harness[embedded]'\n"
            "or name a stage in AWS: --stage=dev",
        )


def remove_stale(folder: Path, *, older: float = 3600.0) -> None:
    """Remove the folders of clouds that could not do it, as after a power cut.

    Args:
        folder: The project's folder for caches and state.
        older: How many seconds ago a folder's cloud must have been started; one that starts does not listen yet.
    """
    for home in (folder / _CLOUDS).glob("*"):
        if home.name.isdecimal() and _age(home) > older and not listens(int(home.name)):
            shutil.rmtree(home, ignore_errors=True)


def _age(home: Path) -> float:
    try:
        return time.time() - home.stat().st_mtime
    except FileNotFoundError:  # Another run was faster.
        return 0.0


def _new_home(folder: Path, *, port: int) -> Path | None:
    """Make the folder of a cloud, or None when the port is another's.

    What listens there would answer in the place of our cloud, and a folder may be a cloud's that just starts.
    """
    if listens(port):
        return None
    home = folder / _CLOUDS / str(port)
    with in_words(home):
        private_folder(home.parent)
        try:
            home.mkdir(mode=0o700)
        except FileExistsError:
            return None
        private_folder(home / "tmp")
    try:
        # A cloud whose disk is full ends without a word: it has no place for one.
        write(home / "cloud.log", b"\n")
    except FileNotWritten:
        shutil.rmtree(home, ignore_errors=True)
        raise
    return home


def _noted(
    home: Path, *, region: str, outlives: bool, ledger: Ledger | None, spawned: Callable[[Running], object]
) -> Running:
    """Write a cloud down and start it; of what cannot be started nothing is left."""
    thing = _thing(home, region=region)
    try:
        if ledger is not None:
            ledger.creating(thing)
        running = _spawn(home, region=region, outlives=outlives, run=ledger.run if ledger else "")
        spawned(running)
        return running
    except BaseException:
        # Ctrl-C may come when the process is there and nobody has been told its id.
        words = (_MODULE, str(home))
        for pid in processes.found(words=words):
            processes.end(pid, words=words, within=_IN_VAIN)
        shutil.rmtree(home, ignore_errors=True)
        if ledger is not None:
            ledger.removed(thing)
        raise


def _thing(home: Path, *, region: str) -> Thing:
    endpoint = f"http://{LOOPBACK}:{home.name}"
    return Thing(
        kind="cloud",
        name=home.name,
        within=str(home),
        region=region,
        endpoint=endpoint,
        embedded=True,
        stage="embedded",
    )


def _spawn(home: Path, *, region: str, outlives: bool, run: str) -> Running:
    environment = _environment(home, region=region)
    near, far = (-1, -1) if outlives else os.pipe()
    try:
        pid = processes.spawn(
            # -P: a module of the project that is called like one of the cloud's must not be taken for it.
            # Folder and run are there only to tell this process from every other.
            [sys.executable, "-P", "-m", _MODULE, str(home), run],
            folder=home,
            log=home / "cloud.log",
            environment=environment if outlives else environment | {LIFELINE: str(near)},
            kept=() if outlives else (near,),
        )
    finally:
        if not outlives:
            os.close(near)
    endpoint, log = f"http://{LOOPBACK}:{home.name}", str(home / "cloud.log")
    return Running(endpoint=endpoint, region=region, pid=pid, folder=str(home), log=log, lifeline=far)


def _environment(home: Path, *, region: str) -> dict[str, str]:
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {
        "AUTH": "true",
        "AWS_ACCESS_KEY_ID": EMBEDDED_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": EMBEDDED_SECRET,
        "BIND_HOST": LOOPBACK,
        "COGNITO_EMAIL_ENABLED": "false",
        "GATEWAY_PORT": home.name,
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "MINISTACK_ACCOUNT_ID": EMBEDDED_ACCOUNT,
        "MINISTACK_HOST": LOOPBACK,
        "MINISTACK_REGION": region,
        "SFN_WAIT_SCALE": "0",
        "SFTP_ENABLED": "0",
        "STATE_DIR": str(home / "state"),
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(home / "tmp"),
        INTERPRETER: str(interpreter(home.parent.parent)),
    }


def _became_ready(running: Running, *, within: float, meanwhile: Callable[[], object], ledger: Ledger | None) -> bool:
    """Wait until a cloud is ready; whatever comes in between, Ctrl-C too, it is not left running."""
    ready = False
    try:
        deadline = time.monotonic() + within
        meanwhile()
        ready = _waited(running, deadline=deadline, within=within)
    finally:
        if not ready:
            stop(running, ledger=ledger)
    return ready


def _waited(running: Running, *, deadline: float, within: float) -> bool:
    """Give True when it is ready, and False when it ended because another process has its port."""
    while True:
        answered = answers(running.endpoint)
        ended = processes.code(running.pid)
        if ended is not None and listens(running.port):
            return False
        if ended is not None:
            raise _not_started(f"The embedded cloud ended with code {ended}.", running)
        if answered:
            return True
        if time.monotonic() >= deadline:
            raise _not_started(f"The embedded cloud was not ready within {within:g} s.", running)
        time.sleep(0.01)


def _not_started(sentence: str, running: Running) -> CloudNotStarted:
    log = Path(running.log).read_text(errors="replace")
    facts = [("its log ends", line) for line in log.splitlines()[-5:]]
    return CloudNotStarted(sentence, facts=facts or [("its log", "empty")])


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


def stop(running: Running, *, within: float = 5.0, ledger: Ledger | None = None) -> bool:
    """Stop an embedded cloud, its functions and what they started, and remove its folder; twice does no harm.

    Args:
        running: The cloud.
        within: How many seconds it has to end in order.
        ledger: Where it is written down; all that was created in it has gone with it.

    Returns:
        Whether its process was there to be stopped, answering or not. A process that was given its id since is
        left alone.
    """
    if running.lifeline >= 0 and processes.is_child(running.pid):
        os.close(running.lifeline)
    stopped = processes.end(running.pid, words=running.words, within=within)
    if stopped or not listens(running.port):
        shutil.rmtree(running.folder, ignore_errors=True)
        if ledger is not None:
            _write_off(running.endpoint, ledger=ledger)
    return stopped


def _write_off(endpoint: str, *, ledger: Ledger) -> None:
    """Say of a cloud, and of all that was created in it, that it has gone."""
    for left in ledger.left:
        if left.thing.endpoint == endpoint:
            ledger.removed(left.thing)


def end_left(thing: Thing, *, of: Set[str], within: float = 5.0) -> None:
    """End the process of a cloud that a run has left, and remove its folder; that neither is there is fine.

    Ports, and so folders, are given again: what stands there since is left alone, whether another run has started it
    or `harness up`, which names no run.

    Args:
        thing: The cloud, as the ledger of the run tells of it.
        of: The runs whose cloud it is: dead ones, or the one that asks.
        within: How many seconds it has to end in order.

    Raises:
        NotRemoved: Its process goes on.
    """
    home, port = Path(thing.within), int(thing.name)
    for run in sorted(of):
        words = (_MODULE, thing.within, run)
        for pid in processes.found(words=words):
            processes.end(pid, words=words, within=within)
        if left := processes.found(words=words):
            raise NotRemoved(
                f"The embedded cloud at {thing.endpoint!r} does not end.",
                facts=[("process", left[0]), ("run", run)],
                remedy=f"end it: kill -9 {left[0]}",
            )
    # Whoever starts a cloud holds the claim to its port, from before there is a folder until the cloud listens.
    with claimed(first=port) as held:
        if held.getsockname()[1] == port and home.parts[-2:] == (_CLOUDS, thing.name):
            shutil.rmtree(home, ignore_errors=True)


def runs(running: Running) -> bool:
    """Say whether the process of a cloud runs, answering or not."""
    return processes.runs(running.pid, words=running.words)


def remember(running: Running, *, folder: Path) -> None:
    """Write down a cloud that goes on, so that the next run finds it.

    Raises:
        FileNotWritten: It cannot be written down.
    """
    write(_record(folder), json.dumps(asdict(running)).encode())


def remembered(folder: Path) -> Running | None:
    """Give the cloud that `harness up` wrote down, whether it still runs or not; None when there is none."""
    try:
        return Running(**json.loads(_record(folder).read_text()))
    except (OSError, ValueError, TypeError):
        return None


def find(folder: Path) -> Running | None:
    """Give the cloud that `harness up` left running, or None when there is none or it no longer answers.

    It plays the region that `harness up` was told, which need not be the one that is wanted now.
    """
    found = remembered(folder)
    return found if found and runs(found) and answers(found.endpoint) else None


def forget(folder: Path) -> None:
    """Remove what `remember` wrote; twice does no harm."""
    _record(folder).unlink(missing_ok=True)


def _record(folder: Path) -> Path:
    return folder / "cloud.json"
