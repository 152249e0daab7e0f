"""The end of a run, for pytest: what it has created is taken away, and what could not be is told."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

from harness.errors import HarnessError
from harness.leaving import undisturbed
from harness.ledger import Kind
from harness.settings import Settings

if TYPE_CHECKING:  # A project without systems does not load what opens stages.
    from harness.project import Project

__all__ = ["Closing", "run_of", "sweep"]

# Under this name the controller of pytest-xdist tells its workers which run they belong to.
_RUN = "harness_run"
# And under this one they tell it what went wrong when they closed.
_TROUBLES = "harness_troubles"
# Nobody reads more, and all of them are in the ledger.
_SHOWN = 20


def run_of(config: pytest.Config) -> str:
    """Give the id of the run that a worker of pytest-xdist belongs to; empty in any other process."""
    return str(getattr(config, "workerinput", {}).get(_RUN, ""))


def sweep(settings: Settings) -> str:
    """Give the command that takes away what runs have left in a stage."""
    from harness.cloud import taking  # noqa: PLC0415 - a usual run leaves nothing

    place = {"profile": settings.profile, "region": settings.region, "endpoint": settings.endpoint}
    return taking.sweep(
        settings.stage.value, **({} if settings.embedded else {name: choice.value for name, choice in place.items()})
    )


class Closing:
    """Hooks that close the project, in each process of a run.

    Args:
        config: Of pytest.
        project: What has created something, perhaps.
    """

    def __init__(self, config: pytest.Config, *, project: Project) -> None:
        self._config = config
        self._is_worker = hasattr(config, "workerinput")
        self._project = project
        self._settings = project.settings
        # What went wrong besides things that could not be taken away, here and in workers.
        self._troubles: list[str] = []
        self._told = self._is_worker
        self._process = os.getpid()
        # What is called at exit is called in reverse: the project, of which this is told, comes first.
        atexit.register(self._say_the_last_words)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Let a worker belong to this run, which stays alive while it works, and when it crashes."""
        node.workerinput[_RUN] = self._project.run
        with suppress(HarnessError):  # The first worker that creates something says so.
            self._project.ledger.hold()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in what went wrong when a worker closed."""
        output: dict[str, Any] = getattr(node, "workeroutput", None) or {}
        self._troubles += output.get(_TROUBLES, [])

    def pytest_report_header(self) -> list[str]:
        """Say what earlier runs have left in this stage; where none has a ledger, nothing is looked at."""
        from harness.cloud.remains import remaining  # noqa: PLC0415 - a project without systems pays nothing

        settings = self._project.settings
        try:
            things, runs = remaining(settings.place, stage=settings.stage.value)
        except HarnessError as error:
            return [f"harness: {error.sentence}"]
        if not things:
            return []
        what = "1 thing is" if things == 1 else f"{things} things are"
        return [f"harness: {what} left of {runs} earlier run{'s' if runs > 1 else ''}: {sweep(settings)}"]

    def pytest_keyboard_interrupt(self) -> None:
        """Say why a run that is told to end does not end at once: in AWS it takes a while to take everything away."""
        reporter: Any = self._config.pluginmanager.get_plugin("terminalreporter")
        far_away = [] if self._is_worker or reporter is None else list(self._far_away())
        if not far_away:
            return
        from harness.sweep.telling import counted  # noqa: PLC0415 - a usual run is not told to end

        reporter.ensure_newline()
        reporter.write_line(f"harness: taking away what this run has created: {counted(far_away)}", yellow=True)
        reporter.write_line(f"harness: who cannot wait takes it away later: {sweep(self._settings)}", yellow=True)

    def _far_away(self) -> Iterator[Kind]:
        """Give of which kinds things are left, but for embedded clouds: these are quick, and most of them just stop."""
        with suppress(HarnessError):  # A ledger that cannot be read is told when the run is closed.
            yield from (one.thing.kind for one in self._project.left if not one.thing.embedded)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Close the project when all fixtures are, and all workers: what they have left is taken away here."""
        self._close()
        if self._is_worker:
            session.config.workeroutput[_TROUBLES] = self._troubles  # type: ignore[attr-defined]

    def _close(self) -> None:
        try:
            self._project.close()
        except Exception as trouble:  # noqa: BLE001 - it must not hide what the tests have said
            self._troubles.append(f"{type(trouble).__name__}: {trouble}")

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Tell what could not be taken away."""
        self._told = True
        lines = list(self._lines())
        if lines:
            terminalreporter.section("left behind", yellow=True)
        for line in lines:
            terminalreporter.write_line(line, yellow=True)

    def _lines(self) -> Iterator[str]:
        from harness.cloud.taking import command  # noqa: PLC0415 - a usual run leaves nothing

        left = self._project.left
        for one in left[:_SHOWN]:
            yield f"{one.thing}: {one.why or 'it was not taken away'}"
            yield f"  {command(one.thing, why=one.why)}"
        if len(left) > _SHOWN:
            yield f"and {len(left) - _SHOWN} more"
        for trouble in dict.fromkeys(self._troubles):
            yield f"harness: closing failed: {trouble}"
        if left:
            things = "1 thing is" if len(left) == 1 else f"{len(left)} things are"
            yield f"harness: {things} left; take {'it' if len(left) == 1 else 'them'} away: {sweep(self._settings)}"

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self) -> None:
        """Close what is not closed yet, as after a second Ctrl-C, and tell it where the summary could not."""
        self._close()
        self._say_the_last_words()

    def _say_the_last_words(self) -> None:
        """Say it once; whoever presses Ctrl-C again and again is told at exit."""
        # A process that a test has forked has nothing to say.
        if not self._told and os.getpid() == self._process:
            with undisturbed():
                for line in self._lines():
                    print(line, file=sys.stderr)  # noqa: T201 - pytest has no terminal any more
            self._told = True
        atexit.unregister(self._say_the_last_words)
