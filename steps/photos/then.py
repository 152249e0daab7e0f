"""What must be so afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import Execution, Stage
from steps.photos.given import Photo

__all__ = [
    "it_fails_with",
    "it_goes_all_the_way",
    "it_is_classified_as",
    "it_is_counted_once",
    "it_is_known",
    "it_never_gets_further_than",
    "nobody_has_waited",
    "the_classifier_was_asked",
    "the_metadata_is_gone",
    "the_metadata_is_kept",
    "the_photo_has_moved",
]


def it_is_known(stage: Stage, photo: Photo) -> None:
    """The table knows the photo, and what its camera has noted."""
    row = stage.item("MetadataTable", {"PHOTO_ID": photo.key}, until=_is_there)
    assert row is not None
    assert photo.row == {name: row.get(name) for name in photo.row}


def it_is_counted_once(stage: Stage, photo: Photo) -> None:
    """The photo is one for the maker of its camera; nothing more is under way."""
    maker = {"CAMERA_MAKE": photo.make}
    stage.item("CountsTable", maker, until=_is_there)
    stage.settle()
    assert stage.item("CountsTable", maker) == {**maker, "PHOTOS": 1}


def it_goes_all_the_way(execution: Execution) -> None:
    """The execution succeeds, and visits the states of a photo in their order; two of them side by side."""
    assert execution.status == "SUCCEEDED", execution
    before, beside, after = execution.visited[:3], execution.visited[3:-3], execution.visited[-3:]
    assert before == ("CheckFileType", "ExtractMetadata", "PersistAndClassify")
    assert sorted(beside) == ["ClassifyPicture", "PersistMetadata"]
    assert after == ("LetReadersFinish", "CopyPhoto", "DeleteUpload")


def it_is_classified_as(execution: Execution, category: str) -> None:
    """The execution succeeds, and tells what the picture shows."""
    assert execution.status == "SUCCEEDED", execution
    assert execution.output["classification"] == {"category": category}


def the_classifier_was_asked(execution: Execution, *, times: int) -> None:
    """The classifier was asked so often."""
    assert [visit.attempts for visit in execution.states if visit.name == "ClassifyPicture"] == [times]


def it_fails_with(execution: Execution, error: str) -> None:
    """The execution fails with this error."""
    assert execution.status == "FAILED", execution
    assert execution.error == error


def it_never_gets_further_than(execution: Execution, *states: str) -> None:
    """The execution has visited these states, and no others."""
    assert execution.visited == states


def nobody_has_waited(execution: Execution) -> None:
    """The execution was in the state that waits, and left it at once."""
    (waiting,) = [visit for visit in execution.states if visit.name == "LetReadersFinish"]
    assert waiting.left is not None
    assert waiting.left - waiting.entered < 5.0


def the_photo_has_moved(stage: Stage, photo: Photo) -> None:
    """The photo lies in the bucket of those that are processed, and nowhere else."""
    s3 = stage.cloud.client("s3")
    processed = s3.get_object(Bucket=stage.physical_id("ProcessedBucket"), Key=photo.key)
    assert processed["Body"].read() == photo.content
    assert processed["ContentType"] == photo.content_type
    assert s3.list_objects_v2(Bucket=stage.physical_id("UploadBucket"), Prefix=photo.key)["KeyCount"] == 0


def the_metadata_is_gone(stage: Stage, photo_id: str) -> None:
    """The table knows nothing of the photo any more."""
    stage.item("MetadataTable", {"PHOTO_ID": photo_id}, until=lambda row: row is None)


def the_metadata_is_kept(stage: Stage, photo_id: str) -> None:
    """The table still knows the photo."""
    assert stage.item("MetadataTable", {"PHOTO_ID": photo_id}) is not None


def _is_there(row: Mapping[str, Any] | None) -> bool:
    return row is not None
