"""Everything about the stage of one system, check by check."""

from __future__ import annotations

from collections.abc import Iterator

from harness.cloud.account import Cloud
from harness.cloud.resolving import resolve_names
from harness.cloud.stacks import describe
from harness.doctor import dotenv, drifting, permissions, roles, stacks
from harness.doctor.checked import Checked, finding_of
from harness.doctor.needs import needs
from harness.errors import NotAllowed
from harness.system.model import System

__all__ = ["examine"]


def examine(  # noqa: PLR0913 - what there is to know of a stage
    system: System, *, cloud: Cloud, stack: str, arn: str, deploy: str, reads_only: bool = False
) -> Iterator[Checked]:
    """Give what each check of a system's stage says, as it is done; without a stack there is only the first.

    Args:
        system: What the template says.
        cloud: Where it should be deployed.
        stack: The name of its stack.
        arn: Who the tester is.
        deploy: The command that deploys it.
        reads_only: Whether the stage is protected, so that tests create nothing in it.
    """
    try:
        found = describe(cloud, stack)
        elsewhere = [] if found else stacks.regions_with(stack, cloud=cloud)
        yield stacks.check(found, stack=stack, deploy=deploy, cloud=cloud, elsewhere=elsewhere)
        if found is None:
            return
        names = resolve_names(system, cloud=cloud, stack=stack, anew=True)
    except NotAllowed as error:
        # Nothing is known of a stage whose names may not be read.
        yield Checked(name="permissions", well="", findings=(finding_of(error),))
        return
    wanted = [need for need in needs(system, names=names, stack=found["StackId"]) if not (reads_only and need.changes)]
    yield permissions.check(wanted, arn=arn, cloud=cloud, names=names)
    if names.functions:
        yield roles.check(cloud=cloud, names=names)
    folder = system.template.parent
    yield dotenv.check(folder, names=names, system=system.name)
    yield dotenv.check_overrides(folder, names=names)
    yield dotenv.check_tracked(folder)
    yield drifting.check(system, cloud=cloud, names=names)
