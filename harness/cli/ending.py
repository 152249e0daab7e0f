"""How a command that goes on and on is ended without leaving anything behind."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

__all__ = ["Ending"]

# The last is what a terminal sends that is closed.
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ending:
    """Knows whether somebody has asked for the end: by Ctrl-C, by SIGTERM, or by closing the terminal.

    A signal that raised an exception anywhere could hit the moment between the creation of a thing and the note that
    it is to be taken away. So it is only remembered, unless what goes on leaves nothing behind: `at_once`.
    """

    def __init__(self) -> None:
        self.asked = False
        self._at_once = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Ending:
        for one in _SIGNALS:
            # What the parent has chosen to ignore, as `nohup` does, stays ignored.
            if signal.getsignal(one) is not signal.SIG_IGN:
                self._before[one] = signal.signal(one, self._end)
        return self

    def __exit__(self, *_: object) -> None:
        for one, before in self._before.items():
            signal.signal(one, before)

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True
        if self._at_once:
            # Once is enough: the next one must not disturb the tidying up.
            self._at_once = False
            raise KeyboardInterrupt

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Let a signal interrupt what goes on; one that has come already does so too.

        Raises:
            KeyboardInterrupt: Somebody asks for the end.
        """
        self._at_once = True
        try:
            if self.asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._at_once = False
