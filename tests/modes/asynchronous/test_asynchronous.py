"""How often something is tried, and what is told of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.names import FunctionNames, Names
from harness.errors import FunctionFailed, ResultLost
from harness.modes.asynchronous import Asynchronous, Letter
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import AsyncConfig, System

NAMES = Names(
    stack="s",
    account="1",
    region="r",
    functions={"Bill": FunctionNames(name="bill", arn="arn:aws:lambda:r:1:function:bill", role="arn:role")},
)


class Tried:
    """A function that fails so often, and what was told."""

    def __init__(self, *, failures: int, message: str = "no", trace: str = "") -> None:
        self.failures = failures
        self.error = FunctionError(type="Refused", message=message, trace=trace, exception=ValueError("no"))
        self.requests: list[str | None] = []
        self.told: list[tuple[Letter, tuple[str, ...]]] = []

    def attempt(self, function: str, _event: Mapping[str, Any], /, *, request_id: str | None) -> Invocation:
        self.requests.append(request_id)
        failed = len(self.requests) <= self.failures
        error, payload = (self.error, None) if failed else (None, {"done": True})
        return Invocation(function=function, request_id=request_id or "r-1", error=error, payload=payload)

    def tell(self, letter: Letter, /, *, path: tuple[str, ...]) -> None:
        self.told.append((letter, path))


def asynchronous(tried: Tried, **config: Any) -> Asynchronous:
    declared = {"Bill": AsyncConfig(**config)} if config else {}
    system = System(name="s", template=Path("t"), cloudformation={}, asynchronous=declared)
    return Asynchronous(system, names=NAMES, attempt=tried.attempt, tell=tried.tell)


@pytest.mark.parametrize(("failures", "retries", "attempts"), [(0, None, 1), (2, None, 3), (9, None, 3), (9, 0, 1)])
def test_it_is_tried_until_it_works_or_may_not_be_tried_again(
    failures: int, retries: int | None, attempts: int
) -> None:
    """Twice more by default, with the request id of the first."""
    tried = Tried(failures=failures)

    end = asynchronous(tried, **({} if retries is None else {"retries": retries})).run("Bill", {}, path=())

    assert attempts == end.attempts
    assert [None, "r-1", "r-1"][:attempts] == tried.requests
    assert not end.told


def test_a_failure_goes_to_the_destination_and_to_the_dead_letters() -> None:
    """To both, where both are configured."""
    tried = Tried(failures=9, trace="line 1\nline 2\n")

    end = asynchronous(tried, on_failure="Queue", dead_letters="Topic").run("Bill", {"n": 1}, path=("Bus",))

    assert end.told
    assert [("Queue", ("Bus", "Bill")), ("Topic", ("Bus", "Bill"))] == [(one.to, path) for one, path in tried.told]
    record, event = (one.body for one, _ in tried.told)
    error = {"errorMessage": "no", "errorType": "Refused", "requestId": "r-1", "stackTrace": ["line 1\n", "line 2\n"]}
    assert (error, 3) == (record["responsePayload"], record["requestContext"]["approximateInvokeCount"])
    assert event == {"n": 1}


def test_a_success_is_told_to_who_waits_for_it() -> None:
    """And is no failure that somebody was told of."""
    tried = Tried(failures=0)

    end = asynchronous(tried, on_success="Queue", on_failure="Queue", dead_letters="Topic").run("Bill", {}, path=())

    [(letter, _)] = tried.told
    assert (letter.succeeded, letter.error, letter.body["responsePayload"]) == (True, "", {"done": True})
    assert not end.told


def test_a_dead_letter_has_no_empty_attribute() -> None:
    """SQS and SNS take none."""
    tried = Tried(failures=9, message="")

    asynchronous(tried, dead_letters="Topic").run("Bill", {}, path=())

    [(letter, _)] = tried.told
    assert {"ErrorMessage": "Refused", "ErrorCode": "200", "RequestID": "r-1"} == {
        name: one["StringValue"] for name, one in letter.attributes.items()
    }
    assert letter.error == "Refused"


def test_what_is_lost_has_the_functions_own_error_as_its_cause() -> None:
    """So its trace is shown, and a debugger goes there."""
    tried = Tried(failures=9)
    refused = ResultLost("It cannot be told.")

    def refuse(_letter: Letter, /, *, path: tuple[str, ...]) -> None:
        raise refused

    tried.tell = refuse  # type: ignore[method-assign]

    with pytest.raises(ResultLost) as caught:
        asynchronous(tried, dead_letters="Topic").run("Bill", {}, path=())

    assert caught.value.__cause__ is tried.error.exception


def test_a_letter_that_is_lost_does_not_keep_the_next_from_being_told() -> None:
    """The first failure is raised, and notes the other."""
    tried = Tried(failures=9)
    lost = {"Queue": ResultLost("The record is lost."), "Topic": FunctionFailed("What reads it failed.")}

    def refuse(letter: Letter, /, *, path: tuple[str, ...]) -> None:
        tried.told.append((letter, path))
        raise lost[letter.to]

    tried.tell = refuse  # type: ignore[method-assign]

    with pytest.raises(ResultLost, match="The record is lost") as caught:
        asynchronous(tried, on_failure="Queue", dead_letters="Topic").run("Bill", {}, path=())

    assert ["Queue", "Topic"] == [letter.to for letter, _ in tried.told]
    assert (["And: What reads it failed."], tried.error.exception) == (caught.value.__notes__, caught.value.__cause__)


def test_an_interrupt_is_not_tried_again() -> None:
    """Nor is the end of a debugging session."""
    tried = Tried(failures=0)

    def interrupted(_function: str, _event: Any, /, *, request_id: str | None) -> Invocation:
        tried.requests.append(request_id)
        raise KeyboardInterrupt

    tried.attempt = interrupted  # type: ignore[method-assign]

    with pytest.raises(KeyboardInterrupt):
        asynchronous(tried, dead_letters="Topic").run("Bill", {}, path=())

    assert ([None], []) == (tried.requests, tried.told)
