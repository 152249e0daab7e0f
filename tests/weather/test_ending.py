"""A run whose credentials end while it is on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud
from harness.cloud.deploying import undeploy
from harness.cloud.opening import deployed
from harness.ledger import books
from harness.system.reader import read
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
RENEWED = """
import os
from pathlib import Path


def test_sends(stage):
    file = Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"])
    file.write_text(file.read_text().replace("000000000000", "210987654321"))
    stage.send("Queue", "rain", "hail")


def test_would_say_the_same(stage):
    Path("second").touch()
"""


@pytest.fixture
def signed_in(
    pytester: pytest.Pytester, cloud: Cloud, proxy: Proxy, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.Pytester]:
    """A project with a stage at an address that is not embedded, and a file of credentials for it."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "TEST_"))]:
        monkeypatch.delenv(name)
    file = pytester.path / "credentials"
    keys = ("aws_access_key_id = 000000000000", "aws_secret_access_key = test", "aws_session_token = first")
    file.write_text("\n".join(["[default]", *keys]))
    place = {"AWS_ENDPOINT_URL": proxy.endpoint, "AWS_REGION": cloud.region, "AWS_SHARED_CREDENTIALS_FILE": str(file)}
    for name, value in place.items():
        monkeypatch.setenv(name, value)
    pytester.makefile(".yaml", template=TEMPLATE)
    pytester.makepyprojecttoml('[tool.harness.systems.rain]\ntemplate = "template.yaml"')
    template = pytester.path / "template.yaml"
    deployed(read(template, name="rain"), cloud=cloud, stack="rain-dev", tell=lambda _line: None)
    yield pytester
    undeploy(cloud=cloud, stack="rain-dev", progress=lambda _line: None)


def test_it_ends_where_they_become_those_of_another_account(signed_in: pytest.Pytester, proxy: Proxy) -> None:
    """With exit code 6; nothing is sent, and what the taps are made of is taken away in the account of the run."""
    signed_in.makepyfile(test_weather=RENEWED)
    proxy.inject("expired", "SendMessageBatch")

    result = signed_in.runpytest_subprocess("--mode=http", "--stage=dev", "-p", "no:cacheprovider")

    assert 6 == result.ret
    result.stdout.fnmatch_lines(["*harness.ForeignPlace: The credentials have expired, and*'210987654321'.*"])
    assert not (signed_in.path / "second").exists()
    assert 1 == proxy.counts.asked["SendMessageBatch"]
    assert [] == [one for book in books(signed_in.path / ".harness") for one in book.left]


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
