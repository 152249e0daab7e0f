"""The first clients of a process."""

import gc
from pathlib import Path

import pytest
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader

from harness._garbage import uncollected
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.loading import QuickLoader


@pytest.fixture
def cloud(tmp_path: Path) -> Cloud:
    return embedded_cloud("http://127.0.0.1:9", folder=tmp_path, region="us-east-1")


@pytest.mark.parametrize("kind", ["service-2", "endpoint-rule-set-1", "paginators-1"])
def test_every_service_of_botocore_is_known(kind: str) -> None:
    """None is missing because its folder was not looked into."""
    known = QuickLoader().list_available_services(kind)

    assert set(Loader().list_available_services(kind)) <= set(known)


def test_a_client_has_the_latest_version_of_its_service(cloud: Cloud) -> None:
    """EventBridge has two in botocore; the first knows no buses."""
    client = cloud.client("events")

    assert "2015-10-07" == client.meta.service_model.api_version


def test_a_service_that_there_is_not_is_refused(cloud: Cloud) -> None:
    """A typing error does not go unnoticed."""
    with pytest.raises(BotoCoreError):
        cloud.client("sqss")


@pytest.mark.parametrize("collects", [True, False])
def test_garbage_is_collected_as_before(*, collects: bool) -> None:
    """Also where a program has switched it off by itself."""
    gc.enable() if collects else gc.disable()
    try:
        with uncollected():
            during = gc.isenabled()
        after = gc.isenabled()
    finally:
        gc.enable()

    assert (False, collects) == (during, after)
