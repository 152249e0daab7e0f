"""What came of a run, in a sentence that is never better than the run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.report.gating import judged
from harness.report.headline import Headline, headline
from harness.report.record import Outcome, RunRecord, TestRecord
from tests.report.samples import MODES, broken_run, empty_run, green_run


def ran(*modes: str, test: str = "test_a", outcome: Outcome = "passed") -> tuple[TestRecord, ...]:
    """A test in these modes; without a stage it has neither system nor mode."""
    return tuple(
        TestRecord(test=test, system="shop" if mode else "", mode=mode, outcome=outcome) for mode in modes or ("",)
    )


def run_of(*tests: TestRecord, modes: tuple[str, ...] = ("handler", "http"), ended: str = "") -> RunRecord:
    """A run in which nothing else is wrong."""
    return RunRecord(modes=modes, tests=tests, drift=(), left=(), ended=ended)


def said(run: RunRecord) -> tuple[str, str]:
    """Give the state and the sentence of a run without a gate."""
    found = headline(run)
    return found.state, found.text


def test_counts_are_told() -> None:
    """A test is one thing, in however many modes it ran."""
    assert headline(broken_run()) == Headline(
        text="8 of 17 tests fail, 1 skipped", state="bad", tests=17, passed=8, skipped=1, broken=8
    )


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (green_run(), "8 tests pass in every mode"),
        (run_of(*ran("handler", "http")), "1 test passes in every mode"),
        (run_of(*ran("http"), modes=("http",)), "1 test passes in http mode"),
        (run_of(*ran("handler", "http"), *ran()), "2 tests pass in every mode"),
        (run_of(*ran()), "1 test passes"),
        (run_of(*ran("handler", "http"), *ran("http", test="b")), "2 tests pass wherever they ran"),
        (run_of(*ran("http", outcome="xfailed")), "1 test passes wherever it ran"),
    ],
)
def test_every_mode_is_said_of_tests_that_ran_in_each(run: RunRecord, text: str) -> None:
    """A test that was left out somewhere has said nothing there."""
    assert ("good", text) == said(run)


@pytest.mark.parametrize(
    ("tests", "text"),
    [
        (ran("http", outcome="skipped"), "1 test skipped"),
        ((*ran("http"), *ran("http", test="b", outcome="skipped")), "1 of 2 tests passes, 1 skipped"),
        ((*ran("handler"), *ran("http", outcome="skipped")), "1 test skipped"),
    ],
)
def test_a_skip_is_no_pass(tests: tuple[TestRecord, ...], text: str) -> None:
    """Not even where the test passes in another mode."""
    assert ("open", text) == said(run_of(*tests))


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (empty_run(), "No test ran"),
        (run_of(ended="pytest was interrupted"), "No test ran: pytest was interrupted"),
        (
            run_of(*ran("handler", "http"), ended="pytest was interrupted"),
            "1 test passes in every mode, but pytest was interrupted",
        ),
        (
            run_of(*ran("http", outcome="error"), *ran("http", test="b"), ended="pytest was interrupted"),
            "1 of 2 tests fails, and pytest was interrupted",
        ),
        (run_of(*ran(outcome="failed")), "1 of 1 test fails"),
    ],
)
def test_a_run_that_is_not_green_does_not_say_so(run: RunRecord, text: str) -> None:
    """Whatever its tests say that are known."""
    assert ("bad", text) == said(run)


def test_a_gate_that_does_not_pass_is_named() -> None:
    """With what fails, though the tests pass."""
    run = replace(run_of(*ran("handler", "http")), drift=None)

    found = headline(run, gate=judged(run, modes=("http",)))

    assert ("bad", "The gate does not pass (drift): 1 test passes in every mode") == (found.state, found.text)


def test_a_gate_that_passes_is_named() -> None:
    """It says of which tests."""
    found = headline(green_run(), gate=judged(green_run(), modes=MODES))

    assert ("good", "The gate passes: 8 tests pass in every mode") == (found.state, found.text)


def test_the_end_that_only_the_gate_knows_is_told() -> None:
    """As where pytest was killed."""
    run = run_of(*ran("http"), modes=("http",))

    found = headline(run, gate=judged(run, modes=("http",), ended="pytest was ended by SIGKILL"))

    assert found.text == ("The gate does not pass (tests): 1 test passes in http mode, but pytest was ended by SIGKILL")
