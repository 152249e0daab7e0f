"""What is there before something happens."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from harness import Stage
from steps.photos import pictures

__all__ = [
    "Photo",
    "a_classifier_that_fails",
    "a_drawing",
    "a_photo",
    "a_screenshot",
    "metadata_of",
]

_DAY = 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture that somebody has.

    Args:
        key: Where it belongs in a bucket.
        content: The picture.
        content_type: Its media type.
        make: Who made the camera; None when no camera has taken it.
        row: What the table should say about it, with None for what is not to be there.
    """

    key: str
    content: bytes
    content_type: str
    make: str | None
    row: Mapping[str, Any]


@contextmanager
def a_photo(stage: Stage) -> Iterator[Photo]:
    """Somebody has taken a photo, with a camera like no other."""
    make = f"Camera {uuid.uuid4()}"
    content = pictures.jpeg(make=make, iso_speed=400, focal_length=(357, 10), flash_fired=True)
    row = {"FOCAL_LENGTH": Decimal("35.7"), "ISO_SPEED": 400, "CAMERA_MAKE": make, "FLASH_FIRED": True}
    photo = _photo("on the beach.jpg", content=content, content_type="image/jpeg", row=row)
    with _taken_away(stage, photo):
        yield photo


@contextmanager
def a_screenshot(stage: Stage) -> Iterator[Photo]:
    """Somebody has a picture that no camera has taken."""
    row = dict.fromkeys(("FOCAL_LENGTH", "ISO_SPEED", "CAMERA_MAKE", "FLASH_FIRED"))
    photo = _photo("screenshot.png", content=pictures.png(), content_type="image/png", row=row)
    with _taken_away(stage, photo):
        yield photo


def a_drawing() -> str:
    """A picture of a type that is not processed; its key."""
    return f"{uuid.uuid4()}/drawing.svg"


@contextmanager
def metadata_of(stage: Stage, *, days_ago: float) -> Iterator[str]:
    """The metadata of a photo that was uploaded so many days ago; its id."""
    photo_id = f"{uuid.uuid4()}/long ago.jpg"
    row = {
        "PHOTO_ID": photo_id,
        "FILENAME": "long ago.jpg",
        "FOCAL_LENGTH": 50,
        "ISO_SPEED": 100,
        "CAMERA_MAKE": f"Camera {uuid.uuid4()}",
        "FLASH_FIRED": False,
        "UPLOADED_AT": int(time.time() - days_ago * _DAY),
    }
    with stage.items("MetadataTable", [row]):
        yield photo_id


def a_classifier_that_fails(times: int, *, then: str) -> Sequence[Mapping[str, Any]]:
    """A classifier that fails so many times, and then knows what the picture shows."""
    failure = {"Throw": {"Error": "ClassifierUnavailable", "Cause": "It is having a break."}}
    return [*[failure] * times, {"Return": {"StatusCode": 200, "Payload": {"category": then}}}]


def _photo(name: str, *, content: bytes, content_type: str, row: Mapping[str, Any]) -> Photo:
    key = f"{uuid.uuid4()}/{name}"
    return Photo(
        key=key,
        content=content,
        content_type=content_type,
        make=row["CAMERA_MAKE"],
        row={"PHOTO_ID": key, "FILENAME": name, **row},
    )


@contextmanager
def _taken_away(stage: Stage, photo: Photo) -> Iterator[None]:
    """Afterwards neither bucket has the photo, and no table knows of it."""
    try:
        yield
    finally:
        for bucket in ("UploadBucket", "ProcessedBucket"):
            stage.cloud.client("s3").delete_object(Bucket=stage.physical_id(bucket), Key=photo.key)
        for table in ("MetadataTable", "CountedTable"):
            _forget(stage, table, {"PHOTO_ID": photo.key})
        if photo.make:  # The pictures of no camera are counted together with those of others.
            _forget(stage, "CountsTable", {"CAMERA_MAKE": photo.make})


def _forget(stage: Stage, table: str, key: Mapping[str, str]) -> None:
    typed = {name: {"S": value} for name, value in key.items()}
    stage.cloud.client("dynamodb").delete_item(TableName=stage.physical_id(table), Key=typed)
