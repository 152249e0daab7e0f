"""What lies under a failure: the functions that failed without a request."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from harness.errors import FunctionFailed, StageError
from harness.modes.exchange import Request, Response
from harness.report.evidence import failures, sections
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import System


class Opened:
    """A stage as the evidence sees it."""

    mode = "handler"
    system = System(name="shop", template=Path("template.yaml"), cloudformation={})

    def __init__(self, *failed: Invocation, exchanges: tuple[Response, ...] = ()) -> None:
        self.failed = deque(failed)
        self.exchanges = deque(exchanges)


def invocation(function: str = "Work", message: str = "bad order", log: str = "") -> Invocation:
    error = FunctionError(type="ValueError", message=message, trace="Traceback\n  line 1")
    return Invocation(function=function, request_id="r", payload=None, error=error, log=log, seconds=0.1)


def under(opened: Any, raised: BaseException | None = None) -> list[tuple[str, str]]:
    return list(sections(opened, raised=raised))


def test_a_function_that_failed_is_shown_with_its_trace() -> None:
    """Its failure is the system's own business, but whoever reads a red test wants to know."""
    assert under(Opened(invocation())) == [
        (
            "handler: functions of shop that failed",
            "Work failed with ValueError: bad order\n  Traceback\n    line 1",
        )
    ]


def test_what_failed_again_and_again_is_shown_once() -> None:
    """With the number of times; another failure is shown beside it."""
    shown = failures([invocation(), invocation(message="other"), invocation()])

    assert shown.splitlines()[0] == "Work failed with ValueError: bad order (2 times)"
    assert shown.splitlines()[3] == "Work failed with ValueError: other"
    assert len(shown.splitlines()) == 6


def test_a_failure_that_the_test_tells_is_not_told_again() -> None:
    """FunctionFailed has the trace itself."""
    assert under(Opened(invocation()), FunctionFailed("The function 'Work' failed.")) == []


@pytest.mark.parametrize("raised", [AssertionError("4 != 5"), StageError("Not quiet.")])
def test_any_other_failure_is_told_beside_it(raised: BaseException) -> None:
    """It may be the reason."""
    assert len(under(Opened(invocation()), raised)) == 1


def test_a_failure_behind_a_request_stays_with_the_request() -> None:
    """It is shown there, and only there."""
    failed = invocation()
    request = Request(method="GET", path="/", api="Api")
    answered = Response(status_code=502, request=request, invocation=failed)

    titles = [title for title, _ in under(Opened(failed, exchanges=(answered,)))]

    assert titles == ["handler: requests to shop"]


def test_secrets_are_left_out() -> None:
    """Of messages as of traces."""
    shown = failures([invocation(message='{"password": "hunter2"}')])

    assert "hunter2" not in shown
