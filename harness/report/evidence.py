"""What lies under a failure, as text: each request, its answer, and what the function behind it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from harness._text import redacted, shortened
from harness.errors import FunctionFailed
from harness.modes.exchange import Response
from harness.runtime.invocation import Invocation
from harness.stage import Stage

__all__ = ["evidence", "failures", "sections"]

_LOG_LINES = 20


def sections(stage: Stage, *, raised: BaseException | None) -> Iterator[tuple[str, str]]:
    """Give what goes below a failure, each part with its title.

    Args:
        stage: The stage that the test talked to.
        raised: What the test failed with; the failure of a function that it tells itself is not told again.
    """
    if stage.exchanges:
        yield f"{stage.mode}: requests to {stage.system.name}", evidence(stage.exchanges)
    told = {id(response.invocation) for response in stage.exchanges}
    failed = [one for one in stage.failed if id(one) not in told]
    if failed and not isinstance(raised, FunctionFailed):
        yield f"{stage.mode}: functions of {stage.system.name} that failed", failures(failed)


def evidence(exchanges: Iterable[Response]) -> str:
    """Give the exchanges of a test, one after the other, with the error or the log of the function behind each.

    Headers are left out: they carry tokens and signatures.
    """
    return "\n".join(line for response in exchanges for line in _exchange(response))


def failures(failed: Sequence[Invocation]) -> str:
    """Give the functions that failed without a request, each with its trace; what failed again and again comes once."""
    times = Counter(map(_alike, failed))
    latest = {_alike(one): one for one in failed}
    lines = []
    for alike, invocation in latest.items():
        first, *others = _invocation(invocation)
        lines.append(first if times[alike] == 1 else f"{first} ({times[alike]} times)")
        lines += [f"  {line}" for line in others]
    return "\n".join(lines)


def _alike(invocation: Invocation) -> tuple[str, ...]:
    error = invocation.error
    return (invocation.function, *((error.type, error.message) if error else ()))


def _exchange(response: Response) -> Iterator[str]:
    request = response.request
    asked = f"{request.method} {request.path}" if request else "request"
    if request and request.body:
        asked += f" {_shown(request.body.decode(errors='replace'))}"
    yield f"{asked} -> {response.status_code} {_shown(response.text)}"
    if response.invocation:
        yield from (f"  {line}" for line in _invocation(response.invocation))


def _invocation(invocation: Invocation) -> Iterator[str]:
    error = invocation.error
    if error is not None:
        yield f"{invocation.function} failed with {error.type}: {redacted(error.message)}"
    shown = (error and error.trace) or _end_of(invocation.log)
    yield from redacted(shown.rstrip()).splitlines()


def _end_of(log: str) -> str:
    return "\n".join(log.splitlines()[-_LOG_LINES:])


def _shown(text: str) -> str:
    return shortened(redacted(text), limit=200)
