"""What a gate looks for itself when the tests are over: drift, and what was left behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from harness.cli.guards import cloud_that_runs
from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.left import Made, left_behind
from harness.cloud.locks import locked
from harness.errors import NotDeployed
from harness.held import abandoned
from harness.journal.bystanders import PREFIX
from harness.project import Project
from harness.report.record import DriftRecord, RunRecord
from harness.settings import Settings

__all__ = ["cloud_for_a_while", "looked_after"]


@contextmanager
def cloud_for_a_while(settings: Settings) -> Iterator[bool]:
    """Let an embedded cloud run that every process of this project finds; give whether it was started for that.

    Raises:
        UsageError: One runs already, and plays another region.
        StageError: One runs already and does not answer, or none can be started.
    """
    folder = settings.folder
    with locked(folder / "cloud.lock"):
        started = None
        if cloud_that_runs(settings) is None:
            # It hangs on this process, so that it ends with it, however that ends.
            started = embedded.start(folder, region=settings.region.value)
            embedded.remember(replace(started, lifeline=-1), folder=folder)
    try:
        yield started is not None
    finally:
        if started is not None:
            with locked(folder / "cloud.lock"):
                embedded.stop(started)
                if embedded.remembered(folder) == started:
                    embedded.forget(folder)


def looked_after(
    run: RunRecord,
    *,
    settings: Settings,
    systems: Sequence[str],
    alone: bool,
    began: float,
    tell: Callable[[str], None],
) -> RunRecord:
    """Give a run with its drift, and with what it has left behind.

    Args:
        run: What pytest has reported.
        settings: What is set.
        systems: Those that are looked at.
        alone: Whether nobody else has used the cloud since it was started.
        began: When the run began, in epoch seconds.
        tell: Called with each line that a person should see.

    Raises:
        StageError: The stage cannot be looked at.
    """
    project = Project(settings, tell=tell)
    try:
        drift = tuple(one for system in systems for one in _drift(project, system))
        return replace(run, drift=drift, left=_left(run, project=project, systems=systems, alone=alone, began=began))
    finally:
        project.close()


def _drift(project: Project, system: str) -> Iterator[DriftRecord]:
    from harness.cloud.drift import differences  # noqa: PLC0415 - loads boto3

    # Where no test has, as in handler mode alone, this deploys the stage; where it is there, nothing is done.
    names = project.names(system)
    for one in differences(project.system(system), cloud=project.cloud, names=names):
        yield DriftRecord(system=system, **asdict(one))


def _left(
    run: RunRecord, *, project: Project, systems: Sequence[str], alone: bool, began: float
) -> tuple[str, ...] | None:
    """Give what is left, or None where that cannot be told: other runs may be at work, and this one told no id."""
    if not run.runs and not alone:
        return None
    taps = tuple(f"{PREFIX}{one}-" for one in run.runs) or (PREFIX,)
    made = Made(taps=taps, users=tuple(f"{one}-" for one in run.runs))
    lines = [
        line
        for system in systems
        for cloud in _accounts(project)
        for line in _left_in(project, system, cloud=cloud, made=made)
    ]
    held = abandoned(project.settings.folder, since=began)
    if held:
        lines.append(f"{held} items or parameters that a test has brought, until another run brings them")
    return tuple(dict.fromkeys(lines))


def _accounts(project: Project) -> Iterator[Cloud]:
    """Give the accounts of a cloud: besides its own those that were leased for muted stages."""
    cloud = project.cloud
    yield cloud
    if project.settings.embedded:
        from harness.cloud.leases import leased  # noqa: PLC0415 - the embedded cloud only

        endpoint = cloud.endpoint or ""
        for account in leased(cloud.folder, cloud=endpoint.rpartition(":")[2]):
            yield embedded_cloud(endpoint, folder=cloud.folder, region=cloud.region, account=account)


def _left_in(project: Project, system: str, *, cloud: Cloud, made: Made) -> list[str]:
    from harness.cloud.resolving import resolve_names  # noqa: PLC0415 - loads boto3

    declared = project.system(system)
    try:
        names = resolve_names(declared, cloud=cloud, stack=project.settings.stack(system))
    except NotDeployed:  # The account was leased for another system.
        return []
    return left_behind(declared, cloud=cloud, names=names, made=made)
