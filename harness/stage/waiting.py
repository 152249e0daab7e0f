"""What a test waits for: that all is done, that a line is logged, that an item is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from harness import data
from harness._text import listed
from harness.errors import NeverHappened, StageError, UnknownResource
from harness.stage.place import Place

__all__ = ["Waiting"]

# A look costs one call of the cloud.
_LOOK_EVERY = 0.05


class Waiting(Place):
    """A stage whose work can be waited for."""

    def settle(self, *, within: float | None = None) -> None:
        """Wait until all that the test has set off is done, and local functions have had what is theirs.

        Taps are quiet, mapped queues are empty, executions that were started have ended.

        Args:
            within: For how many seconds at most; a default that fits the cloud when not given.

        Raises:
            StageError: It did not become quiet in time.
            FunctionFailed: In `handler` mode: a function that was started ended in an error.
        """
        __tracebackhide__ = True
        within = self.journal.patience.closing if within is None else within
        deadline = time.monotonic() + within
        unfinished: list[str] = []

        def done() -> bool:
            unfinished[:] = self._mode.unfinished()
            return not unfinished

        # What ends last may have published something.
        while True:
            self.journal.settle(within=max(0.0, deadline - time.monotonic()))
            if done():
                return
            if not self.journal.until(done, within=max(0.0, deadline - time.monotonic()), look_every=_LOOK_EVERY):
                raise StageError(
                    f"The stage has not become quiet within {within:g} s.",
                    facts=[("not done", one) for one in unfinished],
                    remedy="does a function fail again and again? see its log: harness tail; or wait longer: within=…",
                )

    def item(
        self,
        table: str,
        key: Mapping[str, Any],
        *,
        until: Callable[[Mapping[str, Any] | None], bool] | None = None,
        within: float | None = None,
    ) -> dict[str, Any] | None:
        """Give an item of a table as Python values, or None when there is none.

        Args:
            table: The logical id of the table.
            key: The key of the item.
            until: Waits until this holds of the item, which may be None.
            within: For how many seconds to wait; a default that fits the cloud when not given.

        Raises:
            UnknownResource: No table has this logical id.
            NeverHappened: `until` did not hold in time.
        """
        __tracebackhide__ = True
        name = self._declared("table", table, "AWS::DynamoDB::Table")
        found = data.item(self.cloud, table=name, key=key)
        if until is None:
            return found
        within = self.journal.patience.within if within is None else within

        def holds() -> bool:
            nonlocal found
            found = data.item(self.cloud, table=name, key=key)
            return until(found)

        if self.journal.until(holds, within=within, look_every=_LOOK_EVERY):
            return found
        raise NeverHappened(
            f"The item {dict(key)!r} of {table!r} did not become what was expected within {within:g} s.",
            facts=[("it is", found if found is not None else "not there")],
        )

    def logs(self, function: str, *, contains: str = "", within: float | None = None) -> list[str]:
        """Give what a function has logged since the test began: its lines that contain a text, as soon as there is one.

        Args:
            function: The logical id of the function.
            contains: The text; empty for any line.
            within: For how many seconds to wait; a default that fits the cloud when not given.

        Raises:
            UnknownResource: No function has this logical id.
            NeverHappened: No such line came in time.
        """
        __tracebackhide__ = True
        if function not in self.system.functions:
            raise UnknownResource("function", function, known=self.system.functions, declared_in=self.system.template)
        within = self.journal.patience.within if within is None else within
        lines: list[str] = []

        def logged() -> bool:
            lines[:] = self._mode.lines(function, since=self.journal.began)
            return any(contains in line for line in lines)

        if not self.journal.until(logged, within=within, look_every=_LOOK_EVERY):
            raise NeverHappened(
                f"{function} has logged no line with {contains!r} within {within:g} s.",
                facts=[("its last lines", listed(lines[-5:]) if lines else "none: it did not run, or logged nothing")],
            )
        return [line for line in lines if contains in line]

    def over(self, *, passed: bool) -> None:
        """End a test: in `handler` mode what it has set off comes to its end first, as it would in the cloud.

        None of it reaches the next test, however this ends.

        Args:
            passed: Whether it passed. What a failed test has set off is forgotten.

        Raises:
            FunctionFailed: A function that the test has set off ended in an error.
        """
        __tracebackhide__ = True
        try:
            if passed and self._mode.deliver is not None and self._mode.ran:
                self.journal.settle()
        finally:
            self._mode.over()
