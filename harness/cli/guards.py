"""What a command refuses to do, and where."""

from __future__ import annotations

from harness.cloud import embedded
from harness.errors import StageError, StageProtected, UsageError
from harness.project import Project
from harness.settings import Settings

__all__ = ["cloud_needed", "cloud_that_runs", "refuse_elsewhere", "refuse_foreign", "refuse_protected"]

_BY_OTHER_MEANS = "deploy it and take it away by other means; tests that only read may run there"


def cloud_that_runs(settings: Settings) -> embedded.Running | None:
    """Give the cloud that runs, or None; one that is of no use for what is asked is refused.

    Raises:
        StageError: It runs, but it does not answer.
        UsageError: It plays another region. IAM is global, so a second stage in it would break the first.
    """
    running = embedded.find(settings.folder)
    if running is None:
        _refuse_silent(embedded.remembered(settings.folder))
    elif running.region != settings.region.value:
        raise UsageError(
            f"The embedded cloud that runs plays {running.region!r}, not {settings.region.value!r}.",
            facts=[("runs at", running.endpoint), ("region", settings.region)],
            remedy="stop it first: harness down",
        )
    return running


def cloud_needed(settings: Settings, *, purpose: str) -> None:
    """Refuse to go on if the stage is in the embedded cloud and none runs.

    Args:
        settings: What is set.
        purpose: What it is needed for, as in ``to deploy to``.

    Raises:
        StageError: None runs.
        UsageError: See `cloud_that_runs`.
    """
    if settings.embedded and cloud_that_runs(settings) is None:
        raise StageError(f"No embedded cloud runs {purpose}.", remedy="start it: harness up\nor: --stage=dev")


def _refuse_silent(running: embedded.Running | None) -> None:
    if running is not None and embedded.runs(running):
        raise StageError(
            f"The embedded cloud at {running.endpoint!r} runs but does not answer.",
            facts=[("process", running.pid), ("log", running.log)],
            remedy="stop it: harness down",
        )


def refuse_protected(settings: Settings, command: str, *, remedy: str = _BY_OTHER_MEANS) -> None:
    """Refuse to change anything in a stage that only tests which read may see.

    Raises:
        StageProtected: It is one.
    """
    if settings.protected:
        raise StageProtected(
            f"`harness {command}` does not touch the stage {settings.stage.value!r}.",
            facts=[("stage", settings.stage), ("protected", settings.protection)],
            remedy=remedy,
        )


def refuse_foreign(project: Project, stack: str) -> None:
    """Refuse a stack of that name which somebody else has deployed; the embedded cloud holds the harness's own only."""
    from harness.cloud.stacks import FINGERPRINT, describe  # noqa: PLC0415 - loads boto3

    found = None if project.settings.embedded else describe(project.cloud, stack)
    if found and FINGERPRINT not in {tag["Key"] for tag in found.get("Tags", [])}:
        raise StageError(
            f"The stack {stack!r} was not deployed by the harness, which therefore leaves it alone.",
            facts=[("account", project.cloud.account), ("region", project.cloud.region)],
            remedy="name another stage; tests may run against this one",
        )


def refuse_elsewhere(settings: Settings, command: str) -> None:
    """Refuse a stage in AWS, or at an endpoint that is not the embedded cloud's."""
    if not settings.embedded:
        raise UsageError(
            f"`harness {command}` is for the embedded cloud, but the stage is {settings.stage.value!r}.",
            facts=[("stage", settings.stage)],
            remedy="deploy there: harness deploy --stage " + settings.stage.value,
        )
