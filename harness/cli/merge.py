"""``harness merge``: the reports of several CI jobs as one, and the gate for all of them together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from harness.cli.reports import files_of, modes_of, say, show, take_files, threshold_of
from harness.errors import UsageError
from harness.settings import Settings

__all__ = ["merge", "take_options"]


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what is merged, what must hold, and where reports go to."""
    parser.description = "Make one report of those of several CI jobs."
    parser.add_argument("reports", nargs="+", type=Path, metavar="FILE", help="what `harness gate --json` has written")
    parser.add_argument("--gate", action="store_true", help="judge them together, as `harness gate` does one run")
    parser.add_argument("--mode", metavar="MODE", help="with --gate: the modes in which each test must have passed")
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
    from harness.report.files import insist_on_places, write_reports  # noqa: PLC0415
    from harness.report.gating import judged  # noqa: PLC0415
    from harness.report.merging import merged, remarks  # noqa: PLC0415

    threshold, files = threshold_of(asked), files_of(asked)
    _refuse_idle(asked)
    documents = {path: validated(path) for path in dict.fromkeys(asked.reports)}
    insist_on_places(files)
    runs = [run_of(one) for one in documents.values()]
    run = merged(runs, latest=asked.latest)
    for remark in remarks(runs, latest=asked.latest):
        say(f"merge: {remark}")
    gate = None
    if asked.gate:
        modes = modes_of(settings, asked.mode)
        gate = judged(run, modes=modes, surface=threshold, ended=_ended(documents, shards=asked.shards))
        show(gate)
    write_reports(run, files=files, gate=gate)
    return gate.exit_code if gate else 0


def _refuse_idle(asked: argparse.Namespace) -> None:
    """Refuse what has an effect in a gate only, lest somebody believes that there is one."""
    for option, value in (
        ("--surface-fail-under", asked.surface_fail_under),
        ("--mode", asked.mode),
        ("--shards", asked.shards),
    ):
        if value is not None and not asked.gate:
            raise UsageError(f"{option} is {value!r}, but no gate is asked for.", remedy="add --gate")


def _ended(documents: dict[Path, dict[str, Any]], *, shards: int | None) -> str:
    """Give a sentence on shards that did not end in order, or are not there."""
    said = [
        f"{path}: {one['gate']['ended']}" for path, one in documents.items() if one.get("gate") and one["gate"]["ended"]
    ]
    if shards is not None and len(documents) != shards:
        said.insert(0, f"{len(documents)} of {shards} reports are there")
    return "; ".join(said)
