"""The conclusion from the modes in which a test fails, and from what the evidence names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness._text import shortened
from harness.report.causes.touching import waited
from harness.report.record import Area, Cause, TestRecord

__all__ = ["conclusion"]

_UNLIKE = (
    "the tester's packages or interpreter may be others than the deployed ones, "
    "the template other than what is deployed"
)
_WRONG = "or the harness imitates AWS wrongly: then please report it"
_HARNESS = f"{_UNLIKE}, {_WRONG}"
_PLAYED = "the event or the front door that is played in invoke may differ from AWS's"
_AT_TIMES = "the test may not always fail"
_TOO_LATE = f"{_AT_TIMES}, as what it waited for may have come too late"
_TIMED_OUT = frozenset({"TimedOut", "TimeoutError"})
_SAID = 160
# What `packaging` stands for where no more is known than that a deployed function does not do its work.
_OF_FUNCTIONS = frozenset({"packaging", "environment", "permissions", "limits"})
# What a test fails with where its environment is not as it must be (`harness.errors.StageError`) or may not be changed.
_NOT_TESTED = frozenset(
    {
        "AnswerLost",
        "CloudNotStarted",
        "DeploymentFailed",
        "FileNotWritten",
        "ForeignPlace",
        "ForeignThing",
        "LedgerNotWritten",
        "NoCredentials",
        "NotAllowed",
        "NotDeployed",
        "NotPublished",
        "NotRemoved",
        "RoleNotAssumed",
        "StageError",
        "StageProtected",
        "TapNotOpen",
        "UnreachableEndpoint",
    }
)


def conclusion(records: Sequence[TestRecord], *, causes: Sequence[Cause]) -> tuple[Area, str]:
    """Give where the failure of a test lies, and the sentence for it.

    The first mode that fails tells where to look; what the evidence names says more, whatever the mode.

    Args:
        records: The test in each mode in which it ran, in the order of the modes; it failed in one of them at least.
        causes: What may be the cause, the surest first, without what explains nothing.
    """
    # A test that is expected to fail in a mode tells neither that the code is right nor that it is wrong.
    fails = {record.mode: record.is_broken for record in records if record.outcome != "xfailed"}
    expected = [record.mode for record in records if record.outcome == "xfailed"]
    first = next(record for record in records if record.is_broken)
    named = next((cause for cause in causes if _decides(cause, fails, first=first)), None)
    if named is not None:
        return named.area, named.text
    if first.kind in _NOT_TESTED:
        return "harness", f"{first.mode} could not test: {_said(first.failure)}"
    area, text = _by_mode(fails, first=first, expected=expected)
    if not causes:
        return area, text
    likely = causes[0]
    is_nearer = area == "packaging" and likely.area in _OF_FUNCTIONS
    return likely.area if is_nearer else area, f"{text}: {likely.text}"


def _decides(cause: Cause, fails: Mapping[str, bool], *, first: TestRecord) -> bool:
    """Say whether a cause explains in which modes a test fails."""
    if cause.proof == "drift" and cause.area == "environment":
        return False  # That the variable matters here is only likely.
    if _is_of_a_later_door(cause, first):
        return False
    if all(fails.values()):
        return True
    if cause.area == "code":
        return False  # The same code passes elsewhere.
    # The template is the same for all modes, so it explains no failure of one that passes with the real doors.
    return cause.proof != "template" or fails.get("http", True)


def _is_of_a_later_door(cause: Cause, first: TestRecord) -> bool:
    """Say whether a cause is one of wiring that a later mode alone names, while the first has seen something."""
    has_seen = any(one.proof != "template" for one in first.causes)
    return cause.area == "wiring" and cause not in first.causes and has_seen


def _by_mode(fails: Mapping[str, bool], *, first: TestRecord, expected: Sequence[str]) -> tuple[Area, str]:
    if first.mode == "handler":
        return _handler_first(fails, expected=expected, first=first)
    if first.mode == "invoke":
        return _invoke_first(fails, expected=expected, first=first)
    return _http_only(fails, expected=expected)


def _handler_first(fails: Mapping[str, bool], *, expected: Sequence[str], first: TestRecord) -> tuple[Area, str]:
    passing = [mode for mode, failed in fails.items() if not failed]
    if not passing:
        modes = "every mode" if len(fails) + len(expected) > 1 else "handler, the only mode in which it ran"
        where = f"{modes}{_as_expected(expected)}"
        if first.outcome == "error" and not first.acts:
            return "harness", f"a fixture fails in {where}, and nothing was asked of the system: {_said(first.failure)}"
        return "code", f"it fails in {where}, so the code is wrong, or the test"
    if fails.get("http"):
        return "harness", f"two faults, or one that comes and goes: it passes in {passing[0]} only, and {_HARNESS}"
    what = f"{_TOO_LATE}; else {_HARNESS}" if _in_vain(first) else f"{_UNLIKE}, {_AT_TIMES}, {_WRONG}"
    return "harness", f"it passes in {' and '.join(passing)}, so the deployed code does it: {what}"


def _in_vain(record: TestRecord) -> bool:
    """Say whether a test failed by the clock, as one does that fails now and then."""
    return waited(record) or record.kind in _TIMED_OUT


def _as_expected(expected: Sequence[str]) -> str:
    return f" (in {' and '.join(expected)} as expected)" if expected else ""


def _invoke_first(fails: Mapping[str, bool], *, expected: Sequence[str], first: TestRecord) -> tuple[Area, str]:
    if not fails.get("http", True):
        reported = f"{_PLAYED}: then please report it"
        what = f"{_TOO_LATE}; else {reported}" if _in_vain(first) else f"{reported}; or {_AT_TIMES}"
        return "harness", f"it passes in http with the same deployed functions: {what}"
    if "handler" not in fails:
        ran = "it is expected to fail in handler" if "handler" in expected else "handler did not run it"
        return "packaging", (
            f"{ran}, which would tell whether the code is wrong; else it is "
            "packaging, environment, permissions or limits of a deployed function"
        )
    return "packaging", (
        "the code passes in this process and fails where it is deployed: "
        "packaging, environment, permissions or limits of a function"
    )


def _http_only(fails: Mapping[str, bool], *, expected: Sequence[str]) -> tuple[Area, str]:
    what = "routes, authorizers, validation, rules or subscriptions"
    if not set(fails) & {"handler", "invoke"}:
        ran = f"it is expected to fail in {' and '.join(expected)}" if expected else "only http ran it"
        return "wiring", f"{ran}: {what}, unless the code or what it needs is wrong, as invoke would tell"
    passing = "the deployed functions do their work when they are called" if "invoke" in fails else "the code is right"
    return "wiring", f"{passing}, so what leads to them is wrong: {what}"


def _said(failure: str) -> str:
    return shortened(failure.splitlines()[0] if failure else "it does not say why", limit=_SAID).rstrip(".")
