"""Stacks come, change, fail and go."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud import stacks
from harness.cloud.account import Cloud
from harness.cloud.artifacts import upload
from harness.cloud.deploying import deploy, undeploy
from harness.cloud.packaging import Package
from harness.cloud.stacks import FINGERPRINT
from harness.errors import DeploymentFailed, NotAllowed
from harness.system.model import System

from .support import HASTY, TOPIC, Calls, Deployed, Said, Stuck

SystemOf = Callable[..., System]

TWO = """
Parameters: {Label: {Type: String, Default: one}}
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue, Properties: {Tags: [{Key: label, Value: !Ref Label}]}}
"""

# The name of a FIFO queue must end in ".fifo".
BROKEN = """
Resources:
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: queue.fifo}}
"""

FUNCTION = """
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Code: code
      Handler: code.handler
      Runtime: python3.12
      Role: arn:aws:iam::000000000000:role/none
"""


def test_a_new_stack_is_created(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """A system that is not there yet is deployed, and says so."""
    deployment = deploy(system_of(TWO), cloud=cloud, stack=stack, progress=Said())

    assert deployment.changed
    assert stack == deployment.stack
    assert f":stack/{stack}/" in deployment.stack_id


def test_progress_is_told_by_resource(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Each resource that is ready is counted."""
    said = Said()

    deploy(system_of(TWO), cloud=cloud, stack=stack, progress=said)

    assert [
        f"creating {stack}",
        "1 of 2 CREATE_COMPLETE Queue",
        "2 of 2 CREATE_COMPLETE Topic",
        f"{stack} CREATE_COMPLETE",
    ] == [said.lines[0], *sorted(said.lines[1:3], key=lambda line: line.rsplit()[-1]), said.lines[3]]


def test_an_unchanged_system_costs_a_glance(
    cloud: Cloud, stack: str, system_of: SystemOf, calls_of: Callable[[Any], Calls]
) -> None:
    """The fingerprint in the stack's tags tells that there is nothing to do; boto3 is not asked at all."""
    first = deploy(system_of(TWO), cloud=cloud, stack=stack, progress=Said())
    calls, uploads = calls_of(cloud.client("cloudformation")), calls_of(cloud.client("s3"))

    second = deploy(system_of(TWO), cloud=cloud, stack=stack, progress=Said())

    assert not second.changed
    assert (first.stack_id, first.fingerprint) == (second.stack_id, second.fingerprint)
    assert ([], []) == (calls.operations, uploads.operations)


def test_a_changed_parameter_updates_the_stack(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The same stack goes on; how many resources will change nobody knows beforehand."""
    first, said = deploy(system_of(TWO), cloud=cloud, stack=stack, progress=Said()), Said()

    second = deploy(system_of(TWO, Label="two"), cloud=cloud, stack=stack, progress=said)

    assert second.changed
    assert first.stack_id == second.stack_id
    assert f"updating {stack}" == said.lines[0]
    assert "UPDATE_COMPLETE Queue" in said.lines


def test_parameters_that_the_template_does_not_declare_stay_here(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """CloudFormation would refuse them."""
    small = system_of(TOPIC)
    system = System(
        name="small", template=small.template, cloudformation=small.cloudformation, parameters={"Other": "x"}
    )

    assert deploy(system, cloud=cloud, stack=stack, progress=Said()).changed


def test_tags_go_to_the_stack_beside_the_fingerprint(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """They tell who owns the stage."""
    deployment = deploy(system_of(TOPIC), cloud=cloud, stack=stack, progress=Said(), tags={"run": "7"})

    found = stacks.describe(cloud, stack) or {}
    assert {"run": "7", FINGERPRINT: deployment.fingerprint} == {tag["Key"]: tag["Value"] for tag in found["Tags"]}


def test_changed_code_is_uploaded_and_deployed(cloud: Cloud, stack: str, system_of: SystemOf, tmp_path: Path) -> None:
    """The digest of the code is part of the template that is deployed."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "code.py").write_text("def handler(event, context):\n    return 'before'\n")
    deploy(system_of(FUNCTION), cloud=cloud, stack=stack, progress=Said())
    (tmp_path / "code" / "code.py").write_text("def handler(event, context):\n    return 'after it'\n")

    said = Said()
    deploy(system_of(FUNCTION), cloud=cloud, stack=stack, progress=said)

    assert "uploading 0.0 MB" in said.lines
    assert '"after it"' == answer_of(cloud, stack)


def answer_of(cloud: Cloud, stack: str) -> str:
    resource = cloud.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Function")
    name = resource["StackResourceDetail"]["PhysicalResourceId"]
    return str(cloud.client("lambda").invoke(FunctionName=name)["Payload"].read().decode())


def test_a_function_whose_condition_is_false_gets_code_of_the_right_form(demo: Deployed) -> None:
    """CloudFormation checks it although it creates nothing."""
    assert "Loud" not in demo.deployment.packages
    assert "Loud" not in demo.names.physical


def test_a_template_that_is_too_long_for_a_call_goes_through_the_bucket(
    cloud: Cloud, stack: str, system_of: SystemOf
) -> None:
    """CloudFormation takes at most 51,200 bytes in a call."""
    system = system_of(TOPIC + "\nMetadata: {Long: '" + "x" * 52_000 + "'}")

    assert deploy(system, cloud=cloud, stack=stack, progress=Said()).changed


def test_the_bucket_is_closed_to_the_public(demo: Deployed) -> None:
    """Code is nobody's business."""
    bucket = f"harness-artifacts-{demo.cloud.account}-{demo.cloud.region}"

    found = demo.cloud.client("s3").get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]

    assert {True} == set(found.values())


def test_a_failed_creation_tells_the_first_failure(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Which resource, why, and what became of the stack."""
    with pytest.raises(DeploymentFailed) as failed:
        deploy(system_of(BROKEN), cloud=cloud, stack=stack, progress=Said())

    lines = str(failed.value).splitlines()
    assert [f"The deployment of {stack!r} failed.", "  first failure: Queue (AWS::SQS::Queue)"] == lines[:2]
    assert lines[2].startswith("  reason: ")
    assert "Can only include alphanumeric characters" in lines[2]
    assert [
        "  status: ROLLBACK_COMPLETE",
        f"  account: {cloud.account}",
        f"  region: {cloud.region}",
    ] == lines[3:]


def test_what_a_failed_creation_left_is_deleted_in_the_embedded_cloud(
    cloud: Cloud, stack: str, system_of: SystemOf
) -> None:
    """Nobody will look into it there."""
    with pytest.raises(DeploymentFailed):
        deploy(system_of(BROKEN), cloud=cloud, stack=stack, progress=Said())

    assert stacks.describe(cloud, stack) is None


def test_what_a_failed_creation_left_stays_in_aws(aws: Cloud, stack: str, system_of: SystemOf) -> None:
    """Somebody may want to look at it; the error says how to take it away."""
    with pytest.raises(DeploymentFailed) as failed:
        deploy(system_of(BROKEN), cloud=aws, stack=stack, progress=Said(), clock=HASTY)

    left = stacks.describe(aws, stack) or {}
    assert "ROLLBACK_COMPLETE" == left["StackStatus"]
    assert f"Look at what is left of it, then take it away: {deletion(aws, stack)}" == failed.value.remedy


def deletion(cloud: Cloud, stack: str) -> str:
    """Give the command that deletes a stack where it is, whatever the shell has for a default."""
    place = f"--region {cloud.region} --endpoint-url {cloud.endpoint}"
    return f"aws {place} cloudformation delete-stack --stack-name {stack}"


def test_a_stack_that_cannot_be_updated_is_deleted_and_created_anew(
    aws: Cloud, stack: str, system_of: SystemOf
) -> None:
    """CloudFormation updates nothing that was rolled back at its creation."""
    with pytest.raises(DeploymentFailed):
        deploy(system_of(BROKEN), cloud=aws, stack=stack, progress=Said(), clock=HASTY)

    said = Said()
    deployment = deploy(system_of(TWO), cloud=aws, stack=stack, progress=said, clock=HASTY)

    assert deployment.changed
    assert f"deleting {stack}, which cannot be updated (ROLLBACK_COMPLETE)" == said.lines[0]


def test_a_stack_in_review_is_deleted_and_created_anew(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """A change set that nobody carried out leaves such a stack."""
    cloud.client("cloudformation").create_change_set(
        StackName=stack,
        ChangeSetName="draft",
        ChangeSetType="CREATE",
        TemplateBody=json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}),
    )
    said = Said()

    assert deploy(system_of(TWO), cloud=cloud, stack=stack, progress=said).changed
    assert f"deleting {stack}, which cannot be updated (REVIEW_IN_PROGRESS)" == said.lines[0]


def test_a_failed_update_is_rolled_back_and_can_be_put_right(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """The stage stays as it was, and the next deployment does not take it for the failed one."""
    deploy(system_of(TWO), cloud=cloud, stack=stack, progress=Said())
    with pytest.raises(DeploymentFailed, match="failed") as failed:
        deploy(system_of(BROKEN), cloud=cloud, stack=stack, progress=Said())

    assert ("status", "UPDATE_ROLLBACK_COMPLETE") in failed.value.facts
    with pytest.raises(DeploymentFailed):
        deploy(system_of(BROKEN), cloud=cloud, stack=stack, progress=Said())
    assert deploy(system_of(TWO, Label="three"), cloud=cloud, stack=stack, progress=Said()).changed


def test_what_was_rolled_back_to_needs_no_update(aws: Cloud, stack: str, system_of: SystemOf) -> None:
    """CloudFormation finds nothing to do or does it once more; neither is an error."""
    deploy(system_of(TWO), cloud=aws, stack=stack, progress=Said(), clock=HASTY)
    with pytest.raises(DeploymentFailed):
        deploy(system_of(BROKEN), cloud=aws, stack=stack, progress=Said(), clock=HASTY)

    deployment = deploy(system_of(TWO), cloud=aws, stack=stack, progress=Said(), clock=HASTY)

    assert deployment.stack_id


def test_a_template_that_is_refused_is_an_error(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """CloudFormation does not even begin."""
    with pytest.raises(DeploymentFailed) as failed:
        deploy(system_of("Resources: {Odd: {Type: AWS::Odd::Thing}}"), cloud=cloud, stack=stack, progress=Said())

    assert (
        f"CloudFormation refused the stack {stack!r}.\n"
        "  reason: Template format error: Unrecognized resource types: [AWS::Odd::Thing]\n"
        "  status: not deployed\n"
        f"  account: {cloud.account}\n"
        f"  region: {cloud.region}"
    ) == str(failed.value)


def test_two_who_deploy_at_once_both_end_with_the_stack(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """Who comes second waits for the first."""
    system = system_of(TWO)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(
            lambda _: deploy(system, cloud=cloud, stack=stack, progress=Said()),
            range(2),
        )

    assert first.stack_id == second.stack_id
    assert first.fingerprint == second.fingerprint


def test_nothing_to_remove(cloud: Cloud, stack: str) -> None:
    """There was no stack."""
    assert not undeploy(cloud=cloud, stack=stack, progress=Said())


def test_a_stack_is_removed_with_its_full_buckets(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """CloudFormation would not delete a bucket that holds objects; in the embedded cloud they go first."""
    fill_bucket(cloud, stack, system_of)
    said = Said()

    assert undeploy(cloud=cloud, stack=stack, progress=said)
    assert stacks.describe(cloud, stack) is None
    assert [f"deleting {stack}", f"{stack} DELETE_COMPLETE"] == said.lines


def fill_bucket(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    template = """
Resources:
  Bucket: {Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: Enabled}}}
"""
    deploy(system_of(template), cloud=cloud, stack=stack, progress=Said())
    resource = cloud.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Bucket")
    for _ in range(2):
        cloud.client("s3").put_object(
            Bucket=resource["StackResourceDetail"]["PhysicalResourceId"], Key="photo.jpg", Body=b"..."
        )


def test_what_cannot_be_deleted_is_named(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """A repository that holds an image stays, and so does the stack."""
    deploy(system_of("Resources: {Images: {Type: AWS::ECR::Repository}}"), cloud=cloud, stack=stack, progress=Said())
    resource = cloud.client("cloudformation").describe_stack_resource(StackName=stack, LogicalResourceId="Images")
    repository = resource["StackResourceDetail"]["PhysicalResourceId"]
    cloud.client("ecr").put_image(repositoryName=repository, imageManifest="{}", imageTag="kept")

    with pytest.raises(DeploymentFailed) as failed:
        undeploy(cloud=cloud, stack=stack, progress=Said())

    cloud.client("ecr").batch_delete_image(repositoryName=repository, imageIds=[{"imageTag": "kept"}])
    assert f"The stack {stack!r} could not be deleted." == failed.value.sentence
    assert ("first failure", "Images (AWS::ECR::Repository)") in failed.value.facts
    assert ("status", "DELETE_FAILED") in failed.value.facts


def test_a_protected_stack_stays(cloud: Cloud, stack: str, system_of: SystemOf) -> None:
    """CloudFormation refuses at once."""
    stack_id = deploy(system_of(TOPIC), cloud=cloud, stack=stack, progress=Said()).stack_id
    protect(cloud, stack, enabled=True)

    with pytest.raises(DeploymentFailed) as failed:
        undeploy(cloud=cloud, stack=stack, progress=Said())

    protect(cloud, stack, enabled=False)
    assert (
        f"The stack {stack!r} could not be deleted.\n"
        f"  reason: Stack [{stack_id}] cannot be deleted while TerminationProtection is enabled\n"
        "  status: CREATE_COMPLETE\n"
        f"  account: {cloud.account}\n"
        f"  region: {cloud.region}"
    ) == str(failed.value)


def protect(cloud: Cloud, stack: str, *, enabled: bool) -> None:
    cloud.client("cloudformation").update_termination_protection(StackName=stack, EnableTerminationProtection=enabled)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_waiting_has_an_end(tmp_path: Path, system_of: SystemOf) -> None:
    """Somebody else's deployment is waited for as long as our own may take."""
    time, stuck = Time(), Stuck(folder=tmp_path, region="eu-west-1")

    with pytest.raises(DeploymentFailed) as failed:
        deploy(
            system_of(TOPIC),
            cloud=stuck,
            stack="slow",
            progress=Said(),
            timeout=60.0,
            clock=stacks.Clock(now=time.now, sleep=time.sleep),
        )

    assert (
        "The stack 'slow' is still at work after 60 s.\n"
        "  status: UPDATE_IN_PROGRESS\n"
        "  account: 123456789012\n"
        "  region: eu-west-1\n"
        "  Wait for it, or allow more time."
    ) == str(failed.value)


def test_aws_is_asked_politely(tmp_path: Path) -> None:
    """Every two seconds for half a minute, then every five."""
    time, stuck = Time(), Stuck(folder=tmp_path, region="eu-west-1")

    with pytest.raises(DeploymentFailed):
        stacks.settled(stuck, "slow", timeout=41.0, clock=stacks.Clock(now=time.now, sleep=time.sleep))

    assert [*[2.0] * 15, 5.0, 5.0, 1.0] == time.slept


def test_the_embedded_cloud_is_asked_quickly(tmp_path: Path) -> None:
    """Nobody throttles there."""
    time, stuck = Time(), Stuck(folder=tmp_path, region="eu-west-1", embedded=True)

    with pytest.raises(DeploymentFailed):
        stacks.settled(stuck, "slow", timeout=0.15, clock=stacks.Clock(now=time.now, sleep=time.sleep))

    assert pytest.approx([0.05, 0.05, 0.05]) == time.slept[:3]


class Forbidding(Cloud):
    """A cloud whose bucket belongs to somebody else."""

    account = "123456789012"

    class exceptions:  # noqa: N801 - so boto3 calls it
        ClientError = ClientError

    def client(self, _service: str, **_config: Any) -> Any:
        return self

    def head_bucket(self, **_arguments: Any) -> Any:
        raise ClientError({"Error": {"Code": "403", "Message": "Forbidden"}}, "HeadBucket")


def test_a_bucket_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    """Its name can be taken by anybody, so its owner must be this account."""
    (tmp_path / "code.zip").write_bytes(b"...")
    package = Package(archive=tmp_path / "code.zip", digest="d")

    with pytest.raises(NotAllowed, match=r"^The credentials do not allow 'HeadBucket'\."):
        upload({"F": package}, cloud=Forbidding(folder=tmp_path, region="eu-west-1"), progress=Said())
