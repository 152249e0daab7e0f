"""What the embedded cloud answers when it is asked what is under way, and what a mode makes of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import embedded_cloud
from harness.cloud.names import FunctionNames, Names
from harness.errors import StageError
from harness.modes.deployed import InTheCloud
from harness.system.model import System

_NOTHING: dict[str, Any] = {"running": {}, "waiting": {}, "unread": [], "begun": {}}

_NAMES = Names(
    stack="s",
    account="1",
    region="r",
    functions={"Bill": FunctionNames(name="shop-bill", arn="arn:aws:lambda:r:1:function:shop-bill", role="arn:role")},
    physical={"Orders": "shop-orders"},
)


class Answering(ThreadingHTTPServer):
    """A cloud that answers as it is told; the last answer for good."""

    def __init__(self, *answers: dict[str, Any] | None) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.answers = [*answers]
        self.asked: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Answer(BaseHTTPRequestHandler):
    """One answer."""

    server: Answering

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        found = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        self.send_response(404 if found is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(found).encode())

    def log_message(self, *_: object) -> None:
        """Be silent."""


@pytest.fixture
def mode_at(tmp_path: Path) -> Iterator[Callable[..., tuple[InTheCloud, Answering]]]:
    """Gives the mode of a stage whose cloud answers like this."""
    opened: list[Answering] = []

    def mode(*answers: dict[str, Any] | None) -> tuple[InTheCloud, Answering]:
        opened.append(Answering(*answers))
        threading.Thread(target=opened[-1].serve_forever, daemon=True).start()
        cloud = embedded_cloud(opened[-1].endpoint, folder=tmp_path, region="eu-west-1", account="000000000007")
        system = System(name="s", template=Path("t"), cloudformation={})
        return InTheCloud(system, cloud=cloud, names=_NAMES), opened[-1]

    yield mode
    for one in opened:
        one.shutdown()
        one.server_close()


Make = Callable[..., tuple[InTheCloud, Answering]]


def test_where_nothing_is_under_way_two_questions_are_asked(mode_at: Make) -> None:
    """One before all else is looked at, and one after it."""
    mode, cloud = mode_at({**_NOTHING, "begun": {"shop-bill": 3}})

    assert [] == mode.unfinished()

    assert ["/_harness/under-way?account=000000000007&region=eu-west-1"] * 2 == cloud.asked


def test_all_that_is_under_way_is_named(mode_at: Make) -> None:
    """By logical ids, as far as there are such."""
    unread = [{"source": name, "function": "shop-bill"} for name in ("shop-orders", "others")]
    mode, _ = mode_at({"running": {"shop-bill": 2}, "waiting": {"shop-bill": 1}, "unread": unread, "begun": {}})

    assert [
        "Bill runs (2 invocations)",
        "Bill is yet to be tried, or its end to be told (1 invocation)",
        "Orders, which Bill reads, holds records that were not read",
        "others, which Bill reads, holds records that were not read",
    ] == mode.unfinished()


def test_functions_of_other_stages_are_nobodys_business_here(mode_at: Make) -> None:
    """They may run for ever."""
    unread = [{"source": "shop-orders", "function": "other"}]
    busy = {"running": {"other": 1}, "waiting": {"other": 1}, "unread": unread}
    mode, _ = mode_at({**busy, "begun": {"other": 1}}, {**busy, "begun": {"other": 2}})

    assert [] == mode.unfinished()


def test_what_has_begun_between_the_questions_may_have_set_off_more(mode_at: Make) -> None:
    """It may have sent to a queue that was looked into before."""
    mode, _ = mode_at({**_NOTHING, "begun": {"shop-bill": 1}}, {**_NOTHING, "begun": {"shop-bill": 2}})

    assert ["functions have begun to run while they were asked for"] == mode.unfinished()


def test_a_cloud_that_does_not_know_is_an_error(mode_at: Make) -> None:
    """Such as one that is older than this harness."""
    mode, cloud = mode_at(None)

    with pytest.raises(StageError) as refused:
        mode.unfinished()

    assert (
        f"The embedded cloud at '{cloud.endpoint}' does not say what is under way.\n"
        "  it answered: 404\n"
        "  was it started by an earlier version of the harness? then start it anew: harness down"
    ) == str(refused.value)
