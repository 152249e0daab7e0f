"""One link of a chain, and all that one entry starts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.errors import EndlessChain, FunctionFailed, NotHandedOn
from harness.journal.entry import Entry
from harness.modes.links import each, ended, run
from harness.modes.wiring import Start
from harness.runtime.invocation import FunctionError, Invocation

ENTRY = Entry(kind="bus", source="Bus", id="1", text='{"detail": {"a": 1}}', sent=0.0, seen=0.0, detail_type="told")


def start(to: str = "Bill", **more: Any) -> Start:
    return Start(to=to, text=json.dumps({"a": 1}), by="Rule", **more)


def failing(function: str, _event: Mapping[str, Any]) -> Invocation:
    """A deployed function that has logged a secret and failed."""
    error = FunctionError(type="KeyError", message="'kind'", trace='File "bill.py", line 3\nKeyError\n')
    return Invocation(function=function, request_id="r", error=error, log='{"password": "s3cret"}\nlast line\n')


def test_a_deployed_function_has_its_trace_as_text() -> None:
    """There is no exception of this process; what is secret by its name is left out."""
    with pytest.raises(FunctionFailed) as caught:
        run(start(), entry=ENTRY, path=("Order", "Bus told"), invoke=failing)

    assert caught.value.__cause__ is None
    assert str(caught.value) == (
        "The function 'Bill' failed with KeyError: 'kind'.\n"
        '  started by: Rule, by Bus told {"a": 1}\n'
        "  chain: Order → Bus told → Bill\n"
        "  its log: \n"
        '    {"password": "***"}\n'
        "    last line\n"
        "  trace: \n"
        '    File "bill.py", line 3\n'
        "    KeyError"
    )


TRACE = '  File "bill.py", line 3, in handler\n    raise KeyError("kind")\n'
# As the embedded cloud writes it, and as Lambda does.
LOGGED = f"Traceback (most recent call last):\n  File \"worker.py\", line 1\n{TRACE}KeyError: 'kind'\n"
LOGGED_BY_LAMBDA = f"[ERROR] KeyError: 'kind'\nTraceback (most recent call last):\n{TRACE}END RequestId: r\n"


@pytest.mark.parametrize(
    ("log", "shown"),
    [
        (f"before\n{LOGGED}after\n", ["before", "after"]),
        (LOGGED_BY_LAMBDA, ["END RequestId: r"]),
        (LOGGED, []),
        (f"{LOGGED.replace('bill', 'other')}after", [*LOGGED.replace("bill", "other").splitlines(), "after"]),
    ],
)
def test_a_traceback_is_told_once(log: str, shown: list[str]) -> None:
    """What the log says besides is shown; a traceback of another error is."""

    def invoke(function: str, _event: Mapping[str, Any]) -> Invocation:
        error = FunctionError(type="KeyError", message="'kind'", trace=TRACE)
        return Invocation(function=function, request_id="r", error=error, log=log)

    with pytest.raises(FunctionFailed) as caught:
        run(start(), entry=ENTRY, path=("Bus told",), invoke=invoke)

    told = "".join(f"\n    {line}" for line in shown)
    assert {"trace": "\n    " + TRACE.rstrip().replace("\n", "\n    ")} | ({"its log": told} if shown else {}) == {
        label: value for label, value in caught.value.facts if label != "started by"
    }


def test_an_error_may_have_no_message() -> None:
    """The sentence ends all the same; without a log there is none."""

    def silent(function: str, _event: Mapping[str, Any]) -> Invocation:
        return Invocation(function=function, request_id="r", error=FunctionError(type="Runtime.ExitError", message=""))

    with pytest.raises(FunctionFailed) as caught:
        run(start(), entry=ENTRY, path=("Bus told",), invoke=silent)

    assert str(caught.value) == (
        "The function 'Bill' failed with Runtime.ExitError.\n  started by: Rule, by Bus told {\"a\": 1}"
    )


def test_a_function_that_returns_is_fine() -> None:
    """It gets the event as an object."""
    got = []

    def invoke(function: str, event: Mapping[str, Any]) -> Invocation:
        got.append((function, event))
        return Invocation(function=function, request_id="r")

    run(start(), entry=ENTRY, path=("Bus told",), invoke=invoke)

    assert [("Bill", {"a": 1})] == got


def test_sixteen_functions_are_not_too_many() -> None:
    """The next one is."""
    path = ("Bus told", "Loop") * 16

    ended(path)

    with pytest.raises(EndlessChain):
        ended((*path, "Bus told"))


def test_all_are_started_whatever_becomes_of_one() -> None:
    """The first failure is raised, and notes the others."""
    refused = NotHandedOn("It is no JSON.")
    started: list[str] = []

    def fail(one: Start) -> None:
        started.append(one.to)
        raise FunctionFailed(f"{one.to} failed.")

    with pytest.raises(NotHandedOn) as caught:
        each([start("A", refused=refused), start("B"), start("C")], fail)

    assert caught.value is refused
    assert ["B", "C"] == started
    assert ["And: B failed.", "And: C failed."] == caught.value.__notes__


def test_what_is_wrong_with_the_project_ends_it_at_once() -> None:
    """Only failures of the system are collected."""
    started: list[str] = []

    def fail(one: Start) -> None:
        started.append(one.to)
        raise LookupError(one.to)

    with pytest.raises(LookupError):
        each([start("A"), start("B")], fail)

    assert ["A"] == started
