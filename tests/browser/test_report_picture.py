"""The picture of a system in the report."""

from __future__ import annotations

import dataclasses

import pytest
from playwright.sync_api import Page, expect

from harness.report.page import page
from harness.report.record import SystemRecord
from harness.report.surface import picture_of, surface_of
from tests.browser.conftest import Opener
from tests.report.real_systems import system
from tests.report.sample_system import wide
from tests.report.samples import VERDICTS, broken_run, green_run

BROKEN = page(broken_run(), verdicts=VERDICTS)


def of_system(name: str) -> SystemRecord:
    """A system of this project as a run records it."""
    nodes, edges = picture_of(system(name))
    return SystemRecord(name=name, surface=surface_of(system(name)), nodes=nodes, edges=edges)


def overlapping(opened: Page, selector: str) -> list[str]:
    """The pairs of things that cover each other, by their texts."""
    boxes = [(one.text_content(), one.bounding_box()) for one in opened.locator(selector).all() if one.is_visible()]
    return [
        f"{name} / {other}"
        for at, (name, one) in enumerate(boxes)
        for other, two in boxes[at + 1 :]
        if one
        and two
        and abs(one["x"] + one["width"] / 2 - two["x"] - two["width"] / 2) < (one["width"] + two["width"]) / 2 - 1
        and abs(one["y"] + one["height"] / 2 - two["y"] - two["height"] / 2) < (one["height"] + two["height"]) / 2 - 1
    ]


@pytest.mark.parametrize("name", ["bigmouth", "gettogethers", "photos", "orders_async", "catalogue"])
def test_shows_a_real_system(opening: Opener, name: str) -> None:
    """Each thing of a system stands there once, with its name, and no two boxes or words cover each other."""
    drawn = of_system(name)

    opened = opening(page(dataclasses.replace(green_run(), systems=(drawn,)), verdicts=()))

    assert sorted(node.id for node in drawn.nodes) == sorted(
        opened.page.locator(".node").evaluate_all("nodes => nodes.map(({ dataset }) => dataset.id)")
    )
    assert [] == overlapping(opened.page, ".node .box")
    assert [] == overlapping(opened.page, ".on-line rect")
    assert [] == opened.complaints


def test_front_doors_stand_first(opening: Opener) -> None:
    """All routes stand in the first column, also those that a function of the system calls."""
    opened = opening(page(dataclasses.replace(green_run(), systems=(of_system("bigmouth"),)), verdicts=()))

    boxes = [one.bounding_box() for one in opened.page.locator(".node-door").all()]
    others = [one.bounding_box() for one in opened.page.locator(".node:not(.node-door)").all()]
    assert 4 == len(boxes)
    assert max(box["x"] for box in boxes if box) < min(box["x"] for box in others if box)


def test_shows_sixty_nodes(opening: Opener) -> None:
    """Sixty nodes stand apart from each other and make nothing but their own canvas scroll."""
    opened = opening(page(dataclasses.replace(green_run(), systems=(wide(24),)), verdicts=()))

    assert 60 == opened.page.locator(".node").count()
    assert [] == overlapping(opened.page, ".node .box")
    assert opened.is_as_wide_as_its_window


def test_goes_from_left_to_right(opening: Opener) -> None:
    """A route stands left of its function, which stands left of the bus that it publishes to."""
    opened = opening(BROKEN)

    boxes = [
        opened.page.locator(f'[data-id="{one}"]').bounding_box()
        for one in ("route:Api POST /orders", "PlaceOrder", "EventBus")
    ]
    places = [box["x"] for box in boxes if box]
    assert 3 == len(places)
    assert sorted(places) == places


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("PlaceOrder", "PlaceOrder, function, reached in every mode"),
        ("GetRestaurants", "GetRestaurants, function, reached in some modes, drift"),
        ("EventBus", "EventBus, bus, not counted"),
    ],
)
def test_says_what_was_reached(opening: Opener, node: str, words: str) -> None:
    """What a colour says is said in words too."""
    opened = opening(BROKEN)

    assert words == opened.page.locator(f'[data-id="{node}"]').get_attribute("aria-label")


def test_lists_what_was_never_reached(opening: Opener) -> None:
    """What no test reached is named below the picture."""
    opened = opening(BROKEN)

    assert "Never reached: 2 of 12" in opened.page.inner_text(".never")
    assert ["ToTestQueue", "ToTestQueueFromTopic"] == opened.page.locator(".never .chips li").all_inner_texts()


def test_shows_neighbours_and_tests_of_a_thing(opening: Opener) -> None:
    """Choosing a thing lights what it is joined to, and tells which tests reached it."""
    opened = opening(BROKEN)

    opened.page.locator('[data-id="GetRestaurants"]').click()

    lit = opened.page.locator(".node.lit").evaluate_all("nodes => nodes.map(({ dataset }) => dataset.id)")
    assert {"route:Api GET /restaurants", "GetRestaurants", "RestaurantsTable"} == set(lit)
    about = opened.page.inner_text(".about-node")
    assert "Reached in handler, invoke by 2 tests." in about
    assert "the template says 6, deployed is 1" in about


def test_works_by_keyboard(opening: Opener) -> None:
    """One tab stop leads into the picture, arrows go on from there, and enter chooses."""
    opened = opening(BROKEN)
    opened.page.locator('.node[tabindex="0"]').focus()

    opened.page.keyboard.press("ArrowRight")
    opened.page.keyboard.press("Enter")

    assert 1 == opened.page.locator('.node[tabindex="0"]').count()
    assert "GetIndex" in opened.page.inner_text(".about-node h3")


def test_is_a_list_on_a_phone(opening: Opener) -> None:
    """On a phone's width the surface is a list, and the picture is one touch away and scrolls by itself."""
    opened = opening(BROKEN, width=390)
    expect(opened.page.locator(".surface-list")).to_be_visible()

    opened.page.get_by_role("button", name="Picture").click()

    expect(opened.page.locator(".drawing")).to_be_visible()
    assert opened.is_as_wide_as_its_window


def test_another_system_is_chosen(opening: Opener) -> None:
    """With several systems one is shown, and the others by their names."""
    both = dataclasses.replace(broken_run(), systems=(*broken_run().systems, wide(4)))
    opened = opening(page(both, verdicts=VERDICTS))

    opened.page.get_by_role("button", name="wide").click()

    assert 10 == opened.page.locator(".node").count()
