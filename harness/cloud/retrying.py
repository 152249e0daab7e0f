"""What is asked of a cloud once more in bad weather, for how long, and what is never asked twice.

botocore's own mode ``standard`` does the retries: throttles, 500, 502, 503, 504 and connections that fail are tried
again, after a pause drawn between nothing and 1, 2, 4, 8 and 16 s.
https://docs.aws.amazon.com/boto3/latest/guide/retries.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from random import random
from typing import Any

from harness.errors import AnswerLost

__all__ = [
    "CONNECT_WITHIN",
    "READ_WITHIN",
    "RETRIES",
    "TRIES",
    "Answers",
    "configuration",
    "counted",
    "longest",
    "never_twice",
    "pauses",
    "watch",
]

# A connection takes milliseconds, or nobody is there: a packet that is lost is sent again after 1 and 3 s.
CONNECT_WITHIN = 5.0
# API Gateway gives its back ends 29 s, and what waits longer on purpose (a long poll, an invocation) says so itself.
READ_WITHIN = 30.0
# With 8 of 100 calls failing, one in four million fails six times.
TRIES = 6
# "standard" draws its pauses and stops when a client's quota of 500 tokens is spent (5 for a retry, 10 after a
# time-out; a success gives back). "adaptive" holds back all calls of a client as well, for those who call at a rate
# that they should keep; tests call seldom.
RETRIES: Mapping[str, Any] = {"mode": "standard", "total_max_attempts": TRIES}

# The answer says that the service has failed; what it has done by then, it does not say.
_FAILED = frozenset({500, 502, 503, 504})


def configuration(**config: Any) -> Any:
    """Give the configuration of a client: how long it waits, and how often it tries."""
    from botocore.config import Config  # noqa: PLC0415 - `import harness` must not load boto3

    settings = {"connect_timeout": CONNECT_WITHIN, "read_timeout": READ_WITHIN, "retries": dict(RETRIES)}
    return Config(**settings | config)


@dataclass
class Answers:
    """How many answers to the calls of a block were lost, or say that the service has failed.

    Any of these calls may have been carried out, although it was made again.
    """

    lost: int = 0
    failed: int = 0

    @property
    def unknown(self) -> int:
        """Of how many calls nobody knows whether they were carried out."""
        return self.lost + self.failed


@dataclass(frozen=True)
class _Heeded:
    answers: Answers
    never_twice: str = ""


_heeded: ContextVar[_Heeded | None] = ContextVar("heeded", default=None)


def longest(read: float = READ_WITHIN, *, tries: int = TRIES) -> float:
    """Give the seconds that a call takes at most, its retries included, when nothing answers.

    >>> longest(), longest(CONNECT_WITHIN)
    (211.0, 61.0)
    """
    return read * tries + sum(float(min(2**number, 20)) for number in range(tries - 1))


@contextmanager
def counted() -> Iterator[Answers]:
    """Have the answers counted that do not say whether a call was carried out, for this thread and this block."""
    answers = Answers()
    token = _heeded.set(_Heeded(answers))
    try:
        yield answers
    finally:
        _heeded.reset(token)


@contextmanager
def never_twice(what: str) -> Iterator[None]:
    """Make no call of this block again whose answer was lost: it may have been carried out.

    Throttles, failures to connect, and 500s that the service answers are tried again.

    Args:
        what: What would be done twice, as the error says it.

    Raises:
        AnswerLost: The connection broke after the call had gone out.
    """
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415 - `import harness` must not load boto3

    token = _heeded.set(_Heeded(Answers(), never_twice=what))
    try:
        yield
    except AnswerLost as lost:
        # Where botocore was when it happened is of no use to anybody.
        raise lost.with_traceback(None) from None
    except HTTPClientError as fault:
        # Of a streamed answer the head came, but not the body.
        if _never_went_out(fault):
            raise
        raise _lost(what, fault) from None
    finally:
        _heeded.reset(token)


def watch(client: Any, *, may_come_back: bool = True) -> None:
    """Have the ends of a client's calls looked at before botocore decides whether to retry.

    Args:
        client: The client.
        may_come_back: Whether a cloud that refuses connections may take them again in a moment. An embedded cloud whose
            process has gone does not, and had it been started anew, it would be empty.
    """
    name = client.meta.service_model.service_id.hyphenize()

    def look(*, response: tuple[Any, Mapping[str, Any]] | None, caught_exception: Exception | None, **_: Any) -> None:
        if caught_exception is not None:
            _look_at_fault(caught_exception, may_come_back=may_come_back)
        elif response is not None:
            _look_at_answer(*response)

    client.meta.events.register_first(f"needs-retry.{name}", look)


def _look_at_fault(fault: Exception, *, may_come_back: bool) -> None:
    from botocore.exceptions import EndpointConnectionError  # noqa: PLC0415 - see above

    heeded = _heeded.get()
    if isinstance(fault, EndpointConnectionError) and not may_come_back:
        raise fault
    if heeded is None or _never_went_out(fault):
        return
    heeded.answers.lost += 1
    if heeded.never_twice:
        raise _lost(heeded.never_twice, fault) from None


def _look_at_answer(answer: Any, parsed: Mapping[str, Any]) -> None:
    heeded = _heeded.get()
    # S3 throttles with a 503, and what is throttled is not done.
    is_throttle = parsed.get("Error", {}).get("Code") in {"SlowDown", "Throttling", "ThrottlingException"}
    if heeded is not None and answer.status_code in _FAILED and not is_throttle:
        heeded.answers.failed += 1


def _never_went_out(fault: Exception) -> bool:
    from botocore import exceptions  # noqa: PLC0415 - `import harness` must not load boto3

    return isinstance(
        fault,
        exceptions.EndpointConnectionError
        | exceptions.ConnectTimeoutError
        | exceptions.ProxyConnectionError
        | exceptions.SSLError,
    )


def _lost(what: str, fault: Exception) -> AnswerLost:
    return AnswerLost(
        f"The answer was lost, so nobody knows whether {what}.",
        facts=[("boto3", type(fault).__name__)],
        remedy="it was not tried again, for that might do it twice: run the test again",
    )


def pauses(*, tries: int = TRIES, chance: Callable[[], float] = random) -> Iterator[float]:
    """Give the pauses between so many tries, in seconds: drawn as botocore draws them, for what it does not retry.

    >>> list(pauses(chance=lambda: 1.0))
    [1.0, 2.0, 4.0, 8.0, 16.0]
    """
    yield from (chance() * min(2**number, 20) for number in range(tries - 1))
