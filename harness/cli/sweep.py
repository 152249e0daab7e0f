"""`harness sweep`: what earlier runs have left behind is found, shown and taken away."""

from __future__ import annotations

import argparse
import json
import sys
import time

from harness.cli.guards import refuse_protected
from harness.settings import Settings
from harness.telling import Told

__all__ = ["NOT_CLEAN", "sweep", "take_options"]

# 1 to 5 are pytest's own, and 5 is no failure there.
NOT_CLEAN = 6

_EXAMPLE = """examples:
  harness sweep --dry-run
  harness sweep --stage dev --older-than 2h
  harness sweep --stage dev --run 0f3a9c21
"""


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what to take away."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXAMPLE
    parser.add_argument("--all", action="store_true", help="of every stage in the account and region")
    parser.add_argument(
        "--older-than",
        metavar="TIME",
        help="what no ledger here tells of: when it is older, as 30m, 2h or 3d; its own time to live when not given",
    )
    parser.add_argument("--run", metavar="ID", default="", help="of this run only, however old")
    parser.add_argument("--dry-run", action="store_true", help="show what would be taken away, and touch nothing")
    parser.add_argument("--json", action="store_true", help="print all of it as JSON")


def sweep(settings: Settings, asked: argparse.Namespace) -> int:
    """Take away what earlier runs have left; give 0, or 6 when something may be left that should not be.

    Raises:
        UsageError: What is asked for makes no sense, would hurt others, or the stage is protected.
        StageError: There are no credentials, or nothing answers.
        FileNotWritten: What was written down of it cannot be deleted.
    """
    from harness.sweep import Asked, Sweep, seconds_of  # noqa: PLC0415 - what the other commands do without
    from harness.sweep.shown import as_json, outcome_lines, plan_lines  # noqa: PLC0415

    if not settings.embedded:
        refuse_protected(settings, "sweep")
    wanted = Asked(
        stage=settings.stage.value,
        everywhere=asked.all,
        older_than=None if asked.older_than is None else seconds_of(asked.older_than),
        run=asked.run,
        embedded=settings.embedded,
    )
    # What is printed on stdout as JSON is read by other programs.
    tell = _SAID if asked.json else _TOLD
    if settings.embedded and not settings.place.exists():
        tell(f"No run has ever worked in {str(settings.root)!r}: there is no .harness in it.")
        return 0
    one = Sweep(settings, asked=wanted, tell=tell)
    plan = one.plan()
    for line in plan_lines(plan, now=time.time()):
        tell(line)
    if asked.run and asked.run not in plan.runs:
        tell(f"There is no trace of a run {asked.run!r}.")
    outcome = None if asked.dry_run else one.carry_out(plan)
    for line in outcome_lines(outcome) if outcome else ["Nothing was touched: --dry-run."]:
        tell(line)
    if asked.json:
        _write(json.dumps(as_json(plan, outcome), indent=1) + "\n")
    if outcome and outcome.trouble:
        raise outcome.trouble
    return NOT_CLEAN if plan.unseen or (outcome and outcome.failed) else 0


def _write(text: str) -> None:
    print(text, end="", flush=True)  # noqa: T201 - a command line prints


def _say(text: str) -> None:
    print(text, end="", file=sys.stderr, flush=True)  # noqa: T201 - a command line prints


_TOLD = Told(_write, terminal=sys.stdout.isatty())
_SAID = Told(_say, terminal=sys.stderr.isatty())
