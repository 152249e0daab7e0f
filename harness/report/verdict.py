"""What the modes say together about each test that failed somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial

from harness.report.causes.drifting import is_of_function
from harness.report.causes.telling import only_logged
from harness.report.concluding import conclusion
from harness.report.record import Cause, TestRecord, VerdictRecord

__all__ = ["lines", "verdicts"]

_MODES = ("handler", "invoke", "http")
# What says something of the system; a test that was skipped or deselected in a mode says nothing there.
_RAN = frozenset({"passed", "failed", "error", "xfailed", "xpassed"})
_MOST_CAUSES = 5
_MOST_TESTS = 3
_MOST_OTHERS = 2
_LIKELY, _EXPLAINS_NOTHING = 2, 3


def verdicts(tests: Iterable[TestRecord]) -> list[VerdictRecord]:
    """Give a verdict on each test that failed in some mode, in the order of the tests; none if one mode only ran.

    Args:
        tests: Each test in each mode. Where one comes twice in a mode, as in merged runs, its failure counts.
    """
    by_test: dict[tuple[str, str], dict[str, TestRecord]] = {}
    for record in tests:
        if record.mode and record.outcome in _RAN:
            modes = by_test.setdefault((record.system, record.test), {})
            if record.mode not in modes or record.is_broken:
                modes[record.mode] = record
    if len({mode for modes in by_test.values() for mode in modes}) < 2:  # noqa: PLR2004 - two can disagree
        return []
    return [
        _verdict(_in_order(modes)) for modes in by_test.values() if any(record.is_broken for record in modes.values())
    ]


def _in_order(modes: dict[str, TestRecord]) -> list[TestRecord]:
    known = [modes[mode] for mode in _MODES if mode in modes]
    return known + [record for mode, record in sorted(modes.items()) if mode not in _MODES]


def _verdict(records: Sequence[TestRecord]) -> VerdictRecord:
    broken = [record for record in records if record.is_broken]
    doubts = _doubts(records, broken=broken)
    causes = tuple(sorted(doubts, key=doubts.__getitem__))[:_MOST_CAUSES]
    area, text = conclusion(records, causes=[cause for cause in causes if doubts[cause] < _EXPLAINS_NOTHING])
    return VerdictRecord(
        test=broken[0].test,
        system=broken[0].system,
        outcomes={record.mode: record.outcome for record in records},
        first=broken[0].mode,
        area=area,
        text=text,
        causes=causes,
    )


def _doubts(records: Sequence[TestRecord], *, broken: Sequence[TestRecord]) -> dict[Cause, int]:
    """Give the causes that any mode names, each once, those of the first mode first, with how doubtful each is."""
    found: dict[str, Cause] = {}
    for cause in (one for record in broken for one in record.causes):
        found.setdefault(cause.text, cause)
    logged = {cause for record in broken for cause in only_logged(record)}
    passes_invoke = any(record.mode == "invoke" and record.outcome == "passed" for record in records)
    doubt = partial(_doubt, first=broken[0], logged=logged, passes_invoke=passes_invoke)
    return {cause: doubt(cause) for cause in _but_once(found.values(), logged)}


def _but_once(causes: Iterable[Cause], logged: AbstractSet[Cause]) -> list[Cause]:
    """Give the causes without what one mode knows from a log, and another one for sure."""
    causes = list(causes)
    sure = [cause.text for cause in causes if cause not in logged]
    return [
        cause
        for cause in causes
        if cause not in logged or not any(text.startswith(cause.text.partition(",")[0]) for text in sure)
    ]


def _doubt(cause: Cause, *, first: TestRecord, logged: AbstractSet[Cause], passes_invoke: bool) -> int:
    """Give how doubtful a cause is: what the first mode has seen is sure, what the template says is likely.

    What is deployed otherwise explains nothing that fails before anything deployed takes part, and a function that does
    its work in `invoke` is deployed as well as it needs to be.
    """
    if cause in logged or (passes_invoke and is_of_function(cause)):
        return _EXPLAINS_NOTHING + 1
    if cause.proof == "drift" and cause not in first.causes:
        return _EXPLAINS_NOTHING
    # Another value of a variable may be as good as the first.
    is_likely = cause.proof == "template" or (cause.proof == "drift" and cause.area == "environment")
    return _LIKELY if is_likely else int(cause not in first.causes)


def lines(verdicts: Iterable[VerdictRecord]) -> Iterator[str]:
    r"""Give the verdicts as lines of a terminal: each conclusion once, and below it the tests that lead to it.

    >>> order = VerdictRecord(test="test_order.py::test_order", system="bigmouth", first="invoke", area="permissions",
    ...     outcomes={"handler": "passed", "invoke": "failed"}, text="PlaceOrder may not events:PutEvents on EventBus")
    >>> print(*lines([order]), sep="\n")
    permissions: PlaceOrder may not events:PutEvents on EventBus
      handler passed · invoke failed   test_order.py::test_order
    """
    alike: dict[tuple[str, str, str], list[VerdictRecord]] = {}
    for verdict in verdicts:
        alike.setdefault((verdict.system, verdict.area, verdict.text), []).append(verdict)
    systems = {system for system, _, _ in alike}
    # What explains most comes first.
    for (system, area, text), members in sorted(alike.items(), key=lambda group: -len(group[1])):
        yield f"{system}, {area}: {text}" if len(systems) > 1 else f"{area}: {text}"
        yield from (f"  or {other}" for other in _others(members))
        yield from _members(members)


def _others(members: Sequence[VerdictRecord]) -> list[str]:
    """Give the further causes that all of these tests have."""
    first, *rest = members
    shared = [cause for cause in first.causes if all(cause in other.causes for other in rest)]
    said = first.text
    return [f"{cause.area}: {cause.text}" for cause in shared if cause.text not in said][:_MOST_OTHERS]


def _members(members: Sequence[VerdictRecord]) -> Iterator[str]:
    shown = members if len(members) <= _MOST_TESTS + 1 else members[:_MOST_TESTS]
    outcomes = [" · ".join(f"{mode} {outcome}" for mode, outcome in one.outcomes.items()) for one in shown]
    width = max(map(len, outcomes))
    for verdict, modes in zip(shown, outcomes, strict=True):
        yield f"  {modes:<{width}}   {verdict.test}"
    if len(shown) < len(members):
        yield f"  … and {len(members) - len(shown)} more tests with the same conclusion"
