"""What is secret and known to the harness, so that it can be left out of every text: passwords, tokens, keys.

Whoever makes or fetches a secret says so with `keep_secret`; whoever shows a text leaves them out with
`harness._text.redacted`.
"""

from __future__ import annotations

import json
from collections import deque
from functools import lru_cache
from urllib.parse import quote

__all__ = ["keep_secret", "without_secrets"]

# What is shorter stands in too many words that are no secret.
_SHORTEST = 6
# A test knows a handful. Those of tests that are long over stand in no new text.
_KEPT = 1_000

_known: deque[str] = deque(maxlen=_KEPT)


def keep_secret(*values: str | None) -> None:
    """Let values stand in no text that the harness shows, from now on."""
    for value in values:
        if value and len(value) >= _SHORTEST and value not in _known:
            _known.append(value)


def without_secrets(text: str) -> str:
    r"""Give a text without the secrets that are known, also as JSON or a URL writes them.

    >>> keep_secret('correct "horse"')
    >>> without_secrets('{"pin": "correct \\"horse\\""}')
    '{"pin": "***"}'
    >>> without_secrets("?pin=correct%20%22horse%22")
    '?pin=***'
    """
    for value in _known:
        for written in _writings(value):
            if written in text:
                text = text.replace(written, "***")
    return text


@lru_cache(maxsize=_KEPT)
def _writings(value: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys((value, json.dumps(value)[1:-1], quote(value, safe=""))))
