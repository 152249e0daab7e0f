"""Lines for the person at the terminal: what happens, and how far it is."""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["Told"]

_ONE_OF_MANY = re.compile(r"\d+ of \d+ ")


class Told:
    """Shows lines; the steps of a long task overwrite each other on a terminal, and are left out elsewhere.

    Args:
        write: Writes text as it is.
        terminal: Whether the text goes to a terminal.
    """

    def __init__(self, write: Callable[[str], object], *, terminal: bool) -> None:
        self._write = write
        self._terminal = terminal
        self._unfinished = 0

    def __call__(self, line: str) -> None:
        """Show a line."""
        if not _ONE_OF_MANY.match(line):
            self._write(f"{self._cleared()}{line}\n")
        elif self._terminal:
            self._write(f"{self._cleared()}{line}")
            self._unfinished = len(line)

    def _cleared(self) -> str:
        cleared = f"\r{' ' * self._unfinished}\r" if self._unfinished else ""
        self._unfinished = 0
        return cleared
