"""The tests in the report: finding one, opening one, seeing where its modes part."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import expect

from harness.report.page import page
from harness.report.record import RunRecord, TestRecord
from tests.browser.conftest import Opener
from tests.report.samples import VERDICTS, broken_run, large_run

BROKEN = page(broken_run(), verdicts=VERDICTS)
TOLD = "#test=suites%2Fbigmouth%2Ftest_order.py%3A%3Atest_is_told_to_the_bus"


def test_finds_by_text(opening: Opener) -> None:
    """Words narrow the rows, wherever in the name or the file they stand, and files without a row go."""
    opened = opening(BROKEN)

    opened.page.get_by_role("searchbox").fill("refuses search")

    assert 5 == opened.page.locator("a.row:visible").count()
    assert ["suites/bigmouth/test_search.py"] == opened.page.locator("h4:visible .path").all_inner_texts()
    assert "5 of 17 tests" == opened.page.get_by_role("status").filter(has_text="of 17").inner_text()


@pytest.mark.parametrize(("state", "rows"), [("Failed", 8), ("Modes disagree", 7), ("Skipped", 1), ("All", 17)])
def test_finds_by_state(opening: Opener, state: str, rows: int) -> None:
    """A state narrows the rows to as many as it says."""
    opened = opening(BROKEN)
    button = opened.page.get_by_role("button", name=f"{state}{rows}")

    button.click()

    assert rows == opened.page.locator("a.row:visible").count()
    assert "true" == button.get_attribute("aria-pressed")


def test_says_in_which_test_it_was_seen(opening: Opener) -> None:
    """A fixture of both has failed, and pytest does not try it again."""
    seen = TestRecord(
        test="t.py::test_b", system="shop", mode="http", outcome="error", failure="no", as_in="t.py::test_a"
    )
    opened = opening(page(RunRecord(modes=("http",), tests=(seen,)), verdicts=()))

    opened.page.locator("a.row").click()

    assert "As in t.py::test_a: a fixture of both failed there" in opened.page.get_by_role("dialog").inner_text()
    assert [] == opened.complaints


def test_opens_a_test_without_a_stage(opening: Opener) -> None:
    """It has a row with one outcome, and a sheet with what it failed with."""
    plain = TestRecord(test="tests/test_sum.py::test_adds", system="", mode="", outcome="failed", failure="it broke")
    opened = opening(page(dataclasses.replace(broken_run(), tests=(*broken_run().tests, plain)), verdicts=VERDICTS))
    row = opened.page.locator("a.row", has_text="adds")

    marks = row.locator(".mark").count()
    row.click()

    assert 1 == marks
    assert opened.page.get_by_role("dialog").get_by_text("it broke").is_visible()
    assert "Without a stage" in opened.page.locator("#tests h3").all_inner_texts()
    assert [] == opened.complaints


def test_says_that_nothing_is_found(opening: Opener) -> None:
    """A search for what is not there says so."""
    opened = opening(BROKEN)

    opened.page.get_by_role("searchbox").fill("no such thing")

    assert opened.page.get_by_text("No test is like that.").is_visible()


def test_works_by_keyboard(opening: Opener) -> None:
    """Slash goes to the search, tab and arrows to a row, enter opens it, escape closes it and goes back to the row."""
    opened = opening(BROKEN)
    keyboard = opened.page.keyboard

    keyboard.press("/")
    keyboard.type("the bus")
    opened.page.locator("a.row:visible").first.focus()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")

    dialog = opened.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert "is told to the bus" == opened.page.locator("#detail-title").inner_text().lower()
    keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert opened.page.locator("a.row:visible").first.evaluate("row => row === document.activeElement")
    assert "#test" not in opened.page.url


def test_address_opens_a_test(opening: Opener) -> None:
    """An address with a test opens it, and going back closes it."""
    opened = opening(BROKEN)
    opened.page.evaluate("address => { location.hash = address }", TOLD)
    dialog = opened.page.get_by_role("dialog")
    expect(dialog).to_be_visible()

    opened.page.go_back()

    expect(dialog).to_be_hidden()


def test_address_of_no_test(opening: Opener) -> None:
    """An address that names no test, or is no address at all, opens the page."""
    opened = opening(BROKEN, address="#test=%E0%A4%A")

    expect(opened.page.get_by_role("dialog")).to_be_hidden()
    assert [] == opened.complaints


def test_shows_where_the_modes_part(opening: Opener) -> None:
    """Side by side, the row where the modes first differ is marked."""
    opened = opening(BROKEN, address=TOLD)

    parting = opened.page.locator("tr.parts")
    assert "POST /orders" in parting.inner_text()
    assert ["200", "502", "502"] == [
        status.replace("\n", "") for status in parting.locator(".status").all_inner_texts()
    ]


def test_shows_a_timeline_with_evidence(opening: Opener) -> None:
    """In one mode, steps, requests and entries stand on one axis, and a request opens what is behind it."""
    opened = opening(BROKEN, address=TOLD)
    opened.page.get_by_role("tab", name="invoke").click()

    opened.page.get_by_role("button", name="POST /orders answered").click()

    kinds = opened.page.locator(".event .kind").all_inner_texts()
    assert ["given", "when", "then", "then"] == kinds
    evidence = opened.page.locator(".evidence").inner_text()
    assert "Fangtasia" in evidence
    assert "Internal server error" in evidence
    assert "Traceback (most recent call last)" in evidence
    assert "order not placed" in evidence


def test_marks_stand_where_their_time_is(opening: Opener) -> None:
    """On the axis, what came later stands further right, and what came before the test stands before it."""
    opened = opening(BROKEN, address=TOLD)
    opened.page.get_by_role("tab", name="handler").click()

    marks = opened.page.locator(".lane-of-time > :first-child").all()
    lefts = [mark.bounding_box() for mark in marks]
    places = [round(box["x"] + box["width"] / 2) for box in lefts if box]
    assert 8 == len(places)
    assert places[0] < places[1] < places[-1]
    assert sorted(places[5:]) == places[5:]


def test_names_what_was_denied(opening: Opener) -> None:
    """A denial stands there with function, action, resource and role."""
    opened = opening(BROKEN, address=TOLD)

    opened.page.get_by_role("tab", name="http").click()

    denied = opened.page.locator(".denials").inner_text()
    assert "PlaceOrder may not events:PutEvents on EventBus as bigmouth-dev-PlaceOrderRole" == denied


def test_tabs_go_by_arrow_keys(opening: Opener) -> None:
    """The right arrow goes to the next mode, and from the last to the first."""
    opened = opening(BROKEN, address=TOLD)
    opened.page.get_by_role("tab", name="Side by side").focus()

    opened.page.keyboard.press("ArrowLeft")

    chosen = opened.page.get_by_role("tab", selected=True)
    assert "http" in chosen.inner_text()
    assert chosen.evaluate("tab => tab === document.activeElement")


def test_last_of_two_thousand_is_found(opening: Opener) -> None:
    """Among 2,000 tests a word narrows the rows in less than half a second."""
    opened = opening(page(large_run(2_000), verdicts=()))

    seconds = opened.page.evaluate("""() => {
      const search = document.getElementById("search");
      const began = performance.now();
      search.value = "number 1999";
      search.dispatchEvent(new Event("input"));
      document.body.getBoundingClientRect();
      return (performance.now() - began) / 1000;
    }""")

    assert 1 == opened.page.locator("a.row:visible").count()
    assert 0.5 > seconds
