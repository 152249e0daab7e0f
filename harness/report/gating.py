"""What a gate asks of a run, each condition for itself: tests, drift, surface, and what was left behind."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from harness.report.deselected import places, test_of
from harness.report.record import RunRecord, TestRecord

__all__ = ["PASSING", "Condition", "Gate", "judged", "unselected"]

# A known failure is no news, and a test that passes against expectation passes. A skipped test has not said anything.
PASSING = frozenset({"passed", "xfailed", "xpassed"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """One of the things that a gate asks for.

    Args:
        name: ``tests``, ``drift``, ``surface`` or ``left``.
        passed: Whether it holds.
        text: What was found, in a few words.
        lines: What fails, a line each; empty where it holds.
    """

    name: str
    passed: bool
    text: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What was asked of a run, and what came of it.

    Args:
        modes: The modes in which each test was to pass.
        surface: How many percent of the surface were to be reached; None when that was not asked.
        ended: How the tests ended if not in order, in a sentence without a period; empty when they did.
        conditions: In the order tests, drift, surface, left.
    """

    modes: tuple[str, ...]
    surface: float | None
    ended: str
    conditions: tuple[Condition, ...]

    @property
    def passed(self) -> bool:
        """Whether all of it holds."""
        return all(one.passed for one in self.conditions)

    @property
    def exit_code(self) -> int:
        """0 when it passes, 1 when tests do not pass, 8 when they do and something else does not hold.

        pytest's own codes end at 5, and 6 is for an environment that must be put right.
        """
        failed = {one.name for one in self.conditions if not one.passed}
        return 1 if "tests" in failed else 8 if failed else 0


def judged(
    run: RunRecord,
    *,
    modes: Sequence[str],
    surface: float | None = None,
    systems: Sequence[str] = (),
    ended: str = "",
) -> Gate:
    """Give what a gate says of a run.

    Args:
        run: The run, with its drift and with what was left behind.
        modes: The modes in which each test must have passed.
        surface: How many percent of the surface must have been reached; None when that is not asked.
        systems: The systems of which some test must have run.
        ended: How the tests ended if not in order, in a sentence without a period; the run may know that itself.
    """
    ended = ended or run.ended
    conditions = (
        _tests(run, modes=modes, systems=systems, ended=ended),
        _drift(run),
        _surface(run, asked=surface),
        _left(run),
    )
    return Gate(modes=tuple(modes), surface=surface, ended=ended, conditions=conditions)


def _tests(run: RunRecord, *, modes: Sequence[str], systems: Sequence[str], ended: str) -> Condition:
    tested = {one.system for one in run.tests}
    lines = [ended] if ended else []
    lines += [f"{system}: no test ran" for system in systems if system not in tested]
    by_test: dict[tuple[str, str], list[TestRecord]] = {}
    for one in run.tests:
        by_test.setdefault((one.system, one.test), []).append(one)
    failing = [line for records in by_test.values() for line in _of_one(records, modes=modes, run=run)]
    if not by_test:
        text = "no test ran"
    elif failing:
        text = f"{len(failing)} of {_counted(len(by_test), 'test')} {_do(len(failing))} not pass in every mode"
    else:
        text = _passing(by_test.values(), modes=modes)
    text = "; ".join(filter(None, (text, unselected(run), _ran_nowhere(run))))
    return Condition(name="tests", passed=bool(by_test) and not failing and not lines, text=text,
                     lines=(*lines, *failing))  # fmt: skip


def _passing(tests: Iterable[Sequence[TestRecord]], *, modes: Sequence[str]) -> str:
    plain, staged = 0, 0
    for records in tests:
        plain, staged = (plain + 1, staged) if _is_plain(records) else (plain, staged + 1)
    said = f"{_counted(staged, 'test')} in {', '.join(modes)}" if staged else ""
    return ", ".join(filter(None, (said, f"{_counted(plain, 'test')} without a stage" if plain else "")))


def _is_plain(records: Sequence[TestRecord]) -> bool:
    """Say whether a test asks for no stage: it runs once, in no mode."""
    return all(one.mode == "" for one in records)


def unselected(run: RunRecord) -> str:
    """Give a sentence on the tests that the user took away; empty when there are none.

    >>> unselected(RunRecord(unselected=12))
    '12 tests were not selected (-k, -m, --deselect)'
    """
    words = "1 test was" if run.unselected == 1 else f"{run.unselected:,} tests were"
    return f"{words} not selected (-k, -m, --deselect)" if run.unselected else ""


def _ran_nowhere(run: RunRecord) -> str:
    """Give words on the tests that were left out in every mode, as all are that may write to a protected stage."""
    ran = {one.test for one in run.tests}
    nowhere = len({test for line in run.deselected if (test := test_of(line)) is not None} - ran)
    return f"{_counted(nowhere, 'test')} ran in no mode, with a reason" if nowhere else ""


def _of_one(records: Sequence[TestRecord], *, modes: Sequence[str], run: RunRecord) -> Iterator[str]:
    """Give a line for a test that does not pass in each of its modes, and none for one that does."""
    test = records[0].test
    outcomes: dict[str, list[str]] = {}
    for one in records:
        if one.outcome not in PASSING:
            outcomes.setdefault(one.outcome, []).append(one.mode)
    said = [f"{outcome}{_in(modes_of_it)}" for outcome, modes_of_it in outcomes.items()]
    ran = {one.mode for one in records}
    missing = [] if _is_plain(records) else [mode for mode in modes if mode not in ran]
    if missing:
        excused = places(test, run.deselected)
        missing = [mode for mode in missing if mode not in excused]
    if missing:
        said.append(f"did not run{_in(missing)}, and nothing says why")
    if said:
        yield f"{test}: {'; '.join(said)}"


def _in(modes: Sequence[str]) -> str:
    """Give the words for modes; what asks for no stage has none."""
    named = [mode for mode in modes if mode]
    return f" in {', '.join(named)}" if named else ""


def _drift(run: RunRecord) -> Condition:
    if run.drift is None:
        return Condition(name="drift", passed=False, text="nobody has looked whether the stage is as the template says")
    lines = tuple(f"{one.system}: {one}" for one in run.drift)
    found = f"{_counted(len(lines), 'difference')} between template and stage" if lines else "none"
    return Condition(name="drift", passed=not lines, text=found, lines=lines)


def _surface(run: RunRecord, *, asked: float | None) -> Condition:
    from harness.report.surface import never_reached, share  # noqa: PLC0415 - needed by a gate only

    if not any(one.mode for one in run.tests):
        # All of nothing would be 100 %.
        shown = "no test ran"
        asked_for = "no threshold is set" if asked is None else f"{asked:g} % asked for"
        return Condition(name="surface", passed=asked is None, text=f"{shown}, {asked_for}")
    reached = share(run)
    # Rounded down: 89.96 % must not look like the 90 % that it is not.
    shown = f"{math.floor(reached * 10) / 10:g} % reached"
    if asked is None:
        return Condition(name="surface", passed=True, text=f"{shown}, no threshold is set")
    holds = reached >= asked
    missed = {} if holds else never_reached(run)
    lines = tuple(f"{system}: {one.id}" for system, things in missed.items() for one in things)
    return Condition(name="surface", passed=holds, text=f"{shown}, {asked:g} % asked for", lines=lines)


def _left(run: RunRecord) -> Condition:
    if run.left is None:
        return Condition(name="left", passed=False, text="nobody has looked whether anything was left behind")
    found = f"{_counted(len(run.left), 'thing')} left behind" if run.left else "nothing"
    return Condition(name="left", passed=not run.left, text=found, lines=run.left)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _do(number: int) -> str:
    return "does" if number == 1 else "do"
