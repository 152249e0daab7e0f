"""Pictures of one grey pixel, with what a camera notes in them: real enough for whoever reads Exif.

JPEG: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, Exif: https://www.cipa.jp/std/documents/e/DC-008-2012_E.pdf,
PNG: https://www.w3.org/TR/png-3/
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

__all__ = ["jpeg", "png"]

_MAKE, _EXIF, _ISO_SPEED, _FLASH, _FOCAL_LENGTH = 0x010F, 0x8769, 0x8827, 0x9209, 0x920A
_TEXT, _SHORT, _LONG, _RATIONAL = 2, 3, 4, 5
_SIZES = {_TEXT: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8}
_HEADER, _ENTRY, _NEXT = 8, 12, 4

# Sixteen numbers say how many codes there are of each length; the only code, of one bit, stands for a zero.
_ONE_CODE = bytes([1, *[0] * 15, 0])


def jpeg(*, make: str, iso_speed: int, focal_length: tuple[int, int], flash_fired: bool) -> bytes:
    """A photo in JPEG; the focal length is a fraction of millimetres, as cameras write it."""
    exif = {
        _ISO_SPEED: (_SHORT, struct.pack(">H", iso_speed)),
        _FLASH: (_SHORT, struct.pack(">H", int(flash_fired))),
        _FOCAL_LENGTH: (_RATIONAL, struct.pack(">LL", *focal_length)),
    }
    segments = [
        _segment(0xE1, b"Exif\0\0" + _tiff(make, exif)),
        _segment(0xDB, bytes([0, *[1] * 64])),
        _segment(0xC0, struct.pack(">BHHBBBB", 8, 1, 1, 1, 1, 0x11, 0)),
        _segment(0xC4, bytes([0x00]) + _ONE_CODE + bytes([0x10]) + _ONE_CODE),
        _segment(0xDA, bytes([1, 1, 0, 0, 63, 0])),
    ]
    # Two codes of one bit are the whole picture; the rest of the byte is filled with ones.
    return b"\xff\xd8" + b"".join(segments) + b"\x3f" + b"\xff\xd9"


def png() -> bytes:
    """A picture in PNG that no camera has taken, such as a screenshot."""
    chunks = [
        _chunk(b"IHDR", struct.pack(">LLBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\0\x80")),
        _chunk(b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">L", len(content)) + kind + content + struct.pack(">L", zlib.crc32(kind + content))


def _tiff(make: str, exif: Mapping[int, tuple[int, bytes]]) -> bytes:
    """What a camera notes: who made it, and a second directory with the rest."""
    text = make.encode("ascii") + b"\0"
    first = {_MAKE: (_TEXT, text), _EXIF: (_LONG, bytes(4))}
    second_at = _HEADER + len(_directory(first, at=_HEADER))
    first[_EXIF] = (_LONG, struct.pack(">L", second_at))
    return struct.pack(">2sHL", b"MM", 42, _HEADER) + _directory(first, at=_HEADER) + _directory(exif, at=second_at)


def _directory(entries: Mapping[int, tuple[int, bytes]], *, at: int) -> bytes:
    """A directory of TIFF. A value of up to four bytes stands in its entry, a longer one behind all of them."""
    table, behind = b"", b""
    values_at = at + 2 + _ENTRY * len(entries) + _NEXT
    for tag, (kind, value) in sorted(entries.items()):
        short = len(value) <= _NEXT
        place = value.ljust(4, b"\0") if short else struct.pack(">L", values_at + len(behind))
        table += struct.pack(">HHL", tag, kind, len(value) // _SIZES[kind]) + place
        # Whatever has a place of its own begins at an even one.
        behind += b"" if short else value + bytes(len(value) % 2)
    return struct.pack(">H", len(entries)) + table + bytes(_NEXT) + behind
