"""The words of a cause: one line, short, and the same for tests that differ only in what is made up for each."""

from __future__ import annotations

import re

from harness._text import redacted, shortened

__all__ = ["plain", "suggested"]

_LONGEST = 240
# What a test makes up is another thing each time, and would part what has one cause.
_UNIQUE = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_REQUEST = re.compile(r"RequestId: \S+ (?:Error: )?")


def plain(text: str) -> str:
    r"""Give a text as it stands in a cause.

    >>> plain("RequestId: 5a1e Error: No job\n 0f3c1c52-6a1e-4f0b-9f6e-2f6f5d3f7a11.")
    'No job …'
    """
    text = " ".join(_UNIQUE.sub("…", _REQUEST.sub("", redacted(text))).split())
    return shortened(text, limit=_LONGEST).rstrip(".")


def suggested(question: str) -> str:
    """Give a question that helps as the end of a sentence.

    >>> suggested("did you mean 'a'?"), suggested("")
    ("; did you mean 'a'?", '')
    """
    return f"; {question}" if question else ""
