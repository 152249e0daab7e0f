"""How a run ends that cannot go on: the message, and an exit code that says who must act."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import pytest

from harness._signals import end_in_order
from harness.cloud.processes import GATE
from harness.errors import HarnessError

__all__ = ["Left", "end_in_order", "end_with_parent", "in_words_of_pytest", "leave", "refuse", "undisturbed"]

# What a worker of pytest-xdist leaves behind for its controller.
_LEFT = "harness_left"


def leave(error: HarnessError, *, session: pytest.Session) -> NoReturn:
    """End the run: code 4 when the project must act, 6 when the environment must be put right.

    A worker of pytest-xdist cannot end the run: it stops, and the controller reads what it has left.
    """
    output = getattr(session.config, "workeroutput", None)
    if output is None:
        pytest.exit(f"\n{_named(error)}", returncode=error.exit_code)
    output[_LEFT] = (error.exit_code, _named(error))
    session.shouldstop = f"\n{_named(error)}"
    raise pytest.fail.Exception(_named(error), pytrace=False) from None


def refuse(error: HarnessError, *, config: pytest.Config, items: list[pytest.Item]) -> None:
    """End a run whose tests cannot be put together; a worker runs none and leaves the reason to its controller."""
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise in_words_of_pytest(error) from error
    output[_LEFT] = (error.exit_code, _named(error))
    items.clear()


class Left:
    """What the workers of pytest-xdist have left behind, in the controller."""

    def __init__(self) -> None:
        self._code = 0
        self._messages: dict[str, None] = {}

    def read(self, output: dict[str, Any]) -> None:
        """Take in what one worker has left, if anything."""
        if _LEFT in output:
            self._code, message = output[_LEFT]
            self._messages[message] = None

    def finish(self, session: pytest.Session) -> None:
        """Give the run the exit code that a run without workers would have."""
        if self._code:
            session.exitstatus = self._code

    def lines(self) -> list[str]:
        """Give each message once."""
        return list(self._messages)


def stop(error: HarnessError, *, session: pytest.Session, left: Left) -> None:
    """End the run after this test: what it has come to and what it takes away come first.

    Args:
        error: Why no other test could do better.
        session: The run.
        left: What a run ends with.
    """
    told = {_LEFT: (error.exit_code, _named(error))}
    output = getattr(session.config, "workeroutput", None)
    if output is None:
        left.read(told)
    else:
        output.update(told)
    session.shouldstop = f"\n{_named(error)}"


def in_words_of_pytest(error: HarnessError) -> pytest.UsageError:
    """Give the error as pytest's own usage error, which ends the run with code 4 and without a traceback."""
    return pytest.UsageError(_named(error))


def _named(error: HarnessError) -> str:
    return f"harness.{type(error).__name__}: {error}"


@contextmanager
def undisturbed() -> Iterator[None]:
    """Let Ctrl-C go by, while something is done that takes a moment and must be done."""
    if threading.current_thread() is not threading.main_thread():  # Ctrl-C does not disturb it.
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def end_with_parent() -> None:
    """End the run in order when the gate that has started it ends, however that ends; the kernel closes the pipe.

    Neither the workers nor what tests start hang on it: they end with this process.
    """
    lifeline = os.environ.pop(GATE, "")
    if lifeline:
        threading.Thread(target=_end_when_cut, args=(int(lifeline),), daemon=True, name="harness-lifeline").start()


def _end_when_cut(lifeline: int) -> None:
    os.read(lifeline, 1)  # Nobody ever writes.
    os.kill(os.getpid(), signal.SIGTERM)
