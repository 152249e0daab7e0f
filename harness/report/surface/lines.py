"""The surface as a table for the terminal: what there is, in which modes tests reached it, and what they never did."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from harness.report.record import PERHAPS, RunRecord, SurfaceRecord, SystemRecord
from harness.report.surface.share import modes_of, percent, perhaps_in, reached_in, share

__all__ = ["lines"]

# A system with more than this is shown by what only some modes have reached; the rest is counted.
_MOST = 60
# Names longer than this stand out of the column, so that one long name does not push all marks to the right.
_WIDEST = 56
_FEWEST_TOLD = 2

_Modes = Mapping[str, frozenset[str]]


def lines(run: RunRecord) -> Iterator[str]:
    """Give the surface of each system of a run: a line for each thing, then what was never reached, then the share."""
    modes, reached, perhaps = modes_of(run), reached_in(run), perhaps_in(run)
    for number, system in enumerate(run.systems):
        if number:
            yield ""
        yield from _system(system, reached.get(system.name, {}), modes, perhaps=perhaps.get(system.name, {}))
    if len(run.systems) > 1:
        yield ""
        yield f"all systems: {_percent(share(run))} reached"


def _system(system: SystemRecord, reached: _Modes, modes: Sequence[str], *, perhaps: _Modes) -> Iterator[str]:
    total = len(system.surface)
    missed = [record for record in system.surface if record.id not in reached]
    yield f"{system.name}: {total - len(missed)} of {total} reached, {_percent(percent(total - len(missed), total))}"
    yield from _table(system.surface, reached, modes, perhaps=perhaps)
    yield from _remark(system, reached, modes, perhaps=perhaps)
    unseen = [one for one in missed if one.id in perhaps]
    yield from _listed("may have been reached, which nobody saw and is not counted", unseen, system)
    yield from _listed("never reached", [one for one in missed if one.id not in perhaps], system)


def _table(
    surface: Sequence[SurfaceRecord], reached: _Modes, modes: Sequence[str], *, perhaps: _Modes
) -> Iterator[str]:
    width = max((len(one.name) for one in surface if len(one.name) <= _WIDEST), default=0)
    kinds = max((len(one.kind) for one in surface), default=0)
    for kind, of_kind in groupby(surface, key=lambda one: one.kind):
        records = list(of_kind)
        seen = {one.name: (reached.get(one.id, frozenset()), perhaps.get(one.id, frozenset())) for one in records}
        if len(surface) > _MOST:
            everywhere = [name for name, (found, _) in seen.items() if found.issuperset(modes)]
            nowhere = [name for name, told in seen.items() if not any(told)]
            yield f"  {kind:<{kinds}}  {len(everywhere)} of {len(records)} in every mode, {len(nowhere)} in none"
            seen = {name: told for name, told in seen.items() if name not in {*everywhere, *nowhere}}
        for name, (found, unseen) in seen.items():
            marks = " ".join(_mark(mode, found, unseen) for mode in modes)
            yield f"  {kind:<{kinds}}  {name:<{width}}  {marks}".rstrip()


def _mark(mode: str, reached: frozenset[str], perhaps: frozenset[str]) -> str:
    """Give a mode for what was reached there, with a question mark for what may have been, else dashes."""
    if mode in reached:
        return f"{mode} "
    return f"{mode}{PERHAPS}" if mode in perhaps else f"{'-' * len(mode)} "


def _remark(system: SystemRecord, reached: _Modes, modes: Sequence[str], *, perhaps: _Modes) -> Iterator[str]:
    """Say what was reached, but not through the real front door, where the run had that mode."""
    if "http" not in modes or len(modes) < _FEWEST_TOLD:
        return
    played = [one for one in system.surface if reached.get(one.id) and "http" not in reached[one.id]]
    never = [one for one in played if "http" not in perhaps.get(one.id, ())]
    yield from _listed("never reached in http, only where the harness plays AWS", never, system)


def _listed(title: str, records: Sequence[SurfaceRecord], system: SystemRecord) -> Iterator[str]:
    if records:
        yield f"  {title}: {len(records)}"
        yield from (f"    {_described(one, system)}" for one in records)


def _described(record: SurfaceRecord, system: SystemRecord) -> str:
    """Give a thing in words: ``rule Placed on EventBus (order_placed), which starts Notify``."""
    edges = [edge for edge in system.edges if edge.surface == record.id]
    words = f"{record.kind} {record.name}"
    if record.kind in ("rule", "subscription", "mapping", "notification"):
        words += "".join(f" on {source}" for source in dict.fromkeys(edge.source for edge in edges))
    label = next((edge.label for edge in edges if edge.label), "") if record.kind != "destination" else ""
    targets = list(dict.fromkeys(edge.target for edge in edges))
    return words + (f" ({label})" if label else "") + (f", which leads to {', '.join(targets)}" if targets else "")


def _percent(value: float) -> str:
    """Give a share in whole percent, rounded down: 100 % is all of it."""
    return f"{math.floor(value)} %"
