"""Debuggers and coverage in handler mode: the handler runs in this process, so they see it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from .conftest import HANDLER

HANDLER_FILE = "systems/hello/functions/hello.py"
COUNTS = "    calls += 1\n"


@pytest.fixture
def handler(project: pytest.Pytester) -> Path:
    """The file of the handler, whose function may run for one second."""
    template = project.path / "systems/hello/template.yaml"
    template.write_text(template.read_text().replace("      Runtime:", "      Timeout: 1\n      Runtime:"))
    return project.path / HANDLER_FILE


def debugged(project: pytest.Pytester, *python: str, typed: str) -> pytest.RunResult:
    """Run Python in the project with commands for the debugger on its standard input."""
    return project.run(sys.executable, *python, stdin=typed.encode())


def test_a_breakpoint_stops_in_the_handler(project: pytest.Pytester, handler: Path) -> None:
    """The debugger shows the line and the event; however long one looks, the invocation does not time out."""
    handler.write_text(HANDLER.replace(COUNTS, f"    breakpoint()\n{COUNTS}"))
    line = HANDLER[: HANDLER.index(COUNTS)].count("\n") + 1

    looks = "p event['pathParameters']\nimport time; time.sleep(1.3)\ncontinue\n"
    outcome = debugged(project, "-m", "pytest", typed=looks)

    outcome.assert_outcomes(passed=1)
    # Up to Python 3.12 the debugger stops at the next line, from 3.13 at the call itself.
    stops = f"> {handler}({line})handler()", f"> {handler}({line + 1})handler()"
    assert any(stop in outcome.outlines for stop in stops)
    outcome.stdout.fnmatch_lines(["*{'name': 'Ann'}*"])


def test_a_breakpoint_that_an_editor_sets_stops_in_the_handler(project: pytest.Pytester, handler: Path) -> None:
    """A file and a line are enough, as editors give them: the code is that of the file in the project."""
    line = HANDLER[: HANDLER.index(COUNTS)].count("\n") + 1
    begin = ("-m", "pdb", "-c", f"break {handler}:{line}", "-c", "continue", "-m", "pytest")
    project.makeini("[pytest]\naddopts = -p no:cacheprovider -s")

    outcome = debugged(project, *begin, typed="p event['pathParameters']\ncontinue\nquit\n")

    outcome.stdout.fnmatch_lines([f"> {handler}({line})handler()", "-> calls += 1", "*{'name': 'Ann'}*", "*1 passed*"])


def test_without_a_debugger_the_deadline_holds(project: pytest.Pytester, handler: Path) -> None:
    """The same wait in the handler itself is a timeout of the function, as in Lambda."""
    handler.write_text(HANDLER.replace(COUNTS, f"    import time; time.sleep(1.3)\n{COUNTS}"))

    outcome = debugged(project, "-m", "pytest", typed="")

    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(["*Task timed out after 1.00 seconds"])
