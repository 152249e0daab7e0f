"""Mode handler on a stage that is not embedded: it cannot be muted, so deployed functions take part."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.errors import EndlessChain
from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage

from .conftest import SHOP, Opened
from .seeing import ran, said


@pytest.fixture(scope="module")
def elsewhere(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """The system at another endpoint, which the harness has not started for it."""
    root = tmp_path_factory.mktemp("elsewhere")
    shutil.copytree(SHOP, root / "systems" / "shop")
    shutil.copytree(state / "runtime", root / "other" / "runtime", symlinks=True)
    there = embedded.start(root / "other", region="us-east-1")
    keys = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "test"}
    environment = {**keys, "AWS_ENDPOINT_URL": there.endpoint, "AWS_REGION": "us-east-1", "TEST_STAGE": "dev"}
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        project = Project(read_settings(root, environment=environment), tell=told.append)
        project.deploy("shop")
        stage = project.stage("shop", mode="handler")
        yield Opened(project=project, stages={"handler": stage}, told=told)
        stage.close()
        project.close()
    embedded.stop(there)


@pytest.fixture
def there(elsewhere: Opened) -> Stage:
    """Its stage."""
    elsewhere.project.began = time.time()
    return elsewhere.stages["handler"]


def test_the_header_says_so(elsewhere: Opened) -> None:
    """Before the first test runs."""
    assert (
        "harness: what handlers publish starts the deployed functions: a stage in AWS cannot be muted"
        in elsewhere.project.described().splitlines()
    )


def test_what_a_test_publishes_starts_the_local_function(there: Stage) -> None:
    """The bus is played, so that the deployed one does not run as well."""
    there.publish("Bus", source="fixed", detail_type="told", detail={})

    assert ["Fixed"] == ran(there, "Fixed")
    assert os.getpid() == said(there, "Fixed")["process"]


def test_what_a_topic_starts_is_local_too(there: Stage) -> None:
    """The topic is played."""
    there.notify("Inline", "hello")

    assert os.getpid() == said(there, "Inlined")["process"]


def test_what_the_local_function_publishes_starts_deployed_ones(there: Stage) -> None:
    """The journal sees it, and each entry says who takes part."""
    event = {"id": "o-1", "kind": "book", "total": 5}
    there.publish("Bus", source="shop", detail_type="order_placed", detail=event)

    entry = there.journal.expect("Topic", body={"id": "o-1"})
    assert os.getpid() == said(there, "Bill")["process"]
    assert os.getpid() != said(there, "Ship")["process"]
    assert "(the stage is not muted: what local handlers publish starts the deployed functions)" in str(entry)


def test_rules_that_lead_in_a_circle_have_an_end(there: Stage) -> None:
    """No function is in it, so each step is played."""
    with pytest.raises(EndlessChain) as caught:
        there.publish("Round", source="round", detail_type="told", detail={})

    assert str(caught.value).startswith("Functions go on starting each other: 16 one after the other.\n  chain: Round")
