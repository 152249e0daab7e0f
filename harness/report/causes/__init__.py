"""Why a test may have failed: what its errors and logs say, the template, and what is deployed.

There is a module for each place where it may lie. What was seen comes before what follows from the template alone, and
what ended an invocation before what a function has only logged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from harness.report.causes.batches import batches
from harness.report.causes.code import code
from harness.report.causes.drifting import drifting
from harness.report.causes.environment import environment
from harness.report.causes.events import events, harness_says, likely_events, slept
from harness.report.causes.heard import Heard, heard
from harness.report.causes.limits import limits, limits_of_doors
from harness.report.causes.listeners import listeners
from harness.report.causes.packaging import packaging
from harness.report.causes.permissions import of_the_tester, permissions, uncallable
from harness.report.causes.routes import likely_routes, routes
from harness.report.causes.tables import tables
from harness.report.causes.telling import has_ended, only_logged
from harness.report.denials import is_denial
from harness.report.record import Cause, DriftRecord, TestRecord
from harness.system.model import System

__all__ = ["causes_of"]

_MOST = 5
_SERVER_ERROR = 500


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
    errors = heard(record)
    ended = [error for error in errors if has_ended(error, errors)]
    explained, unexplained = _told(ended, record=record, system=system)
    answered = _behind_server_errors(record, system)
    yield from permissions(record, system=system)
    yield from explained
    yield from (cause for function, cause in unexplained if function in answered)
    yield from limits_of_doors(record)
    yield from routes(record, system=system)
    yield from events(record, system=system)
    yield from harness_says(record)
    if record.mode in ("invoke", "http"):
        yield from drifting(record, system=system, drift=_looked_for(drift))
    yield from (cause for _, cause in unexplained)
    yield from slept(record, system=system)
    got_over = _told([error for error in errors if error not in ended], record=record, system=system)
    yield from (*got_over[0], *(cause for _, cause in got_over[1]))
    yield from uncallable(record, system=system)
    yield from of_the_tester(record)
    yield from likely_routes(record, system=system)
    yield from likely_events(record, system=system)
    yield from listeners(record, system=system)
    yield from batches(record, system=system)
    yield from only_logged(record)


def _behind_server_errors(record: TestRecord, system: System) -> frozenset[str]:
    """Give the functions whose requests were answered with 5xx."""
    failed = [act for act in record.acts if act.status is not None and act.status >= _SERVER_ERROR]
    asked = {(act.api, act.route) for act in failed}
    routed = {
        route.function
        for api in system.apis.values()
        for route in api.routes
        if (api.name, f"{route.method} {route.path}") in asked
    }
    return frozenset({act.function for act in failed} | routed)


def _looked_for(drift: Callable[[], Sequence[DriftRecord]]) -> Sequence[DriftRecord]:
    try:
        return drift()
    except Exception:  # noqa: BLE001 - a stage that cannot be looked at must not take the other causes away
        return ()


def _told(
    errors: Iterable[Heard], *, record: TestRecord, system: System
) -> tuple[list[Cause], list[tuple[str, Cause]]]:
    """Give the causes of errors: those that lie outside the code, and the others with the function that failed.

    What was denied is told as a permission.
    """
    explained: list[Cause] = []
    unexplained: list[tuple[str, Cause]] = []
    for error in errors:
        if is_denial(f"{error.message}\n{error.trace}"):
            continue
        if cause := _explained(error, record=record, system=system):
            explained.append(cause)
        elif cause := code(error):
            unexplained.append((error.function, cause))
    return explained, unexplained


def _explained(error: Heard, *, record: TestRecord, system: System) -> Cause | None:
    for room in (packaging, limits, tables):
        if cause := room(error, system=system):
            return cause
    return environment(error, system=system, is_deployed=record.mode != "handler")
