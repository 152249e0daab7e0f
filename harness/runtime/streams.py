"""What a function prints: passed on to where the process prints now, and copied into the invocation's log."""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Relay", "Streams"]


class Relay:
    """A stream that a function may keep: it writes to where the process prints at that moment.

    A logger made at the cold start holds on to `sys.stdout` for its whole life, while pytest gives each
    test that asks for `capsys` a stream of its own and closes it afterwards. Lambda's own is a wrapper too.
    """

    def __init__(self, name: str, log: list[str]) -> None:
        self._name = name
        self._log = log
        self.stream: Any = None

    def write(self, text: str) -> Any:
        """Write to the process's stream and to the log."""
        self._log.append(text)
        return self._target().write(text)

    def writelines(self, lines: Any) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def _target(self) -> Any:
        # A thread may print when its function is no longer in: then the process's stream is in its old place.
        return getattr(sys, self._name) if self.stream is None else self.stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._target(), name)


class Streams:
    """`sys.stdout` and `sys.stderr` of one function."""

    def __init__(self, log: list[str]) -> None:
        self.out = Relay("stdout", log)
        self.err = Relay("stderr", log)

    def enter(self) -> None:
        """Put the relays in the place of the process's streams."""
        self.out.stream, sys.stdout = sys.stdout, self.out
        self.err.stream, sys.stderr = sys.stderr, self.err

    def leave(self) -> None:
        """Put back the process's streams, unless somebody else has done so: pytest does when a debugger starts."""
        if sys.stdout is self.out:
            sys.stdout = self.out.stream
        if sys.stderr is self.err:
            sys.stderr = self.err.stream
        self.out.stream = self.err.stream = None
