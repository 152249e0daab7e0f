"""What a test waits for: that all is done, that a line is logged, that an item is there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from harness import data
from harness._text import redacted
from harness.errors import NeverHappened, StageError, UnknownResource
from harness.journal.matching import written
from harness.stage.place import Place

__all__ = ["Waiting"]

# A look costs one call of the cloud.
_LOOK_EVERY = 0.05
# FilterLogEvents is a matter of a few calls a second for a whole account and region.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
_LOOK_INTO_LOGS_EVERY = 1.0
# How often what has ended may have set off something else.
_ROUNDS = 10


class Waiting(Place):
    """A stage whose work can be waited for."""

    def settle(self, *, within: float | None = None) -> None:
        """Wait until all that the test has set off is done, and local functions have had what is theirs.

        Taps are quiet and mapped queues are empty. In the embedded cloud executions have ended, no function of the
        stage runs or is to be tried again, and mappings have read their streams. AWS tells nothing of these: that a
        function which an event has started has ended is seen there by what it does (`item`, `logs`, `expect`).
        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics.html

        Args:
            within: For how many seconds at most; a default that fits the cloud when not given.

        Raises:
            StageError: It did not become quiet in time.
            FunctionFailed: In `handler` mode: a function that was started ended in an error.
        """
        __tracebackhide__ = True
        quiet = self.journal.patience.closing if within is None else within
        # Only the embedded cloud says what is yet to be tried again.
        within = self.journal.patience.after_retries if within is None and self.cloud.embedded else quiet
        for _ in range(_ROUNDS):
            # What ends last may have published something, so taps are looked at afterwards.
            if not self._all_done(within=within):
                break
            self.journal.settle(within=quiet)
            if not self._mode.unfinished():
                return
        raise StageError(
            f"The stage has not become quiet within {within:g} s.",
            facts=[("not done", one) for one in self._mode.unfinished()],
            remedy="does a function fail again and again? see its log: harness tail; or wait longer: within=…",
        )

    def _all_done(self, *, within: float) -> bool:
        __tracebackhide__ = True
        return self.journal.until(lambda: not self._mode.unfinished(), within=within, look_every=_LOOK_EVERY)

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
            facts=[("it is", "not there" if found is None else redacted(written(found))), *self.journal.around(table)],
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
        pause = _LOOK_EVERY if self.cloud.embedded else _LOOK_INTO_LOGS_EVERY
        lines: list[str] = []
        due = 0.0

        def logged() -> bool:
            nonlocal due
            if time.monotonic() < due:  # An entry of the journal has come, which says nothing of logs.
                return False
            lines[:] = self._mode.lines(function, since=self.journal.began)
            due = time.monotonic() + pause
            return any(contains in line for line in lines)

        if not self.journal.until(logged, within=within, look_every=pause):
            last = "\n    ".join(["", *lines[-5:]]) if lines else "none: it did not run, or logged nothing"
            raise NeverHappened(
                f"{function} has logged no line with {contains!r} within {within:g} s.",
                facts=[("its last lines", last)],
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
                # What does not end in time is stopped and forgotten.
                self._all_done(within=self.journal.patience.closing)
        finally:
            self._mode.over()
