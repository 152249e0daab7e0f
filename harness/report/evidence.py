"""What lies under a failure, as text: each request, its answer, and what the function behind it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness._text import redacted, shortened
from harness.modes.exchange import Response
from harness.runtime.invocation import Invocation

__all__ = ["evidence"]

_LOG_LINES = 20


def evidence(exchanges: Iterable[Response]) -> str:
    """Give the exchanges of a test, one after the other, with the error or the log of the function behind each.

    Headers are left out: they carry tokens and signatures.
    """
    return "\n".join(line for response in exchanges for line in _exchange(response))


def _exchange(response: Response) -> Iterator[str]:
    request = response.request
    asked = f"{request.method} {request.path}" if request else "request"
    if request and request.body:
        asked += f" {_shown(request.body.decode(errors='replace'))}"
    yield f"{asked} -> {response.status_code} {_shown(response.text)}"
    if response.invocation:
        yield from _invocation(response.invocation)


def _invocation(invocation: Invocation) -> Iterator[str]:
    error = invocation.error
    if error is not None:
        yield f"  {invocation.function} failed with {error.type}: {redacted(error.message)}"
    shown = (error and error.trace) or _end_of(invocation.log)
    yield from (f"  {line}" for line in redacted(shown.rstrip()).splitlines())


def _end_of(log: str) -> str:
    return "\n".join(log.splitlines()[-_LOG_LINES:])


def _shown(text: str) -> str:
    return shortened(redacted(text), limit=200)
