"""The stage that a command listens to or puts something into."""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass

from harness._text import listed
from harness.cli.guards import cloud_needed
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import UsageError
from harness.journal.polling import Waiting
from harness.journal.taps import Taps
from harness.project import Project
from harness.settings import Settings
from harness.system.model import System

__all__ = ["Deployed", "deployed", "take_system"]


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """A system as it is deployed: nothing is deployed anew for a command that only wants to speak to it."""

    project: Project
    system: System
    cloud: Cloud
    names: Names

    def taps(self, *, waiting: Waiting | None = None) -> Taps:
        """Give its taps; none of them is open. They never rest on the stack's own test queue: it is for test runs."""
        return Taps(
            self.system,
            cloud=self.cloud,
            names=self.names,
            run=self.project.run,
            tags=self.project.tags,
            waiting=waiting,
        )


def take_system(parser: argparse.ArgumentParser) -> None:
    """Let a command be told which system it is about."""
    parser.add_argument("--system", metavar="NAME", help="which system of the project, where it has several")


def deployed(settings: Settings, asked: argparse.Namespace, *, purpose: str) -> Deployed:
    """Give the system that is asked for, or the only one, as it is deployed.

    Args:
        settings: What is set.
        asked: The command line.
        purpose: What the cloud is needed for, as in ``to listen to``.

    Raises:
        UsageError: There are several systems, and none is named.
        UnknownSystem: The project does not declare it.
        StageError: No embedded cloud runs.
        NotDeployed: There is no such stage.
    """
    from harness.cloud.resolving import resolve_names  # noqa: PLC0415 - loads boto3

    name = asked.system or _the_only(settings)
    settings.system(name)
    cloud_needed(settings, purpose=purpose)
    project = Project(settings, tell=_tell)
    system = project.system(name)
    names = resolve_names(system, cloud=project.cloud, stack=settings.stack(name))
    return Deployed(project=project, system=system, cloud=project.cloud, names=names)


def _the_only(settings: Settings) -> str:
    if len(settings.systems) == 1:
        return next(iter(settings.systems))
    raise UsageError(
        f"The project at {str(settings.root)!r} has {len(settings.systems) or 'no'} systems, and none is named.",
        facts=[("systems", listed(settings.systems))],
        remedy="name one: --system=NAME" if settings.systems else "put a template at systems/<name>/template.yaml",
    )


def _tell(line: str) -> None:
    # What a command prints on stdout is read by other programs.
    print(line, file=sys.stderr)  # noqa: T201 - a command line prints
