"""What people do, and what happens by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness import Execution, Stage
from steps.photos.given import Photo

__all__ = ["a_day_is_over", "it_is_processed", "its_row_is_told", "the_drawing_is_processed", "we_upload"]


def we_upload(stage: Stage, photo: Photo) -> None:
    """We upload a photo."""
    stage.upload("UploadBucket", photo.key, photo.content, content_type=photo.content_type)


def its_row_is_told(stage: Stage, photo: Photo) -> None:
    """The stream of the metadata tells that the row of a photo is new, as it does at least once."""
    row = {"PHOTO_ID": {"S": photo.key}, "CAMERA_MAKE": {"S": photo.make}}
    record = {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": "INSERT",
        "eventSource": "aws:dynamodb",
        "dynamodb": {"Keys": {"PHOTO_ID": row["PHOTO_ID"]}, "NewImage": row, "StreamViewType": "NEW_IMAGE"},
    }
    stage.call("ProcessMetadata", {"Records": [record]})


def it_is_processed(stage: Stage, photo: Photo, *, classifier: Sequence[Mapping[str, Any]] | None = None) -> Execution:
    """An uploaded photo goes through the workflow; what the classifier answers may be said."""
    mocks = {"ClassifyPicture": classifier} if classifier else None
    return stage.start("Workflow", {"key": photo.key}, mocks=mocks)


def the_drawing_is_processed(stage: Stage, key: str) -> Execution:
    """A drawing goes into the workflow."""
    return stage.start("Workflow", {"key": key})


def a_day_is_over(stage: Stage) -> None:
    """Another day is over."""
    stage.fire("Daily")
