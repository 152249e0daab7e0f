"""A stage that is ready for tests: deployed, completed, its names known."""

from __future__ import annotations

from collections.abc import Callable

from harness._files import write
from harness.cloud.account import Cloud
from harness.cloud.deploying import Deployment, deploy
from harness.cloud.locks import locked
from harness.cloud.names import Names
from harness.cloud.resolving import resolve_names
from harness.system.model import System

__all__ = ["deployed"]


def deployed(system: System, *, cloud: Cloud, stack: str, tell: Callable[[str], None], alone: bool = False) -> Names:
    """Deploy a system if anything of it has changed, and give its names. Processes of one project wait in line.

    Args:
        system: What is deployed.
        cloud: Where to.
        stack: The name of the stack.
        tell: Called with each line of progress, and with what the embedded cloud does not do.
        alone: Whether nobody else has anything in that account.

    Raises:
        ForeignThing: The template gives a name that something of somebody else has.
        DeploymentFailed: CloudFormation refused the stack or rolled it back.
        PackagingFailed: A function's package could not be built.
    """
    with locked(cloud.folder / "stages" / f"{stack}.lock"):
        deployment = deploy(system, cloud=cloud, stack=stack, progress=tell, alone=alone)
        names = resolve_names(system, cloud=cloud, stack=stack, deployment=deployment)
        if cloud.embedded:
            _completed(system, cloud=cloud, names=names, deployment=deployment, tell=tell)
        return names


def _completed(
    system: System, *, cloud: Cloud, names: Names, deployment: Deployment, tell: Callable[[str], None]
) -> None:
    """Complete a deployment once. A run that was stopped in between leaves no mark, so the next one completes."""
    mark = cloud.folder / "stages" / f"{cloud.account}-{cloud.region}-{deployment.stack}.completed"
    version = f"{cloud.endpoint} {deployment.stack_id} {deployment.fingerprint}".encode()
    if mark.is_file() and mark.read_bytes() == version:
        return
    from harness.cloud.completing import complete  # noqa: PLC0415 - needed once for each deployment

    for line in complete(system, cloud=cloud, names=names):
        tell(line if line.startswith("not done here") else f"completed {line}")
    write(mark, version)
