"""Bad weather between harness and cloud: a proxy on the loopback address that injects faults.

It forwards to one cloud. `Host` goes on as it came, because a signature (SigV4) covers it and the cloud checks it.
"""

from __future__ import annotations

import http.client
import http.server
import random
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.weather.answers import answer_of
from tests.weather.asked import Asked, asked_of

__all__ = ["CALM", "Counts", "Fault", "Proxy", "Weather", "weather"]

# throttled, failed, expired: an answer of the service's own form, in the place of its answer.
# broken: the connection is reset before the request has gone on; lost: after it was carried out.
# silent: no answer, until whoever asked gives up.
Fault = Literal["throttled", "failed", "expired", "broken", "lost", "silent"]

_PIECE = 64 * 1024
# Of the connection, not of the request, so the proxy has its own.
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "proxy-connection", "transfer-encoding", "expect"})
_RESET = struct.pack("ii", 1, 0)


@dataclass(frozen=True, kw_only=True)
class Weather:
    """How often what goes wrong, as shares of one.

    Args:
        throttled: Throttles.
        failed: 500s.
        reset: Connections that are reset, half of them before the request has gone on and half after.
        silent: Requests that get no answer.
        delay: The longest delay in seconds; each lasts between nothing and this.
        resets_front_door: Whether connections to the front door are reset too.
        spared: Operations whose connections are not reset.
    """

    throttled: float = 0.0
    failed: float = 0.0
    reset: float = 0.0
    silent: float = 0.0
    delay: float = 0.0
    resets_front_door: bool = False
    spared: frozenset[str] = frozenset()

    def fault(self, asked: Asked, *, chance: random.Random) -> Fault | None:
        """Draw what happens to a request."""
        drawn, before = chance.random(), chance.random() < 0.5
        may_reset = asked.operation not in self.spared and (asked.is_call or self.resets_front_door)
        faults: list[tuple[Fault, float]] = [
            ("throttled", self.throttled if asked.is_call else 0.0),
            ("failed", self.failed if asked.is_call else 0.0),
            ("broken" if before else "lost", self.reset if may_reset else 0.0),
            ("silent", self.silent if may_reset else 0.0),
        ]
        for fault, share in faults:
            if drawn < share:
                return fault
            drawn -= share
        return None


CALM = Weather()


@dataclass(kw_only=True)
class _Scripted:
    operation: str
    fault: Fault
    times: int | None

    def takes(self, asked: Asked) -> bool:
        return self.times != 0 and self.operation in ("*", asked.operation) and asked.is_call | (self.operation != "*")


@dataclass
class Counts:
    """What was asked, what was injected, and what has reached the cloud, by operation."""

    asked: Counter[str] = field(default_factory=Counter)
    injected: Counter[tuple[str, str]] = field(default_factory=Counter)
    carried_out: Counter[str] = field(default_factory=Counter)

    def of_kind(self) -> Counter[str]:
        """Give how many faults were injected, by kind."""
        kinds: Counter[str] = Counter()
        for (_, kind), times in self.injected.items():
            kinds[kind] += times
        return kinds


class Proxy:
    """A proxy that is open until it is closed.

    Args:
        endpoint: The address of the cloud.
        weather: What goes wrong by chance.
        seed: Of the chance.

    Attributes:
        endpoint: The address of the proxy.
        counts: What was asked, injected and carried out.
        trail: What has gone on to the cloud, in order: operation and status.
    """

    def __init__(self, endpoint: str, *, weather: Weather = CALM, seed: int = 0) -> None:
        host, _, port = endpoint.removeprefix("http://").partition(":")
        self.cloud = (host, int(port))
        self.weather = weather
        self.counts = Counts()
        self.trail: list[tuple[str, int]] = []
        self._chance = random.Random(seed)
        self._scripted: list[_Scripted] = []
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._over = threading.Event()
        self._server: _Server | None = None
        self._port = 0
        self.open()
        self.endpoint = f"http://127.0.0.1:{self._port}"

    def inject(self, fault: Fault, operation: str = "*", *, times: int | None = 1) -> None:
        """Let the next calls of an operation have a fault; without a number all from now on.

        Args:
            fault: What happens.
            operation: Such as ``CreateQueue``; ``*`` for every call of a service.
            times: To how many.
        """
        with self._lock:
            self._scripted.append(_Scripted(operation=operation, fault=fault, times=times))

    def change(self, weather: Weather = CALM, *, seed: int = 0) -> None:
        """Let the weather change: no script, another chance, and counting begins anew."""
        with self._lock:
            self._scripted.clear()
            self._chance = random.Random(seed)
            self.weather, self.counts, self.trail = weather, Counts(), []

    @contextmanager
    def away(self, seconds: float) -> Iterator[None]:
        """Be away for so long, as a cloud is that restarts: connections are refused, those that are open are reset."""
        self.close()
        back = threading.Timer(seconds, self.open)
        back.start()
        try:
            yield
        finally:
            back.join()

    def open(self) -> None:
        """Listen, at the same address as before."""
        self._over.clear()
        self._server = _Server(("127.0.0.1", self._port), proxy=self)
        self._port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), name="weather", daemon=True).start()

    def close(self) -> None:
        """Listen no more, and reset what is open."""
        server, self._server = self._server, None
        self._over.set()
        if server is not None:
            server.shutdown()
            server.server_close()
        with self._lock:
            connections, self._open = self._open, set()
        for connection in connections:
            _reset(connection)
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def drawn(self, asked: Asked) -> tuple[Fault | None, float]:
        """Give what happens to a request, and for how many seconds it is delayed."""
        with self._lock:
            self.counts.asked[asked.operation] += 1
            fault = self._fault(asked)
            if fault:
                self.counts.injected[asked.operation, fault] += 1
            return fault, self._chance.random() * self.weather.delay

    def _fault(self, asked: Asked) -> Fault | None:
        for scripted in self._scripted:
            if scripted.takes(asked):
                scripted.times = scripted.times and scripted.times - 1
                return scripted.fault
        return self.weather.fault(asked, chance=self._chance)

    def carried_out(self, asked: Asked, status: int) -> None:
        """Count what has reached the cloud."""
        with self._lock:
            self.counts.carried_out[asked.operation] += 1
            self.trail.append((asked.operation, status))

    def connected(self, connection: socket.socket) -> None:
        """Remember a connection, so that it can be reset."""
        with self._lock:
            self._open.add(connection)

    def ended(self, connection: socket.socket) -> None:
        """Forget a connection."""
        with self._lock:
            self._open.discard(connection)

    def wait(self, seconds: float) -> None:
        """Wait, unless the proxy is closed in the meantime."""
        self._over.wait(seconds)


@contextmanager
def weather(endpoint: str, *, seed: int = 0, **shares: Any) -> Iterator[Proxy]:
    """Have a proxy before a cloud."""
    proxy = Proxy(endpoint, weather=Weather(**shares), seed=seed)
    try:
        yield proxy
    finally:
        proxy.close()


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    # Those who wait for an answer that never comes would be waited for.
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], *, proxy: Proxy) -> None:
        self.proxy = proxy
        super().__init__(address, _Handler)

    def shutdown_request(self, request: Any) -> None:
        """Close only: an orderly end of the connection would go before the reset."""
        self.proxy.ended(request)
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asks gives up now and then."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.server.proxy.connected(self.connection)

    def handle_one_request(self) -> None:
        """Take a request of any method."""
        self.raw_requestline = self.rfile.readline(_PIECE)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self._forward(self._body())
        self.wfile.flush()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(pieces)

    def _forward(self, body: bytes) -> None:
        proxy = self.server.proxy
        asked = asked_of(self.command, self.path, headers=self.headers, body=body)
        fault, delay = proxy.drawn(asked)
        proxy.wait(delay)
        if fault == "silent":
            self._say_nothing()
        elif fault == "broken":
            self._break()
        elif fault in {"throttled", "failed", "expired"}:
            self._answer(*answer_of(fault, asked))
        else:
            self._carry_out(asked, body, is_lost=fault == "lost")

    def _carry_out(self, asked: Asked, body: bytes, *, is_lost: bool) -> None:
        proxy = self.server.proxy
        there = http.client.HTTPConnection(*proxy.cloud, timeout=900)
        try:
            there.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in {*_HOP_BY_HOP, "content-length"}:
                    there.putheader(name, value)
            if body or "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
                there.putheader("Content-Length", str(len(body)))
            there.putheader("Connection", "close")
            there.endheaders(body)
            with there.getresponse() as answer:
                proxy.carried_out(asked, answer.status)
                if is_lost:
                    self._break()
                else:
                    self._hand_back(answer)
        except (OSError, http.client.HTTPException):
            self._break()
        finally:
            there.close()

    def _hand_back(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        is_empty = self.command == "HEAD" or answer.status in {204, 304}
        in_pieces = not is_empty and answer.length is None
        if in_pieces:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        while not is_empty and (piece := answer.read1(_PIECE)):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if in_pieces else piece)
        if in_pieces:
            self.wfile.write(b"0\r\n\r\n")

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _say_nothing(self) -> None:
        """Wait until the other side gives up or the proxy is closed."""
        self.connection.settimeout(0.1)
        gone = False
        while not gone and not self.server.proxy._over.is_set():  # noqa: SLF001 - a part of it
            try:
                gone = not self.connection.recv(1)
            except TimeoutError:
                continue
            except OSError:
                gone = True
        self._break()

    def _break(self) -> None:
        self.close_connection = True
        _reset(self.connection)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _reset(connection: socket.socket) -> None:
    """Let a connection end with a reset when it is closed, not with a farewell."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
