"""What a gate asks of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.report.gating import Condition, Gate, judged
from harness.report.record import DriftRecord, Outcome, RunRecord, SurfaceRecord, SystemRecord, TestRecord
from tests.report.samples import MODES, broken_run, empty_run, green_run

TEST = "suites/shop/test_order.py::test_order"


def ran(*modes: str, test: str = TEST, outcome: Outcome = "passed", reached: tuple[str, ...] = ()) -> list[TestRecord]:
    """A test in these modes."""
    return [TestRecord(test=test, system="shop", mode=mode, outcome=outcome, reached=reached) for mode in modes]


def run_of(*tests: TestRecord, deselected: tuple[str, ...] = ()) -> RunRecord:
    """A run in which nothing else is wrong."""
    return RunRecord(tests=tests, deselected=deselected, drift=(), left=())


def condition(gate: Gate, name: str) -> Condition:
    """Give one of its conditions."""
    return next(one for one in gate.conditions if one.name == name)


def failed(gate: Gate) -> list[str]:
    """Give the names of the conditions that do not hold."""
    return [one.name for one in gate.conditions if not one.passed]


def test_a_run_without_a_fault_passes() -> None:
    """Every test in every mode, no drift, nothing left."""
    gate = judged(green_run(), modes=MODES)

    assert gate.passed
    assert 0 == gate.exit_code
    assert ["tests", "drift", "surface", "left"] == [one.name for one in gate.conditions]


def test_everything_may_fail_at_once() -> None:
    """Each condition is judged for itself."""
    gate = judged(broken_run(), modes=MODES, surface=90.0)

    assert ["tests", "drift", "surface", "left"] == failed(gate)
    assert 1 == gate.exit_code


def test_no_tests_at_all_fail() -> None:
    """An empty run has shown nothing."""
    gate = judged(run_of(), modes=MODES)

    assert Condition(name="tests", passed=False, text="no test ran") == condition(gate, "tests")


def test_a_test_that_fails_in_one_mode_fails() -> None:
    """It is told in which."""
    tests = (*ran("handler"), *ran("invoke", "http", outcome="failed"), *ran(*MODES, test="other"))

    found = condition(judged(run_of(*tests), modes=MODES), "tests")

    assert "1 of 2 tests does not pass in every mode" == found.text
    assert (f"{TEST}: failed in invoke, http",) == found.lines


@pytest.mark.parametrize("outcome", ["error", "skipped"])
def test_what_is_no_pass_fails(outcome: Outcome) -> None:
    """A test that was skipped has not said anything."""
    found = condition(judged(run_of(*ran("http", outcome=outcome)), modes=["http"]), "tests")

    assert (f"{TEST}: {outcome} in http",) == found.lines
    assert not found.passed


@pytest.mark.parametrize("outcome", ["passed", "xfailed", "xpassed"])
def test_what_was_expected_passes(outcome: Outcome) -> None:
    """A known failure is no news; one that is strict and passes is a failure for pytest, too."""
    assert judged(run_of(*ran("http", outcome=outcome)), modes=["http"]).passed


def test_a_mode_that_is_missing_fails() -> None:
    """As where the shard of a mode is missing."""
    found = condition(judged(run_of(*ran("handler")), modes=MODES), "tests")

    assert not found.passed
    assert (f"{TEST}: did not run in invoke, http, and nothing says why",) == found.lines


def test_a_mode_that_is_missing_stands_beside_a_failure() -> None:
    """One line says all of a test."""
    found = condition(judged(run_of(*ran("handler", outcome="failed")), modes=["handler", "http"]), "tests")

    assert (f"{TEST}: failed in handler; did not run in http, and nothing says why",) == found.lines


@pytest.mark.parametrize("test", [TEST, f"{TEST}[one: two]"])
def test_a_mode_that_is_deselected_with_a_reason_is_not_missing(test: str) -> None:
    """The reason says why it says nothing there."""
    why = (f"deselected in handler, invoke: {test}: it looks at: the front door",)

    assert judged(run_of(*ran("http", test=test), deselected=why), modes=MODES).passed


def test_a_reason_excuses_the_parameters_that_it_names_only() -> None:
    """Of a test of which one is marked, the other may have been taken away by the caller."""
    tests = (*ran("http", test=f"{TEST}[1]"), *ran("http", test=f"{TEST}[2]"))

    found = condition(
        judged(run_of(*tests, deselected=(f"deselected in invoke: {TEST}[1]: why",)), modes=["invoke", "http"]), "tests"
    )

    assert (f"{TEST}[2]: did not run in invoke, and nothing says why",) == found.lines


def test_a_reason_excuses_the_modes_that_it_names_only() -> None:
    """And the test that it names."""
    why = (f"deselected in handler: {TEST}: why", f"deselected in invoke: {TEST}_twice: why", "marked slow")

    found = condition(judged(run_of(*ran("http"), deselected=why), modes=MODES), "tests")

    assert (f"{TEST}: did not run in invoke, and nothing says why",) == found.lines


def test_a_test_without_a_stage_has_no_mode() -> None:
    """It runs once."""
    plain = TestRecord(test="test_plain", system="", mode="", outcome="passed")

    assert judged(run_of(plain), modes=MODES).passed
    assert (
        "1 test in http, 1 test without a stage"
        == condition(judged(run_of(plain, *ran("http")), modes=["http"]), "tests").text
    )
    broken = condition(judged(run_of(replace(plain, outcome="failed")), modes=MODES), "tests")
    assert ("test_plain: failed",) == broken.lines


def test_a_system_of_which_no_test_ran_fails() -> None:
    """What was asked for must have been tested."""
    found = condition(judged(run_of(*ran("http")), modes=["http"], systems=["shop", "bank"]), "tests")

    assert not found.passed
    assert ("bank: no test ran",) == found.lines


def test_a_run_that_did_not_end_in_order_fails() -> None:
    """Though all that is known of it passed."""
    gate = judged(run_of(*ran("http")), modes=["http"], ended="pytest was ended by SIGKILL")

    assert ("pytest was ended by SIGKILL",) == condition(gate, "tests").lines
    assert 1 == gate.exit_code


def test_a_run_that_knows_how_it_ended_fails() -> None:
    """As one of which a module could not be collected."""
    gate = judged(replace(run_of(*ran("http")), ended="collection failed"), modes=["http"])

    assert ("collection failed",) == condition(gate, "tests").lines
    assert "collection failed" == gate.ended


@pytest.mark.parametrize(("number", "words"), [(1, "1 test was"), (1200, "1,200 tests were")])
def test_tests_that_were_not_selected_are_told(number: int, words: str) -> None:
    """They are the caller's business, and no failure by themselves."""
    found = condition(judged(replace(run_of(*ran("http")), unselected=number), modes=["http"]), "tests")

    assert f"1 test in http; {words} not selected (-k, -m, --deselect)" == found.text
    assert found.passed


def test_drift_fails() -> None:
    """Each difference is told, with its system."""
    drift = DriftRecord(
        system="shop", kind="rule", name="Placed", what="state", template="enabled", deployed="disabled"
    )

    gate = judged(replace(run_of(*ran("http")), drift=(drift,)), modes=["http"])

    assert "1 difference between template and stage" == condition(gate, "drift").text
    assert ("shop: rule Placed: state: the template says enabled, deployed is disabled",) == condition(
        gate, "drift"
    ).lines
    assert (["drift"], 8) == (failed(gate), gate.exit_code)


def test_what_nobody_has_looked_for_fails() -> None:
    """A gate does not pass on what it does not know."""
    gate = judged(replace(run_of(*ran("http")), drift=None, left=None), modes=["http"])

    assert (["drift", "left"], 8) == (failed(gate), gate.exit_code)
    assert "nobody has looked whether the stage is as the template says" == condition(gate, "drift").text
    assert "nobody has looked whether anything was left behind" == condition(gate, "left").text


def test_what_was_left_behind_fails() -> None:
    """Each thing is told."""
    gate = judged(replace(run_of(*ran("http")), left=("queue a", "user b")), modes=["http"])

    assert Condition(name="left", passed=False, text="2 things left behind", lines=("queue a", "user b")) == condition(
        gate, "left"
    )
    assert (["left"], 8) == (failed(gate), gate.exit_code)


def of_surface(reached: int, *, of: int) -> RunRecord:
    """A run that reached so much of a surface."""
    ids = [f"rule:R{number}" for number in range(of)]
    surface = tuple(SurfaceRecord(id=one, kind="rule", name=one) for one in ids)
    system = SystemRecord(name="shop", surface=surface)
    return replace(run_of(*ran("http", reached=tuple(ids[:reached]))), systems=(system,))


def test_a_surface_below_the_threshold_fails() -> None:
    """What was never reached is told."""
    gate = judged(of_surface(3, of=4), modes=["http"], surface=75.5)

    assert Condition(
        name="surface", passed=False, text="75 % reached, 75.5 % asked for", lines=("shop: rule:R3",)
    ) == condition(gate, "surface")
    assert (["surface"], 8) == (failed(gate), gate.exit_code)


def test_a_surface_at_the_threshold_passes() -> None:
    """As much as is asked for is enough."""
    assert judged(of_surface(3, of=4), modes=["http"], surface=75.0).passed


def test_a_share_is_rounded_down() -> None:
    """What does not reach the threshold must not look as if it did."""
    gate = judged(of_surface(2999, of=3000), modes=["http"], surface=100.0)

    assert "99.9 % reached, 100 % asked for" == condition(gate, "surface").text


def test_without_a_threshold_the_surface_is_told_only() -> None:
    """Whatever was reached."""
    gate = judged(of_surface(0, of=4), modes=["http"])

    assert Condition(name="surface", passed=True, text="0 % reached, no threshold is set") == condition(gate, "surface")


@pytest.mark.parametrize(
    "tests", [(), (TestRecord(test="test_plain", system="", mode="", outcome="passed"),)], ids=["none", "plain"]
)
def test_a_surface_that_no_test_could_reach_fails(tests: tuple[TestRecord, ...]) -> None:
    """All of nothing would be 100 %."""
    gate = judged(run_of(*tests), modes=["http"], surface=10.0)

    assert Condition(name="surface", passed=False, text="no test ran, 10 % asked for") == condition(gate, "surface")


def test_an_empty_run_fails_in_all_that_nobody_knows() -> None:
    """As that of a pytest that was killed before its first test."""
    assert ["tests", "drift", "left"] == failed(judged(empty_run(), modes=MODES))
