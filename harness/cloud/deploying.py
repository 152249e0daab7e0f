"""Deployment of a system as a CloudFormation stack, and its removal."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from harness.cloud import artifacts, stacks
from harness.cloud.account import Cloud
from harness.cloud.adapting import adapt
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.foreign import refuse_foreign_things
from harness.cloud.glance import glance
from harness.cloud.packaging import Package, Target, package_all, package_layers
from harness.cloud.removing import delete, failure, place, undeploy
from harness.cloud.stacks import BEYOND_REPAIR, FINGERPRINT, Clock, Watch
from harness.cloud.taking import command
from harness.errors import DeploymentFailed
from harness.ledger import Thing
from harness.system.model import System

__all__ = ["Deployment", "deploy", "undeploy"]

# Goes up when the harness deploys or completes in another way, so that stages are deployed once more.
_FORMAT = 2

_WELL = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"})

_REFUSALS = frozenset({
    "AlreadyExistsException", "InsufficientCapabilitiesException", "LimitExceededException", "ValidationError",
})  # fmt: skip

# CloudFormation gives this answer no code of its own; the AWS CLI and SAM read the sentence as well.
_NOTHING_TO_DO = "No updates are to be performed"


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A stack that is deployed.

    Args:
        stack: Its name.
        stack_id: Its ARN.
        fingerprint: What stands for its template, parameters and code.
        changed: Whether something was deployed now.
        packages: The packages of functions and layers by logical id.
    """

    stack: str
    stack_id: str
    fingerprint: str
    changed: bool
    packages: Mapping[str, Package] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Order:
    """What is to be deployed, and how it is told.

    A stack that is created is in the ledger until it is deployed: from then on it is a stage, and stays.
    """

    system: System
    cloud: Cloud
    stack: str
    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    packages: Mapping[str, Package]
    total: int
    progress: Callable[[str], None]
    timeout: float
    clock: Clock
    alone: bool

    @cached_property
    def fingerprint(self) -> str:
        parts = [_FORMAT, self.template, self.parameters, self.tags]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()

    def deployed(self, found: Mapping[str, Any], *, changed: bool) -> Deployment:
        return Deployment(
            stack=self.stack,
            stack_id=found["StackId"],
            fingerprint=self.fingerprint,
            changed=changed,
            packages=self.packages,
        )


def deploy(  # noqa: PLR0913 - they are what CloudFormation asks for as well
    system: System,
    *,
    cloud: Cloud,
    stack: str,
    progress: Callable[[str], None],
    tags: Mapping[str, str] | None = None,
    timeout: float = 900.0,
    clock: Clock | None = None,
    alone: bool = False,
) -> Deployment:
    """Deploy a system, or find it deployed as it is.

    Args:
        system: Its template, its parameters and its code.
        cloud: Where to.
        stack: The name of the CloudFormation stack.
        progress: Is told what happens, line by line.
        tags: Tags of the stack, which CloudFormation hands down to its resources.
        timeout: How many seconds it may take.
        clock: How time passes.
        alone: Whether nobody else has anything in that account, so that nobody need look whose names are taken.

    Raises:
        PackagingFailed: The package of a function could not be built.
        LedgerNotWritten: It cannot be written down that a stack is created; then none is.
        DeploymentFailed: CloudFormation refused the stack, rolled it back or did not end in time.
        ForeignThing: The template gives a name that something of somebody else has; then nothing is created or changed.
    """
    packages = {
        **package_all(system, folder=cloud.folder, target=Target.here() if cloud.embedded else None, progress=progress),
        **package_layers(system, folder=cloud.folder),
    }
    template = artifacts.pointed(system, packages, bucket=artifacts.bucket_of(cloud))
    if cloud.embedded:
        adapt(template)
    order = _Order(
        system=system,
        cloud=cloud,
        stack=stack,
        template=template,
        parameters=_declared(system, template),
        tags=tags or {},
        packages=packages,
        total=len(system.resources) or len(template.get("Resources", {})),
        progress=progress,
        timeout=timeout,
        clock=clock or Clock(),
        alone=alone,
    )
    glanced = glance(cloud, stack) if cloud.embedded else None
    if glanced and _is_unchanged(glanced, order.fingerprint):
        return order.deployed(glanced, changed=False)
    return _deployed(order, found=stacks.describe(cloud, stack))


def _declared(system: System, template: Mapping[str, Any]) -> dict[str, str]:
    """Give the parameters that the template declares; CloudFormation refuses all others."""
    declared = template.get("Parameters") or {}
    return {name: value for name, value in system.parameters.items() if name in declared}


def _deployed(order: _Order, *, found: dict[str, Any] | None) -> Deployment:
    """Bring the stack from what it is to what it should be; who finds another at work waits and looks again."""
    deadline = order.clock.now() + order.timeout
    while True:
        if found and stacks.in_progress(found["StackStatus"]):
            order.progress(f"waiting for {order.stack}, which is at work ({found['StackStatus']})")
            found = _settled(order, order.stack, deadline=deadline)
            continue
        if found and _is_unchanged(found, order.fingerprint):
            return order.deployed(found, changed=False)
        if found and found["StackStatus"] in BEYOND_REPAIR:
            order.progress(f"deleting {order.stack}, which cannot be updated ({found['StackStatus']})")
            _deleted(order, found, deadline=deadline)
            found = None
        token = f"harness-{uuid.uuid4().hex}"
        new = None if found else order.cloud.creating("stack", order.stack)
        refused = _started(order, found, token=token)
        if refused is None:
            return _finished(order, new=new, token=token, deadline=deadline)
        if new:
            order.cloud.ledger.removed(new)
        before, found = found, stacks.describe(order.cloud, order.stack)
        if _status(found) == _status(before):
            # Nobody else came between, so it is our request that is wrong.
            return _refusal(order, found, refused)


def _status(found: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return (found["StackId"], found["StackStatus"], found.get("LastUpdatedTime")) if found else None


def _is_unchanged(found: Mapping[str, Any], fingerprint: str) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    # After a rollback the tags may be those of the attempt that failed.
    return found["StackStatus"] in _WELL and tags.get(FINGERPRINT) == fingerprint


def _started(order: _Order, found: Mapping[str, Any] | None, *, token: str) -> Exception | None:
    """Ask CloudFormation to create or update the stack; give its refusal, if it refuses."""
    if not order.alone:
        refuse_foreign_things(order.system, cloud=order.cloud, stack=order.stack, found=found, tell=order.progress)
    artifacts.upload(order.packages, cloud=order.cloud, progress=order.progress)
    arguments = {
        "StackName": order.stack,
        "Capabilities": ["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        "Parameters": [{"ParameterKey": key, "ParameterValue": value} for key, value in order.parameters.items()],
        "Tags": [{"Key": key, "Value": value} for key, value in _tags(order).items()],
        "ClientRequestToken": token,
        **artifacts.place_template(
            order.template, cloud=order.cloud, key=f"{order.fingerprint}.template", progress=order.progress
        ),
    }
    cloudformation = order.cloud.client("cloudformation")
    order.progress(f"{'updating' if found else 'creating'} {order.stack}")
    with translated(order.cloud):
        try:
            (cloudformation.update_stack if found else cloudformation.create_stack)(**arguments)
        except cloudformation.exceptions.ClientError as fault:
            if code_of(fault) not in _REFUSALS:
                raise
            return Exception(message_of(fault))
    return None


def _tags(order: _Order) -> dict[str, str]:
    return {**order.tags, FINGERPRINT: order.fingerprint}


def _refusal(order: _Order, found: Mapping[str, Any] | None, refused: Exception) -> Deployment:
    """Give the stack when it was right already, and raise otherwise."""
    if found and _NOTHING_TO_DO in str(refused):
        return order.deployed(found, changed=False)
    raise DeploymentFailed(
        f"CloudFormation refused the stack {order.stack!r}.",
        facts=[
            ("reason", refused),
            ("status", found["StackStatus"] if found else "not deployed"),
            *place(order.cloud),
        ],
    )


def _settled(order: _Order, stack: str, *, deadline: float, watch: Watch | None = None) -> dict[str, Any] | None:
    left = max(0.0, deadline - order.clock.now())
    return stacks.settled(order.cloud, stack, timeout=left, clock=order.clock, watch=watch)


def _finished(order: _Order, *, new: Thing | None, token: str, deadline: float) -> Deployment:
    """Wait for the end of what was started and judge it."""
    total = order.total if new else 0
    watch = Watch(cloud=order.cloud, stack=order.stack, progress=order.progress, token=token, total=total)
    found = _settled(order, order.stack, deadline=deadline, watch=watch)
    if found and found["StackStatus"] in _WELL:
        if new:
            order.cloud.ledger.kept(new)
        order.progress(f"{order.stack} {found['StackStatus']}")
        return order.deployed(found, changed=True)
    remedy = ""
    if found and found["StackStatus"] in BEYOND_REPAIR:
        remedy = _left_behind(order, found, new=new)
    elif new and not found:
        order.cloud.ledger.removed(new)
    raise failure(
        f"The deployment of {order.stack!r} failed.", cloud=order.cloud, found=found, watch=watch, remedy=remedy
    )


def _left_behind(order: _Order, found: Mapping[str, Any], *, new: Thing | None) -> str:
    """Delete in the embedded cloud what a failed creation left; in AWS leave it for whoever looks into it."""
    ledger = order.cloud.ledger
    if not order.cloud.embedded:
        if new:
            ledger.failed(new, why=f"it was not deployed ({found['StackStatus']}), and is kept for whoever looks why")
        left = new or order.cloud.thing("stack", order.stack)
        return f"Look at what is left of it, then take it away: {command(left)}"
    _deleted(order, found, deadline=order.clock.now() + order.timeout)
    if new:
        ledger.removed(new)
    return ""


def _deleted(order: _Order, found: Mapping[str, Any], *, deadline: float) -> None:
    left = max(0.0, deadline - order.clock.now())
    delete(order.cloud, found, progress=order.progress, timeout=left, clock=order.clock)
