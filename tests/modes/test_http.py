"""Mode http: what goes over the wire."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from urllib3 import HTTPHeaderDict

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import UnreachableEndpoint
from harness.modes.exchange import Request
from harness.modes.http import HttpMode
from harness.system.model import System


class Echo(http.server.BaseHTTPRequestHandler):
    """Answers with what it was asked."""

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        lines = [f"{name}: {value}" for name, value in self.headers.items()]
        body = "\n".join([self.path, *lines, self.rfile.read(length).decode()]).encode()
        self.send_response(302 if self.path.endswith("/moved") else 201)
        self.send_header("Location", "/elsewhere")
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


SYSTEM = System(name="s", template=Path("template.yaml"), cloudformation={})


@pytest.fixture
def mode(address: str, tmp_path: Path) -> Iterator[HttpMode]:
    cloud = Cloud(folder=tmp_path, region="eu-west-1", endpoint=address, embedded=True)
    found = HttpMode(
        SYSTEM,
        cloud=cloud,
        names=Names(stack="s", account="1", region="eu-west-1", apis={"Api": f"{address}/dev"}),
    )
    yield found
    found.close()


def test_the_request_goes_out_as_it_was_made(mode: HttpMode) -> None:
    """Path, query string and body arrive unchanged."""
    request = Request(method="POST", path="/a%20b", query=(("q", "é&"), ("q", "")), body=b"text", api="Api")

    answer = mode.request(request)

    assert answer.status_code == 201
    assert answer.text.startswith("/dev/a%20b?q=%C3%A9%26&q=\n")
    assert answer.text.endswith("\ntext")


def test_a_header_that_comes_twice_goes_out_twice(mode: HttpMode) -> None:
    """API Gateway tells one line from two."""
    headers = HTTPHeaderDict([("X-Tag", "one"), ("X-Tag", "two")])

    lines = mode.request(Request(method="POST", path="/", headers=headers, api="Api")).text.splitlines()

    assert [line for line in lines if line.lower().startswith("x-tag")] == ["X-Tag: one", "X-Tag: two"]


def test_a_redirect_is_an_answer(mode: HttpMode) -> None:
    """What the front door says is what is tested; and every Set-Cookie is there."""
    answer = mode.request(Request(method="POST", path="/moved", api="Api"))

    assert (answer.status_code, answer.headers["location"]) == (302, "/elsewhere")
    assert answer.headers["set-cookie"] == "a=1, b=2"


def test_a_signed_request_carries_a_signature(mode: HttpMode) -> None:
    """SigV4 for execute-api in the stage's region."""
    text = mode.request(Request(method="POST", path="/", sign=True, api="Api")).text

    assert "/eu-west-1/execute-api/aws4_request" in text


def test_a_netrc_does_not_replace_the_token(mode: HttpMode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tester's own machine has no say in who the caller is."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    text = mode.request(
        Request(method="POST", path="/", headers=HTTPHeaderDict({"Authorization": "t.o.k"}), api="Api")
    ).text

    assert "Authorization: t.o.k" in text.splitlines()


def test_nothing_that_answers_is_an_error(tmp_path: Path) -> None:
    """The error names the address and not what was sent."""
    cloud = Cloud(folder=tmp_path, region="r", endpoint="http://127.0.0.1:9", embedded=True)
    mode = HttpMode(
        SYSTEM,
        cloud=cloud,
        names=Names(stack="s", account="1", region="r", apis={"Api": "http://127.0.0.1:9/dev"}),
    )

    with pytest.raises(UnreachableEndpoint) as caught:
        mode.request(Request(method="GET", path="/x", api="Api"))
    mode.close()

    assert str(caught.value) == (
        "Nothing answers at 'http://127.0.0.1:9/dev/x'.\n"
        "  cause: ConnectionError\n"
        "  is the stage still deployed? see: harness status"
    )
