"""Systems to deploy, and ways to deploy them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud import completing
from harness.cloud.account import Cloud
from harness.cloud.deploying import deploy, undeploy
from harness.cloud.resolving import resolve_names
from harness.system.model import System
from harness.system.reader import read

from .support import DEMO, Calls, Deployed, Said


@pytest.fixture
def aws(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The same cloud taken for AWS: nothing is completed, nothing is kept, nothing that failed is removed."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return Cloud(folder=tmp_path / "aws", region=cloud.region, endpoint=cloud.endpoint)


@pytest.fixture
def stack(cloud: Cloud) -> Iterator[str]:
    """The name of a stack that is taken away in the end."""
    name = f"test-{uuid.uuid4().hex[:12]}"
    yield name
    undeploy(cloud=cloud, stack=name, progress=Said())


@pytest.fixture
def system_of(tmp_path: Path) -> Callable[..., System]:
    """Reads a system from the text of a template."""

    def read_text(text: str, **parameters: str) -> System:
        template = tmp_path / "template.yaml"
        template.write_text(text)
        return read(template, name="small", parameters=parameters)

    return read_text


@pytest.fixture(scope="module")
def demo(cloud: Cloud) -> Iterator[Deployed]:
    """The demo system, deployed and completed."""
    system, name = read(DEMO, name="demo"), f"demo-{uuid.uuid4().hex[:12]}"
    deployment = deploy(system, cloud=cloud, stack=name, progress=Said())
    names = resolve_names(system, cloud=cloud, stack=name, deployment=deployment)
    completed = completing.complete(system, cloud=cloud, names=names)
    yield Deployed(system=system, cloud=cloud, deployment=deployment, names=names, completed=completed)
    undeploy(cloud=cloud, stack=name, progress=Said())


@pytest.fixture
def calls_of() -> Iterator[Callable[[Any], Calls]]:
    """Listens to clients."""
    listened: list[tuple[Any, Calls]] = []

    def listen(client: Any) -> Calls:
        calls = Calls()
        client.meta.events.register("before-call", calls)
        listened.append((client, calls))
        return calls

    yield listen
    for client, calls in listened:
        client.meta.events.unregister("before-call", calls)
