"""What lies under a failure, as text."""

from __future__ import annotations

from dataclasses import replace

from harness.report.evidence import sections
from harness.report.record import (
    ActRecord,
    Cause,
    Denial,
    EntryRecord,
    ErrorRecord,
    FailureRecord,
    StepRecord,
    TestRecord,
)

ERROR = ErrorRecord(type="ValueError", message="bad order", trace="Traceback\n  line 1")
TEST = TestRecord(test="test_order.py::test_order", system="shop", mode="invoke", outcome="failed")


def shown(record: TestRecord) -> dict[str, str]:
    return dict(sections(record))


def test_there_is_nothing_to_say_of_a_test_that_did_nothing() -> None:
    """No empty section stands below a failure."""
    assert shown(TEST) == {}


def test_steps_stand_in_order_with_their_times() -> None:
    """Nested ones are indented, and the one that failed is marked."""
    steps = (
        StepRecord(kind="given", words="a customer", at=0.0, seconds=0.25),
        StepRecord(kind="given", words="a user", at=0.01, seconds=0.2, depth=1),
        StepRecord(kind="when", words="we order", at=0.3, seconds=1.5, failed=True),
    )

    assert shown(replace(TEST, steps=steps)) == {
        "invoke: steps": (
            "  0.000 s  given a customer  (0.250 s)\n"
            "  0.010 s    given a user  (0.200 s)\n"
            "  0.300 s  when we order  (1.500 s)  <- failed"
        )
    }


def test_a_request_is_shown_with_its_answer_and_the_trace_behind_it() -> None:
    """The 502 alone says nothing."""
    act = ActRecord(
        verb="request", what="POST /orders", at=0, seconds=1, sent="{}", status=502, answer="no", function="Order"
    )

    assert shown(replace(TEST, acts=(replace(act, error=ERROR),))) == {
        "invoke: requests to shop": (
            "POST /orders {} -> 502 no\n  Order failed with ValueError: bad order\n  Traceback\n    line 1"
        )
    }


def test_a_request_that_went_well_is_shown_with_the_log() -> None:
    """What the function logged may tell why the answer is not the expected one."""
    act = ActRecord(verb="request", what="GET /", at=0, seconds=1, status=200, function="Order", log=("one", "two"))

    assert shown(replace(TEST, acts=(act,))) == {"invoke: requests to shop": "GET / -> 200 \n  one\n  two"}


def test_other_verbs_are_named() -> None:
    """A request is known by its method."""
    act = ActRecord(verb="publish", what="EventBus order_placed", at=0, seconds=1, sent='{"id": 1}')

    assert shown(replace(TEST, acts=(act,))) == {
        "invoke: requests to shop": 'publish EventBus order_placed {"id": 1}',
    }


def test_a_function_that_failed_is_shown_with_its_trace() -> None:
    """Its failure is the system's own business, but whoever reads a red test wants to know; alike ones come once."""
    failures = (FailureRecord(function="Work", error=ERROR, times=2),)

    assert shown(replace(TEST, failures=failures)) == {
        "invoke: functions of shop that failed": (
            "Work failed with ValueError: bad order (2 times)\n  Traceback\n    line 1"
        )
    }


def test_a_failure_that_the_test_tells_is_not_told_again() -> None:
    """FunctionFailed has the trace itself."""
    record = replace(TEST, failures=(FailureRecord(function="Work", error=ERROR),), kind="FunctionFailed")

    assert shown(record) == {}


def test_logs_of_functions_without_a_request_are_shown() -> None:
    """Those of a function that stands below its request are not repeated."""
    act = ActRecord(verb="request", what="GET /", at=0, seconds=1, status=200, function="Order", log=("one",))
    record = replace(TEST, acts=(act,), logs={"Order": ("one",), "Notify": ("two", "three"), "Quiet": ()})

    assert shown(record)["invoke: logs of shop"] == "Notify\n  two\n  three"


def test_the_journal_is_shown() -> None:
    """With the time at which each entry was taken in, and whether the harness played it."""
    entries = (
        EntryRecord(kind="bus", source="EventBus", name="order_placed", text='{"id": 1}', at=0.5),
        EntryRecord(kind="topic", source="Told", name="", text="hello", at=0.75, played=True),
    )

    assert shown(replace(TEST, entries=entries)) == {
        "invoke: journal of shop": (
            '  0.500 s  bus EventBus order_placed {"id": 1}\n  0.750 s  topic Told hello (played)'
        )
    }


def test_what_was_denied_comes_first_with_what_it_means() -> None:
    """Function, role, action and resource; the cause in words."""
    denials = (
        Denial(function="Order", role="order-role", action="events:PutEvents", resource="EventBus"),
        Denial(function="", role="", action="sns:Publish", resource=""),
    )
    causes = (Cause(area="permissions", text="Order may not events:PutEvents on EventBus"),)

    found = shown(replace(TEST, denials=denials, causes=causes))

    assert list(found) == ["invoke: why it may have failed", "invoke: not allowed"]
    assert found["invoke: why it may have failed"] == "permissions: Order may not events:PutEvents on EventBus"
    assert found["invoke: not allowed"] == (
        "Order (role order-role) may not events:PutEvents on EventBus\nthe tester may not sns:Publish"
    )


def test_what_was_seen_in_another_test_says_in_which() -> None:
    """It stands before what was seen there."""
    causes = (Cause(area="permissions", text="Order may not events:PutEvents on EventBus"),)

    found = shown(replace(TEST, causes=causes, as_in="test_order.py::test_first"))

    assert list(found) == ["invoke: as in test_order.py::test_first", "invoke: why it may have failed"]
    assert found["invoke: as in test_order.py::test_first"] == (
        "A fixture of both failed there, and pytest does not try it again; what follows was seen then."
    )


def test_only_the_latest_of_many_are_shown() -> None:
    """And how many came before."""
    steps = tuple(StepRecord(kind="when", words=f"step {n}", at=n, seconds=0) for n in range(70))
    entries = tuple(EntryRecord(kind="bus", source="B", name="", text=f"entry {n}", at=n) for n in range(40))

    found = shown(replace(TEST, steps=steps, entries=entries))

    assert found["invoke: steps"].splitlines()[0] == "(10 earlier steps)"
    assert "step 69" in found["invoke: steps"].splitlines()[-1]
    assert found["invoke: journal of shop"].splitlines()[0] == "(10 earlier entries)"
