"""What commands of reports share: where they are written to, and how a gate is shown."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from harness.errors import StageError
from harness.report.gating import Gate
from harness.report.record import RunRecord
from harness.report.threshold import percentage
from harness.settings import Choice, Settings

__all__ = ["files_of", "modes_of", "say", "show", "take_files", "threshold_of", "written"]

_SHOWN = 20
_OPTIONS = ("report", "json", "summary")


def take_files(parser: argparse.ArgumentParser) -> None:
    """Let a command be told where reports go to, and how much of the surface must be reached."""
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the run as one page of HTML")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the run as JSON")
    parser.add_argument("--summary", type=Path, metavar="FILE", help="write a summary as Markdown, for a CI job page")
    parser.add_argument(
        "--surface-fail-under", metavar="PERCENT", help="how much of the surface must be reached in some mode"
    )


def files_of(asked: argparse.Namespace) -> dict[str, Path]:
    """Give where reports go to, by option."""
    return {f"--{name}": path for name in _OPTIONS if (path := getattr(asked, name)) is not None}


def threshold_of(asked: argparse.Namespace) -> float | None:
    """Give how much of the surface must be reached, in percent.

    Raises:
        UsageError: It is no percentage.
    """
    text = asked.surface_fail_under
    return None if text is None else percentage(text)


def modes_of(settings: Settings, mode: str | None) -> tuple[str, ...]:
    """Give the modes in which each test must pass: all of them, unless the command line says otherwise.

    Raises:
        UnknownMode: One of them does not exist.
    """
    return replace(settings, mode=Choice(mode, "--mode") if mode else Choice("all", "default")).modes


def written(run: RunRecord, *, files: Mapping[str, Path], gate: Gate | None) -> StageError | None:
    """Write reports; what could not be written is said and given, for the exit code is the command's to choose."""
    from harness.report.files import write_reports  # noqa: PLC0415 - see harness.report.files

    try:
        write_reports(run, files=files, gate=gate)
    except StageError as trouble:
        say(f"harness.{type(trouble).__name__}: {trouble}")
        return trouble
    return None


def say(line: str) -> None:
    """Show a line at once, between those of pytest."""
    print(line, flush=True)  # noqa: T201 - a command line prints


def show(gate: Gate) -> None:
    """Show each condition in a line, and below it what fails."""
    width = max(len(one.name) for one in gate.conditions)
    for one in gate.conditions:
        say(f"gate: {one.name:<{width}}  {'passed' if one.passed else 'FAILED'}  {one.text}")
        for line in one.lines[:_SHOWN]:
            say(f"        {line}")
        if len(one.lines) > _SHOWN:
            say(f"        … and {len(one.lines) - _SHOWN} more")
    say(f"gate: {'passed' if gate.passed else 'FAILED'}")
