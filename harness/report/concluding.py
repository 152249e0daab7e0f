"""The conclusion from the modes in which a test fails, and from what the evidence names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness._text import shortened
from harness.report.record import Area, Cause, TestRecord

__all__ = ["conclusion"]

_HARNESS = (
    "the tester's packages or interpreter may be others than the deployed ones, the template other than what is "
    "deployed, or the harness imitates AWS wrongly: then please report it"
)
_SAID = 160
# What a test fails with where its environment is not as it must be (`harness.errors.StageError`).
_NOT_TESTED = frozenset(
    {
        "CloudNotStarted",
        "DeploymentFailed",
        "NoCredentials",
        "NotAllowed",
        "NotDeployed",
        "NotPublished",
        "NotRemoved",
        "RoleNotAssumed",
        "StageError",
        "TapNotOpen",
        "UnreachableEndpoint",
    }
)


def conclusion(records: Sequence[TestRecord], *, causes: Sequence[Cause]) -> tuple[Area, str]:
    """Give where the failure of a test lies, and the sentence for it.

    The first mode that fails tells where to look; what the evidence names says more, whatever the mode.

    Args:
        records: The test in each mode in which it ran, in the order of the modes; it failed in one of them at least.
        causes: What may be the cause, the surest first.
    """
    fails = {record.mode: record.is_broken for record in records}
    first = next(record for record in records if record.is_broken)
    explaining = [cause for cause in causes if cause.proof != "drift" or cause in first.causes]
    named = next((cause for cause in explaining if _decides(cause, fails)), None)
    if named is not None:
        return named.area, named.text
    if first.kind in _NOT_TESTED:
        return "harness", f"{first.mode} could not test: {_said(first.failure)}"
    area, text = _by_mode(fails, first=first.mode)
    likely = explaining[0].text if explaining else ""
    return area, f"{text}: {likely}" if likely else text


def _decides(cause: Cause, fails: Mapping[str, bool]) -> bool:
    """Say whether a cause explains in which modes a test fails."""
    if all(fails.values()):
        return True
    if cause.area == "code":
        return False  # The same code passes elsewhere.
    # The template is the same for all modes, so it explains no failure of one that passes with the real doors.
    return cause.proof != "template" or fails.get("http", True)


def _by_mode(fails: Mapping[str, bool], *, first: str) -> tuple[Area, str]:
    if first == "handler":
        return _handler_first(fails)
    if first == "invoke":
        return _invoke_first(fails)
    return _http_only(fails)


def _handler_first(fails: Mapping[str, bool]) -> tuple[Area, str]:
    passing = [mode for mode, failed in fails.items() if not failed]
    if not passing:
        modes = "every mode" if len(fails) > 1 else "handler, the only mode in which it ran"
        return "code", f"it fails in {modes}, so the code is wrong, or the test"
    if fails.get("http"):
        return "harness", f"two faults, or one that comes and goes: it passes in {passing[0]} only, and {_HARNESS}"
    return "harness", f"it passes in {' and '.join(passing)}, so the deployed code does it: {_HARNESS}"


def _invoke_first(fails: Mapping[str, bool]) -> tuple[Area, str]:
    if not fails.get("http", True):
        what = "the event or the front door that is played in invoke may differ from AWS's: then please report it"
        return "harness", f"it passes in http with the same deployed functions: {what}"
    if "handler" not in fails:
        return "packaging", (
            "handler did not run it, which would tell whether the code is wrong; else it is "
            "packaging, environment, permissions or limits of a deployed function"
        )
    return "packaging", (
        "the code passes in this process and fails where it is deployed: "
        "packaging, environment, permissions or limits of a function"
    )


def _http_only(fails: Mapping[str, bool]) -> tuple[Area, str]:
    what = "routes, authorizers, validation, rules or subscriptions"
    if not set(fails) & {"handler", "invoke"}:
        return "wiring", f"only http ran it: {what}, unless the code or what it needs is wrong, as invoke would tell"
    passing = "the deployed functions do their work when they are called" if "invoke" in fails else "the code is right"
    return "wiring", f"{passing}, so what leads to them is wrong: {what}"


def _said(failure: str) -> str:
    return shortened(failure.splitlines()[0] if failure else "it does not say why", limit=_SAID).rstrip(".")
