"""``harness merge``: the reports of several CI jobs as one, and the gate for all of them together."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.cli.reports import files_of, modes_of, say, show, take_files, threshold_of, written
from harness.errors import UsageError
from harness.report.record import RunRecord
from harness.settings import Settings

__all__ = ["merge", "take_options"]


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what is merged, what must hold, and where reports go to."""
    parser.description = "Make one report of those of several CI jobs."
    parser.add_argument("reports", nargs="+", type=Path, metavar="FILE", help="what `harness gate --json` has written")
    parser.add_argument("--gate", action="store_true", help="judge them together, as `harness gate` does one run")
    parser.add_argument("--mode", metavar="MODE", help="with --gate: the modes in which each test must have passed")
    parser.add_argument(
        "--system",
        action="append",
        metavar="SYSTEM",
        help="with --gate: a system of which some test must have run; all of the project when none is named",
    )
    parser.add_argument("--shards", type=int, metavar="N", help="with --gate: how many reports there must be")
    parser.add_argument("--latest", action="store_true", help="of a test that ran several times the latest counts")
    take_files(parser)


def merge(settings: Settings, asked: argparse.Namespace) -> int:
    """Merge reports, write what is asked for, and with ``--gate`` say what holds; give the exit code.

    Raises:
        MalformedReport: A file is no report.
        UsageError: Something is asked for that makes no sense.
    """
    from harness.report.document import run_of, validated  # noqa: PLC0415 - what a merge alone needs
    from harness.report.files import insist_on_places  # noqa: PLC0415
    from harness.report.gating import judged  # noqa: PLC0415
    from harness.report.merging import merged, remarks  # noqa: PLC0415

    threshold, files = threshold_of(asked), files_of(asked)
    _refuse_idle(asked)
    _refuse_silence(asked, files=files)
    documents = {path: validated(path) for path in dict.fromkeys(asked.reports)}
    insist_on_places(files)
    runs = [run_of(one) for one in documents.values()]
    ended = _ended(documents)
    run = replace(merged(runs, latest=asked.latest), ended="; ".join(ended))
    for remark in remarks(runs, latest=asked.latest):
        say(f"merge: {remark}")
    gate = None
    if asked.gate:
        modes = modes_of(settings, asked.mode)
        missing = _missing(runs, shards=asked.shards)
        run = replace(run, ended="; ".join([*missing, *ended]))
        gate = judged(run, modes=modes, surface=threshold, systems=_systems(settings, asked.system))
        show(gate)
    trouble = written(run, files=files, gate=gate)
    code = gate.exit_code if gate else 0
    return trouble.exit_code if trouble and code != 1 else code


def _refuse_idle(asked: argparse.Namespace) -> None:
    """Refuse what has an effect in a gate only, lest somebody believes that there is one."""
    for option, value in (
        ("--surface-fail-under", asked.surface_fail_under),
        ("--mode", asked.mode),
        ("--system", asked.system),
        ("--shards", asked.shards),
    ):
        if value is not None and not asked.gate:
            raise UsageError(f"{option} is {value!r}, but no gate is asked for.", remedy="add --gate")


def _refuse_silence(asked: argparse.Namespace, *, files: dict[str, Path]) -> None:
    if not files and not asked.gate:
        raise UsageError(
            "Nothing is to come of it: neither a report nor a gate is asked for.",
            remedy="say where to: --json FILE, --report FILE, --summary FILE\nor: --gate",
        )


def _systems(settings: Settings, named: Sequence[str] | None) -> tuple[str, ...]:
    """Give the systems of which some test must have run; where no project is, nobody knows of any."""
    if not named:
        return tuple(settings.systems)
    return tuple(settings.system(name).name if settings.systems else name for name in named)


def _missing(runs: Sequence[RunRecord], *, shards: int | None) -> list[str]:
    """Give a sentence on shards that are not there; a copy of a report is no other shard."""
    from harness.report.merging import distinct  # noqa: PLC0415 - see merge

    found = len(distinct(runs))
    if shards is None or found == shards:
        return []
    twice = len(runs) - found
    besides = f", and {twice} more {'tells' if twice == 1 else 'tell'} of a run that another tells of" if twice else ""
    return [f"{found} of {shards} reports are there{besides}"]


def _ended(documents: dict[Path, dict[str, Any]]) -> list[str]:
    """Give a sentence on each shard that did not end in order."""
    told = {path: one.get("ended") or (one.get("gate") or {}).get("ended") for path, one in documents.items()}
    return [f"{path}: {ended}" for path, ended in told.items() if ended]
