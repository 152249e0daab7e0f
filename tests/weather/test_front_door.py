"""The front door in bad weather: only connections are tried again, never what the system answered."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import AnswerLost, UnreachableEndpoint
from harness.modes.exchange import Request
from harness.modes.http import HttpMode
from harness.system.model import System
from tests.weather.proxy import Fault, Proxy, weather


class Door(http.server.BaseHTTPRequestHandler):
    """Answers with the status that the path says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(int(self.path.rpartition("/")[2]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the names that the standard library wants

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def door() -> Iterator[Proxy]:
    """A front door behind bad weather."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    with weather(f"http://127.0.0.1:{server.server_port}") as found:
        yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def pauses() -> list[float]:
    """How long was waited between tries."""
    return []


@pytest.fixture
def mode(door: Proxy, tmp_path: Path, pauses: list[float]) -> Iterator[HttpMode]:
    names = Names(stack="s", account="1", region="r", apis={"Api": f"{door.endpoint}/_aws/execute-api/a"})
    cloud = Cloud(folder=tmp_path, region="r", endpoint=door.endpoint)
    system = System(name="s", template=Path("template.yaml"), cloudformation={})
    found = HttpMode(system, cloud=cloud, names=names, sleep=pauses.append)
    yield found
    found.close()


def asked(method: str, *, status: int = 200) -> Request:
    return Request(method=method, path=f"/{status}", api="Api")


@pytest.mark.parametrize("fault", ["broken", "lost"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_a_connection_that_breaks(door: Proxy, mode: HttpMode, fault: Fault, method: str) -> None:
    """What comes to the same done twice is sent again."""
    door.inject(fault, f"{method} front door")

    answer = mode.request(asked(method))

    assert (200, 2) == (answer.status_code, door.counts.asked[f"{method} front door"])


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_must_not_come_twice(door: Proxy, mode: HttpMode, method: str) -> None:
    """It is not sent again, and the error says why."""
    door.inject("lost", f"{method} front door")

    with pytest.raises(AnswerLost) as caught:
        mode.request(asked(method))

    assert 1 == door.counts.carried_out[f"{method} front door"]
    assert str(caught.value) == (
        f"The connection to '{door.endpoint}/_aws/execute-api/a/200' broke before the answer to {method!r} had come.\n"
        "  cause: ConnectionError\n"
        "  nobody knows whether it was carried out, so it was not sent again: run the test again"
    )


def test_one_that_always_breaks(door: Proxy, mode: HttpMode, pauses: list[float]) -> None:
    """Six times, with a pause before each but the first."""
    door.inject("broken", "GET front door", times=None)

    with pytest.raises(AnswerLost) as caught:
        mode.request(asked("GET"))

    assert (6, 5) == (door.counts.asked["GET front door"], len(pauses))
    assert "  it was sent 6 times, to the same end" == str(caught.value).splitlines()[-1]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_door_that_is_closed(door: Proxy, mode: HttpMode, pauses: list[float], method: str) -> None:
    """Nothing has gone out, so any method is tried again."""
    door.close()

    with pytest.raises(UnreachableEndpoint) as caught:
        mode.request(asked(method))

    assert 5 == len(pauses)
    assert str(caught.value) == (
        f"Nothing answers at '{door.endpoint}/_aws/execute-api/a/200'.\n"
        "  cause: ConnectionError\n"
        "  is the stage still deployed? see: harness status"
    )


def test_a_door_that_opens_again(door: Proxy, mode: HttpMode) -> None:
    """Whoever waits gets in."""
    door.close()
    mode._sleep = lambda _seconds: door.open()  # noqa: SLF001 - time passes, and the door is open

    answer = mode.request(asked("POST"))

    assert (200, 1) == (answer.status_code, door.counts.carried_out["POST front door"])


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_the_system_answers_is_its_answer(door: Proxy, mode: HttpMode, status: int) -> None:
    """A test looks for it, perhaps."""
    answer = mode.request(asked("GET", status=status))

    assert (status, 1) == (answer.status_code, door.counts.asked["GET front door"])
