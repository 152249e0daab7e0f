"""A run whose credentials end while it is on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.cloud import embedded
from harness.ledger import books
from tests.weather.proxy import Proxy, weather

TEMPLATE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: ending}}
  Queue: {Type: AWS::SQS::Queue}
"""
SUITE = """
from pathlib import Path


def test_sends(stage):
    stage.send("Queue", "rain", "hail")


def test_would_say_the_same(stage):
    Path("second").touch()
"""


@pytest.fixture
def front(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """A proxy before the embedded cloud of a project, which is taken for the cloud itself."""
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "TEST_MODE", "TEST_STAGE"):
        monkeypatch.delenv(name, raising=False)
    pytester.makefile(".yaml", template=TEMPLATE)
    folder = pytester.path / ".harness"
    folder.mkdir(mode=0o700)
    running = embedded.start(folder, region="us-east-1")
    with weather(running.endpoint) as proxy:
        embedded.remember(replace(running, endpoint=proxy.endpoint), folder=folder)
        yield proxy
    embedded.stop(running)


def test_it_ends_after_that_test(pytester: pytest.Pytester, front: Proxy) -> None:
    """With exit code 6, a sentence that says what to do, and what could not be taken away in the ledger."""
    pytester.makepyfile(test_weather=SUITE)
    for operation in ("SendMessageBatch", "DeleteQueue"):
        front.inject("expired", operation, times=None)

    result = pytester.runpytest_subprocess("--mode=http", "-p", "no:cacheprovider")

    (book,) = books(pytester.path / ".harness")
    assert 6 == result.ret
    result.stdout.fnmatch_lines(["*harness.NoCredentials: The credentials have expired.*", "*aws sso login*"])
    assert not (pytester.path / "second").exists()
    assert ["queue"] == [one.thing.kind for one in book.left]
