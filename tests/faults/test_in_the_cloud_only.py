"""A cloud that goes on between two runs, and a fault that somebody makes in it by hand."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from harness.cloud import embedded
from harness.cloud.account import embedded_cloud

from .projects import LINUX, Copy, Run

TELLS_OF_A_DEPLOYMENT = ("uploading", "creating", "updating", "bigmouth-embedded", "Api:", "GetIndex:")


@dataclass(frozen=True, kw_only=True)
class Story:
    """What was seen of a cloud from `harness up` to `harness down`."""

    up: str
    run: Run
    clouds: int
    goes_on: bool
    down: str
    left: list[str]


@pytest.fixture(scope="module")
def story(bigmouth: Callable[[], Copy]) -> Story:
    """`harness up`; somebody opens POST /orders to all; a run in all modes; `harness down`."""
    copy = bigmouth()
    with cloud_of(copy) as up:
        open_orders_to_all(copy)
        run = copy.run_suite()
        clouds = len(list((copy.folder / ".harness/clouds").iterdir()))
        goes_on = embedded.find(copy.folder / ".harness") is not None
        down = copy.harness("down")
        left = copy.processes_after(5.0)
    return Story(up=up, run=run, clouds=clouds, goes_on=goes_on, down=down, left=left)


@contextmanager
def cloud_of(copy: Copy) -> Iterator[str]:
    try:
        yield copy.harness("up")
    finally:
        copy.harness("down")


def open_orders_to_all(copy: Copy) -> None:
    """Take the authorizer from the deployed POST /orders, and deploy the API again."""
    folder = copy.folder / ".harness"
    running = embedded.find(folder)
    assert running is not None
    gateway = embedded_cloud(running.endpoint, folder=folder, region="us-east-1").client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    resources = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api["id"])["items"]}
    gateway.update_method(
        restApiId=api["id"],
        resourceId=resources["/orders"],
        httpMethod="POST",
        patchOperations=[{"op": "replace", "path": "/authorizationType", "value": "NONE"}],
    )
    gateway.create_deployment(restApiId=api["id"], stageName="embedded")


def test_an_authorizer_that_is_missing_in_the_cloud_only_fails_in_http_mode(story: Story) -> None:
    """The template is right, so the API Gateway that is played from it refuses; the deployed one does not."""
    assert story.run.broken == {"order.refuses_nobody": {"http"}}


def test_the_report_of_http_shows_what_was_let_through(story: Story) -> None:
    """The request that should have been refused is there with its answer."""
    shown = story.run.under("order.refuses_nobody", "http")

    assert "http: requests to bigmouth" in shown
    assert re.search(r'POST /orders {"restaurantName": "Nowhere [-0-9a-f]+"} -> 200 {"orderId": ', shown)


def test_harness_up_says_where_the_cloud_and_the_api_are(story: Story) -> None:
    """The address of the cloud, the stack with its size, and the address of the API."""
    assert "The embedded cloud runs at http://127.0.0.1:" in story.up
    assert "bigmouth-embedded: deployed, " in story.up
    assert "  Api: http://127.0.0.1:" in story.up


def test_what_is_unchanged_is_not_deployed_again(story: Story) -> None:
    """Code and template are as `harness up` found them, so the run uploads, deploys and completes nothing."""
    assert [line for line in story.up.splitlines() if line.startswith(TELLS_OF_A_DEPLOYMENT)]
    assert not [line for line in story.run.output.splitlines() if line.startswith(TELLS_OF_A_DEPLOYMENT)]


def test_the_cloud_of_harness_up_outlives_the_run(story: Story) -> None:
    """The run starts no second cloud and does not stop the one that it found."""
    assert story.clouds == 1
    assert story.goes_on


@LINUX
def test_harness_down_leaves_nothing(story: Story) -> None:
    """The cloud and the functions that it ran are gone."""
    assert story.down.endswith("is stopped.\n")
    assert story.left == []
