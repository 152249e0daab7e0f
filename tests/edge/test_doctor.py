"""`harness doctor`, as a user calls it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness.cloud.account import Cloud


class Shop(Protocol):
    folder: Path
    cloud: Cloud

    def run(self, *arguments: str, given: str = "", code: int = 0, **environment: str) -> tuple[str, str]: ...


def well(shop: Shop) -> list[str]:
    return [
        f"ok     cloud: {shop.cloud.endpoint} answers",
        "ok     identity: you are arn:aws:iam::000000000000:root in account 000000000000, region us-east-1",
        "ok     clock: it agrees with the cloud's",
        "shop, stage embedded (default)",
        "ok     stack: shop-embedded is deployed (CREATE_COMPLETE)",
        "ok     permissions: you are root, so all 28 actions are allowed",
        "ok     dotenv files: `harness env` has written none here",
        "ok     overrides: none",
        "ok     git: no dotenv file with secrets is tracked",
        "ok     drift: the stage is as the template says (7 resources)",
        "0 findings.",
    ]


@pytest.fixture
def without_topic(shop: Shop) -> Iterator[None]:
    """Somebody has deleted the topic by hand; it is there again afterwards."""
    sns = shop.cloud.client("sns")
    [arn] = [one["TopicArn"] for one in sns.list_topics()["Topics"] if ":shop-embedded-Topic" in one["TopicArn"]]
    sns.delete_topic(TopicArn=arn)
    yield
    sns.create_topic(Name=arn.rpartition(":")[2])


def test_a_stage_that_is_well(shop: Shop) -> None:
    """A line for each check, and the code 0."""
    out, error = shop.run("doctor")

    assert (well(shop), "") == (out.splitlines(), error)


def test_what_is_wrong_is_found(shop: Shop, without_topic: None) -> None:
    """What, what was there instead, what to do; and the code 1."""
    out, _ = shop.run("doctor", "shop", code=1)

    assert [
        *well(shop)[:-2],
        "wrong  drift: The resource Topic is not as the template says.",
        "         what: existence",
        "         the template says: AWS::SNS::Topic",
        "         deployed is: nothing",
        "         start anew: harness down, then harness up",
        "1 finding.",
    ] == out.splitlines()


def test_a_system_that_is_not_there(shop: Shop) -> None:
    """As other commands say it, before anything is looked at."""
    out, error = shop.run("doctor", "shp", code=4)

    assert "" == out
    assert error.startswith("harness.UnknownSystem: No system is called 'shp'.\n")


def test_no_cloud_runs(project: Any) -> None:
    """Then there is nothing to look at."""
    outcome = project.run(Path(sys.executable).with_name("harness"), "doctor")

    assert 6 == outcome.ret
    assert [
        "harness.StageError: No embedded cloud runs that could be looked at.",
        "  start it: harness up",
        "  or: --stage=dev",
    ] == outcome.errlines


def test_a_folder_without_a_project(pytester: pytest.Pytester) -> None:
    """No cloud would help there."""
    outcome = pytester.run(Path(sys.executable).with_name("harness"), "doctor")

    assert 4 == outcome.ret
    assert [
        f"harness.NoTemplate: The project at {str(pytester.path)!r} has no system that could be looked at.",
        "  put a template at systems/<name>/template.yaml",
    ] == outcome.errlines


def test_another_stage_at_that_endpoint_is_not_there(shop: Shop) -> None:
    """A stage that is named is looked for in every region."""
    shell = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "test"}

    out, _ = shop.run("doctor", "--stage=dev", code=1, AWS_ENDPOINT_URL=str(shop.cloud.endpoint), **shell)

    assert [
        "shop, stage dev (from --stage)",
        "wrong  stack: There is no stack 'shop-dev' in region 'us-east-1'.",
        "         account: 000000000000",
        "         region: us-east-1",
        "         deploy it: harness deploy shop --stage dev",
        "1 finding.",
    ] == out.splitlines()[3:]


def test_a_cloud_that_does_not_answer(shop: Shop) -> None:
    """No check can get past that; the code is that of a broken environment."""
    _, error = shop.run(
        "doctor",
        "--stage=dev",
        code=6,
        AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_ACCESS_KEY_ID="000000000000",
        AWS_SECRET_ACCESS_KEY="test",
    )

    assert error.startswith("harness.UnreachableEndpoint: Nothing answers at 'http://127.0.0.1:9'.\n")
