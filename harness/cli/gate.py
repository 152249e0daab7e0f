"""``harness gate``: the suite of a system in each mode, and all that must hold besides."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from importlib.util import find_spec

from harness.cli.ending import Ending
from harness.cli.reports import files_of, modes_of, show, take_files, threshold_of, written
from harness.cli.suites import suites_of
from harness.errors import UsageError
from harness.settings import Settings

__all__ = ["gate", "take_options"]

# What decides where and in which modes is tested is for all parts of a gate, also for those that are not pytest's.
_OF_THE_GATE = ("--stage", "--region", "--profile", "--mode")
# With these codes pytest has not tested what it was to test, so they are handed on.
_HANDED_ON = (2, 3, 4, 6)


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what is tested, what must hold, and where reports go to."""
    parser.epilog = (
        "What stands behind -- goes to pytest: harness gate bigmouth --surface-fail-under 90 --json report.json -- -x"
    )
    parser.add_argument("systems", nargs="*", metavar="SYSTEM", help="all systems of the project when none is named")
    parser.add_argument("--mode", metavar="MODE", help="handler, invoke, http, several with commas; all unless said")
    parser.add_argument("-n", dest="workers", metavar="N", help="test with so many workers of pytest-xdist")
    take_files(parser)


def gate(settings: Settings, asked: argparse.Namespace) -> int:
    """Run the tests, look for drift and for what was left behind, say what holds, and give the exit code.

    Raises:
        UsageError: Something is asked for that makes no sense.
        StageError: The embedded cloud cannot be started.
        KeyboardInterrupt: Somebody has asked for the end; nothing is left running.
    """
    from harness.cli.judging import Looked, cloud_for_a_while, looked_after  # noqa: PLC0415 - a gate alone needs it
    from harness.cli.testing import tested  # noqa: PLC0415
    from harness.report.files import insist_on_places  # noqa: PLC0415
    from harness.report.gating import judged  # noqa: PLC0415

    modes, threshold, files = modes_of(settings, asked.mode), threshold_of(asked), files_of(asked)
    arguments = _arguments(settings, asked, modes=modes)
    insist_on_places(files)
    began = time.time()
    with Ending() as ending, ExitStack() as closing:
        alone = settings.embedded and closing.enter_context(cloud_for_a_while(settings))
        ended = tested(arguments, settings=settings, modes=modes, ending=ending, report=files.get("--json"))
        with ending.at_once():
            looked: Looked = looked_after(ended, settings=settings, systems=asked.systems, alone=alone, began=began)
    run = replace(looked.run, ended=ended.sentence)
    verdict = judged(
        run,
        modes=modes,
        surface=threshold,
        systems=asked.systems or tuple(settings.systems),
    )
    show(verdict)
    trouble = written(run, files=files, gate=verdict) or looked.trouble
    if ended.code in _HANDED_ON:
        return ended.code
    return trouble.exit_code if trouble and verdict.exit_code != 1 else verdict.exit_code


def _arguments(settings: Settings, asked: argparse.Namespace, *, modes: Sequence[str]) -> list[str]:
    """Give the arguments of pytest: what is set goes along, so that its own files say nothing else."""
    _refuse_another_place(asked.others)
    suites = suites_of(settings, asked.systems, others=asked.others)
    workers = []
    if asked.workers is not None:
        if find_spec("xdist") is None:
            raise UsageError(
                "-n asks for workers, but pytest-xdist is not installed.", remedy="pip install pytest-xdist"
            )
        workers = ["-n", asked.workers]
    profile = [f"--profile={asked.profile}"] if asked.profile else []
    place = [f"--stage={settings.stage.value}", f"--region={settings.region.value}", *profile]
    return [*map(str, suites), f"--mode={','.join(modes)}", *place, *workers, *asked.others]


def _refuse_another_place(others: Sequence[str]) -> None:
    """Refuse to test in one place and to look for drift and for what is left in another."""
    for other in others:
        option = other.partition("=")[0]
        if option in _OF_THE_GATE:
            raise UsageError(
                f"{option} stands behind --, where only pytest would follow it.",
                remedy=f"write it before: harness gate {option}=… -- …",
            )
