"""Coverage of handlers, measured over the suite in handler mode."""

import json
from collections.abc import Callable, Mapping

import pytest

from .projects import FUNCTIONS, Copy

MEASURE = ("-m", "coverage", "run", "--branch", f"--source={FUNCTIONS}")


@pytest.fixture(scope="module")
def copy(bigmouth: Callable[[], Copy]) -> Copy:
    """A copy of bigmouth that works."""
    return bigmouth()


@pytest.fixture(scope="module")
def missed(copy: Copy) -> Mapping[str, list[int]]:
    """The lines of each module that a run under coverage has not seen."""
    run = copy.run_suite(mode="handler", under=MEASURE)
    assert run.code == 0, run.output
    report = copy.finished(copy.start("-m", "coverage", "json", "--quiet", "-o", "coverage.json"))
    assert report.code == 0, report.output
    files = json.loads((copy.folder / "coverage.json").read_text())["files"]
    return {name.removeprefix(f"{FUNCTIONS}/"): measured["missing_lines"] for name, measured in files.items()}


@pytest.mark.parametrize("module", ["get_index.py", "get_restaurants.py", "page.py", "restaurants.py"])
def test_the_lines_of_a_handler_and_of_its_modules_count(missed: Mapping[str, list[int]], module: str) -> None:
    """The suite reaches all of them, some while a module is imported and some in a call."""
    assert missed[module] == []


def test_lines_that_no_test_reaches_are_missed(missed: Mapping[str, list[int]], copy: Copy) -> None:
    """The suite never meets a bus that does not take an event."""
    assert copy.line_of("bus.py", "raise NotPublished") in missed["bus.py"]


def test_a_function_that_an_event_starts_counts(missed: Mapping[str, list[int]]) -> None:
    """NotifyRestaurant runs in this process, started by what another function has published."""
    assert missed["notify_restaurant.py"] == []
