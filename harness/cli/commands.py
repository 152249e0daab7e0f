"""The commands, and what each prints."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

from harness._files import DISK_IS_FULL
from harness._signals import code_of, end_in_order
from harness.cli import doctor, gate, merge, put, sweep, tail
from harness.cli.dotenv import names_now, words_on_git, write_dotenv
from harness.cli.guards import cloud_needed, cloud_that_runs, refuse_elsewhere, refuse_foreign, refuse_protected
from harness.cloud import embedded
from harness.cloud.locks import locked
from harness.errors import FileNotWritten, HarnessError, StageError
from harness.project import Project
from harness.settings import Settings, read_settings
from harness.telling import Told

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code.

    Args:
        arguments: Those of the command line unless said otherwise.
    """
    undo = end_in_order(signal.SIGTERM, signal.SIGHUP)
    try:
        return _ended(sys.argv[1:] if arguments is None else arguments)
    finally:
        undo()


def _ended(arguments: Sequence[str]) -> int:
    given, others = _parted(arguments)
    asked = _parser().parse_args(given)
    asked.others = others
    try:
        settings = read_settings(
            Path.cwd(), given={name: getattr(asked, name, None) for name in ("stage", "profile", "region")}
        )
        if "stage" in asked:  # What merges files has none.
            settings.insist_on_a_stage()
        command: Callable[[Settings, argparse.Namespace], int | None] = asked.command
        return command(settings, asked) or 0
    except HarnessError as error:
        print(f"harness.{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201 - a command line prints
        return error.exit_code
    except KeyboardInterrupt as interrupt:
        return code_of(interrupt)
    except BrokenPipeError:  # Whoever reads has read enough, as `head` has.
        _print_nothing_more()
        return 141
    except OSError as error:
        if error.errno not in DISK_IS_FULL:
            raise
        _print_nothing_more()
        where = repr(str(error.filename)) if error.filename else "what is printed"
        print(f"harness.FileNotWritten: The disk takes no more of {where}: {error.strerror}.", file=sys.stderr)  # noqa: T201
        return FileNotWritten.exit_code


def _print_nothing_more() -> None:
    """Let Python find a place for the rest of the output when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parted(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Give the arguments of a gate apart from those behind ``--``, which are for pytest."""
    if arguments[:1] != ["gate"] or "--" not in arguments:
        return list(arguments), []
    end = list(arguments).index("--")
    return list(arguments[:end]), list(arguments[end + 1 :])


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
    tail.take_options(_command(commands, "tail", tail.tail, "show what comes through buses, topics, … as it comes"))
    put.take_options(_command(commands, "put", put.put, "publish one event or message and print its id"))
    doctor.take_options(
        _command(commands, "doctor", doctor.doctor, "find what is wrong around a stage, drift included")
    )
    sweep.take_options(
        _command(commands, "sweep", sweep.sweep, "take away what earlier runs have left behind; --dry-run shows it")
    )
    gate.take_options(_command(commands, "gate", gate.gate, "run suites in all modes; pass only when all is well"))
    merging = commands.add_parser("merge", help="make one report of those of several CI jobs")
    merging.set_defaults(command=merge.merge)
    merge.take_options(merging)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[Settings, argparse.Namespace], int | None],
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
    refuse_elsewhere(settings, "up")
    with _locked(settings):
        running = cloud_that_runs(settings)
        if running is None:
            running = _started(settings)
            _say(f"The embedded cloud runs at {running.endpoint} (process {running.pid}, log {running.log}).")
        else:
            _say(f"The embedded cloud runs already at {running.endpoint} (process {running.pid}).")
    _deploy_all(settings, systems=tuple(settings.systems), muted=True)


def _started(settings: Settings) -> embedded.Running:
    """Start a cloud that goes on; however this ends, what is not remembered is found by no `harness down`."""
    folder = settings.folder
    remember = partial(embedded.remember, folder=folder)
    try:
        return embedded.start(folder, region=settings.region.value, outlives=True, spawned=remember)
    except BaseException:
        left = embedded.remembered(folder)
        if left is not None and not embedded.runs(left):
            embedded.forget(folder)
        raise


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


def _delete_stacks(settings: Settings) -> None:
    from harness.cloud.deploying import undeploy  # noqa: PLC0415 - loads boto3

    refuse_protected(settings, "down")
    project = Project(settings, tell=_say)
    for name in settings.systems:
        stack = settings.stack(name)
        refuse_foreign(project, stack)
        gone = undeploy(cloud=project.cloud, stack=stack, progress=_say)
        _say(f"{stack}: deleted." if gone else f"{stack}: was not deployed.")


def _deploy(settings: Settings, asked: argparse.Namespace) -> None:
    cloud_needed(settings, purpose="to deploy to")
    if not settings.embedded:
        refuse_protected(settings, "deploy")
    _deploy_all(settings, systems=asked.systems or tuple(settings.systems))


def _deploy_all(settings: Settings, *, systems: Sequence[str], muted: bool = False) -> None:
    """Deploy systems; with `muted` also the stages of handler mode, so that its first run finds them."""
    project = Project(settings, tell=_say)
    for name in systems:
        refuse_foreign(project, settings.stack(settings.system(name).name))
        names = project.deploy(name)
        _say(f"{names.stack}: deployed, {len(names.physical)} resources, {len(names.functions)} functions.")
        for api, address in sorted(names.apis.items()):
            _say(f"  {api}: {address}")
        if muted:
            project.names(name, muted=True)
    project.close()


def _status(settings: Settings, _asked: argparse.Namespace) -> None:
    project = Project(settings, tell=_say)
    if settings.embedded:
        running = cloud_that_runs(settings)
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
    if settings.embedded and cloud_that_runs(settings) is None:
        raise StageError("No embedded cloud runs whose names could be written.", remedy="start it: harness up")
    project = Project(settings, tell=_say)
    for name in asked.systems or settings.systems:
        folder = asked.to or settings.system(name).template.parent
        paths = write_dotenv(names_now(project, name), folder=folder)
        for path in paths:
            _say(str(path))
        for words in words_on_git(paths, folder=folder):
            print(words, file=sys.stderr)  # noqa: T201 - a command line prints
