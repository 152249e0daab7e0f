"""A stack is in the ledger from before its creation until it stands; what has come to no good end is taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud import stacks
from harness.cloud.account import Cloud
from harness.cloud.deploying import deploy
from harness.cloud.remains import take_away_the_rest
from harness.cloud.taking import command, remove, take_away
from harness.errors import DeploymentFailed, LedgerNotWritten, NotRemoved
from harness.ledger import Thing, read
from harness.system.model import System

from .support import HASTY, TOPIC, Said, Stuck

SystemOf = Callable[..., System]

# The name of a FIFO queue must end in ".fifo".
BROKEN = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: queue.fifo}}}"
REFUSED = "Resources: {Odd: {Type: AWS::Odd::Thing}}"


@pytest.fixture(autouse=True)
def _closed(cloud: Cloud) -> Iterator[None]:
    yield
    cloud.ledger.close()


def noted(cloud: Cloud) -> list[tuple[str, str]]:
    """Give what the ledger says is there, and why."""
    return [(f"{one.thing.kind} {one.thing.name}", one.why) for one in read(cloud.ledger.path).left]


def test_it_is_there_before_the_stack_is_and_gone_when_it_stands(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """From then on it is a stage, which `harness down` takes away."""
    seen: dict[str, list[tuple[str, str]]] = {}
    there: dict[str, Any] = {}

    def look(line: str) -> None:
        seen[line] = noted(cloud)
        there[line] = stacks.describe(cloud, stack)

    deploy(system_of(TOPIC), cloud=cloud, stack=stack, progress=look)

    assert [(f"stack {stack}", "")] == seen[f"creating {stack}"]
    assert there[f"creating {stack}"] is None
    assert [] == noted(cloud)
    assert stacks.describe(cloud, stack) is not None


def test_an_update_creates_none(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The stage was there before."""
    deploy(system_of(TOPIC), cloud=cloud, stack=stack, progress=Said())
    seen: dict[str, list[tuple[str, str]]] = {}

    deploy(
        system_of(TOPIC.replace("Topic:", "News:")),
        cloud=cloud,
        stack=stack,
        progress=lambda line: seen.update({line: noted(cloud)}),
    )

    assert [] == seen[f"updating {stack}"]


@pytest.mark.parametrize("template", [BROKEN, REFUSED])
def test_what_fails_in_the_embedded_cloud_leaves_nothing(
    cloud: Cloud, stack: str, system_of: SystemOf, template: str
) -> None:
    """Neither a stack nor a line about it."""
    with pytest.raises(DeploymentFailed):
        deploy(system_of(template), cloud=cloud, stack=stack, progress=Said())

    assert ([], None) == (noted(cloud), stacks.describe(cloud, stack))


def test_what_fails_in_aws_is_kept_by_the_run_and_goes_with_a_sweep(
    aws: Cloud, stack: str, system_of: SystemOf
) -> None:
    """Somebody may want to look at it first."""
    with pytest.raises(DeploymentFailed):
        deploy(system_of(BROKEN), cloud=aws, stack=stack, progress=Said(), clock=HASTY)
    why = "it was not deployed (ROLLBACK_COMPLETE), and is kept for whoever looks why"

    take_away_the_rest(aws.ledger, folder=aws.folder, forget=lambda _thing: None)

    assert [(f"stack {stack}", why)] == noted(aws)
    assert stacks.describe(aws, stack) is not None
    assert take_away(aws.ledger.left[0].thing, cloud=aws)
    assert ([], None) == (noted(aws), stacks.describe(aws, stack))


def test_without_a_ledger_nothing_is_created(cloud: Cloud, stack: str, system_of: SystemOf, tmp_path: Path) -> None:
    """The whole message."""
    place = Cloud(folder=tmp_path / "full", region=cloud.region, endpoint=cloud.endpoint, embedded=True)
    (tmp_path / "full/ledger").mkdir(parents=True)
    place.ledger.path.symlink_to("/dev/full")

    with pytest.raises(LedgerNotWritten) as caught:
        deploy(system_of(TOPIC), cloud=place, stack=stack, progress=Said())

    assert str(caught.value) == (
        f"The ledger {str(place.ledger.path)!r} cannot be written: No space left on device.\n"
        f"  so this is not created: stack {stack!r}\n"
        "  what is not in the ledger is found by nobody after a crash: make room, or let the project's folder be "
        "written to"
    )
    assert stacks.describe(cloud, stack) is None


def thing(cloud: Cloud, stack: str) -> Thing:
    return cloud.creating("stack", stack)


def test_what_stands_is_not_taken_away(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """A run was killed while it waited, and CloudFormation went on: tests may have begun to use the stage."""
    deploy(system_of(TOPIC), cloud=cloud, stack=stack, progress=Said())

    remove(thing(cloud, stack), cloud=cloud)

    assert "CREATE_COMPLETE" == (stacks.describe(cloud, stack) or {})["StackStatus"]


def test_a_wreck_of_somebody_else_is_not_taken_away(aws: Cloud, stack: str) -> None:
    """It does not carry the tag that the harness gives to each of its stacks."""
    cloudformation = aws.client("cloudformation")
    cloudformation.create_stack(StackName=stack, TemplateBody=BROKEN)
    stacks.settled(aws, stack, timeout=20, clock=HASTY)

    remove(thing(aws, stack), cloud=aws)

    assert "ROLLBACK_COMPLETE" == (stacks.describe(aws, stack) or {})["StackStatus"]


def test_what_is_being_created_is_left_alone(tmp_path: Path) -> None:
    """The whole message; the ledger keeps it for the next sweep."""
    busy = Stuck(status="CREATE_IN_PROGRESS", folder=tmp_path, region="eu-west-1", profile="team", stage="dev")

    with pytest.raises(NotRemoved) as caught:
        remove(thing(busy, "slow"), cloud=busy)

    assert str(caught.value) == (
        "CloudFormation is still at work on the stack 'slow' (CREATE_IN_PROGRESS).\n"
        "  once it is done, take away what is left of it, if anything is: "
        "harness sweep --stage dev --profile team --region eu-west-1"
    )
    assert not take_away(busy.ledger.left[0].thing, cloud=busy)
    assert [("stack slow", "CloudFormation is still at work on the stack 'slow' (CREATE_IN_PROGRESS).")] == noted(busy)
    busy.ledger.close()


def test_a_thing_that_is_only_named_is_in_no_ledger(cloud: Cloud, tmp_path: Path) -> None:
    """It says where it is all the same."""
    place = Cloud(folder=tmp_path / "named", region=cloud.region, endpoint=cloud.endpoint, embedded=True)

    named = place.thing("stack", "water")

    assert (False, (cloud.account, cloud.region, cloud.endpoint)) == (place.ledger.path.exists(), named.place)


def test_the_command_that_takes_one_away(tmp_path: Path) -> None:
    """As a shell takes it."""
    busy = Stuck(status="CREATE_IN_PROGRESS", folder=tmp_path, region="eu-west-1", profile="dev")

    assert "aws --profile dev --region eu-west-1 cloudformation delete-stack --stack-name slow" == command(
        thing(busy, "slow")
    )
    busy.ledger.close()
