"""What of all that a test saw tells why it failed: not what it did on purpose, nor what a function got over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.cloud.names import Names
from harness.report.causes.heard import Heard, heard
from harness.report.denials import denials, is_denial
from harness.report.record import ActRecord, Cause, Denial, TestRecord

__all__ = ["has_ended", "is_about", "is_sure", "only_logged"]

_CLIENT_ERROR, _SERVER_ERROR = 400, 500
# How Lambda's runtime logs the error that ended an invocation; what a logger writes has tabs there.
# https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
_OF_RUNTIME = "[ERROR] "
# Whose denial it is, the record tells already.
_NOBODY = Names(stack="", account="", region="", physical={}, functions={})


def is_about(record: TestRecord, act: ActRecord) -> bool:
    """Say whether a test failed because of what an act came to: its last one, or one whose status the failure names.

    What a test asks for on purpose, such as a page that is not there, is followed by something else.
    """
    if act is record.acts[-1]:
        return True
    alike = [one for one in record.acts if one.status == act.status]
    named = act.status is not None and re.search(rf"\b{act.status}\b", record.failure)
    return bool(named) and act is alike[-1]


def has_ended(error: Heard, errors: Iterable[Heard]) -> bool:
    """Say whether an error may have ended an invocation; what a function logs before its last error it got over."""
    alike = [one for one in errors if one.function == error.function]
    if not error.logged:
        return True
    return all(one.logged for one in alike) and error is alike[-1]


def is_sure(denial: Denial, record: TestRecord) -> bool:
    """Say whether a denial is in what a test failed with, not only in a log."""
    return any(_tells(function, text, denial) for function, text in _telling(record))


def only_logged(record: TestRecord) -> tuple[Cause, ...]:
    """Give the denials of functions that stand in a log only: the function may well live with them."""
    return tuple(
        Cause(area="permissions", text=f"{who}, as its log says")
        for denial in record.denials
        if denial.function and not is_sure(denial, record)
        for who in [
            f"{denial.function} may not {denial.action}" + (f" on {denial.resource}" if denial.resource else "")
        ]
    )


def _tells(function: str, text: str, denial: Denial) -> bool:
    if function not in ("", denial.function) and not (denial.role and denial.role in text):
        return False
    return any(one.action == denial.action for one in denials([(function, text)], names=_NOBODY))


def _telling(record: TestRecord) -> Iterator[tuple[str, str]]:
    """Give each text that a failure hangs on, with its function: errors, failed answers, what the test failed with."""
    errors = [(act.function, act.error) for act in record.acts] + [(one.function, one.error) for one in record.failures]
    yield from ((function, f"{error.message}\n{error.trace}") for function, error in errors if error is not None)
    yield from (("", act.answer) for act in record.acts if _has_failed(act) and is_about(record, act))
    yield from _logged(record)
    yield "", record.failure


def _has_failed(act: ActRecord) -> bool:
    """Say whether an act may have failed; GraphQL answers 200 with errors."""
    return act.status is None or act.status >= _CLIENT_ERROR or act.verb == "query"


def _logged(record: TestRecord) -> Iterator[tuple[str, str]]:
    """Give the errors of logs that ended an invocation: the runtime says so, or a failed answer does."""
    asked = {act.function for act in record.acts if (act.status or 0) >= _SERVER_ERROR and act.error is None}
    errors = heard(record)
    for function, lines in record.logs.items():
        yield from ((function, line) for line in lines if line.startswith(_OF_RUNTIME))
    for error in errors:
        if error.logged and asked & {"", error.function} and has_ended(error, errors) and is_denial(error.message):
            yield error.function, error.message
