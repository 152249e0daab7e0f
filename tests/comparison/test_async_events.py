"""What functions get from who calls them, and from functions that have ended: in this process, invoked, deployed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.stage import Stage

from .differing import ONLY_PLAYED, differing, masked
from .seeing import Triggers

# A moment, ids, and paths of this machine.
OWN = (
    "id",
    "time",
    "timestamp",
    "requestContext/requestId",
    "responsePayload/requestId",
    "responsePayload/stackTrace",
    "detail/timestamp",
    "detail/requestContext/requestId",
    "detail/responsePayload/requestId",
    "detail/responsePayload/stackTrace",
)
PLAYED = pytest.mark.parametrize("mode", ["handler", "invoke"])
EVENT = {"é": 1.5, "none": None, "nested": {"list": [{}, []]}}
OWN_OF_MESSAGE = (
    "messageId",
    "receiptHandle",
    "md5OfBody",
    "md5OfMessageAttributes",
    "attributes/SentTimestamp",
    "attributes/ApproximateFirstReceiveTimestamp",
    "messageAttributes/RequestID/stringValue",
)


def called(stage: Stage, mark: str) -> None:
    """A function is called by who waits for it."""
    stage.call("Echo", {"mark": mark, **EVENT})


def left(stage: Stage, mark: str) -> None:
    """A function is called by who does not wait for it."""
    stage.call("Echo", {"mark": mark, **EVENT}, asynchronous=True)


def listed(stage: Stage, mark: str) -> None:
    """A function is called with an event that is no object."""
    stage.call("Echo", [mark, 1.5, None])


def succeeded(stage: Stage, mark: str) -> None:
    """A function succeeds whose success another is told of."""
    stage.call("Told", {"mark": mark, "succeed": True}, asynchronous=True)


def failed(stage: Stage, mark: str) -> None:
    """A function fails twice whose failure another is told of."""
    stage.call("Told", {"mark": mark}, asynchronous=True)


def posted(stage: Stage, mark: str) -> None:
    """A function fails whose failure a bus and a dead-letter queue are told of."""
    stage.call("Published", {"mark": mark, "é": "☕"}, asynchronous=True)


def given_up(stage: Stage, mark: str) -> str:
    """A function fails for a batch of a stream, and a queue is told."""
    stage.put_record("Broken", "a", "b", key=mark)
    return "KinesisBatchInfo"


@PLAYED
@pytest.mark.parametrize("deed", [called, left, listed])
def test_an_event_arrives_as_it_is(triggers: Triggers, mode: str, deed: Any) -> None:
    """With nothing around it."""
    assert triggers.events(deed, mode) == triggers.events(deed, "http")


@PLAYED
def test_the_context_is_the_same(triggers: Triggers, mode: str) -> None:
    """All attributes, the request id apart."""
    (ours,), (theirs,) = triggers.got(called, mode), triggers.got(called, "http")

    assert {} == differing(masked(ours.context, ["aws_request_id"]), masked(theirs.context, ["aws_request_id"]))
    assert len(ours.context["aws_request_id"]) == len(theirs.context["aws_request_id"])
    assert "arn:aws:lambda:us-east-1:ACCOUNT:function:<Echo>" == theirs.context["invoked_function_arn"]


@PLAYED
@pytest.mark.parametrize("deed", [succeeded, failed])
def test_the_record_of_an_invocation_is_the_same(triggers: Triggers, mode: str, deed: Any) -> None:
    """Field by field, as the function gets it that is the destination."""
    (ours,), (theirs,) = triggers.events(deed, mode), triggers.events(deed, "http")

    assert {} == differing(masked(ours, OWN), masked(theirs, OWN))


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_a_failure_is_told_as_lambdas_runtime_does(triggers: Triggers, mode: str) -> None:
    """With a text for each frame."""
    (event,) = triggers.events(failed, mode)

    told = event["responsePayload"]
    assert ("it fails é", "ValueError") == (told["errorMessage"], told["errorType"])
    assert event["requestContext"]["requestId"] == told["requestId"]
    (frame,) = told["stackTrace"]
    assert frame.endswith('in fail\n    raise ValueError("it fails é")\n')


@PLAYED
def test_the_record_on_a_bus_is_the_same(triggers: Triggers, mode: str) -> None:
    """Field by field."""
    ours, theirs = (of(triggers.events(posted, one, count=2), "detail") for one in (mode, "http"))

    assert {} == differing(masked(ours, OWN), masked(theirs, OWN))


@PLAYED
def test_a_dead_letter_is_the_same(triggers: Triggers, mode: str) -> None:
    """The event as it was sent, and three attributes; its lists are those that `test_queue_events` lists."""
    ours, theirs = (of(triggers.events(posted, one, count=2), "body") for one in (mode, "http"))

    names = ("RequestID", "ErrorCode", "ErrorMessage")
    lists = {f"messageAttributes/{name}/{kind}ListValues" for name in names for kind in ("string", "binary")}
    wanted = dict.fromkeys(lists | {"md5OfMessageAttributes"}, ONLY_PLAYED) if mode == "handler" else {}
    assert wanted == differing(masked(ours, OWN_OF_MESSAGE), masked(theirs, OWN_OF_MESSAGE))


@PLAYED
def test_the_record_of_a_batch_is_the_same(triggers: Triggers, mode: str) -> None:
    """Field by field, as the function gets it that reads the queue."""
    ours, theirs = (json.loads(triggers.events(given_up, one)[0]["body"]) for one in (mode, "http"))

    batch = ("startSequenceNumber", "endSequenceNumber", "approximateArrivalOfFirstRecord")
    own = (*OWN, *(f"KinesisBatchInfo/{name}" for name in (*batch, "approximateArrivalOfLastRecord")))
    assert {} == differing(masked(ours, own), masked(theirs, own))


def of(events: list[dict[str, Any]], field: str) -> dict[str, Any]:
    """The only event with a field."""
    (found,) = [event for event in events if field in event]
    return found
