"""The events that Lambda makes of a table's stream."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from harness.errors import MisusedStep
from harness.events.dynamodb import Operation, View, event, record, record_of

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders/stream/2026-11-21T10:00:00.000"
KEYS = {"id": "id_value"}
KEY = {"id": {"S": "id_value"}}


def changed(operation: Operation = "MODIFY", **changes: Any) -> dict[str, Any]:
    images = {"INSERT": {"new": {}}, "MODIFY": {"new": {}, "old": {}}, "REMOVE": {"old": {}}}[operation]
    return record(operation, **{"keys": KEYS, "stream_arn": STREAM, **images, **changes})


def test_a_record_has_the_fields_of_lambda() -> None:
    """The whole record, in the order of AWS and with the size that AWS gave this one."""
    found = changed(new={"id2": "id2_new_value"}, sequence_number="222", created=1795255200.9)

    assert list(found.items())[1:] == [
        ("eventName", "MODIFY"),
        ("eventVersion", "1.1"),
        ("eventSource", "aws:dynamodb"),
        ("awsRegion", "eu-west-1"),
        (
            "dynamodb",
            {
                "ApproximateCreationDateTime": 1795255200.0,
                "Keys": KEY,
                "NewImage": {"id2": {"S": "id2_new_value"}, **KEY},
                "OldImage": KEY,
                "SequenceNumber": "222",
                "SizeBytes": 46,
                "StreamViewType": "NEW_AND_OLD_IMAGES",
            },
        ),
        ("eventSourceARN", STREAM),
    ]


def test_a_record_is_of_now_and_has_numbers_of_its_own() -> None:
    """Where none are given."""
    before = int(time.time())

    first, second = changed(), changed(region="x-1")

    assert before <= first["dynamodb"]["ApproximateCreationDateTime"] <= time.time()
    assert first["dynamodb"]["SequenceNumber"] < second["dynamodb"]["SequenceNumber"]
    assert (len(first["eventID"]), first["eventID"] == second["eventID"]) == (32, False)
    assert second["awsRegion"] == "x-1"


@pytest.mark.parametrize(
    ("operation", "view", "images"),
    [
        ("INSERT", "NEW_AND_OLD_IMAGES", {"NewImage"}),
        ("MODIFY", "NEW_AND_OLD_IMAGES", {"NewImage", "OldImage"}),
        ("REMOVE", "NEW_AND_OLD_IMAGES", {"OldImage"}),
        ("INSERT", "NEW_IMAGE", {"NewImage"}),
        ("MODIFY", "NEW_IMAGE", {"NewImage"}),
        ("REMOVE", "NEW_IMAGE", set()),
        ("INSERT", "OLD_IMAGE", set()),
        ("MODIFY", "OLD_IMAGE", {"OldImage"}),
        ("REMOVE", "OLD_IMAGE", {"OldImage"}),
        *((operation, "KEYS_ONLY", set()) for operation in get_args(Operation)),
    ],
)
def test_images_are_there_as_view_and_operation_have_them(operation: Operation, view: View, images: set[str]) -> None:
    """Those that are not told count for nothing."""
    told = changed(operation, view=view)["dynamodb"]

    assert images == {"NewImage", "OldImage"} & told.keys()
    assert (told["StreamViewType"], told["SizeBytes"]) == (view, 10 * (1 + len(images)))


@pytest.mark.parametrize("changes", [{"keys": {"id": 1}, "new": {"id": 2}}, {"keys": {"id": 1}, "new": {}}])
def test_an_image_holds_the_key(changes: dict[str, Any]) -> None:
    """The key cannot be another one than the item's."""
    assert changed(**changes)["dynamodb"]["NewImage"] == {"id": {"N": "1"}}


@pytest.mark.parametrize(
    ("operation", "missing", "image"), [("INSERT", "new", "NewImage"), ("MODIFY", "old", "OldImage")]
)
def test_an_image_that_is_told_is_wanted(operation: Operation, missing: str, image: str) -> None:
    """A test would else be green on an event that AWS never sends."""
    with pytest.raises(MisusedStep) as caught:
        changed(operation, **{missing: None})

    assert str(caught.value) == (
        f"{operation} in a stream with the view NEW_AND_OLD_IMAGES tells the {image}.\n  give it with {missing}=…"
    )


@pytest.mark.parametrize(
    ("operation", "given", "image"), [("INSERT", "old", "OldImage"), ("REMOVE", "new", "NewImage")]
)
def test_an_image_that_cannot_be_is_refused(operation: Operation, given: str, image: str) -> None:
    """Also where the view would not tell it."""
    with pytest.raises(MisusedStep) as caught:
        changed(operation, **{given: {}}, view="KEYS_ONLY")

    assert str(caught.value) == f"{operation} leaves no {image}.\n  leave {given}=… out"


def test_an_item_that_expired_was_removed_by_a_service() -> None:
    """Any other record has no such field."""
    assert changed("REMOVE", expired=True)["userIdentity"] == {
        "type": "Service",
        "principalId": "dynamodb.amazonaws.com",
    }
    assert "userIdentity" not in changed("REMOVE")


def test_a_record_that_was_read_is_one_of_an_event() -> None:
    """With all that DynamoDB says of it, in the spelling of Lambda."""
    read = {
        "eventID": "e-1",
        "eventName": "REMOVE",
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
        "dynamodb": {
            "ApproximateCreationDateTime": datetime(2026, 11, 21, 10, tzinfo=UTC),
            "Keys": KEY,
            "OldImage": {**KEY, "seal": {"B": b"\x02"}},
            "SequenceNumber": "222",
            "SizeBytes": 1,
            "StreamViewType": "OLD_IMAGE",
        },
    }

    found = record_of(read, stream_arn=STREAM)

    asked = {"view": "OLD_IMAGE", "sequence_number": "222", "created": 1795255200, "expired": True}
    assert found == changed("REMOVE", old={"seal": b"\x02"}, **asked) | {"eventID": "e-1"}


def test_a_record_that_was_read_need_not_have_an_identity() -> None:
    """As most have none."""
    read = changed("INSERT", view="KEYS_ONLY")
    read["dynamodb"]["ApproximateCreationDateTime"] = datetime(2026, 11, 21, 10, tzinfo=UTC)

    found = record_of(read, stream_arn=STREAM, region="x-1")

    assert found == read | {"awsRegion": "x-1", "dynamodb": found["dynamodb"]}
    assert found["dynamodb"] == read["dynamodb"] | {"ApproximateCreationDateTime": 1795255200.0}


def test_an_event_is_a_batch() -> None:
    """In the order that was given."""
    sent = event(changed(operation) for operation in get_args(Operation))

    assert ["INSERT", "MODIFY", "REMOVE"] == [one["eventName"] for one in sent["Records"]]
