"""A run that is told to end, at any moment and in any of its processes, takes away what it has created."""

from __future__ import annotations

import os
import signal

import pytest

from tests.ending.conftest import LONG, Ending

TOLD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.mark.parametrize("told", TOLD)
def test_a_run_that_is_told_to_end_leaves_nothing(ending: Ending, told: signal.Signals) -> None:
    """By Ctrl-C, by a CI job that is cancelled, by a terminal that is closed."""
    run = ending.start(LONG)
    ending.begun()
    there = ending.left()

    run.send_signal(told)
    ended = ending.finished(run)

    assert {"queue": 1, "rule": 1, "subscription": 1, "user": 1, "items": 1} == there
    assert pytest.ExitCode.INTERRUPTED == ended.code, ended.output
    assert (
        "harness: taking away what this run has created: 1 user, items of 1 table, 1 subscription, 1 rule, 1 queue\n"
        f"harness: who cannot wait takes it away later: {ending.sweep}\n"
    ) in ended.output
    assert ({}, {}) == (ending.left(), ending.known())


@pytest.mark.parametrize("told", TOLD)
def test_workers_are_told_by_their_controller(ending: Ending, told: signal.Signals) -> None:
    """The signal reaches the controller only."""
    run = ending.start(LONG, "-n2")
    ending.begun(processes=2)

    run.send_signal(told)
    ended = ending.finished(run)

    assert pytest.ExitCode.INTERRUPTED == ended.code, ended.output
    assert ({}, {}) == (ending.left(), ending.known())


def test_ctrl_c_reaches_all_processes_at_once(ending: Ending) -> None:
    """As a terminal sends it."""
    run = ending.start(LONG, "-n2")
    ending.begun(processes=2)
    there = ending.left()

    os.killpg(run.pid, signal.SIGINT)
    ended = ending.finished(run)

    assert {"queue": 2, "rule": 2, "subscription": 2, "user": 2, "items": 2} == there
    assert pytest.ExitCode.INTERRUPTED == ended.code, ended.output
    assert 1 == ended.output.count(f"harness: who cannot wait takes it away later: {ending.sweep}\n")
    assert ({}, {}) == (ending.left(), ending.known())
