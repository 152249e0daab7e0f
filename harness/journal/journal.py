"""The journal: what the system published, and what a test expects of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, overload

from harness._text import listed
from harness.errors import MisusedStep, StageError
from harness.journal.behind import AWS, EMBEDDED, Behind, Patience
from harness.journal.entry import Entry
from harness.journal.expectation import Expectation, expectation
from harness.journal.failing import around, happened_anyway, never_happened, out_of_order
from harness.journal.silence import insist_on_silence
from harness.journal.taps import DEFAULT_BUS, Taps
from harness.journal.view import GRAIN, View

__all__ = ["Journal"]

_LONGEST_LOOK = 0.25


class Journal:
    """What the system has published, in the order in which it was seen.

    Entries are kept for the whole run and never consumed: any number of tests may look at one. A test looks from its
    own start on, unless it says otherwise.

    Args:
        taps: What is tapped.
        began: Gives when the running test began, in epoch seconds.
        behind: What stands behind it.
        patience: For how long it waits.
    """

    def __init__(
        self,
        taps: Taps,
        *,
        began: Callable[[], float],
        behind: Behind | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._taps = taps
        self._store = taps.store
        self._began = began
        self._behind = behind or Behind()
        self._started = 0
        self.patience = patience or (EMBEDDED if taps.cloud.embedded else AWS)

    @property
    def run(self) -> str:
        """What tells this process from every other in the names of what it creates."""
        return self._taps.run

    def sources(self, kind: str) -> list[str]:
        """Give the logical ids of a kind of source: ``bus``, ``topic``, ``queue``, ``stream`` or ``table``."""
        return [name for name, its_kind in self._taps.sources.items() if its_kind == kind]

    def tap(self, *sources: str) -> None:
        """Tap further sources: queues, streams, tables that have a stream. Buses and topics are tapped anyway.

        What a stream carried before this is not seen, so it belongs before the step that is tested.

        Raises:
            UnknownResource: The template declares no such source.
            TapNotOpen: It cannot be tapped.
        """
        __tracebackhide__ = True
        self._taps.tap(*sources)

    def entries(self, source: str | None = None, *, since: float | None = None, **wanted: Any) -> list[Entry]:
        """Give what has been seen by now, in that order; nothing is waited for.

        Args:
            source: The logical id of one source; all of them when not given.
            since: From when on, in epoch seconds; from the start of the test when not given. 0 is the whole run.
            wanted: As for `expect`.

        Raises:
            UnknownResource: The template declares no such source.
            MisusedStep: Something is wanted, but of no source.
        """
        __tracebackhide__ = True
        if source is None and wanted:
            raise MisusedStep(
                f"{listed(wanted)} is wanted of entries, but no source is named.",
                remedy='name one: journal.entries("…", …)',
            )
        if source is None:
            return self._since(since)
        wish = self._wish(source, wanted)
        return wish.among(self._since(since))

    @overload
    def expect(
        self, source: str, *, within: float | None = ..., times: None = ..., since: float | None = ..., **wanted: Any
    ) -> Entry: ...

    @overload
    def expect(
        self, source: str, *, times: int, within: float | None = ..., since: float | None = ..., **wanted: Any
    ) -> list[Entry]: ...

    def expect(
        self,
        source: str,
        *,
        within: float | None = None,
        times: int | None = None,
        since: float | None = None,
        **wanted: Any,
    ) -> Entry | list[Entry]:
        """Give the first entry that is as expected, or wait for it.

        ::

            order = stage.journal.expect("EventBus", detail_type="order_placed", detail={"orderId": order_id})

        Args:
            source: The logical id of a bus, a topic, a queue, a stream or a table.
            within: For how many seconds to wait; a default that is long enough for the cloud when not given.
            times: Exactly so many; all of them come back. That no more come is made sure of as in `expect_none`.
            since: From when on to look, in epoch seconds; from the start of the test when not given.
            wanted: ``detail_type``, ``detail`` or ``body`` (structural and partial; any object with ``==`` will do),
                ``attributes``, ``pattern`` (EventBridge's own language), ``where`` (a predicate on the entry).

        Raises:
            NeverHappened: It did not come.
            HappenedAnyway: It came more often than `times`.
            UnknownResource: The template declares no such source.
            MisusedStep: The source is not tapped, or the arguments make no sense.
        """
        __tracebackhide__ = True
        wish = self._wish(source, wanted)
        if times is not None and times < 1:
            raise MisusedStep(f"times={times!r} expects nothing.", remedy="journal.expect_none(…) says that")
        least = times or 1
        within = self.patience.within if within is None else within
        found = self._found(wish, since=since, least=least, within=within)
        if len(found) < least:
            raise self._never(wish, within=within, times=times, found=found, since=since)
        if times is None:
            return found[0]
        insist_on_silence(self._taps.opened[source], wish=wish)
        found = self._closed_over(wish, since=since, most=times)
        if len(found) > times:
            raise happened_anyway(
                wish, entries=found, closed_after=self.patience.grace, times=times, counts=self._counts(since)
            )
        return found

    def in_order(self, *wishes: Expectation, within: float | None = None, since: float | None = None) -> list[Entry]:
        """Give one entry for each expectation, each sent after the one before, or wait for them.

        AWS keeps no order among buses, topics and standard queues; what counts is when the cloud took an entry in, to
        the millisecond. It is sound for what follows from one another, such as what a function publishes when it is
        started.

        Raises:
            NeverHappened: They did not come in this order.
            MisusedStep: A table is among them: its stream tells the time to the second only.
        """
        __tracebackhide__ = True
        for wish in wishes:
            self._tapped(wish.source)
            if self._taps.kind(wish.source) in GRAIN:
                raise MisusedStep(
                    f"No order can be told of the table {wish.source!r}: its stream tells the time to the second only.",
                    remedy="expect its entries one by one",
                )
        within = self.patience.within if within is None else within
        found: list[Entry] = []

        def complete() -> bool:
            found[:] = _in_order(wishes, self._since(since))
            return len(found) == len(wishes)

        self.until(complete, within=within)
        if len(found) < len(wishes):
            raise self._not_in_order(wishes, found=found, within=within, since=since)
        return found

    def expect_none(
        self, source: str, *, grace: float | None = None, since: float | None = None, **wanted: Any
    ) -> None:
        """Make sure that nothing like this was published.

        What was published before this call comes before a sentinel that is sent now; when the sentinel is back, and a
        short grace is over, nothing is outstanding. A function that the system starts and that is still at work is not
        waited for: expect first what it does, then what it must not do.

        Args:
            source: The logical id of a bus, a topic, a queue, a stream or a table.
            grace: For how many seconds to look on after the sentinel has come back.
            since: From when on to look, in epoch seconds; from the start of the test when not given.
            wanted: As for `expect`.

        Raises:
            HappenedAnyway: It was published.
            StageError: Nothing can be said: no sentinel came back, or the journal was full.
            MisusedStep: What is wanted cannot be compared with an entry that came, or could have come unseen.
        """
        __tracebackhide__ = True
        wish = self._wish(source, wanted)
        insist_on_silence(self._taps.opened[source], wish=wish)
        grace = self.patience.grace if grace is None else grace
        found = self._closed_over(wish, since=since, most=0, grace=grace)
        if found:
            raise happened_anyway(wish, entries=found, closed_after=grace, times=None, counts=self._counts(since))

    def settle(self, *, within: float | None = None) -> None:
        """Wait until all that has been published by now has been seen, and local functions have had what is theirs.

        Raises:
            StageError: It did not become quiet in time.
        """
        __tracebackhide__ = True
        self._close([*self._taps.opened], within=within)

    @property
    def began(self) -> float:
        """When the running test began, in epoch seconds by the cloud's clock."""
        return self._began()

    def around(self, name: str) -> list[tuple[str, object]]:
        """Give why nothing may have come of a bus, a topic, a queue, a stream or a table, as facts of a failure."""
        found = around(self._behind.reasons(name), logs=self._behind.logs(name, self._began()))
        return [*found, *(("note", note) for note in self._notes(name))]

    def until(self, done: Callable[[], bool], *, within: float, look_every: float = _LONGEST_LOOK) -> bool:
        """Wait until something holds, and say whether it does; local functions run meanwhile, and their time is free.

        Args:
            done: Asked whenever something has come, and now and then.
            within: For how many seconds at most.
            look_every: How often at least it is asked, in seconds.
        """
        __tracebackhide__ = True
        self._deliver()
        if done():  # What is there already wakes no poller.
            return True
        deadline = time.monotonic() + within
        with self._taps.waiting.begun():
            while True:
                position = self._store.position
                began = time.monotonic()
                self._deliver()
                # A debugger may hold a local function for as long as it likes.
                deadline += time.monotonic() - began
                if done():
                    return True
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._raise_trouble()
                self._store.wait(position, timeout=min(left, look_every))

    def _no_sentinel(self, within: float) -> StageError:
        return StageError(
            f"No sentinel has come back within {within:g} s, so nothing can be said of what has not come.",
            facts=[("tapped", listed(self._taps.opened)), *self._trouble()],
            remedy="is the cloud overloaded? see: harness status",
        )

    def _wish(self, source: str, wanted: Mapping[str, Any]) -> Expectation:
        __tracebackhide__ = True
        wish = expectation(source, **wanted)
        self._tapped(source)
        return wish

    def _tapped(self, source: str) -> None:
        """Insist on an open tap; a queue keeps what nobody takes, so its tap may open now."""
        __tracebackhide__ = True
        kind = self._taps.kind(source)
        if source in self._taps.opened:
            return
        if kind != "queue":
            raise MisusedStep(
                f"The {kind} {source!r} is not tapped, so nothing is known of what it carried.",
                facts=[("tapped", listed(self._taps.opened))],
                remedy=f'tap it before the step that is tested: stage.journal.tap("{source}")\n'
                f'or for all tests: taps = ["{source}"] in [tool.harness.systems.<name>] of pyproject.toml',
            )
        self._taps.tap(source)

    def _since(self, since: float | None) -> list[Entry]:
        return self._look(since).further()

    def _look(self, since: float | None) -> View:
        return View(self._store, start=self._began() if since is None else since, note=self._behind.note)

    def _found(self, wish: Expectation, *, since: float | None, least: int, within: float) -> list[Entry]:
        """Give the entries that are as expected; wait until there are enough of them."""
        __tracebackhide__ = True
        look = self._look(since)
        found: list[Entry] = []

        def enough() -> bool:
            found.extend(wish.among(look.further()))
            return len(found) >= least

        self.until(enough, within=within)
        return found

    def _closed_over(
        self, wish: Expectation, *, since: float | None, most: int, grace: float | None = None
    ) -> list[Entry]:
        """Give the entries that are as described: when no more can come, or as soon as there are too many."""
        __tracebackhide__ = True
        look = self._look(since)
        found: list[Entry] = []

        def too_many() -> bool:
            entries = look.further()
            found.extend(wish.among(entries))
            _insist_on_an_answer(wish, entries)
            return len(found) > most

        if not self._close([wish.source], until=too_many):
            self.until(too_many, within=self.patience.grace if grace is None else grace)
        if look.missed and len(found) <= most:
            raise StageError(
                "The journal was full, so nothing can be said of what has not come.",
                facts=[("entries that have gone", self._store.dropped)],
                remedy="publish less in one test, or look sooner",
            )
        return found

    def _close(
        self, sources: Iterable[str], *, until: Callable[[], bool] = lambda: False, within: float | None = None
    ) -> bool:
        """Wait for sentinels that were sent after all that is looked for; say whether `until` ended it before.

        What a local function publishes while it is waited for comes after the sentinel, so another one follows.
        """
        __tracebackhide__ = True
        within = self.patience.closing if within is None else within
        while True:
            proof = self._taps.barrier(None if self._behind.deliver else sources)
            started = self._started
            if not self.until(_either(until, proof), within=within):
                raise self._no_sentinel(within)
            if until():
                return True
            self._deliver()
            if self._started == started:
                return False

    def _deliver(self) -> None:
        __tracebackhide__ = True
        if self._behind.deliver is not None:
            self._started += self._behind.deliver()

    def _raise_trouble(self) -> None:
        __tracebackhide__ = True
        trouble = self._taps.trouble
        if isinstance(trouble, StageError):
            raise trouble

    def _trouble(self) -> list[tuple[str, object]]:
        return [("reading failed with", self._taps.trouble)] if self._taps.trouble else []

    def _counts(self, since: float | None) -> dict[str, int]:
        seen = [entry.source for entry in self._since(since)]
        return {source: seen.count(source) for source in self._taps.opened}

    def _never(
        self, wish: Expectation, *, within: float, times: int | None, found: Sequence[Entry], since: float | None
    ) -> Exception:
        start = self._began() if since is None else since
        return never_happened(
            wish,
            entries=self._since(since),
            counts=self._counts(since),
            within=within,
            times=times,
            found=found,
            sources=self._tappable(),
            reasons=self._behind.reasons(wish.source),
            logs=self._behind.logs(wish.source, start),
            notes=[*self._behind.asleep(wish.source, self._since(since)), *self._notes(wish.source)],
        )

    def _not_in_order(
        self, wishes: Sequence[Expectation], *, found: Sequence[Entry], within: float, since: float | None
    ) -> Exception:
        entries, counts = self._since(since), self._counts(since)
        start = self._began() if since is None else since
        missing = next((wish.source for wish in wishes if not wish.among(entries)), "")
        return out_of_order(
            wishes,
            found=[*found, *[None] * (len(wishes) - len(found))],
            entries=entries,
            within=within,
            counts=counts,
            sources=self._tappable(),
            reasons=self._behind.reasons(missing) if missing and not counts.get(missing) else (),
            logs=self._behind.logs(missing, start) if missing else {},
            notes=[*(self._behind.asleep(missing, entries) if missing else ()), *self._notes(missing)],
        )

    def _tappable(self) -> list[str]:
        return [name for name in self._taps.sources if name != DEFAULT_BUS]

    def _notes(self, source: str = "") -> list[str]:
        """Give what whoever reads a failure must know."""
        partial = getattr(self._taps.opened.get(source), "partial", "")
        notes = [note for note in (self._behind.note, partial) if note]
        if self._store.dropped:
            notes.append(f"the journal was full: the oldest {self._store.dropped} entries of the run are gone")
        notes += [f"{label} {trouble}" for label, trouble in self._trouble()]
        return notes


def _insist_on_an_answer(wish: Expectation, entries: Sequence[Entry]) -> None:
    """Refuse to say that nothing came because a comparison went wrong."""
    __tracebackhide__ = True
    undecided = wish.undecided(entries)
    if undecided is not None:
        raise MisusedStep(
            "Whether an entry is what must not come cannot be told: a comparison has failed.",
            facts=[("expected", wish), ("failed", undecided)],
            remedy="let it answer for every entry of the source",
        ) from undecided.raised


def _either(one: Callable[[], bool], other: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: one() or other()


def _in_order(wishes: Sequence[Expectation], entries: Sequence[Entry]) -> list[Entry]:
    """Give the entries that are as expected one after the other, as many as there are."""
    found: list[Entry] = []
    for entry in sorted(entries, key=lambda one: one.sent):
        if len(found) < len(wishes) and wishes[len(found)].matches(entry):
            found.append(entry)
    return found
