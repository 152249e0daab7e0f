"""A fixture of a session that fails: each test that needs it is told the same cause."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from .planted import in_template
from .projects import Copy, Run

SUITE = """
import pytest

from steps.bigmouth import then, when


@pytest.fixture(scope="session")
def order(stage, customer):
    return then.an_order_id_comes_back(when.we_place_an_order(stage, "Fangtasia", user=customer))


def test_first(order):
    assert order


def test_second(stage, order):
    assert order
"""
CAUSE = "PlaceOrder may not events:PutEvents on EventBus"


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """The role of the function that takes orders has lost a grant."""
    copy = bigmouth()
    in_template("events:PutEvents", "events:TestEventPattern", of="PlaceOrderRole")(copy)
    (copy.folder / "suites/bigmouth/test_fixture.py").write_text(SUITE)
    return copy


@pytest.fixture(scope="module")
def run(copy: Copy) -> Run:
    """Both tests in two modes."""
    return copy.run_suite("-k", "test_fixture", "--report-json=run.json", mode="handler,invoke")


@pytest.fixture
def report(copy: Copy, run: Run) -> dict[str, Any]:
    """What the run has written."""
    found: dict[str, Any] = json.loads((copy.folder / "run.json").read_text())
    return found


def test_no_test_blames_the_code(report: dict[str, Any]) -> None:
    """It is the grant, for the second test as for the first."""
    found = [(one["test"].partition("::")[2], one["area"], one["text"]) for one in report["verdicts"]]

    assert found == [("test_first", "permissions", CAUSE), ("test_second", "permissions", CAUSE)]


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_each_test_has_the_evidence(report: dict[str, Any], mode: str) -> None:
    """What the fixture did and what was denied; the second test says where it was seen."""
    first, second = (one for one in report["tests"] if one["mode"] == mode)

    seen = ("acts", "causes", "denials", "failure", "logs", "steps")
    assert [act["what"] for act in first["acts"]] == ["POST /orders"]
    assert [first[name] for name in seen] == [second[name] for name in seen]
    assert ("", first["test"]) == (first["as_in"], second["as_in"])


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_the_terminal_shows_it_below_each(run: Run, mode: str) -> None:
    """Nobody has to scroll to the first test to see why."""
    shown = run.under("fixture.second", mode)

    assert f"{mode}: as in suites/bigmouth/test_fixture.py::test_first" in shown
    assert f"permissions: {CAUSE}" in shown
