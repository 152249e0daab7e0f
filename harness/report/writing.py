"""Things as records: the one place where what a test saw becomes text, shortened and without what is secret."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from harness._text import redacted, redacted_lines, shortened
from harness.journal.entry import Entry
from harness.modes.gateway.routing import Routing
from harness.report.record import ActRecord, EntryRecord, ErrorRecord, FailureRecord, StepRecord
from harness.runtime.invocation import FunctionError, Invocation
from harness.stage import Stage
from harness.stage.acts import Act
from harness.story import Step
from harness.system.model import System

__all__ = [
    "LOG_LINES",
    "act_record",
    "entry_record",
    "failure_records",
    "failure_text",
    "log_lines",
    "step_record",
]

LOG_LINES = 40
_LOG_WIDTH = 1_000
_BODY = 2_000
_TRACE = 8_000
_FAILURE = 4_000


def failure_text(raised: BaseException | None) -> str:
    """Give what a test failed with."""
    return "" if raised is None else shortened(redacted(f"{type(raised).__name__}: {raised}"), limit=_FAILURE)


def step_record(step: Step, *, began: float) -> StepRecord:
    """Give the record of a step of a test that began then, in epoch seconds."""
    return StepRecord(
        kind=step.kind,
        words=step.words,
        at=_rounded(step.began - began),
        seconds=_rounded(step.seconds),
        depth=step.depth,
        failed=step.failed,
    )


def act_record(act: Act, *, began: float, system: System) -> ActRecord:
    """Give the record of a verb, with the answer and the function behind it where they are known."""
    noted = ActRecord(
        verb=act.verb,
        what=redacted(act.what),
        at=_rounded(act.began - began),
        seconds=_rounded(act.seconds),
        sent=_written(act.sent),
        answer=_written(act.came),
    )
    response = act.response
    if response is None:
        return noted
    request, invocation = response.request, response.invocation
    noted = replace(noted, status=response.status_code, answer=_shown(response.text))
    if request is not None:
        noted = replace(
            noted,
            api=request.api,
            route=_route(system, api=request.api, method=request.method, path=request.path),
            token="authorization" in request.headers,
            signed=request.sign,
            sent=_shown(request.body.decode(errors="replace")),
        )
    if invocation is None:
        return noted
    return replace(
        noted,
        function=invocation.function,
        error=_error(invocation.error),
        log=log_lines(invocation.log.splitlines()[-LOG_LINES:]),
    )


def _route(system: System, *, api: str, method: str, path: str) -> str:
    declared = system.apis.get(api)
    match = Routing(declared).match(method, path) if declared is not None else None
    return f"{match.route.method} {match.route.path}" if match is not None else ""


def failure_records(stage: Stage) -> tuple[FailureRecord, ...]:
    """Give the functions that failed without a request; what failed again and again comes once."""
    told = {id(response.invocation) for response in stage.exchanges}
    failed = [one for one in stage.failed if id(one) not in told]
    # The latest of those that are alike: the others say the same.
    latest = {_alike(one): one for one in failed}
    times = Counter(map(_alike, failed))
    return tuple(
        FailureRecord(
            function=one.function,
            error=_error(one.error) or ErrorRecord(type="Unhandled", message=""),
            log=log_lines(one.log.splitlines()[-LOG_LINES:]),
            times=times[alike],
        )
        for alike, one in latest.items()
    )


def _alike(invocation: Invocation) -> tuple[str, ...]:
    error = invocation.error
    return (invocation.function, *((error.type, error.message) if error else ()))


def _error(error: FunctionError | None) -> ErrorRecord | None:
    if error is None:
        return None
    trace = redacted(error.trace.rstrip())[-_TRACE:]
    return ErrorRecord(type=error.type, message=shortened(redacted(error.message), limit=_BODY), trace=trace)


def entry_record(entry: Entry, *, began: float) -> EntryRecord:
    """Give the record of an entry of the journal."""
    return EntryRecord(
        kind=entry.kind,
        source=redacted(entry.source),
        name=redacted(entry.detail_type),
        text=_written(entry.body),
        at=_rounded(entry.sent - began),
        played=entry.played,
    )


def _written(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple) and len(value) == 1:
        return _written(value[0])
    return _shown(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


def _shown(text: str) -> str:
    return shortened(redacted(text), limit=_BODY)


def log_lines(lines: Iterable[str]) -> tuple[str, ...]:
    """Give lines of a log."""
    return tuple(shortened(line.rstrip("\n"), limit=_LOG_WIDTH) for line in redacted_lines(lines))


def _rounded(seconds: float) -> float:
    return round(seconds, 4)
