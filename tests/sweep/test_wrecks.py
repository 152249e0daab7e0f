"""Stacks whose creation has failed, of which no ledger tells: found by their tag, or by the name too."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from harness.ledger import Ledger, Thing
from harness.settings import read_settings
from harness.sweep import Asked, Found, Outcome, Plan, Sweep
from harness.sweep.here import Here
from harness.sweep.of_stacks import OfStacks
from harness.sweep.scope import Scope
from tests.sweep.conftest import REGION, Home

# The name of a FIFO queue must end in ".fifo".
BROKEN = "Resources: {Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: queue.fifo}}}"
SOUND = "Resources: {Queue: {Type: AWS::SQS::Queue}}"
DAY = 24 * 3600
OURS = [{"Key": "harness:fingerprint", "Value": "0f3a9c21"}]
KEYS = {"AWS_ACCESS_KEY_ID": "000000000000", "AWS_SECRET_ACCESS_KEY": "test", "AWS_EC2_METADATA_DISABLED": "true"}


@pytest.fixture
def far(home: Home, monkeypatch: pytest.MonkeyPatch) -> Home:
    """The system `orders`, and its cloud taken as another endpoint, as AWS is."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    (home.root / "systems/orders").mkdir(parents=True)
    (home.root / "systems/orders/template.yaml").write_text(SOUND)
    return home


def stack(home: Home, *names: str, template: str = BROKEN, tags: list[dict[str, str]] = OURS) -> None:
    """Create stacks, and wait until CloudFormation has done with them."""
    for name in names:
        home.client("cloudformation").create_stack(StackName=name, TemplateBody=template, Tags=tags)
    deadline = time.monotonic() + 60
    while any(status.endswith("_IN_PROGRESS") for status in stacks(home).values()):
        assert time.monotonic() < deadline, stacks(home)
        time.sleep(0.02)


def stacks(home: Home) -> dict[str, str]:
    """Give the status of each stack that is there, by name."""
    pages = home.client("cloudformation").get_paginator("describe_stacks").paginate()
    return {one["StackName"]: one["StackStatus"] for page in pages for one in page["Stacks"]}


def swept(home: Home, *, later: float = DAY + 60, **asked: Any) -> tuple[Plan, Outcome]:
    """Sweep the stage `dev` so many seconds later."""
    given = {"stage": "dev", "endpoint": home.running.endpoint, "region": REGION}
    settings = read_settings(home.root, given=given, environment={})
    wanted = Asked(**({"stage": "dev"} | asked))
    sweep = Sweep(settings, asked=wanted, tell=home.told.append, clock=lambda: time.time() + later)
    plan = sweep.plan()
    outcome = sweep.carry_out(plan)
    assert (outcome.failed, plan.unseen) == ([], [])
    return plan, outcome


def left_alone(plan: Plan) -> dict[str, str]:
    return {one.thing.name: why for one, why in plan.stays}


def test_a_failed_stack_of_the_stage_is_swept_without_a_ledger(far: Home) -> None:
    """By its name and its tag; that of another stage is not looked at."""
    stack(far, "orders-dev", "orders-test")

    plan, outcome = swept(far)

    assert [(one.thing.name, one.thing.stage, one.run, one.by) for one in outcome.removed] == [
        ("orders-dev", "dev", "", ("tag", "name"))
    ]
    assert left_alone(plan) == {}
    assert stacks(far) == {"orders-test": "ROLLBACK_COMPLETE"}


def test_all_failed_stacks_of_the_account_are_swept_when_that_is_asked_for(far: Home) -> None:
    """By their tag, whatever they are called; those that others have begun stay, and those that stand."""
    stack(far, "orders-dev", "water-test")
    stack(far, "foreign-dev", tags=[])
    stack(far, "fine-dev", template=SOUND)

    _, outcome = swept(far, everywhere=True)

    by = {one.thing.name: one.by for one in outcome.removed}
    assert by == {"orders-dev": ("tag", "name"), "water-test": ("tag",)}
    assert stacks(far) == {"foreign-dev": "ROLLBACK_COMPLETE", "fine-dev": "CREATE_COMPLETE"}


def test_more_than_a_page_of_stacks_is_swept(far: Home) -> None:
    """CloudFormation describes a hundred at a time."""
    stack(far, *(f"water-{number}" for number in range(105)))

    _, outcome = swept(far, everywhere=True)

    assert (len(outcome.removed), stacks(far)) == (105, {})


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"later": 0.0}, "younger than 24 h"),
        ({"later": 7000.0, "older_than": 7200.0}, "younger than 2 h"),
        ({"run": "0f3a9c21"}, "of another run than the one asked for"),
    ],
)
def test_a_failed_stack_stays_until_it_is_old(far: Home, asked: dict[str, Any], why: str) -> None:
    """Whoever has started it elsewhere may look at it; and nothing tells whose run it was."""
    stack(far, "orders-dev")

    plan, _ = swept(far, **asked)

    assert left_alone(plan) == {"orders-dev": why}
    assert stacks(far) == {"orders-dev": "ROLLBACK_COMPLETE"}


def test_a_failed_stack_goes_when_it_is_as_old_as_is_asked_for(far: Home) -> None:
    """Two hours, as the age of everything else."""
    stack(far, "orders-dev")

    swept(far, later=7300.0, older_than=7200.0)

    assert stacks(far) == {}


@pytest.mark.parametrize("name", ["water-prod", "big-mouth-prod"])
def test_a_failed_stack_that_may_be_of_a_protected_stage_stays(far: Home, name: str) -> None:
    """What it is called as says so: system and stage, and both may have hyphens."""
    stack(far, name)

    plan, _ = swept(far, everywhere=True)

    assert left_alone(plan) == {name: "its stage 'prod' is protected: prod (default)"}
    assert stacks(far) == {name: "ROLLBACK_COMPLETE"}


def test_a_failed_stack_of_a_run_that_is_alive_is_left_to_it(far: Home) -> None:
    """Its ledger tells of it, so it is one thing and not two."""
    stack(far, "orders-dev")
    place = {"account": "000000000000", "region": REGION, "endpoint": far.running.endpoint, "stage": "dev"}
    ledger = Ledger(far.folder, run="0f3a9c21")
    ledger.creating(Thing(kind="stack", name="orders-dev", **place))

    plan, _ = swept(far)
    ledger.close()

    assert [(one.run, one.by, why) for one, why in plan.stays] == [("0f3a9c21", ("ledger",), "the run is alive")]
    assert stacks(far) == {"orders-dev": "ROLLBACK_COMPLETE"}


class Told:
    """An account in which CloudFormation tells of stacks, with what ministack leaves out of it."""

    account, partition, region, endpoint, embedded, profile = "000000000000", "aws", REGION, None, False, None

    def __init__(self, *told: dict[str, Any]) -> None:
        self.told = told

    def client(self, _service: str) -> Told:
        return self

    def get_paginator(self, _call: str) -> Told:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Stacks": [{"StackStatus": "ROLLBACK_COMPLETE", "Tags": OURS} | one]} for one in self.told]


def wrecks(*told: dict[str, Any]) -> list[Found]:
    cloud: Any = Told(*told)
    return list(OfStacks(Here(cloud, scope=Scope())).wrecks())


def test_a_nested_stack_goes_with_the_one_that_it_is_in() -> None:
    """CloudFormation gives it the tags of that one, and says in which it is."""
    found = wrecks({"StackName": "orders-dev"}, {"StackName": "orders-dev-Inner-8BD", "ParentId": "arn:orders-dev"})

    assert [one.thing.name for one in found] == ["orders-dev"]


def test_a_failed_stack_is_as_old_as_its_last_failure() -> None:
    """A deletion may have failed long after it was created."""
    first, last = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 3, tzinfo=UTC)

    found = wrecks({"StackName": "a", "CreationTime": first, "DeletionTime": last}, {"StackName": "b"})

    assert [one.since for one in found] == [last.timestamp(), None]
