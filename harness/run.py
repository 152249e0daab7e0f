"""A run as one of its processes knows it: its id, its ledger, and how what is left of it goes in the end."""

from __future__ import annotations

import atexit
import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from harness.cloud.remains import settle, take_away_the_rest
from harness.held import drop
from harness.ledger import Ledger, Left, Thing
from harness.ledger.naming import new_run
from harness.settings import Settings

__all__ = ["Run"]


class Run:
    """A run.

    Args:
        settings: What is set. The folder for caches and state is made when something is put into it: tests that need no
            stage run without one.
        called: The id of the run, if another process began it and will end it; a new one otherwise.
        close: Closes all that this process has opened. It is called at exit, unless the run was closed by then.
    """

    def __init__(self, settings: Settings, *, called: str, close: Callable[[], object]) -> None:
        self.id = called or new_run()
        self.began_here = not called
        self._settings = settings
        self._close = close

    @property
    def _folder(self) -> Path:
        return self._settings.folder

    @cached_property
    def ledger(self) -> Ledger:
        """What this run creates, written down before it does."""
        ledger = Ledger(self._folder, run=self.id)
        self._process = os.getpid()
        # Whoever ends without a word, as a script does, has closed nothing.
        atexit.register(self._at_exit)
        return ledger

    def _at_exit(self) -> None:
        # A process that a test has forked owns nothing of this.
        if os.getpid() == self._process:
            self._close()

    @property
    def has_ledger(self) -> bool:
        """Whether anything could have been created."""
        return "ledger" in self.__dict__

    @property
    def left(self) -> tuple[Left, ...]:
        """What was created and not taken away; once the run is closed, what could not be taken away."""
        return self.ledger.left if self.has_ledger else ()

    def settle_others(self) -> None:
        """End the embedded clouds that dead runs have left, and write off what has gone with them."""
        settle(self._folder, forget=self._forget)

    def close(self) -> None:
        """Take away what is still there if this process began the run, and say that it creates nothing more."""
        if not self.has_ledger:
            return
        try:
            if self.began_here:
                take_away_the_rest(self.ledger, folder=self._folder, forget=self._forget)
        finally:
            self.ledger.close()
            atexit.unregister(self._at_exit)

    def _forget(self, thing: Thing) -> None:
        """Forget what was there before, in a store that has gone with its cloud."""
        if thing.kind in ("items", "parameter"):
            drop(self._folder, digest=thing.within)
