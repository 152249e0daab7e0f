"""What the camera has noted in a picture."""

import io
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import exifread


@dataclass(frozen=True)
class Exif:
    """The notes of a camera; None for what it does not say, and what no camera has taken says nothing."""

    focal_length: Decimal | None
    iso_speed: int | None
    camera_make: str | None
    flash_fired: bool | None


def read(picture: bytes) -> Exif:
    """The notes in a picture, in JPEG or PNG."""
    tags = exifread.process_file(io.BytesIO(picture), details=False, extract_thumbnail=False)
    focal_length = _first(tags, "EXIF FocalLength")
    iso_speed = _first(tags, "EXIF ISOSpeedRatings")
    flash = _first(tags, "EXIF Flash")
    make = tags["Image Make"].printable.strip() if "Image Make" in tags else ""
    return Exif(
        focal_length=None if focal_length is None else Decimal(focal_length.numerator) / focal_length.denominator,
        iso_speed=None if iso_speed is None else int(iso_speed),
        camera_make=make or None,
        # The lowest bit says whether it fired, the others how it was set.
        flash_fired=None if flash is None else bool(flash & 1),
    )


def _first(tags: dict[str, Any], name: str) -> Any:
    values = tags[name].values if name in tags else []
    return values[0] if values else None
