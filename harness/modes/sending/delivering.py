"""How what a test sends gets there in bad weather: what is sent again, and what is said about it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.retrying import Answers, counted, pauses
from harness.errors import HarnessError
from harness.modes.limits import refused

__all__ = ["Refusal", "all_taken", "delivering", "noted"]

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


@contextmanager
def delivering(where: str, *, cloud: Cloud, repeatable: bool = False) -> Iterator[None]:
    """Send something, and say in one sentence why a service does not take it.

    EventBridge, SNS, SQS and Kinesis promise to take in what they are given once or more often, and so botocore sends
    again what got no answer. Where that may have come more than once, it is noted.

    Args:
        where: Which bus, topic, queue, stream, table or bucket.
        cloud: Where it is.
        repeatable: Whether twice comes to the same as once.

    Raises:
        NotPublished: The service does not take it.
        StageError: See `translated`.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - `import harness` must not load boto3

    __tracebackhide__ = True
    with counted() as answers:
        try:
            with translated(cloud):
                try:
                    yield
                except ClientError as fault:
                    raise refused(where, code_of(fault), message_of(fault)) from None
        except HarnessError as error:
            if answers.unknown and not repeatable:
                error.facts = (*error.facts, ("may have been taken", _unsure(answers)))
            raise
    notes = _notes.get()
    if answers.unknown and not repeatable and notes is not None:
        times = answers.unknown + 1
        notes.append(f"sent {times} times, because {_unsure(answers)}: it may have come {times} times")


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
