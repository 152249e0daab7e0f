"""How what a test sends gets there in bad weather: what is sent again, and what is said about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, in_our_words, message_of
from harness.cloud.retrying import Answers, counted, pauses
from harness.errors import NoCredentials, NotPublished, StageError
from harness.modes.limits import refused

__all__ = ["Delivery", "Refusal", "all_taken", "noted"]

_Entry = TypeVar("_Entry")

_notes: ContextVar[list[str] | None] = ContextVar("notes", default=None)

# What a service says of one entry that it did not take this time; the request as a whole has succeeded.
# https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html
# https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsResultEntry.html
_PASSING = frozenset({
    "InternalError", "InternalException", "InternalFailure", "ProvisionedThroughputExceededException",
    "RequestThrottled", "ServiceUnavailable", "ThrottlingException",
})  # fmt: skip


@dataclass(frozen=True)
class Refusal:
    """An entry that a service did not take, in its words."""

    code: str
    reason: str


@contextmanager
def noted() -> Iterator[list[str]]:
    """Have what is to be known about what is sent in this block; evidence, should the test fail."""
    notes: list[str] = []
    token = _notes.set(notes)
    try:
        yield notes
    finally:
        _notes.reset(token)


class Delivery:
    """Send something, and say in one sentence why a service does not take it.

    EventBridge, SNS, SQS and Kinesis promise to take in what they are given once or more often, and so botocore sends
    again what got no answer. Where that may have come more than once, it is noted.

    Args:
        where: Which bus, topic, queue or stream.
        cloud: Where it is.
        repeatable: Whether twice comes to the same as once.

    Raises:
        NotPublished: The service does not take it.
        StageError: See `translated`.
    """

    def __init__(self, where: str, *, cloud: Cloud, repeatable: bool = False) -> None:
        self._where = where
        self._cloud = cloud
        self._repeatable = repeatable
        self._counted = counted()

    def __enter__(self) -> None:
        self._answers = self._counted.__enter__()

    def __exit__(self, kind: type[BaseException] | None, raised: BaseException | None, trace: object) -> None:
        __tracebackhide__ = True
        self._counted.__exit__(None, None, None)
        is_unsure = self._answers.unknown > 0 and not self._repeatable
        if raised is None:
            notes = _notes.get()
            if is_unsure and notes is not None:
                times = self._answers.unknown + 1
                notes.append(f"sent {times} times, because {_unsure(self._answers)}: it may have come {times} times")
            return
        error = self._in_our_words(raised)
        if error is None:
            return
        if is_unsure:
            error.facts = (*error.facts, ("may have been taken", _unsure(self._answers)))
        raise error from None

    def _in_our_words(self, raised: BaseException) -> StageError | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - `import harness` must not load boto3

        if isinstance(raised, NotPublished):
            return raised
        found = in_our_words(raised, cloud=self._cloud) if isinstance(raised, Exception) else None
        if isinstance(raised, ClientError) and not isinstance(found, NoCredentials):
            return refused(self._where, code_of(raised), message_of(raised))
        return found


def all_taken(
    entries: Sequence[_Entry],
    *,
    where: str,
    send: Callable[[Sequence[_Entry]], Sequence[str | Refusal]],
    sleep: Callable[[float], None] = time.sleep,
) -> list[str]:
    """Send entries together, those again that a service does not take at this moment, and give the ids of all.

    Args:
        entries: What is sent.
        where: Where it goes, for the error.
        send: Sends some of them, and gives what came of each.
        sleep: Waits for so many seconds.

    Raises:
        NotPublished: The service does not take one of them; it may have taken others.
    """
    __tracebackhide__ = True
    came = dict(enumerate(send(entries)))
    for pause in pauses():
        again = [number for number, one in came.items() if isinstance(one, Refusal) and one.code in _PASSING]
        if not again or any(isinstance(one, Refusal) and one.code not in _PASSING for one in came.values()):
            break
        sleep(pause)
        came.update(zip(again, send([entries[number] for number in again]), strict=True))
    ids = [one for one in came.values() if isinstance(one, str)]
    for one in came.values():
        if isinstance(one, Refusal):
            error = refused(where, one.code, one.reason)
            if len(entries) > 1:
                error.facts = (*error.facts, ("taken", f"{len(ids)} of {len(entries)}"))
            raise error
    return ids


def _unsure(answers: Answers) -> str:
    parts = []
    if answers.lost:
        parts.append(f"{answers.lost} {'answer was' if answers.lost == 1 else 'answers were'} lost")
    if answers.failed:
        parts.append(f"{answers.failed} said that the service had failed")
    return " and ".join(parts)
