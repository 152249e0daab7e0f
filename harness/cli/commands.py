"""The commands, and what each prints."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from harness.cli.dotenv import write_dotenv
from harness.cloud import embedded
from harness.cloud.locks import locked
from harness.errors import HarnessError, StageError, UsageError
from harness.project import Project
from harness.settings import Settings, read_settings
from harness.telling import Told

__all__ = ["main"]

_PROTECTED = ("prod", "production")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    Args:
        arguments: Those of the command line unless said otherwise.
    """
    asked = _parser().parse_args(arguments)
    try:
        given = {name: getattr(asked, name, None) for name in ("stage", "profile", "region")}
        settings = read_settings(Path.cwd(), given=given)
        settings.insist_on_a_stage()
        command: Callable[[Settings, argparse.Namespace], None] = asked.command
        command(settings, asked)
    except HarnessError as error:
        print(f"harness.{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - a command line prints
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # Whoever reads has read enough, as `head` has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="harness", description="Stages for tests of serverless systems.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _command(commands, "up", _up, "start the embedded cloud, leave it running, and deploy every system into it")
    _command(commands, "down", _down, "stop the embedded cloud; with --stage NAME, delete the stacks of that stage")
    deploy = _command(commands, "deploy", _deploy, "deploy systems to the stage; what is unchanged is left as it is")
    deploy.add_argument("systems", nargs="*", metavar="SYSTEM", help="all systems of the project when none is named")
    _command(commands, "status", _status, "say what runs and what is deployed")
    env = _command(commands, "env", _env, "write the stage's outputs and the functions' environment as dotenv files")
    env.add_argument("systems", nargs="*", metavar="SYSTEM", help="all systems of the project when none is named")
    env.add_argument("--to", type=Path, metavar="FOLDER", help="where to; beside the template when not given")
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[Settings, argparse.Namespace], None],
    words: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
    parser.add_argument("--stage", metavar="STAGE", help="embedded, or the name of a stage in AWS (TEST_STAGE)")
    parser.add_argument("--profile", metavar="PROFILE", help="the AWS profile (AWS_PROFILE)")
    parser.add_argument("--region", metavar="REGION", help="the region (AWS_REGION)")
    parser.set_defaults(command=run)
    return parser


def _say(line: str) -> None:
    _TOLD(line)


def _write(text: str) -> None:
    print(text, end="", flush=True)  # noqa: T201 - a command line prints


_TOLD = Told(_write, terminal=sys.stdout.isatty())


def _up(settings: Settings, _asked: argparse.Namespace) -> None:
    _refuse_elsewhere(settings, "up")
    with _locked(settings):
        running = _found(settings)
        if running is None:
            running = embedded.start(settings.folder, region=settings.region.value, outlives=True)
            embedded.remember(running, folder=settings.folder)
            _say(f"The embedded cloud runs at {running.endpoint} (process {running.pid}, log {running.log}).")
        else:
            _say(f"The embedded cloud runs already at {running.endpoint} (process {running.pid}).")
    _deploy_all(settings, systems=tuple(settings.systems))


def _down(settings: Settings, _asked: argparse.Namespace) -> None:
    if not settings.embedded:
        _delete_stacks(settings)
        return
    with _locked(settings):
        running = embedded.remembered(settings.folder)
        stopped = running is not None and embedded.stop(running)
        embedded.forget(settings.folder)
    _say(f"The embedded cloud at {running.endpoint} is stopped." if running and stopped else "No embedded cloud runs.")


def _locked(settings: Settings) -> AbstractContextManager[None]:
    """Let one command at a time start or stop the cloud."""
    return locked(settings.folder / "cloud.lock")


def _found(settings: Settings) -> embedded.Running | None:
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


def _refuse_silent(running: embedded.Running | None) -> None:
    if running is not None and embedded.runs(running):
        raise StageError(
            f"The embedded cloud at {running.endpoint!r} runs but does not answer.",
            facts=[("process", running.pid), ("log", running.log)],
            remedy="stop it: harness down",
        )


def _delete_stacks(settings: Settings) -> None:
    from harness.cloud.deploying import undeploy  # noqa: PLC0415 - loads boto3

    _refuse_protected(settings, "down")
    project = Project(settings, tell=_say)
    for name in settings.systems:
        stack = settings.stack(name)
        _refuse_foreign(project, stack)
        gone = undeploy(cloud=project.cloud, stack=stack, progress=_say)
        _say(f"{stack}: deleted." if gone else f"{stack}: was not deployed.")


def _deploy(settings: Settings, asked: argparse.Namespace) -> None:
    if settings.embedded and _found(settings) is None:
        raise StageError("No embedded cloud runs to deploy to.", remedy="start it: harness up\nor: --stage=dev")
    if not settings.embedded:
        _refuse_protected(settings, "deploy")
    _deploy_all(settings, systems=asked.systems or tuple(settings.systems))


def _deploy_all(settings: Settings, *, systems: Sequence[str]) -> None:
    project = Project(settings, tell=_say)
    for name in systems:
        _refuse_foreign(project, settings.stack(settings.system(name).name))
        names = project.deploy(name)
        _say(f"{names.stack}: deployed, {len(names.physical)} resources, {len(names.functions)} functions.")
        for api, address in sorted(names.apis.items()):
            _say(f"  {api}: {address}")


def _refuse_protected(settings: Settings, command: str) -> None:
    if settings.stage.value.lower() in _PROTECTED:
        raise UsageError(
            f"`harness {command}` does not touch the stage {settings.stage.value!r}.",
            facts=[("stage", settings.stage), ("protected", ", ".join(_PROTECTED))],
            remedy="deploy it and take it away by other means; tests that only read may run there",
        )


def _refuse_foreign(project: Project, stack: str) -> None:
    """Refuse a stack of that name which somebody else has deployed; the embedded cloud holds the harness's own only."""
    from harness.cloud.deploying import FINGERPRINT  # noqa: PLC0415 - loads boto3
    from harness.cloud.stacks import describe  # noqa: PLC0415

    found = None if project.settings.embedded else describe(project.cloud, stack)
    if found and FINGERPRINT not in {tag["Key"] for tag in found.get("Tags", [])}:
        raise StageError(
            f"The stack {stack!r} was not deployed by the harness, which therefore leaves it alone.",
            facts=[("account", project.cloud.account), ("region", project.cloud.region)],
            remedy="name another stage; tests may run against this one",
        )


def _status(settings: Settings, _asked: argparse.Namespace) -> None:
    project = Project(settings, tell=_say)
    if settings.embedded:
        running = _found(settings)
        if running is None:
            _say("No embedded cloud runs. Start it: harness up")
            return
        _say(f"The embedded cloud runs at {running.endpoint} (process {running.pid}, log {running.log}).")
    else:
        _say(f"Account {project.cloud.account}, region {settings.region}, stage {settings.stage}.")
    for name in settings.systems:
        _say(_status_of(project, name))


def _status_of(project: Project, system: str) -> str:
    from harness.cloud.stacks import describe  # noqa: PLC0415 - loads boto3

    stack = project.settings.stack(system)
    found = describe(project.cloud, stack)
    return f"{stack}: {found['StackStatus'] if found else 'not deployed'}"


def _env(settings: Settings, asked: argparse.Namespace) -> None:
    if settings.embedded and _found(settings) is None:
        raise StageError("No embedded cloud runs whose names could be written.", remedy="start it: harness up")
    project = Project(settings, tell=_say)
    for name in asked.systems or settings.systems:
        folder = asked.to or settings.system(name).template.parent
        for path in write_dotenv(project.names(name), folder=folder):
            _say(str(path))


def _refuse_elsewhere(settings: Settings, command: str) -> None:
    if not settings.embedded:
        raise UsageError(
            f"`harness {command}` is for the embedded cloud, but the stage is {settings.stage.value!r}.",
            facts=[("stage", settings.stage)],
            remedy="deploy there: harness deploy --stage " + settings.stage.value,
        )
