"""The photos: a picture in the upload bucket, a row in the table."""

import os
from functools import cache
from pathlib import PurePosixPath
from typing import Any

import boto3
import exif
from boto3.dynamodb.types import TypeSerializer


def row(key: str, *, bucket: str) -> dict[str, Any]:
    """The row for the picture that lies there, in the form of DynamoDB's API.

    The same picture gives the same row, however often it is read. What its camera does not say is left out.
    """
    found = _s3().get_object(Bucket=bucket, Key=key)
    notes = exif.read(found["Body"].read())
    values = {
        "PHOTO_ID": key,
        "FILENAME": PurePosixPath(key).name,
        "FOCAL_LENGTH": notes.focal_length,
        "ISO_SPEED": notes.iso_speed,
        "CAMERA_MAKE": notes.camera_make,
        "FLASH_FIRED": notes.flash_fired,
        "UPLOADED_AT": int(found["LastModified"].timestamp()),
    }
    return {name: TypeSerializer().serialize(value) for name, value in values.items() if value is not None}


def keep(row: dict[str, Any]) -> None:
    """Puts a row into the table."""
    _dynamodb().put_item(TableName=os.environ["metadata_table"], Item=row)


@cache
def _s3() -> Any:
    return boto3.client("s3")


@cache
def _dynamodb() -> Any:
    return boto3.client("dynamodb")
