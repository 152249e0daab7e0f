"""Objects that start functions, in each mode."""

from __future__ import annotations

import os

import pytest

from harness.errors import NotPublished
from harness.stage import Stage

from .seeing import ran, said


@pytest.mark.parametrize("key", ["in é/a b+c.jpg", "in é/%41 &=.jpg"])
def test_an_object_starts_the_function_whose_filter_fits(stage: Stage, key: str) -> None:
    """The filter is held against the key as people write it; the event has it encoded."""
    stage.upload("Photos", key, b"content", content_type="image/jpeg")

    event = said(stage, "Resize")["event"]

    told = event["Records"][0]["s3"]
    assert told["bucket"]["name"] == stage.names.physical["Photos"]
    assert told["object"]["key"].startswith("in+%C3%A9/")
    assert told["object"]["size"] == len(b"content")
    assert ["Resize"] == ran(stage)


@pytest.mark.parametrize("key", ["in é/a.png", "out/a.jpg", "in+%C3%A9/a.jpg"])
def test_an_object_that_no_filter_fits_starts_nothing(stage: Stage, key: str) -> None:
    """Prefix and suffix must both fit."""
    stage.upload("Photos", key)

    assert [] == ran(stage)


def test_an_object_that_goes_starts_a_function_too(stage: Stage) -> None:
    """Whoever has deleted it."""
    stage.upload("Photos", "out/away")
    stage.cloud.client("s3").delete_object(Bucket=stage.names.physical["Photos"], Key="out/away")

    assert said(stage, "Gone")["event"]["Records"][0]["eventName"] == "ObjectRemoved:Delete"


def test_the_function_is_the_local_one(handler: Stage) -> None:
    """The bucket of the muted stage tells no deployed one."""
    handler.upload("Photos", "in é/local.jpg")

    assert os.getpid() == said(handler, "Resize")["process"]


def test_what_is_put_is_there(stage: Stage) -> None:
    """With its type and what is kept with it."""
    stage.upload("Photos", "kept", "text é", content_type="text/plain", metadata={"by": "ann"})

    found = stage.cloud.client("s3").get_object(Bucket=stage.names.physical["Photos"], Key="kept")
    assert ("text é", "text/plain", {"by": "ann"}) == (
        found["Body"].read().decode(),
        found["ContentType"],
        found["Metadata"],
    )


def test_a_bucket_on_the_bus_starts_a_function_by_a_rule(stage: Stage) -> None:
    """There the key is not encoded."""
    stage.upload("Papers", "a b/é.pdf", b"1234")

    detail = said(stage, "Filed")["event"]["detail"]

    assert ("a b/é.pdf", 4, "PutObject") == (detail["object"]["key"], detail["object"]["size"], detail["reason"])


def test_a_key_that_is_too_long_is_refused(stage: Stage) -> None:
    """In the words of S3."""
    with pytest.raises(NotPublished) as caught:
        stage.upload("Photos", "é" * 513)

    assert str(caught.value) == (
        "The bucket 'Photos' does not take it.\n  code: KeyTooLongError\n  reason: Your key is too long"
    )


def test_the_journal_knows_of_objects(stage: Stage) -> None:
    """A bucket is tapped like all else."""
    stage.journal.tap("Photos")
    stage.upload("Photos", "é 1", b"12")

    entry = stage.journal.expect("Photos", body={"key": "é 1", "size": 2})

    assert ("bucket", "ObjectCreated:Put") == (entry.kind, entry.detail_type)
    assert {"eventName": "ObjectCreated:Put", "eventSource": "aws:s3"}.items() <= entry.attributes.items()
