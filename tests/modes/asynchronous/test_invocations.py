"""What is invoked asynchronously is tried again, and then it is told how it ended; in each mode."""

from __future__ import annotations

import os
from typing import Any

import pytest

from harness.errors import FunctionFailed, NeverHappened, ResultLost
from harness.stage import Stage

from .seeing import ran, said, says


def publish(stage: Stage, source: str, **detail: Any) -> None:
    stage.publish("Bus", source=source, detail_type="asked", detail=detail)


def test_what_fails_twice_and_then_works_is_fine(stage: Stage) -> None:
    """Lambda tries it three times."""
    publish(stage, "flaky", id=f"f-{stage.mode}", until=3)

    assert ["Flaky"] * 3 == ran(stage, *["Flaky"] * 3)
    assert [1, 2, 3] == [one["attempt"] for one in says(stage, "Flaky")]


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_each_attempt_has_the_same_request_id(mode: str, request: pytest.FixtureRequest) -> None:
    """In invoke mode each is an invocation of its own, and Lambda gives it one."""
    stage: Stage = request.getfixturevalue(mode)
    publish(stage, "flaky", id=f"same-{mode}", until=2)

    stage.journal.expect("Seen", body={"function": "Flaky"}, times=2, within=30)

    assert 1 == len({one["request"] for one in says(stage, "Flaky")})


def test_the_event_goes_to_the_dead_letter_topic(stage: Stage) -> None:
    """With three attributes; the function behind the topic is started."""
    publish(stage, "lettered", n=1)

    letter = stage.journal.expect("Letters", body={"source": "lettered", "detail": {"n": 1}}, within=30)

    assert letter.attributes["ErrorMessage"] == "it never works"
    assert letter.attributes["ErrorCode"] == "200"
    assert letter.attributes["RequestID"]
    assert ["Fail", "Fail", "Fail", "Mourn"] == ran(stage, "Mourn", *["Fail"] * 3)


def test_the_function_behind_the_dead_letters_is_local(handler: Stage) -> None:
    """The deployed one has no part in it."""
    publish(handler, "lettered", n=2)

    assert os.getpid() == said(handler, "Mourn")["process"]


def test_the_event_goes_to_the_dead_letter_queue(stage: Stage) -> None:
    """After one attempt, because the template wants no other."""
    publish(stage, "queued", n=stage.mode)

    letter = stage.journal.expect("LettersQueue", body={"source": "queued", "detail": {"n": stage.mode}}, within=30)

    assert letter.attributes["ErrorMessage"] == "it never works"
    assert ["Fail"] == ran(stage, "Fail")


def test_a_failure_is_told_to_a_bus(stage: Stage) -> None:
    """The rule for it starts a function."""
    publish(stage, "watched", id=f"w-{stage.mode}", until=9)

    event = said(stage, "Told")["event"]

    record = event["detail"]
    assert ("lambda", "RetriesExhausted", 2) == (
        event["source"],
        record["requestContext"]["condition"],
        record["requestContext"]["approximateInvokeCount"],
    )
    assert record["requestPayload"]["detail"] == {"id": f"w-{stage.mode}", "until": 9}
    assert record["responsePayload"]["errorType"] == "RuntimeError"
    assert [stage.names.functions["Watched"].arn + ":$LATEST"] == event["resources"][1:]


def test_a_success_is_told_to_a_function(stage: Stage) -> None:
    """It gets the record as its event."""
    publish(stage, "watched", id=f"s-{stage.mode}", until=1)

    record = said(stage, "Cheer")["event"]

    assert record["requestContext"]["condition"] == "Success"
    assert record["responsePayload"] is None
    assert ["Cheer", "Flaky"] == ran(stage)


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_where_nobody_is_told_the_test_is(mode: str, request: pytest.FixtureRequest) -> None:
    """With the trace of the last attempt, and how many there were."""
    stage: Stage = request.getfixturevalue(mode)

    with pytest.raises(FunctionFailed, match="not yet: 3") as caught:
        publish(stage, "flaky", id=f"never-{mode}", until=9)

    assert dict(caught.value.facts)["attempts"] == 3


def test_a_missing_grant_loses_the_dead_letter(handler: Stage) -> None:
    """The role of the function may not publish there; Lambda would tell a metric only."""
    with pytest.raises(ResultLost) as caught:
        publish(handler, "bare")

    role, topic = handler.names.functions["Bare"].role, handler.names.physical["Letters"]
    assert str(caught.value) == (
        "How the function 'Bare' ended cannot be told to 'Letters'.\n"
        "  it: failed with ValueError: it never works, attempts: 3\n"
        f"  role: {role}\n"
        "  action: sns:Publish\n"
        f"  resource: {topic}\n"
        "  code: AuthorizationError\n"
        f"  reason: {dict(caught.value.facts)['reason']}\n"
        "  let the function's role do it; Lambda would drop it, and count it in its metric DeadLetterErrors"
    )


def test_a_missing_grant_loses_the_dead_letter_in_the_cloud(http: Stage) -> None:
    """The embedded cloud drops it, as AWS does."""
    publish(http, "bare")
    http.journal.expect("Seen", body={"function": "Fail"}, times=3, within=30)

    with pytest.raises(NeverHappened):
        http.journal.expect("Letters", within=1)
