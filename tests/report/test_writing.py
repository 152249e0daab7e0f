"""What a test saw, as records: shortened, and without what is secret."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

from harness._secrets import keep_secret
from harness.journal.entry import Entry
from harness.modes.exchange import Request, Response
from harness.report.writing import act_record, entry_record, failure_records, failure_text, log_lines, step_record
from harness.runtime.invocation import FunctionError, Invocation
from harness.stage.acts import Act
from harness.story import Step
from harness.system.model import Api, Route, System

ROUTE = Route(api="Api", method="GET", path="/orders/{id}", function="Order")
SYSTEM = System(
    name="shop",
    template=Path("template.yaml"),
    cloudformation={},
    apis={"Api": Api(name="Api", kind="rest", stage="dev", routes=(ROUTE,))},
)


def invocation(message: str = "bad order", *, error: bool = True) -> Invocation:
    failed = FunctionError(type="ValueError", message=message, trace="Traceback\n  line 1\n")
    log = "START\nhello\n"
    return Invocation(function="Order", request_id="r", error=failed if error else None, log=log, seconds=0.1)


def asked(path: str, *, response: Response | None = None, verb: str = "request", sent: Any = None) -> Act:
    act = Act(verb, f"GET {path}", sent=sent)
    act.began, act.seconds, act.response = 1010.5, 0.25, response
    return act


def test_a_request_knows_its_route_and_who_asked() -> None:
    """The route of the template, not the path; that there was a token, not which."""
    request = Request(method="GET", path="/orders/7", api="Api", body=b'{"a": 1}', sign=True)
    request.headers["Authorization"] = "x"

    record = act_record(
        asked("/orders/7", response=Response(status_code=200, content=b"fine", request=request)),
        began=1000.0,
        system=SYSTEM,
    )

    assert (record.at, record.seconds, record.route, record.token, record.signed) == (
        10.5, 0.25, "GET /orders/{id}", True, True
    )  # fmt: skip
    assert (record.sent, record.status, record.answer, record.function) == ('{"a": 1}', 200, "fine", "")


def test_a_request_that_no_route_takes_has_none() -> None:
    """That is for the verdict to see."""
    response = Response(status_code=403, request=Request(method="GET", path="/order/7", api="Api"))

    assert act_record(asked("/order/7", response=response), began=0, system=SYSTEM).route == ""


def test_the_function_behind_a_request_is_told_with_its_error_and_log() -> None:
    """It is the reason of a 502."""
    request = Request(method="GET", path="/orders/7", api="Api")
    response = Response(status_code=502, request=request, invocation=invocation())

    record = act_record(asked("/orders/7", response=response), began=0, system=SYSTEM)

    assert record.error is not None
    assert (record.function, record.error.type, record.error.trace) == ("Order", "ValueError", "Traceback\n  line 1")
    assert record.log == ("START", "hello")


def test_other_verbs_tell_what_they_sent() -> None:
    """One thing as it is, several as a list."""
    one = act_record(asked("Queue", verb="send", sent=({"id": 1},)), began=0, system=SYSTEM)
    two = act_record(asked("Queue", verb="send", sent=("a", "b")), began=0, system=SYSTEM)

    assert (one.sent, two.sent, one.status) == ('{"id": 1}', '["a", "b"]', None)


def test_what_failed_again_and_again_comes_once() -> None:
    """With the number of times; a failure behind a request stays with the request."""
    behind = invocation("behind a request")
    response = Response(status_code=502, invocation=behind)
    stage: Any = SimpleNamespace(exchanges=[response], failed=[behind, invocation(), invocation("other"), invocation()])

    records = failure_records(stage)

    assert [(one.error.message, one.times) for one in records] == [("bad order", 2), ("other", 1)]


def test_an_entry_is_told_with_its_body() -> None:
    """At the time at which the cloud took it in."""
    text = '{"detail-type": "placed", "detail": {"id": 1, "password": "x"}}'
    entry = Entry(kind="bus", source="Bus", id="1", text=text, sent=1001.5, seen=1002.0, detail_type="placed")

    record = entry_record(entry, began=1000.0)

    assert (record.source, record.name, record.at) == ("Bus", "placed", 1.5)
    assert record.text == '{"id": 1, "password": "***"}'


def test_a_step_is_told_in_words() -> None:
    """Relative to the start of the test."""
    step = Step("when", "we_place_an_order", depth=1)
    step.began, step.seconds, step.failed = 1000.25, 0.5, True

    record = step_record(step, began=1000.0)

    assert (record.kind, record.words, record.at, record.seconds, record.depth, record.failed) == (
        "when", "we place an order", 0.25, 0.5, 1, True
    )  # fmt: skip


def test_texts_are_shortened_and_without_secrets() -> None:
    """Of failures, logs and bodies alike."""
    keep_secret("amber-lantern-31")

    assert failure_text(ValueError("amber-lantern-31 is wrong")) == "ValueError: *** is wrong"
    assert failure_text(None) == ""
    assert log_lines(["amber-lantern-31\n", "x" * 1_005]) == ("***", "x" * 1_000 + "… (5 more characters)")
