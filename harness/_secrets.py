"""What is secret and known to the harness, so that it can be left out of every text: passwords, tokens, keys.

Whoever makes or fetches a secret says so with `keep_secret`; whoever shows a text leaves them out with
`harness._text.redacted`. A text is often cut or broken into lines before it is shown, so parts of a secret are left out
as well. The time that takes does not depend on how many secrets are known: each is in an index by pieces of it.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from html import escape
from urllib.parse import quote, quote_plus

__all__ = ["keep_secret", "without_secrets"]

# What is shorter stands in too many words that are no secret.
_SHORTEST = 6
# A test knows a handful. What was not named for so long stands in no new text.
_KEPT = 1_000
# So long are the pieces in the index, and this part of a secret is not shown.
_PIECE = 8
_PART = 16
_COMPARED = 20
# Tokens are longer, and nobody puts them into base64 once more.
_LONGEST_IN_BASE64 = 256

_Place = tuple[str, int]

_known: dict[str, None] = {}
# Those that are not in the index yet: most runs show no text, and each request may name a secret.
_new: dict[str, None] = {}
# Where a piece stands: in which writing of a secret, and how far from its start.
_places: dict[str, list[_Place]] = {}
_too_short: dict[str, None] = {}


def keep_secret(*values: str | None) -> None:
    """Let values stand in no text that the harness shows, from now on."""
    for value in values:
        if not value or len(value) < _SHORTEST:
            continue
        if value in _known:
            _known[value] = _known.pop(value)  # It is in use: it goes last.
            continue
        _known[value] = _new[value] = None
        if len(_known) > _KEPT:
            _forget(next(iter(_known)))


def _forget(value: str) -> None:
    del _known[value]
    if value in _new:
        del _new[value]
    else:
        _take_from_index(value)


def without_secrets(text: str) -> str:
    r"""Give a text without the secrets that are known, also as JSON, a URL or base64 writes them, and parts of them.

    >>> keep_secret('correct "horse" battery staple')
    >>> without_secrets('{"pin": "correct \\"horse\\" battery staple"}')
    '{"pin": "***"}'
    >>> without_secrets("?pin=correct%20%22horse%22%20battery%20staple")
    '?pin=***'
    >>> without_secrets('pin: correct "horse" batte... (8 more characters)')
    'pin: ***... (8 more characters)'
    """
    while _new:
        _put_into_index(_new.popitem()[0])
    for value in _too_short:
        text = text.replace(value, "***")
    if not _places:
        return text
    shown, done = [], 0
    for at in [at for at in range(len(text) - _PIECE + 1) if text[at : at + _PIECE] in _places]:
        if at < done:
            continue
        start, end = _seen(text, at)
        if end:
            shown += [text[done : max(start, done)], "***"]
            done = end
    return "".join([*shown, text[done:]])


def _seen(text: str, at: int) -> tuple[int, int]:
    """Give from where to where a text holds a secret, or enough of it, of which a piece is at `at`; else nothing."""
    places = _places[text[at : at + _PIECE]]
    whole = [
        (at - offset, at - offset + len(secret))
        for secret, offset in places
        if at >= offset and text.startswith(secret, at - offset)
    ]
    # Tokens of one pool begin alike. What follows has pieces of its own, so not all of them need be compared.
    return max(whole or [_part(text, at, place) for place in places[-_COMPARED:]], key=_length)


def _length(span: tuple[int, int]) -> int:
    return span[1] - span[0]


def _part(text: str, at: int, place: _Place) -> tuple[int, int]:
    secret, offset = place
    after = _in_common(text[at : at + len(secret) - offset], secret[offset:])
    before = _in_common(text[max(at - offset, 0) : at][::-1], secret[:offset][::-1])
    return (at - before, at + after) if before + after >= _PART else (0, 0)


def _in_common(one: str, other: str) -> int:
    """Give with how many characters both begin."""
    both = zip(one, other, strict=False)
    return next((number for number, (a, b) in enumerate(both) if a != b), min(len(one), len(other)))


def _put_into_index(value: str) -> None:
    for written in _writings(value):
        if len(written) < _PIECE:
            _too_short[written] = None
        for piece, place in _pieces(written):
            _places.setdefault(piece, []).append(place)


def _take_from_index(value: str) -> None:
    for written in _writings(value):
        _too_short.pop(written, None)
        for piece, place in _pieces(written):
            _places[piece].remove(place)
            if not _places[piece]:
                del _places[piece]


def _pieces(written: str) -> Iterator[tuple[str, _Place]]:
    """Give pieces without gaps between them, so that any long part of a secret has one; the last may overlap."""
    last = len(written) - _PIECE
    for offset in sorted({*range(0, last + 1, _PIECE), *([last] if last >= 0 else [])}):
        yield written[offset : offset + _PIECE], (written, offset)


def _writings(value: str) -> list[str]:
    as_json = json.dumps(value)[1:-1]
    written = [value, as_json, json.dumps(as_json)[1:-1], repr(value)[1:-1], escape(value)]
    written += [quote(value), quote(value, safe=""), quote_plus(value)]
    if len(value) <= _LONGEST_IN_BASE64:
        written += filter(lambda part: len(part) >= _PIECE, _in_base64(value.encode()))
    return list(dict.fromkeys(written))


def _in_base64(value: bytes) -> Iterator[str]:
    """Give what base64 makes of a value that stands among other things: six bits a character, of three beginnings."""
    for before, unsure in enumerate((0, 2, 3)):
        written = base64.b64encode(bytes(before) + value)[unsure : (before + len(value)) * 8 // 6].decode()
        yield written
        yield written.replace("+", "-").replace("/", "_")
