"""What functions get of objects: in this process, invoked, deployed, and as the harness builds it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from harness.events import s3
from harness.stage import Stage

from .differing import differing, masked
from .seeing import Triggers

# Ids, moments, and the made-up ones of the embedded cloud, who is EXAMPLE always.
OWN = (
    "eventTime",
    "userIdentity/principalId",
    "responseElements/x-amz-request-id",
    "responseElements/x-amz-id-2",
    "s3/configurationId",
    "s3/bucket/ownerIdentity/principalId",
    "s3/object/sequencer",
)
OWN_ON_BUS = ("id", "time", "detail/request-id", "detail/object/sequencer")
CONTENT = "héllo"
ETAG = "be50e8478cf24ff3595bc7307fb91b50"
ETAG_OF_NOTHING = "d41d8cd98f00b204e9800998ecf8427e"
KEY = "a b+c%20ž 日本(1)@&=$,:;!'/MARK.txt"
OTHER = "x~y*z MARK.txt"
NAMES = {"bucket": "<Bucket>", "region": "us-east-1"}

MODES = pytest.mark.parametrize("mode", ["handler", "invoke", "http"])


def put(stage: Stage, mark: str) -> None:
    """An object that a function is told of, and some that it is not told of."""
    for other in ("elsewhere/", "direct é"):
        stage.upload("Bucket", f"{other}{mark}.txt", CONTENT)
    stage.upload("Bucket", f"direct é/{mark}.jpg", CONTENT)
    stage.upload("Bucket", f"direct é/{KEY}".replace("MARK", mark), CONTENT, content_type="text/plain")


def put_other(stage: Stage, mark: str) -> None:
    """An object whose key has what Python encodes otherwise than S3."""
    stage.upload("Bucket", f"direct é/{OTHER}".replace("MARK", mark))


def put_for_bus(stage: Stage, mark: str) -> None:
    """An object that a rule waits for."""
    stage.upload("Bucket", f"bus/{KEY}".replace("MARK", mark), CONTENT)


def put_for_topic(stage: Stage, mark: str) -> None:
    """An object of which a topic is told, behind which there are a function and a queue with another."""
    stage.upload("Bucket", f"topic/{KEY}".replace("MARK", mark), CONTENT)


def put_for_queue(stage: Stage, mark: str) -> None:
    """An object of which a queue is told, behind which there is a function."""
    stage.upload("Bucket", f"queue/{KEY}".replace("MARK", mark), CONTENT)


def built(folder: str) -> dict[str, Any]:
    """The record that AWS sends of this, as the harness builds it."""
    return masked(s3.record(f"{folder}/{KEY}", size=6, etag=ETAG, **NAMES), OWN)


def of(events: list[dict[str, Any]], field: str) -> dict[str, Any]:
    """The only event with a field."""
    (found,) = [event for event in events if field in event]
    return found


@MODES
def test_an_object_is_told_of_as_in_aws(triggers: Triggers, mode: str) -> None:
    """Field by field; nothing else that was put there is told of."""
    (event,) = triggers.events(put, mode)

    assert {} == differing(built("direct é"), masked(event, OWN))


@MODES
def test_a_key_is_encoded_as_a_form_encodes_it(triggers: Triggers, mode: str) -> None:
    """Field by field: S3 encodes a tilde and leaves an asterisk, Python does it the other way round."""
    (event,) = triggers.events(put_other, mode)

    wanted = s3.record(f"direct é/{OTHER}", etag=ETAG_OF_NOTHING, **NAMES)
    assert {} == differing(masked(wanted, OWN), masked(event, OWN))
    assert event["s3"]["object"]["key"] == "direct+%C3%A9/x%7Ey*z+MARK.txt"


@MODES
def test_an_object_is_told_of_on_the_bus_as_in_aws(triggers: Triggers, mode: str) -> None:
    """Field by field, with the key as it is, and the time in whole seconds."""
    (event,) = triggers.events(put_for_bus, mode)

    wanted = s3.bus_event(f"bus/{KEY}", size=6, etag=ETAG, account="ACCOUNT", **NAMES)
    assert {} == differing(masked(wanted, OWN_ON_BUS), masked(event, OWN_ON_BUS))
    assert len(wanted["time"]) == len(event["time"])


@MODES
def test_an_object_is_told_of_in_a_notification_as_in_aws(triggers: Triggers, mode: str) -> None:
    """The message is the event of a function as text."""
    told = of(triggers.events(put_for_topic, mode, count=2), "Sns")["Sns"]

    (record,) = json.loads(told["Message"])["Records"]
    assert {} == differing(built("topic"), masked(record, OWN))
    assert told["Subject"] == "Amazon S3 Notification"


@MODES
def test_an_object_is_told_of_in_a_message_as_in_aws(triggers: Triggers, mode: str) -> None:
    """The body is the event of a function as text."""
    (event,) = triggers.events(put_for_queue, mode)

    (record,) = json.loads(event["body"])["Records"]
    assert {} == differing(built("queue"), masked(record, OWN))


@MODES
def test_an_object_is_told_of_behind_topic_and_queue_as_in_aws(triggers: Triggers, mode: str) -> None:
    """The body is the notification, whose message is the event of a function as text."""
    envelope = json.loads(of(triggers.events(put_for_topic, mode, count=2), "body")["body"])

    (record,) = json.loads(envelope["Message"])["Records"]
    assert {} == differing(built("topic"), masked(record, OWN))
    assert ("Notification", "<Topic>") == (envelope["Type"], envelope["TopicArn"])
