"""What was seen when a fixture failed: pytest raises its exception again for each further test that needs it."""

from __future__ import annotations

from dataclasses import replace

from harness.report.record import TestRecord

__all__ = ["recalled", "remember"]

# It stands at the exception itself, so that it is kept for as long as pytest keeps that one, and no longer.
_SEEN = "_harness_seen"


def remember(raised: BaseException, record: TestRecord) -> None:
    """Keep what was seen when a fixture failed.

    >>> failure = ValueError("no")
    >>> remember(failure, TestRecord(test="test_a", system="shop", mode="http", outcome="error", failure="no"))
    >>> recalled(failure, TestRecord(test="test_b", system="shop", mode="http", outcome="error")).as_in
    'test_a'

    Args:
        raised: What it failed with.
        record: The test for which it was set up, with all that is known of it.
    """
    vars(raised).setdefault(_SEEN, {})[record.system, record.mode] = record


def recalled(raised: BaseException, record: TestRecord) -> TestRecord | None:
    """Give the record of a test whose fixture has failed before, with what was seen then; None if it has not.

    A fixture of a session, a package, a module or a class is not tried again: its exception is kept and raised again.

    Args:
        raised: What it failed with.
        record: What pytest knows of the test.
    """
    seen: dict[tuple[str, str], TestRecord] = vars(raised).get(_SEEN, {})
    first = seen.get((record.system, record.mode))
    if first is None:
        return None
    return replace(
        first,
        test=record.test,
        outcome=record.outcome,
        began=record.began,
        seconds=record.seconds,
        as_in=first.test,
    )
