"""What the modes say together about each test that failed somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from harness.report.concluding import conclusion
from harness.report.record import Cause, TestRecord, VerdictRecord

__all__ = ["lines", "verdicts"]

_MODES = ("handler", "invoke", "http")
# What says something of the system; a test that was skipped or deselected in a mode says nothing there.
_RAN = frozenset({"passed", "failed", "error", "xfailed", "xpassed"})
_MOST_CAUSES = 5
_MOST_TESTS = 3
_MOST_OTHERS = 2


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
    causes = _causes(broken)
    area, text = conclusion(records, causes=causes)
    return VerdictRecord(
        test=broken[0].test,
        system=broken[0].system,
        outcomes={record.mode: record.outcome for record in records},
        first=broken[0].mode,
        area=area,
        text=text,
        causes=causes,
    )


def _causes(broken: Sequence[TestRecord]) -> tuple[Cause, ...]:
    """Give the causes that any mode names, each once: the surest first, of these those of the first mode."""
    found: dict[str, Cause] = {}
    for record in broken:
        for cause in record.causes:
            found.setdefault(cause.text, cause)
    return tuple(sorted(found.values(), key=partial(_doubt, first=broken[0])))[:_MOST_CAUSES]


def _doubt(cause: Cause, *, first: TestRecord) -> int:
    """Give how doubtful a cause is: what was seen is sure, an error of the code may follow from something else.

    What is deployed otherwise explains nothing that fails before anything deployed takes part.
    """
    if cause.proof == "drift" and cause not in first.causes:
        return 3
    return 2 if cause.proof == "template" else int(cause.area == "code")


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
