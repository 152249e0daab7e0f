"""One stage that several runs share: of `harness up`, and at another endpoint, as one in AWS would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from tests.faults.conftest import bigmouth, copied, warm
from tests.faults.projects import Copy, Run, another_cloud

__all__ = ["bigmouth", "copied", "warm"]


@dataclass(frozen=True, kw_only=True)
class Shared:
    """A copy of bigmouth whose stage is shared by all runs in it.

    Args:
        copy: The copy.
        cloud: Where the stage is.
        options: What each run of its suite is given.
    """

    copy: Copy
    cloud: Cloud
    options: tuple[str, ...] = ()

    def beside_each_other(self, *modes: str) -> list[Run]:
        """Start a run in each of these modes at the same moment, and wait for all of them."""
        copies = [replace(self.copy, called=f"report-{number}") for number, _ in enumerate(modes)]
        started = [copy.start_suite(*self.options, mode=mode) for copy, mode in zip(copies, modes, strict=True)]
        return [copy.finished(process) for copy, process in zip(copies, started, strict=True)]


@pytest.fixture(scope="module")
def at_home(bigmouth: Callable[[], Copy]) -> Iterator[Shared]:
    """The stage of a cloud that `harness up` has left running; each run leases a muted stage of its own."""
    copy = bigmouth()
    copy.harness("up")
    folder = copy.folder / ".harness"
    running = embedded.find(folder)
    assert running is not None
    yield Shared(copy=copy, cloud=embedded_cloud(running.endpoint, folder=folder, region="us-east-1"))
    copy.harness("down")


@pytest.fixture(scope="module")
def elsewhere(running: embedded.Running) -> Mapping[str, str]:
    """The settings with which a cloud that the harness did not start is tested, as one tests in AWS."""
    return another_cloud(running.endpoint)


@pytest.fixture(scope="module")
def far_away(bigmouth: Callable[[], Copy], elsewhere: Mapping[str, str], cloud: Cloud) -> Shared:
    """A stage `dev` in a cloud that the harness did not start; nothing in it is muted."""
    copy = replace(bigmouth(), environment=elsewhere)
    copy.harness("deploy", "bigmouth", "--stage", "dev")
    # AWS grants no token for less than five minutes, so a first run has none that has expired. And what stands for AWS
    # here is not completed: it has no validators, and addresses of AWS lead into AWS.
    return Shared(
        copy=copy, cloud=cloud, options=("--stage=dev", "-k", "not (expired or without_a_theme or landing_page)")
    )
