"""What is known of a test when it ends, put into its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from harness.journal.entry import Entry
from harness.report.record import PERHAPS, ActRecord, DriftRecord, TestRecord
from harness.report.writing import (
    LOG_LINES,
    act_record,
    entry_record,
    failure_records,
    failure_text,
    log_lines,
    step_record,
)
from harness.stage import Stage
from harness.story import Step
from harness.system.model import Route, System

__all__ = ["gathered"]

_ENTRIES = 200


def gathered(  # noqa: PLR0913 - each is known to another part of the run
    stage: Stage,
    record: TestRecord,
    *,
    whole: bool,
    steps: Iterable[Step],
    raised: BaseException | None,
    drift: Callable[[], Sequence[DriftRecord]],
) -> TestRecord:
    """Give the record of a test with all that is known of it.

    Args:
        stage: The stage that it talked to.
        record: What pytest knows: test, system, mode, outcome, and when it began.
        whole: Whether steps, acts and entries are wanted of a test that passed; of one that failed they always are.
        steps: The steps that it took.
        raised: What it failed with.
        drift: Gives what differs between the template and the stage; asked only where a test failed that went there.
    """
    entries = stage.journal.entries()
    acts = tuple(act_record(act, began=record.began, system=stage.system) for act in stage.acts)
    reached = _reached(stage, acts=acts, entries=entries)
    if not (record.is_broken or whole):
        return replace(record, reached=reached)
    record = replace(
        record,
        steps=tuple(step_record(step, began=record.began) for step in steps),
        acts=acts,
        failures=failure_records(stage),
        entries=tuple(entry_record(entry, began=stage.journal.began) for entry in entries[-_ENTRIES:]),
        reached=reached,
    )
    return _explained(stage, record, raised=raised, drift=drift) if record.is_broken else record


def _explained(
    stage: Stage, record: TestRecord, *, raised: BaseException | None, drift: Callable[[], Sequence[DriftRecord]]
) -> TestRecord:
    """Add to the record of a test that failed what it failed with, and why it may have."""
    from harness.report.causes import causes_of  # noqa: PLC0415 - a run without failures explains none
    from harness.report.causes.grants import meant  # noqa: PLC0415
    from harness.report.denials import denials  # noqa: PLC0415

    record = replace(
        record,
        failure=failure_text(raised),
        kind=type(raised).__name__ if raised is not None else "",
        logs=_logs(stage, record),
    )
    denied = denials(_texts(record), names=stage.names)
    told = [
        replace(one, resource=one.resource or meant(one.function, one.action, system=stage.system)) for one in denied
    ]
    record = replace(record, denials=tuple(told))
    return replace(record, causes=causes_of(record, system=stage.system, drift=drift))


def _texts(record: TestRecord) -> list[tuple[str, str]]:
    """Give what may tell of a denial, each text with the function that it is of."""
    errors = [(act.function, act.error) for act in record.acts] + [(one.function, one.error) for one in record.failures]
    texts = [(function, f"{error.message}\n{error.trace}") for function, error in errors if error is not None]
    texts += [(act.function, "\n".join(act.log)) for act in record.acts]
    texts += [(one.function, "\n".join(one.log)) for one in record.failures]
    texts += [(function, "\n".join(lines)) for function, lines in record.logs.items()]
    texts += [("", act.answer) for act in record.acts]
    return [*texts, ("", record.failure)]


def _reached(stage: Stage, *, acts: Sequence[ActRecord], entries: Sequence[Entry]) -> tuple[str, ...]:
    from harness.report.surface import reached  # noqa: PLC0415 - a usual run does not ask

    return reached(stage.system, mode=stage.mode, acts=acts, entries=entries, functions=stage.started)


def _logs(stage: Stage, record: TestRecord) -> dict[str, tuple[str, ...]]:
    """Give the last lines of the functions that took part, best effort: the log of the cloud may come late."""
    if stage.mode == "http":
        taking_part = {
            one.partition(":")[2].removesuffix(PERHAPS) for one in record.reached if one.startswith("function:")
        }
        taking_part |= {route.function for route in _routes(record, system=stage.system) if route.function}
    else:
        taking_part = set(stage.started)
    found = stage.last_lines(sorted(taking_part & stage.names.functions.keys()), limit=LOG_LINES)
    return {function: log_lines(lines) for function, lines in found.items()}


def _routes(record: TestRecord, *, system: System) -> list[Route]:
    asked = {(act.api, act.route) for act in record.acts if act.route}
    return [
        route
        for api in system.apis.values()
        for route in api.routes
        if (route.api, f"{route.method} {route.path}") in asked
    ]
