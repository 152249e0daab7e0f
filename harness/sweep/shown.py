"""A sweep as text to read and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from harness._text import redacted
from harness.cloud.taking import command
from harness.sweep.found import Found
from harness.sweep.sweeping import Outcome, Plan
from harness.sweep.telling import counted, duration

__all__ = ["as_json", "outcome_lines", "plan_lines"]

_HEAD = ("kind", "name", "where", "run", "age", "found by")
# Of each kind and run so many are shown; a run may leave thousands.
_SHOWN = 3
_LONGEST = 60


def plan_lines(plan: Plan, *, now: float) -> Iterator[str]:
    """Give what was found and what is to become of it, line by line.

    Args:
        plan: What was found.
        now: The time in epoch seconds.
    """
    yield from _table(plan.to_go, now=now)
    if plan.gone:
        yield f"Gone with their embedded clouds: {_counted(plan.gone)}."
    if plan.stages:
        yield f"Deployed after all, so stages, which stay: {', '.join(one.thing.name for one in plan.stages)}."
    yield from _left_alone(plan.stays)
    if plan.elsewhere:
        yield "In other places, for other sweeps:"
    for other in plan.elsewhere:
        yield f"  {other.told}"
        yield f"    {other.command}"
    yield from (f"Of a ledger, {line}." for line in plan.unreadable)
    yield from (f"Could not be looked for: {line}" for line in plan.unseen)


def _counted(found: Iterable[Found]) -> str:
    return counted(one.thing.kind for one in found)


def _table(found: Sequence[Found], *, now: float) -> Iterator[str]:
    if not found:
        yield "Nothing is left that is to be taken away."
        return
    rows = [_HEAD, *_rows(found, now=now)]
    widths = [max(len(row[column]) for row in rows if len(row) == len(_HEAD)) for column in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
    runs = len({one.run for one in found})
    yield f"In all: {_counted(found)}, of {runs} {'run' if runs == 1 else 'runs'}."


def _rows(found: Sequence[Found], *, now: float) -> Iterator[tuple[str, ...]]:
    ordered = sorted(found, key=lambda one: one.run)
    for _, group in groupby(ordered, key=lambda one: (one.run, one.thing.kind)):
        alike = list(group)
        # One more line says no less than that there is one more.
        shown = alike if len(alike) == _SHOWN + 1 else alike[:_SHOWN]
        yield from (_row(one, now=now) for one in shown)
        if len(alike) > len(shown):
            yield (f"… and {_counted(alike[len(shown) :])} more of run {alike[0].run}",)


def _row(found: Found, *, now: float) -> tuple[str, ...]:
    age = "unknown" if found.since is None else duration(max(0.0, now - found.since))
    return (
        found.thing.kind,
        _short(redacted(found.thing.name)),
        _short(redacted(found.thing.within)) or "-",
        found.run or "-",
        age,
        ", ".join(found.by),
    )


def _short(text: str) -> str:
    """Give a name that fits into a column; of an ARN its last part, for the table tells the place above it."""
    text = text.rpartition(":")[2] if text.startswith("arn:") else text
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _left_alone(stays: Sequence[tuple[Found, str]]) -> Iterator[str]:
    if stays:
        yield "Left alone:"
    for run, why in Counter((one.run, why) for one, why in stays):
        of_run = f" of run {run}" if run else ""
        yield f"  {_counted(one for one, reason in stays if (one.run, reason) == (run, why))}{of_run}: {why}"


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Give what has become of it, line by line; what could not be taken away with the command that mends it."""
    calls = ", ".join(f"{name} {number:,}" for name, number in sorted(outcome.calls.items()))
    yield (
        f"Taken away: {_counted(outcome.removed)}, in {outcome.seconds:.1f} s "
        f"with {sum(outcome.calls.values()):,} calls{f' ({calls})' if calls else ''}."
    )
    for one, why in outcome.failed:
        yield f"Not taken away: {one.thing}: {why}"
        yield f"  {command(one.thing, why=why)}"


def as_json(plan: Plan, outcome: Outcome | None) -> dict[str, Any]:
    """Give everything, as JSON has it.

    Args:
        plan: What was found.
        outcome: What has become of it; None when nothing was touched.
    """
    return {
        "places": plan.places,
        "to_go": [_told(one) for one in plan.to_go],
        "gone": [_told(one) for one in plan.gone],
        "stages": [_told(one) for one in plan.stages],
        "left_alone": [_told(one) | {"why": why} for one, why in plan.stays],
        "elsewhere": [asdict(one) for one in plan.elsewhere],
        "unseen": plan.unseen,
        "unreadable": plan.unreadable,
        "removed": None if outcome is None else len(outcome.removed),
        "failed": [_told(one) | {"why": why, "command": command(one.thing, why=why)} for one, why in outcome.failed]
        if outcome
        else [],
        "calls": dict(sorted(outcome.calls.items())) if outcome else {},
        "seconds": round(outcome.seconds, 3) if outcome else None,
    }


def _told(found: Found) -> dict[str, Any]:
    thing = found.thing
    return {
        "kind": thing.kind,
        "name": redacted(thing.name),
        "within": redacted(thing.within),
        "account": thing.account,
        "region": thing.region,
        "endpoint": thing.endpoint,
        "stage": thing.stage,
        "run": found.run,
        "since": found.since,
        "found_by": list(found.by),
    }
