"""What lies under a failure, as text: each request, its answer, and what the function behind it did."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from harness._text import shortened
from harness.modes.exchange import Response
from harness.runtime.invocation import Invocation

__all__ = ["evidence"]


def evidence(exchanges: Iterable[Response]) -> str:
    """Give the exchanges of a test, one after the other, with the error or the log of the function behind each.

    Headers are left out: they carry tokens and signatures.
    """
    return "\n".join(line for response in exchanges for line in _exchange(response))


def _exchange(response: Response) -> Iterator[str]:
    request = response.request
    asked = f"{request.method} {request.path}" if request else "request"
    if request and request.body:
        asked += f" {shortened(request.body.decode(errors='replace'), limit=200)}"
    yield f"{asked} -> {response.status_code} {shortened(response.text, limit=200)}"
    if response.invocation:
        yield from _invocation(response.invocation)


def _invocation(invocation: Invocation) -> Iterator[str]:
    error = invocation.error
    if error is None:
        return
    yield f"  {invocation.function} failed with {error.type}: {error.message}"
    shown = error.trace or invocation.log
    yield from (f"  {line}" for line in shown.rstrip().splitlines())
