"""What a request costs in http mode, beside its rivals: ``python bench/http_mode.py``.

The file is not called ``http.py``: Python puts a script's folder first on its path, and the standard library's
``http`` would be hidden from everything that the benchmarks import.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPConnection
from statistics import median
from time import perf_counter
from urllib.parse import urlsplit

from _measure import Measure, Row, in_turn, repeated, report
from _places import hello, opened, plain_cloud
from _rivals import Missing, serverless_offline

from harness import Stage
from harness.cloud import embedded

_ROUNDS = 15
_STARTS = 3
_TIMES = 10
# Without the mending, ministack waits so long for a log line of a quiet function.
_WAIT = 0.050

_QUIET = "request, quiet function"
_LOGGING = "request, logging function"
_PLAIN_QUIET = "plain ministack: request, quiet function"
_PLAIN_LOGGING = "plain ministack: request, logging function"
_GET = "without the harness: a bare connection, quiet function"
_OFFLINE_QUIET = "serverless-offline (npm, Node): a bare connection, quiet function"
_OFFLINE_LOGGING = "serverless-offline (npm, Node): a bare connection, logging function"
_START = "start of the embedded cloud until it answers"
_OPEN = "start, deploy and first request"
_OFFLINE_START = "serverless-offline: start and first request"


def main() -> int:
    """Measure in turn and give the exit code."""
    starts: dict[str, list[float]] = {_START: _starts(), _OPEN: _openings()}
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        measures = _ours(stack) | _plain(stack)
        try:
            address, seconds = stack.enter_context(serverless_offline())
            starts[_OFFLINE_START] = [seconds]
            measures[_OFFLINE_QUIET] = repeated(_get(f"{address}/hello"))
            measures[_OFFLINE_LOGGING] = repeated(_get(f"{address}/logged"))
        except Missing as reason:
            missing = dict.fromkeys((_OFFLINE_QUIET, _OFFLINE_LOGGING, _OFFLINE_START), f"not installed: {reason}")
        found = in_turn(measures, rounds=_ROUNDS, times=_TIMES)
    rows = [*_rows(found), *(Row(what=name, value=median(taken), unit="s") for name, taken in starts.items())]
    rows += [Row(what=name, value=None, note=reason) for name, reason in missing.items()]
    return report("A request in http mode", rows, notes=_NOTES, ratio="to the first request")


def _ours(stack: ExitStack) -> dict[str, Measure]:
    project = stack.enter_context(opened(stack.enter_context(hello())))
    stage = project.stage("hello", mode="http")
    address = stage.names.apis["Api"]
    return {
        _QUIET: repeated(_request(stage, "/hello")),
        _LOGGING: repeated(_request(stage, "/logged")),
        _GET: repeated(_get(f"{address}/hello")),
    }


def _plain(stack: ExitStack) -> dict[str, Measure]:
    root = stack.enter_context(hello())
    stack.enter_context(plain_cloud(root))
    stage = stack.enter_context(opened(root)).stage("hello", mode="http")
    return {
        _PLAIN_QUIET: repeated(_request(stage, "/hello")),
        _PLAIN_LOGGING: repeated(_request(stage, "/logged")),
    }


def _request(stage: Stage, path: str) -> Callable[[], None]:
    def act() -> None:
        answer = stage.request("GET", path)
        assert answer.status_code == HTTPStatus.OK, answer

    return act


def _get(address: str) -> Callable[[], None]:
    """Give a request over one kept connection, with as little of a client as Python has."""
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port)

    def act() -> None:
        connection.request("GET", parts.path)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == HTTPStatus.OK, body

    return act


def _starts() -> list[float]:
    """Start the embedded cloud some times over; its functions' interpreter is built beforehand."""
    taken = []
    with hello() as root, opened(root) as project:
        folder = project.settings.folder
        region = project.settings.region.value
        embedded.stop(embedded.start(folder, region=region))
        for _ in range(_STARTS):
            started = perf_counter()
            running = embedded.start(folder, region=region)
            taken.append(perf_counter() - started)
            embedded.stop(running)
    return taken


def _openings() -> list[float]:
    """From nothing to the first answer, with packages and interpreter in the cache."""
    taken = []
    with hello() as root:
        for _ in range(_STARTS + 1):
            started = perf_counter()
            with opened(root) as project:
                _request(project.stage("hello", mode="http"), "/hello")()
                taken.append(perf_counter() - started)
    return taken[1:]


def _rows(found: dict[str, list[float]]) -> Iterator[Row]:
    ours = median(found[_QUIET])
    for name, taken in found.items():
        yield Row(what=name, value=median(taken), limit=_WAIT if name == _QUIET else None, beside=ours)


_NOTES = (
    "The limit of a quiet function is the 50 ms for which ministack waits without the mending of the harness.",
    "serverless-offline runs Node in its own process and checks no signature, role or policy.",
)

if __name__ == "__main__":
    raise SystemExit(main())
