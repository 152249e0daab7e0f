"""``harness gate``: the suite of a system in each mode, and all that must hold besides."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.cli.ending import Ending
from harness.cli.reports import files_of, show, take_files, threshold_of
from harness.cli.suites import suites_of
from harness.errors import StageError, UsageError
from harness.report.gating import Gate, judged
from harness.report.record import RunRecord
from harness.settings import Choice, Settings

__all__ = ["gate", "modes_asked", "take_options"]

# With these codes pytest has not tested what it was to test; they are handed on.
_HANDED_ON = (2, 3, 4, 6)
_IN_VAIN = (4, 6)
_INTERRUPTED = 130
_EXAMPLE = "like: harness gate bigmouth --surface-fail-under 90 --json report.json -- -x"


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what is tested, what must hold, and where reports go to."""
    parser.epilog = f"What stands behind -- goes to pytest; {_EXAMPLE}"
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="all systems of the project when none is named")
    parser.add_argument("--mode", metavar="MODE", help="handler, invoke, http, several with commas; all unless said")
    parser.add_argument("-n", dest="workers", metavar="N", help="test with so many workers of pytest-xdist")
    take_files(parser)


def gate(settings: Settings, asked: argparse.Namespace) -> int:
    """Run the tests, look for drift and for what was left behind, say what holds, and give the exit code.

    Raises:
        UsageError: Something is asked for that is not there.
        StageError: The embedded cloud cannot be started.
        KeyboardInterrupt: Somebody has asked for the end; nothing is left running.
    """
    from harness.cli.judging import cloud_for_a_while, looked_after  # noqa: PLC0415 - a gate alone needs it
    from harness.report.files import insist_on_places, write_reports  # noqa: PLC0415

    modes, threshold, files = modes_asked(settings, asked.mode), threshold_of(asked), files_of(asked)
    arguments = _arguments(settings, asked, modes=modes)
    insist_on_places(files)
    trouble = None
    with Ending() as ending, ExitStack() as closing:
        began = time.time()
        alone = closing.enter_context(cloud_for_a_while(settings)) if settings.embedded else False
        code, run = _tested(arguments, settings=settings, ending=ending)
        systems = asked.systems or [name for name in settings.systems if name in {one.system for one in run.tests}]
        with ending.at_once():
            try:
                if code not in _IN_VAIN:
                    run = looked_after(run, settings=settings, systems=systems, alone=alone, began=began, tell=_say)
            except StageError as error:
                trouble = error
    return _concluded(...)
