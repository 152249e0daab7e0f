"""The stage of a system: its stack, what the tester may, and what has drifted."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli.dotenv import write_dotenv
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.deploying import deploy, undeploy
from harness.doctor import drifting, permissions, roles, stacks
from harness.doctor.checked import Checked
from harness.doctor.examining import examine
from harness.doctor.needs import needs
from harness.system.reader import read
from tests.cloud.drift.silent import silence

from .conftest import Examined, Guest, GuestOf

DEPLOY = "harness deploy small --stage dev"


def lines(check: Checked) -> list[str]:
    return list(check.lines())


def examined_by(guest: Guest, stage: Examined, *, stack: str = "", reads_only: bool = False) -> list[str]:
    found = examine(
        stage.system,
        cloud=guest.cloud,
        stack=stack or stage.stack,
        arn=guest.arn,
        deploy=DEPLOY,
        reads_only=reads_only,
    )
    return [line for check in found for line in check.lines()]


def test_a_stage_that_is_well_has_a_line_for_each_check(examined: Examined) -> None:
    """A tired person reads six lines."""
    root = Guest(arn="arn:aws:iam::000000000000:root", cloud=examined.cloud)

    assert [
        f"ok     stack: {examined.stack} is deployed (CREATE_COMPLETE)",
        "ok     permissions: you are root, so all 20 actions are allowed",
        "ok     roles: all 1 admit you",
        "ok     dotenv files: `harness env` has written none here",
        "ok     overrides: none",
        "ok     git: no dotenv file with secrets is tracked",
        "ok     drift: the stage is as the template says (5 resources)",
    ] == examined_by(root, examined)


def test_in_a_protected_stage_less_is_needed(examined: Examined) -> None:
    """Nothing is created there."""
    root = Guest(arn="arn:aws:iam::000000000000:root", cloud=examined.cloud)

    found = examined_by(root, examined, reads_only=True)

    assert "ok     permissions: you are root, so all 6 actions are allowed" in found


def test_a_stack_that_is_missing_is_told_and_nothing_more(examined: Examined) -> None:
    """Without it there is nothing to look at."""
    root = Guest(arn="arn:aws:iam::000000000000:root", cloud=examined.cloud)

    assert [
        "wrong  stack: There is no stack 'other' in region 'us-east-1'.",
        "         account: 000000000000",
        "         region: us-east-1",
        "         deploy it: harness deploy small --stage dev",
    ] == examined_by(root, examined, stack="other")


@pytest.fixture
def far_away(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The same account at the same endpoint, in another region."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return Cloud(folder=tmp_path, region="eu-west-1", endpoint=cloud.endpoint)


def test_the_regions_that_have_the_stack_are_found(far_away: Cloud, tmp_path: Path) -> None:
    """The one that was asked for is left out."""
    (tmp_path / "template.yaml").write_text("Resources: {Topic: {Type: AWS::SNS::Topic}}")
    here = Cloud(folder=tmp_path, region="eu-north-1", endpoint=far_away.endpoint)
    deploy(read(tmp_path / "template.yaml", name="far"), cloud=here, stack="far", progress=lambda _line: None)

    found = stacks.regions_with("far", cloud=far_away, regions=("eu-west-1", "eu-north-1", "eu-south-1"))
    undeploy(cloud=here, stack="far", progress=lambda _line: None)

    assert ["eu-north-1"] == found


def test_every_region_of_cloudformation_is_looked_into(far_away: Cloud) -> None:
    """A stack that is nowhere is in none of them."""
    assert [] == stacks.regions_with("nowhere", cloud=far_away)


def test_a_region_that_does_not_answer_has_no_stack(tmp_path: Path) -> None:
    """It may not be switched on for the account."""
    nowhere = Cloud(folder=tmp_path, region="us-east-1", endpoint="http://127.0.0.1:9")

    assert [] == stacks.regions_with("small", cloud=nowhere, regions=["eu-west-1"])


def test_a_stack_in_another_region_is_told(far_away: Cloud) -> None:
    """Most likely the region is wrong."""
    check = stacks.check(None, stack="small-dev", deploy=DEPLOY, cloud=far_away, elsewhere=["us-east-1"])

    assert [
        "wrong  stack: There is no stack 'small-dev' in region 'eu-west-1'.",
        "         account: 000000000000",
        "         region: eu-west-1",
        "         it exists in: us-east-1",
        "         name its region: --region=us-east-1",
    ] == lines(check)


def test_a_stack_that_was_rolled_back_is_told(cloud: Cloud) -> None:
    """It may be of an older version."""
    found = {"StackStatus": "UPDATE_ROLLBACK_COMPLETE", "StackStatusReason": "Work failed"}

    assert [
        "wrong  stack: The stack 'small-dev' is not as its last deployment wanted it.",
        "         status: UPDATE_ROLLBACK_COMPLETE",
        "         reason: Work failed",
        "         see why it failed, then: harness deploy small --stage dev",
    ] == lines(stacks.check(found, stack="small-dev", deploy=DEPLOY, cloud=cloud))


def test_a_stack_that_is_at_work_is_told(cloud: Cloud) -> None:
    """Somebody deploys."""
    check = stacks.check({"StackStatus": "UPDATE_IN_PROGRESS"}, stack="small-dev", deploy=DEPLOY, cloud=cloud)

    assert "         wait until it is done" == lines(check)[-1]


def judged(guest: Guest, stage: Examined) -> list[str]:
    wanted = needs(stage.system, names=stage.names, stack=stage.stack_id)
    return lines(permissions.check(wanted, arn=guest.arn, cloud=guest.cloud, names=stage.names))


def test_all_that_is_needed_is_allowed(examined: Examined, guest_of: GuestOf) -> None:
    """IAM says so of each action, and nothing is tried."""
    assert ["ok     permissions: all 20 actions are allowed that the harness needs"] == judged(guest_of("*"), examined)


def test_each_action_that_is_missing_is_told(examined: Examined, guest_of: GuestOf) -> None:
    """On what, and what it is needed for."""
    guest = guest_of("iam:*", "cloudformation:*", "logs:*", "lambda:*", "events:*", "sqs:*", "sns:List*", "sns:Publish")

    assert [
        "wrong  permissions: You are not allowed 'sns:Subscribe'.",
        "         on: Topic",
        "         needed: to notify and to tap",
        "         allow it in a policy of yours",
    ] == judged(guest, examined)


def test_what_may_not_be_simulated_is_tried(examined: Examined, guest_of: GuestOf) -> None:
    """With calls that change nothing."""
    guest = guest_of("events:*", "logs:*")

    assert [
        "wrong  permissions: You are not allowed 'sqs:GetQueueUrl'.",
        "         needed: to tap buses and topics",
        "         allow it in a policy of yours",
    ] == judged(guest, examined)


def test_what_was_tried_and_is_allowed_is_told_as_such(examined: Examined, guest_of: GuestOf) -> None:
    """Nobody knows of the rest; a log group that is not there yet is no matter of permissions."""
    guest = guest_of("events:*", "logs:*", "sqs:*")

    assert [
        (
            "ok     permissions: the 3 that were tried are allowed; "
            "the rest is unknown without iam:SimulatePrincipalPolicy"
        )
    ] == judged(guest, examined)


def test_a_role_is_judged_where_the_tester_has_assumed_one(examined: Examined, guest_of: GuestOf) -> None:
    """STS names the session, IAM wants the role, which here may do nothing."""
    guest = guest_of("iam:*")
    session = f"arn:aws:sts::000000000000:assumed-role/{examined.names.physical['Role']}/ann"

    found = judged(replace(guest, arn=session), examined)

    assert 20 == len([line for line in found if line.startswith("wrong  permissions: You are not allowed ")])


def test_roles_that_do_not_admit_the_tester_are_told(examined: Examined, guest_of: GuestOf) -> None:
    """By the functions that have them."""
    guest = guest_of("iam:*")

    assert [
        "note   roles: The roles of 1 of 1 functions do not admit you.",
        "         functions: Work",
        "         needed: for handler mode to run them under their own permissions; they run under yours instead",
        "         allow yourself sts:AssumeRole, and let the trust policies of the roles name you (not in production)",
    ] == lines(roles.check(cloud=guest.cloud, names=examined.names))


def test_a_stage_whose_names_may_not_be_read_ends_the_examination(examined: Examined, guest_of: GuestOf) -> None:
    """Which call was refused is told."""
    found = examined_by(guest_of("cloudformation:DescribeStacks"), examined)

    assert f"ok     stack: {examined.stack} is deployed (CREATE_COMPLETE)" == found[0]
    assert "wrong  permissions: The credentials do not allow 'ListStackResources'." == found[1]


def test_a_dotenv_file_is_compared_with_the_stage_as_it_is_now(examined: Examined) -> None:
    """What the harness knows since the deployment would say that the file is as deployed."""
    root = Guest(arn="arn:aws:iam::000000000000:root", cloud=examined.cloud)
    client, name = examined.cloud.client("lambda"), examined.names.functions["Work"].name
    paths = write_dotenv(examined.names, folder=examined.folder)
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})

    found = examined_by(root, examined)
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"LEVEL": "INFO"}})
    for path in paths:
        path.unlink()

    stale = f"wrong  dotenv files: The file {str(examined.folder / '.env.Work')!r} is not as the stage is deployed."
    assert [
        stale,
        "         only deployed: NEW",
        "         only in the file: LEVEL",
        "         write it anew: harness env small",
    ] == found[found.index(stale) :][:4]


def test_a_function_that_is_gone_is_told_as_drift(examined_for_itself: Examined) -> None:
    """It ends no examination."""
    examined = examined_for_itself
    root = Guest(arn="arn:aws:iam::000000000000:root", cloud=examined.cloud)
    examined.cloud.client("lambda").delete_function(FunctionName=examined.names.functions["Work"].name)

    found = examined_by(root, examined)

    assert "wrong  drift: The function Work is not as the template says." in found


def test_drift_is_told(examined: Examined) -> None:
    """What, what the template says, and what is deployed instead."""
    client, name = examined.cloud.client("lambda"), examined.names.functions["Work"].name
    client.update_function_configuration(FunctionName=name, Timeout=30)

    found = lines(drifting.check(examined.system, cloud=examined.cloud, names=examined.names))
    client.update_function_configuration(FunctionName=name, Timeout=3)

    assert [
        "wrong  drift: The function Work is not as the template says.",
        "         what: timeout",
        "         the template says: 3 s",
        "         deployed is: 30 s",
        "         start anew: harness down, then harness up",
    ] == found


def test_drift_elsewhere_is_mended_by_hand(examined: Examined, far_away: Cloud) -> None:
    """CloudFormation does not touch what has not changed in the template."""
    client, name = examined.cloud.client("lambda"), examined.names.functions["Work"].name
    same = Cloud(folder=far_away.folder, region="us-east-1", endpoint=far_away.endpoint)
    client.update_function_configuration(FunctionName=name, Timeout=30)

    found = lines(drifting.check(examined.system, cloud=same, names=examined.names))
    client.update_function_configuration(FunctionName=name, Timeout=3)

    assert "         change it back by hand: a deployment leaves it as it is" == found[-1]


def test_drift_that_is_not_answered_is_told(examined: Examined) -> None:
    """No policy helps there."""
    with silence() as endpoint:
        silent = embedded_cloud(endpoint, folder=examined.folder, region="us-east-1")
        found = lines(drifting.check(examined.system, cloud=silent, names=examined.names, within=0.2))

    assert [
        "wrong  drift: Nobody knows whether the resources of events, lambda, sns are as the template says.",
        "         they could not be read: no answer in time",
        "         try again, and see whether the network lets the cloud be reached",
    ] == found


def test_drift_that_nobody_may_see_is_told(examined: Examined, guest_of: GuestOf) -> None:
    """With the action that is needed to see it."""
    guest = guest_of("lambda:*", "sns:*", "sqs:*", "events:Describe*")

    assert [
        "wrong  drift: Nobody knows whether the rules are as the template says.",
        "         they could not be read: it is not allowed",
        "         needed: events:ListRules",
        "         allow it in a policy of yours",
    ] == lines(drifting.check(examined.system, cloud=guest.cloud, names=examined.names))
