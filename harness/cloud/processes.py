"""Processes that this one started, or that an earlier one started and wrote down by its id."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness._files import UMASK, in_words, open_private

__all__ = ["GATE", "code", "command_line", "end", "found", "is_child", "runs", "spawn"]

# In the environment of a pytest that a gate has started: the end of a pipe whose other end the gate holds.
GATE = "HARNESS_GATE"

# The children of this process, by process id: a process that nobody holds is reaped by nobody.
_CHILDREN: dict[int, subprocess.Popen[bytes]] = {}


def spawn(
    command: Sequence[str],
    *,
    folder: Path,
    log: Path,
    environment: Mapping[str, str],
    kept: Sequence[int] = (),
) -> int:
    """Start a process with a group of its own and give its id.

    Args:
        command: The program and its arguments.
        folder: Where it works.
        log: The file that takes all that it prints; what it writes itself is for the owner's eyes only as well.
        environment: All that it sees of the environment.
        kept: The open files that it inherits.
    """
    with in_words(log):
        output = open_private(log, "wb")
    with output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            pass_fds=kept,
            umask=UMASK,
            start_new_session=True,  # Ctrl-C is for the test run, which then stops the cloud in order.
        )
    _CHILDREN[process.pid] = process
    return process.pid


def is_child(pid: int) -> bool:
    """Say whether this process started it and has not yet ended it."""
    return pid in _CHILDREN


def code(pid: int) -> int | None:
    """Give the exit code of a child, or None while it runs."""
    return _CHILDREN[pid].poll()


def runs(pid: int, *, words: Sequence[str]) -> bool:
    """Say whether a process runs and is the one that was written down, not another that was given its id since.

    Args:
        pid: The id that was written down.
        words: What its command line holds, each as an argument of its own.
    """
    if is_child(pid):
        return code(pid) is None
    return _holds(command_line(pid), words)


def _holds(command: str, words: Sequence[str]) -> bool:
    # Whole words: a folder `clouds/1` is not the folder `clouds/18626`.
    return all(f" {word} " in f" {command} " for word in words)


def found(*, words: Sequence[str], proc: Path = Path("/proc")) -> list[int]:
    """Give the ids of all processes of this machine whose command line holds these words.

    Args:
        words: What is looked for, each as an argument of its own.
        proc: Where Linux shows its processes as files; elsewhere `ps` is asked.
    """
    return [pid for pid, command in _all(proc) if _holds(command, words)]


def _all(proc: Path) -> Iterator[tuple[int, str]]:
    if (proc / "self").exists():
        for process in proc.glob("[0-9]*"):
            yield int(process.name), command_line(int(process.name), proc=proc)
        return
    asked = ["/bin/ps", "-axww", "-o", "pid=,command="]
    listed = subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False).stdout
    for line in listed.splitlines():
        pid, _, command = line.strip().partition(" ")
        yield int(pid), command


def command_line(pid: int, *, proc: Path = Path("/proc")) -> str:
    """Give the command line of any process, or an empty text when there is no such process.

    Args:
        pid: Its id.
        proc: Where Linux shows its processes as files; elsewhere `ps` is asked.
    """
    if (proc / "self").exists():
        with contextlib.suppress(OSError):
            return (proc / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    asked = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, errors="replace", check=False).stdout


def end(pid: int, *, words: Sequence[str], within: float) -> bool:
    """End a process and its group, and say whether it was there to be ended; one that is another's is left alone.

    Args:
        pid: The id that was written down.
        words: What its command line holds as arguments, if it is the one that was meant.
        within: How many seconds it has to end in order; then it is killed.
    """
    if not is_child(pid) and not runs(pid, words=words):
        return False
    # A process that is stopped takes SIGTERM only when it goes on.
    _signal(pid, signal.SIGTERM, signal.SIGCONT)
    _wait(pid, words=words, within=within)
    _signal(pid, signal.SIGKILL)
    _wait(pid, words=words, within=1.0)
    child = _CHILDREN.pop(pid, None)
    if child is not None:
        child.wait()
    return True


def _signal(group: int, *signals: signal.Signals) -> None:
    for each in signals:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, each)


def _wait(pid: int, *, words: Sequence[str], within: float) -> None:
    deadline = time.monotonic() + within
    while runs(pid, words=words) and time.monotonic() < deadline:
        time.sleep(0.01)
