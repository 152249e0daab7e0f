"""`harness doctor`: what is wrong around a stage, and what to do about it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from harness.cli.guards import cloud_needed
from harness.doctor.checked import Checked
from harness.errors import NoTemplate
from harness.project import Project
from harness.settings import Settings

__all__ = ["doctor", "take_options"]


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told which systems to look at."""
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="all systems of the project when none is named")


def doctor(settings: Settings, asked: argparse.Namespace) -> int:
    """Look at the cloud, the tester and the stages, print what each check says, and give 1 if anything is wrong.

    Nothing is created or changed. Each line comes as soon as it is known.

    Raises:
        NoTemplate: The project has no system.
        UnknownSystem: The project does not declare one of the systems.
        StageError: No embedded cloud runs, nothing answers, or there are no credentials.
    """
    from harness.doctor.reaching import reach  # noqa: PLC0415 - other commands start without it

    systems = asked.systems or tuple(settings.systems)
    if not settings.systems:
        raise NoTemplate(
            f"The project at {str(settings.root)!r} has no system that could be looked at.",
            remedy="put a template at systems/<name>/template.yaml",
        )
    for name in systems:
        settings.system(name)
    cloud_needed(settings, purpose="that could be looked at")
    project = Project(settings, tell=_say)
    reached = reach(project.cloud)
    found = _show(reached.checks)
    # Without an identity the clock is so wrong that every other call would fail for it.
    for name in systems if reached.arn else ():
        _say(f"{name}, stage {settings.stage}")
        found += _show(_of_system(project, name, arn=reached.arn))
    _say(f"{found} findings." if found != 1 else "1 finding.")
    return 1 if found else 0


def _of_system(project: Project, name: str, *, arn: str) -> Iterable[Checked]:
    from harness.doctor.examining import examine  # noqa: PLC0415 - loads boto3

    settings = project.settings
    return examine(
        project.system(name),
        cloud=project.cloud,
        stack=settings.stack(name),
        arn=arn,
        deploy=f"harness deploy {name} --stage {settings.stage.value}",
        reads_only=settings.protected,
    )


def _show(checks: Iterable[Checked]) -> int:
    found = 0
    for check in checks:
        for line in check.lines():
            _say(line)
        found += check.wrong
    return found


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a command line prints
