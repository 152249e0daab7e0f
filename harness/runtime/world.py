"""What a process has only once, and how one function after the other takes it on."""

from __future__ import annotations

import contextvars
import gc
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from harness.runtime.imports import Imports
from harness.runtime.logs import Logs
from harness.runtime.place import Place
from harness.runtime.session import Session
from harness.runtime.streams import Streams
from harness.runtime.variables import Variables

__all__ = ["World"]


class Part(Protocol):
    """A part of the process's state."""

    def enter(self) -> None:
        """Take the function's state on."""

    def leave(self) -> None:
        """Give the process its state back."""


class World:
    """The process as one function sees it, kept warm between invocations.

    `enter` and `leave` come in pairs; whatever the function did in between, the process has afterwards what it had.
    Threads are in the same process: what a thread of the function does after the end, it does in the process's world.

    Args:
        variables: The function's environment, everything included.
        code: The code root.
        places: The folders of its modules.
    """

    def __init__(self, *, variables: Mapping[str, str], code: Path, places: Sequence[str]) -> None:
        self.log: list[str] = []
        self.variables = Variables(variables)
        self._imports = Imports(places, outside=self.outside)
        streams = Streams(self.log)
        self.logs = Logs(self.log, streams.out)
        # The default session is looked up among the process's modules, so it comes before them; relative entries
        # of the process's path are relative to its working directory, so that comes after it.
        self._parts: tuple[Part, ...] = (
            self.variables,
            Session(),
            self._imports,
            Place(code),
            self.logs,
            streams,
        )
        self._entered: list[Part] = []
        # A handler's context variables are not the test's: the decimal context is one of them.
        self.run = contextvars.Context().run

    def enter(self) -> None:
        """Make the process the function's."""
        try:
            for part in self._parts:
                part.enter()
                self._entered.append(part)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        """Make the process its own again, all of it even if a part fails."""
        while self._entered:
            part = self._entered.pop()
            try:
                part.leave()
            except BaseException:
                self.leave()
                raise

    def end(self) -> None:
        """Let go of what the function holds.

        Lambda ends the process and closes nothing, so a socket that the function leaves open, as the
        X-Ray SDK does, is no matter for the test's warnings.
        """
        if self._imports.end():
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)
                gc.collect()

    @contextmanager
    def outside(self) -> Iterator[None]:
        """Be in the process's world for a while."""
        self.leave()
        try:
            yield
        finally:
            self.enter()
