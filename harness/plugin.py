"""The pytest plugin: options, header, one test per mode, deselection by marker, the end of each test."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Generator
from typing import Any

import pytest

from harness._garbage import uncollected
from harness.closing import Closing, run_of
from harness.errors import ForeignPlace, HarnessError, NoCredentials
from harness.fixtures import PROJECT, journal, stage, stage_mode, stage_system
from harness.hiding import LiveLogs
from harness.leaving import Left, end_in_order, end_with_parent, in_words_of_pytest, refuse, stop
from harness.modes_of_tests import (
    LEFT_OUT,
    Deselected,
    insist_on_routes,
    modes_of,
    read_only_of,
    routes_that_read,
    system_of,
)
from harness.reporting import Reporting, take_options
from harness.settings import MODES, Settings, read_settings
from harness.story import listen
from harness.telling import Told
from harness.tracked import tracked

__all__ = ["journal", "stage", "stage_mode", "stage_system"]

_SETTINGS = pytest.StashKey[Settings]()
_DESELECTED = pytest.StashKey[Deselected]()
_REFUSED = pytest.StashKey[list[HarnessError]]()
_LEFT = pytest.StashKey[Left]()
_LISTENING = pytest.StashKey[bool]()
# Under this name a worker of pytest-xdist tells its controller what it has deselected.
_DESELECTED_THERE = "harness_deselected"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options and the ini settings."""
    group = parser.getgroup("harness", "serverless systems")
    group.addoption("--mode", metavar="MODE", help=f"{', '.join(MODES)}, several with commas, or all (TEST_MODE)")
    group.addoption("--stage", metavar="STAGE", help="embedded, or the name of a deployed stage (TEST_STAGE)")
    group.addoption("--profile", metavar="PROFILE", help="the AWS profile to test with (AWS_PROFILE)")
    group.addoption("--region", metavar="REGION", help="the region of the stage (AWS_REGION)")
    for name in ("mode", "stage", "profile", "region"):
        parser.addini(f"harness_{name}", f"like --{name}", default="")
    take_options(group)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Hear steps from here on: conftests of the folders that are named import them long before `pytest_configure`."""
    try:
        settings = _settings(early_config, options=early_config.known_args_namespace)
    except HarnessError:  # It is told by `pytest_configure`, which knows whether only help is wanted.
        return
    if settings.systems:
        _hear_steps(early_config)


def _hear_steps(config: pytest.Config) -> None:
    if _LISTENING not in config.stash:
        config.stash[_LISTENING] = True
        config.add_cleanup(listen())


def pytest_configure(config: pytest.Config) -> None:
    """Read the settings; a project without systems goes on untouched."""
    config.addinivalue_line("markers", "modes(*names, reason): the test makes sense in these modes only")
    config.addinivalue_line("markers", "read_only(also=()): the test runs on a protected stage; the routes only read")
    config.addinivalue_line("markers", "system(name): the system that the test is about")
    if config.option.help:  # `pytest --help` is for those whose settings are broken, too.
        return
    try:
        settings = _settings(config, options=config.option)
        if settings.systems:
            settings.modes  # noqa: B018 - a mode that does not exist is refused before anything is collected
    except HarnessError as error:
        raise in_words_of_pytest(error) from error
    config.stash[_SETTINGS] = settings
    config.stash[_DESELECTED] = Deselected()
    config.stash[_REFUSED] = []
    config.stash[_LEFT] = Left()
    if settings.systems:
        with uncollected():
            from harness.project import Project  # noqa: PLC0415 - a project without systems pays nothing

        project = Project(settings, tell=_told(config), alone=hasattr(config, "workerinput"), run=run_of(config))
        config.stash[PROJECT] = project
        config.add_cleanup(end_in_order(signal.SIGTERM, signal.SIGHUP))
        end_with_parent()
        _hear_steps(config)  # A conftest may have loaded this plugin, too late for the hook above.
        config.pluginmanager.register(LiveLogs(), "harness-hiding")
        _report(config)
        # After the reports: it closes what they may ask.
        config.pluginmanager.register(Closing(config, project=project), "harness-closing")


def _report(config: pytest.Config) -> None:
    try:
        reporting = Reporting(config, deselected=config.stash[_DESELECTED], left=config.stash[_LEFT].lines)
    except HarnessError as error:
        raise in_words_of_pytest(error) from error
    config.pluginmanager.register(reporting, "harness-reporting")


def _settings(config: pytest.Config, *, options: argparse.Namespace) -> Settings:
    names = ("mode", "stage", "profile", "region")
    return read_settings(
        config.rootpath,
        given={name: getattr(options, name) for name in names},
        ini={name: config.getini(f"harness_{name}") for name in names},
    )


def _told(config: pytest.Config) -> Callable[[str], None]:
    """Give what shows a line at the terminal, also while output is captured."""

    def write(text: str) -> None:
        capture = config.pluginmanager.getplugin("capturemanager")
        terminal = config.pluginmanager.getplugin("terminalreporter")
        if terminal is None or hasattr(config, "workerinput"):  # A worker of pytest-xdist has no terminal.
            return
        with capture.global_and_fixture_disabled():
            if not text.startswith("\r"):
                terminal.ensure_newline()
            terminal.write(text, flush=True)

    return Told(write, terminal=sys.stdout.isatty())


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say which modes, stage and account, where each setting came from, and which secrets git takes in."""
    if PROJECT not in config.stash:
        return []
    folders = [system.template.parent for system in config.stash[_SETTINGS].systems.values()]
    leaks = [f"harness: {one.sentence[:-1]}; {one.why}" for one in tracked(folders)]
    return [*config.stash[PROJECT].described().splitlines(), *leaks]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make one test of each mode."""
    if "stage_mode" not in metafunc.fixturenames:
        return
    config = metafunc.config
    settings = config.stash[_SETTINGS]
    try:
        name = system_of(metafunc.definition, settings=settings)
    except HarnessError as error:
        config.stash[_REFUSED].append(error)
        return
    metafunc.parametrize("stage_mode", settings.modes, indirect=True, scope="session")
    metafunc.parametrize("stage_system", [name], indirect=True, scope="session", ids=[pytest.HIDDEN_PARAM])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect a test in the modes in which it makes no sense, and on a protected stage if it may write."""
    refused = config.stash[_REFUSED]
    try:
        if refused:
            raise refused[0]
        kept, left_out = _parted(items, config=config)
    except HarnessError as error:
        refuse(error, config=config, items=items)
        return
    if left_out:
        for item in left_out:
            item.stash[LEFT_OUT] = True
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept
    if hasattr(config, "workeroutput"):
        config.workeroutput[_DESELECTED_THERE] = list(config.stash[_DESELECTED].lines())


def _parted(items: list[pytest.Item], *, config: pytest.Config) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Give the tests that stay and those that are left out."""
    deselected, settings = config.stash[_DESELECTED], config.stash[_SETTINGS]
    kept, left_out = modes_of(items, deselected=deselected)
    if PROJECT in config.stash:
        insist_on_routes(kept, system=config.stash[PROJECT].system)
    if settings.protected:
        kept, writing = read_only_of(kept, stage=settings.stage.value, deselected=deselected)
        left_out += writing
    return kept, left_out


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let the test use the routes of which it says that they only read."""
    protection = item.config.stash[PROJECT].protection if PROJECT in item.config.stash else None
    if protection is not None:
        protection.also = routes_that_read(item)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take in what a worker of pytest-xdist has left behind; all of them collect, and so deselect, the same tests."""
    output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
    node.config.stash[_LEFT].read(output)
    node.config.stash[_DESELECTED].elsewhere = output.get(_DESELECTED_THERE, [])


def pytest_exception_interact(node: pytest.Item | pytest.Collector, call: pytest.CallInfo[object]) -> None:
    """End the run when its credentials have ended, or have become another account's: every test would say the same."""
    raised = call.excinfo.value if call.excinfo is not None else None
    if isinstance(raised, NoCredentials | ForeignPlace) and _LEFT in node.config.stash:
        stop(raised, session=node.session, left=node.config.stash[_LEFT])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Give the run the exit code that its workers could not give it."""
    if _LEFT in session.config.stash:
        session.config.stash[_LEFT].finish(session)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let what the test has set off come to its end."""
    opened: Any = getattr(item, "funcargs", {}).get("stage")
    if not hasattr(opened, "over"):
        return (yield)
    try:
        result = yield
    except BaseException as failure:
        try:
            opened.over(passed=False)
        except HarnessError as trouble:  # What the test itself says comes first.
            failure.add_note(f"And after it: {trouble}")
        raise
    opened.over(passed=True)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """Forget what the test has set off while it was taken down, or set up in vain: it is none of the next one's."""
    try:
        return (yield)
    finally:
        opened: Any = (getattr(item, "funcargs", None) or {}).get("stage")
        if hasattr(opened, "over"):
            opened.over(passed=False)
