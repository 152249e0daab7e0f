"""The systems of this repository have no drift when nobody has touched their stages."""

from __future__ import annotations

import time
import tomllib
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.drift import differences
from harness.cloud.opening import deployed
from harness.settings import read_settings
from harness.system.reader import read

ROOT = Path(__file__).parents[3]
SYSTEMS = sorted(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["harness"]["systems"])


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_system_that_nobody_has_touched_has_no_drift(name: str, cloud: Cloud) -> None:
    """And that is found in a moment; the second look does not count what clients cost."""
    settings = read_settings(ROOT, environment={})
    found = settings.system(name)
    parameters = {key: value.replace("{stage}", "embedded") for key, value in found.parameters.items()}
    system = read(found.template, name=name, parameters=parameters, cache=cloud.folder / "templates")
    names = deployed(system, cloud=cloud, stack=settings.stack(name), tell=lambda _line: None)

    first = differences(system, cloud=cloud, names=names)
    began = time.monotonic()
    second = differences(system, cloud=cloud, names=names)

    assert [] == first == second
    assert time.monotonic() - began < 2.0
