"""What cannot be said of the silence of a source, because its tap does not see everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.errors import MisusedStep
from harness.events.patterns import is_within
from harness.journal.expectation import Expectation
from harness.journal.tap import Tap

__all__ = ["insist_on_silence"]


def insist_on_silence(tap: Tap, *, wish: Expectation) -> None:
    """Refuse to say what has not come where it might have come unseen.

    Of a queue, messages may be gone before they are seen. Of a bus that is heard through a queue of the stack, nothing
    but what the stack's own rule admits is seen; that much can be told if the test says that it means no more.

    Args:
        tap: The open tap of the source.
        wish: What must not have come, or not more often.

    Raises:
        MisusedStep: Silence would prove nothing.
    """
    __tracebackhide__ = True
    if not tap.partial:
        return
    sentence = f"What has not come to the {tap.kind} {tap.source!r} cannot be told: {tap.partial}."
    admitted: tuple[Mapping[str, Any], ...] = getattr(tap, "admitted", ())
    if not admitted:
        raise MisusedStep(sentence, remedy="look at what the function does with it, or at what sends to the queue")
    if not any(is_within(_pattern(wish), one) for one in admitted):
        raise MisusedStep(
            sentence,
            remedy=f"say that this is what you mean: pattern={json.dumps(admitted[0])}\n"
            "or have all of it heard: without test_queue in pyproject.toml the harness taps it itself",
        )


def _pattern(wish: Expectation) -> Mapping[str, Any]:
    """Give what an expectation asks, as far as a pattern can say it."""
    named = {"detail-type": [wish.detail_type]} if isinstance(wish.detail_type, str) else {}
    return {**named, **(wish.pattern or {})}
