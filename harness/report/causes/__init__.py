"""Why a test may have failed: what its errors and logs say, the template, and what is deployed.

There is a module for each place where it may lie. What was seen comes before what follows from the template alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.report.causes.batches import batches
from harness.report.causes.code import code
from harness.report.causes.drifting import drifting
from harness.report.causes.environment import environment
from harness.report.causes.events import events, harness_says, likely_events
from harness.report.causes.heard import Heard, heard
from harness.report.causes.limits import limits, limits_of_doors
from harness.report.causes.listeners import listeners
from harness.report.causes.packaging import packaging
from harness.report.causes.permissions import of_the_tester, permissions, uncallable
from harness.report.causes.routes import likely_routes, routes
from harness.report.causes.tables import tables
from harness.report.denials import is_denial
from harness.report.record import Cause, DriftRecord, TestRecord
from harness.system.model import System

__all__ = ["causes_of"]

_MOST = 5


def causes_of(record: TestRecord, *, system: System, drift: Callable[[], Sequence[DriftRecord]]) -> tuple[Cause, ...]:
    """Give why a test may have failed, the surest first, each once, and no more than a reader takes in.

    Args:
        record: The test in one mode, with all but its causes. Of one that did not fail nothing is asked.
        system: The system as its template declares it.
        drift: Gives what differs between template and stage. It asks the cloud, so it is called only of a test that
            failed where the deployed things take part.
    """
    if not record.is_broken:
        return ()
    found = dict.fromkeys(_found(record, system=system, drift=drift))
    by_text = {cause.text: cause for cause in reversed(found)}
    return tuple(cause for cause in found if by_text[cause.text] is cause)[:_MOST]


def _found(record: TestRecord, *, system: System, drift: Callable[[], Sequence[DriftRecord]]) -> Iterator[Cause]:
    errors = [error for error in heard(record) if not is_denial(f"{error.message}\n{error.trace}")]
    explained = {id(error): cause for error in errors if (cause := _explained(error, system))}
    yield from permissions(record, system=system)
    yield from explained.values()
    yield from limits_of_doors(record)
    yield from routes(record, system=system)
    yield from events(record, system=system)
    yield from harness_says(record)
    if record.mode in ("invoke", "http"):
        yield from drifting(record, system=system, drift=_looked_for(drift))
    yield from _code(error for error in errors if id(error) not in explained)
    yield from uncallable(record, system=system)
    yield from of_the_tester(record)
    yield from likely_routes(record, system=system)
    yield from likely_events(record, system=system)
    yield from listeners(record, system=system)
    yield from batches(record, system=system)


def _looked_for(drift: Callable[[], Sequence[DriftRecord]]) -> Sequence[DriftRecord]:
    try:
        return drift()
    except Exception:  # noqa: BLE001 - a stage that cannot be looked at must not take the other causes away
        return ()


def _explained(error: Heard, system: System) -> Cause | None:
    for room in (packaging, limits, tables, environment):
        if cause := room(error, system=system):
            return cause
    return None


def _code(errors: Iterable[Heard]) -> Iterator[Cause]:
    return (cause for error in errors if (cause := code(error)))
