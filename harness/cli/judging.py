"""What a gate looks for itself when the tests are over: drift, and what was left behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace

from harness.cli.guards import cloud_that_runs
from harness.cli.reports import say
from harness.cli.testing import Ended
from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.left import Made, left_behind
from harness.cloud.locks import locked
from harness.cloud.ports import port_in
from harness.errors import NotDeployed, StageError
from harness.held import abandoned
from harness.ledger import Ledger
from harness.ledger.naming import new_run
from harness.project import Project
from harness.report.record import DriftRecord, RunRecord
from harness.settings import Settings

__all__ = ["Looked", "cloud_for_a_while", "looked_after"]


@contextmanager
def cloud_for_a_while(settings: Settings) -> Iterator[bool]:
    """Let an embedded cloud run that every process of this project finds; give whether it was started for that.

    Raises:
        UsageError: One runs already, and plays another region.
        StageError: One runs already and does not answer, or none can be started.
    """
    folder = settings.folder
    ledger = Ledger(folder, run=new_run())
    with locked(folder / "cloud.lock"):
        started = None
        if cloud_that_runs(settings) is None:
            # It hangs on this process, so that it ends with it, however that ends.
            started = embedded.start(folder, region=settings.region.value, ledger=ledger)
            embedded.remember(replace(started, lifeline=-1), folder=folder)
    try:
        yield started is not None
    finally:
        if started is not None:
            with locked(folder / "cloud.lock"):
                embedded.stop(started, ledger=ledger)
                if embedded.remembered(folder) == started:
                    embedded.forget(folder)
        ledger.close()


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A run with what was looked for, and what went wrong with looking."""

    run: RunRecord
    trouble: StageError | None = None


def looked_after(ended: Ended, *, settings: Settings, systems: Sequence[str], alone: bool, began: float) -> Looked:
    """Give a run with its drift, and with what it has left behind.

    Args:
        ended: How pytest ended, with what it has reported.
        settings: What is set.
        systems: Those that are looked at; those that were tested when none is named.
        alone: Whether nobody else has used the cloud since it was started.
        began: When the run began, in epoch seconds.
    """
    run = ended.run
    systems = systems or (_tested(run) if ended.reported else tuple(settings.systems))
    if ended.in_vain or not systems:
        return Looked(run=run)
    # pytest has told what there is to tell of the stage.
    project = Project(settings, tell=lambda _: None)
    try:
        run = replace(run, drift=tuple(one for system in systems for one in _drift(project, system)))
        left = _left(run, project=project, systems=systems, alone=alone, began=began)
        return Looked(run=replace(run, left=left))
    except StageError as trouble:
        # The tests have run, and their reports must be written all the same.
        say(f"harness.{type(trouble).__name__}: {trouble}")
        return Looked(run=run, trouble=trouble)
    finally:
        project.close()


def _tested(run: RunRecord) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.system for one in run.tests if one.system))


def _drift(project: Project, system: str) -> Iterator[DriftRecord]:
    # Where no test has, as in handler mode alone, this deploys the stage; where it is there, nothing is done.
    for one in project.drift(system):
        yield DriftRecord(system=system, **asdict(one))


def _left(
    run: RunRecord, *, project: Project, systems: Sequence[str], alone: bool, began: float
) -> tuple[str, ...] | None:
    """Give what is left, or None where that cannot be told: other runs may be at work, and this one told no id."""
    if not run.runs and not alone:
        return None
    made = Made.by(run.runs)
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
        for account in leased(cloud.folder, cloud=port_in(endpoint)):
            yield embedded_cloud(endpoint, folder=cloud.folder, region=cloud.region, account=account)


def _left_in(project: Project, system: str, *, cloud: Cloud, made: Made) -> list[str]:
    from harness.cloud.resolving import resolve_names  # noqa: PLC0415 - loads boto3

    declared = project.system(system)
    try:
        names = resolve_names(declared, cloud=cloud, stack=project.settings.stack(system))
    except NotDeployed:  # The account was leased for another system.
        return []
    return left_behind(declared, cloud=cloud, names=names, made=made)
