"""What stands behind a journal: for how long it waits in which cloud, and what a mode adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from harness.journal.entry import Entry

__all__ = ["AWS", "EMBEDDED", "Behind", "Patience"]


@dataclass(frozen=True, kw_only=True)
class Patience:
    """For how long a journal waits, in seconds.

    Args:
        within: For what is expected, unless a test says otherwise.
        closing: For a sentinel that closes a look for what must not come.
        grace: For what comes late, after the sentinel.
        after_retries: For what comes only when Lambda has tried an asynchronous invocation three times. AWS waits one
            minute and then two between the attempts.
    """

    within: float
    closing: float
    grace: float
    after_retries: float = 30.0


# In the embedded cloud an event is there in milliseconds; a deployed function that starts cold takes a second or two,
# and several on a busy machine that runs other tests beside.
# In AWS a cold start and a slow delivery add up to several seconds.
EMBEDDED = Patience(within=15.0, closing=10.0, grace=0.25)
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
AWS = Patience(within=30.0, closing=30.0, grace=2.0, after_retries=300.0)


@dataclass(frozen=True, kw_only=True)
class Behind:
    """What stands behind a journal in one mode.

    Args:
        deliver: Called in the thread of the test while it waits: hands to local functions what has come, and says how
            many it has started. None where the cloud does that itself.
        reasons: Gives the likely reasons why nothing came from a source.
        asleep: Gives what should have led to a source and took no notice of these entries.
        logs: Gives the last log lines of the functions around a source since a moment.
        note: What every reader of an entry must know, such as that deployed functions take part.
    """

    deliver: Callable[[], int] | None = None
    reasons: Callable[[str], Sequence[str]] = lambda _source: ()
    asleep: Callable[[str, Sequence[Entry]], Sequence[str]] = lambda _source, _entries: ()
    logs: Callable[[str, float], Mapping[str, Sequence[str]]] = lambda _source, _since: {}
    note: str = ""
