"""What a signal does that would end this process at once, so that it ends in order."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

__all__ = ["code_of", "end_in_order"]


def end_in_order(*signals: signal.Signals) -> Callable[[], None]:
    """Let signals end the process as Ctrl-C does, so that what it has created is taken away; give what undoes that.

    They would end it at once otherwise. Whoever has a handler for one keeps it, and what is ignored stays ignored, as
    SIGHUP under `nohup`.
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    taken = [one for one in signals if signal.getsignal(one) is signal.SIG_DFL]
    for one in taken:
        signal.signal(one, _interrupt)

    def undo() -> None:
        for one in taken:
            signal.signal(one, signal.SIG_DFL)

    return undo


def _interrupt(signum: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt(signal.Signals(signum).name)


def code_of(interrupt: KeyboardInterrupt) -> int:
    """Give the exit code of a process that a signal has ended, as shells have it.

    >>> code_of(KeyboardInterrupt("SIGTERM")), code_of(KeyboardInterrupt())
    (143, 130)
    """
    # Ctrl-C names no signal.
    return 128 + (signal.Signals[interrupt.args[0]] if interrupt.args else signal.SIGINT)
