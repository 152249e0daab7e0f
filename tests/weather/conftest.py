"""A cloud in bad weather."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud
from tests.weather.proxy import Proxy, weather


@pytest.fixture
def proxy(running: embedded.Running) -> Iterator[Proxy]:
    """A proxy before the embedded cloud, in calm weather at first."""
    with weather(running.endpoint) as found:
        yield found


@pytest.fixture
def rough(proxy: Proxy, running: embedded.Running, tmp_path: Path) -> Cloud:
    """The embedded cloud as it is reached through the proxy."""
    return Cloud(folder=tmp_path, region=running.region, endpoint=proxy.endpoint, embedded=True, stage="embedded")
