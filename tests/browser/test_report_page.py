"""The report in a real browser: it opens from a file, alone, in each scheme and width, and says what came of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from harness.report.gating import judged
from harness.report.page import page
from tests.browser.conftest import Opener
from tests.report.samples import MODES, VERDICTS, broken_run, empty_run, filled, green_run, large_run

_CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
BROKEN = page(broken_run(), verdicts=VERDICTS)
TOLD = "#test=suites%2Fbigmouth%2Ftest_order.py%3A%3Atest_is_told_to_the_bus"


@pytest.mark.parametrize("address", ["", TOLD])
def test_needs_nothing_but_its_file(opening: Opener, address: str) -> None:
    """Nothing is requested but the file itself, and the console stays empty."""
    opened = opening(BROKEN, address=address)

    outside = [url for url in opened.asked if not url.startswith(("file:///", "data:image/svg+xml"))]
    assert [] == outside
    assert 1 == sum(url.startswith("file:") for url in opened.asked)
    assert [] == opened.complaints


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["", TOLD])
def test_is_read_easily(opening: Opener, address: str, scheme: str, width: int) -> None:
    """Each text has the contrast of WCAG AA, and nothing scrolls sideways, in each scheme, on a desk and on a phone."""
    opened = opening(BROKEN, address=address, scheme=scheme, width=width)

    assert [] == opened.page.evaluate(_CONTRAST)
    assert opened.is_as_wide_as_its_window


def test_scheme_is_as_the_reader_says(opening: Opener) -> None:
    """A click turns a dark page light, and it is so when it is opened again."""
    opened = opening(BROKEN, scheme="dark")
    before = opened.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")

    opened.page.get_by_role("button", name="Change to the light scheme").click()

    after = opened.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    # Chromium keeps what a page remembers in another process, which learns of it a moment later.
    for _ in range(20):
        opened.page.reload()
        opened.page.wait_for_selector("html[data-ready]", state="attached")
        again = opened.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        if again == after:
            break
    assert before != after == again


@pytest.mark.parametrize(
    ("run", "headline", "words"),
    [
        (green_run(), "8 tests pass in every mode", "The modes agree on every test, and each passes."),
        (empty_run(), "No test ran", "No test ran, so there is nothing to conclude."),
        (
            dataclasses.replace(green_run(), systems=()),
            "8 tests pass in every mode",
            "The surface of no system is known, so there is nothing to draw.",
        ),
    ],
    ids=["green", "empty", "no surface"],
)
def test_says_so_where_there_is_nothing_to_show(opening: Opener, run: object, headline: str, words: str) -> None:
    """A run without failures, without tests, without a surface has words instead of a gap."""
    opened = opening(page(run, verdicts=()))

    assert headline == opened.page.get_by_role("heading", level=1).inner_text()
    assert opened.page.get_by_text(words).is_visible()
    assert [] == opened.complaints


def test_run_that_did_not_end_in_order_is_not_calm(opening: Opener) -> None:
    """Neither its headline nor its verdict says that all is well, and a gate shows its conditions."""
    run = dataclasses.replace(green_run(), ended="pytest was interrupted", unselected=2)

    opened = opening(page(run, verdicts=(), gate=judged(run, modes=MODES)))

    assert opened.page.locator("h1.bad").inner_text().endswith("8 tests pass in every mode, but pytest was interrupted")
    assert opened.page.get_by_text("No test that is known fails, but pytest was interrupted.").is_visible()
    assert "tests 8 tests in handler, invoke, http" in opened.page.locator(".gate li").first.inner_text()
    assert opened.page.get_by_text("2 tests were not selected (-k, -m, --deselect)").first.is_visible()
    assert [] == opened.complaints


def test_verdict_names_cause_and_tests(opening: Opener) -> None:
    """Tests with one cause stand together below it."""
    opened = opening(BROKEN)

    group = opened.page.locator(".group", has_text="PlaceOrder may not events:PutEvents on EventBus")
    assert (
        "The code passes, but its role lacks a permission. Seen in the evidence."
        == group.locator(".because").inner_text()
    )
    tests = group.get_by_role("link").evaluate_all("links => links.map(({ title }) => title.split('::')[1])")
    assert ["test_is_told_to_the_bus", "test_goes_all_the_way"] == tests


def test_run_in_one_mode_names_causes(opening: Opener) -> None:
    """Where one mode ran, nothing can disagree; the tests that failed stand below what the evidence names."""
    run = broken_run()
    run = dataclasses.replace(run, modes=("http",), tests=tuple(one for one in run.tests if one.mode == "http"))

    opened = opening(page(run, verdicts=()))

    causes = opened.page.locator(".group h3").all_inner_texts()
    assert 6 == len(causes)
    assert "PlaceOrder may not events:PutEvents on EventBus" == causes[0]


def test_hostile_texts_do_nothing(opening: Opener) -> None:
    """Markup in every text of a run is shown as text: no element is made of it, and nothing of it runs."""
    text = "</script><img src=x onerror=alert(1)><svg onload=alert(2)>"
    run = filled(broken_run(), text)

    opened = opening(page(run, verdicts=[filled(one, text) for one in VERDICTS]))

    opened.page.locator("a.row").first.click()
    for tab in opened.page.get_by_role("tab").all():
        tab.click()
    for mark in opened.page.locator("button.event-line").all():
        mark.click()
    assert 0 == opened.page.locator("img, [onload], [onerror]").count()
    assert [] == opened.complaints
    assert 1 == sum(url.startswith("file:") for url in opened.asked)


def test_injected_script_does_not_run(opening: Opener) -> None:
    """The policy of the page refuses a script that is not its own."""
    document = BROKEN.replace("</body>", "<script>document.title = 'injected'</script></body>")

    opened = opening(document)

    assert "injected" != opened.page.title()
    assert any("Content Security Policy" in complaint for complaint in opened.complaints)


def test_reader_without_javascript(opening: Opener) -> None:
    """The plain table is there, and the empty frame of the page is not."""
    opened = opening(BROKEN, script=False)

    assert "8 of 17 tests fail, 1 skipped" in opened.page.inner_text("body")
    assert 18 == opened.page.locator("tr:visible").count()


def test_opens_two_thousand_tests_soon(opening: Opener) -> None:
    """2,000 tests in three modes are there, and painted, in a second of an idle machine, in four of a busy one."""
    opened = opening(page(large_run(2_000), verdicts=()))

    painted = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    opened.page.wait_for_function(painted)
    assert 4_000 > opened.page.evaluate(painted)
    assert 2_000 == opened.page.locator("a.row").count()
