"""Bigmouth's landing page as a customer uses it, in a real browser against the embedded cloud."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from harness import Stage, User
from harness.project import Project
from harness.settings import read_settings
from steps.bigmouth import given, then, when

_ROOT = Path(__file__).parents[2]
_POOLS = "https://cognito-idp.us-east-1.amazonaws.com/"
# The embedded cloud sends no mail; this is the code of each of its users.
_CODE = "123456"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Bigmouth behind its real front door, with the eight restaurants."""
    told = {"stage": "embedded", "region": "us-east-1", "state": str(tmp_path_factory.mktemp("state"))}
    project = Project(read_settings(_ROOT, given=told, environment={}), tell=lambda _line: None, alone=True)
    try:
        opened = project.stage("bigmouth", mode="http")
        with given.the_eight_restaurants(opened), given.the_secret_of_the_search(opened):
            # On a busy machine the cold starts of two functions behind one request may take longer than it may.
            when.we_list_the_restaurants(opened, signed=True)
            when.we_open_the_landing_page(opened)
            yield opened
    finally:
        project.close()


@pytest.fixture(scope="module")
def customer(stage: Stage) -> Iterator[User]:
    """Somebody who has an account."""
    with given.a_signed_in_customer(stage) as user:
        yield user


@pytest.fixture
def shop(browser: Browser, stage: Stage) -> Iterator[Page]:
    """The landing page, whose way to the user pools of AWS leads to the embedded cloud instead."""
    context = browser.new_context()
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    # The pictures of the restaurants are elsewhere in the internet.
    page.route(lambda url: "127.0.0.1" not in url and "localhost" not in url, lambda route: route.abort())

    def lead(route: Route) -> None:
        answer = route.fetch(url=f"{stage.cloud.endpoint}/")
        route.fulfill(response=answer, headers={**answer.headers, "access-control-allow-origin": "*"})

    page.route(f"{_POOLS}**", lead)
    page.goto(f"{stage.output('ApiUrl')}/")
    yield page
    context.close()
    assert [] == complaints


def sign_in(shop: Page, username: str, password: str) -> None:
    """Fill in and send the form to sign in."""
    shop.get_by_role("button", name="Sign in").click()
    form = shop.locator("dialog#signIn")
    form.get_by_label("User name or e-mail").fill(username)
    form.get_by_label("Password").fill(password)
    form.get_by_role("button", name="Sign in").click()


def test_lists_the_restaurants(shop: Page) -> None:
    """The page lists eight restaurants, each to be ordered from."""
    restaurants = shop.locator("ul#restaurantsUl > li.restaurant")

    expect(restaurants).to_have_count(8)
    expect(restaurants.get_by_role("button", name="Fangtasia")).to_be_visible()


def test_customer_signs_in_and_searches(shop: Page, customer: User) -> None:
    """Who has signed in with a password that never leaves the browser finds four cartoons."""
    sign_in(shop, customer.username, customer.password)
    expect(shop.locator("#message")).to_have_text(f"Welcome, {customer.username}.")

    shop.get_by_label("Theme").fill("cartoon")
    shop.get_by_role("button", name="Find restaurants").click()

    expect(shop.locator("#message")).to_have_text("4 found for “cartoon”.")
    expect(shop.locator("li.restaurant")).to_have_count(4)


def test_customer_orders(shop: Page, stage: Stage, customer: User) -> None:
    """A click on a restaurant orders there, and the bus carries the order under the id that the page got."""
    sign_in(shop, customer.username, customer.password)
    expect(shop.locator("#customerName")).to_have_text(customer.username)

    shop.get_by_role("button", name="Fangtasia").click()

    expect(shop.locator("#message")).to_have_text("Your order at Fangtasia has been placed.")
    order = {"orderId": shop.locator("#message").get_attribute("data-order-id"), "restaurantName": "Fangtasia"}
    then.the_bus_carries_the_order(stage, order)


def test_wrong_password_is_refused(shop: Page, customer: User) -> None:
    """A wrong password is told in the form, and nobody is signed in."""
    sign_in(shop, customer.username, f"Wrong-{secrets.token_urlsafe(8)}1!")

    expect(shop.locator("#signIn .error")).to_have_text("Incorrect username or password.")
    expect(shop.locator("#customer")).to_be_hidden()


def test_guest_is_asked_to_sign_in(shop: Page) -> None:
    """Who orders without having signed in is asked to."""
    shop.get_by_role("button", name="Fangtasia").click()

    expect(shop.locator("dialog#signIn")).to_be_visible()


def test_newcomer_registers(shop: Page) -> None:
    """Who registers and confirms the code can sign in."""
    username, password = f"newcomer-{secrets.token_hex(4)}", f"Aa1!{secrets.token_urlsafe(12)}"
    shop.get_by_role("button", name="Register").click()
    form = shop.locator("dialog#register")
    told = {"First name": "Ann", "Last name": "Newcomer", "User name": username, "Password": password}
    for label, text in (told | {"E-mail": f"{username}@example.com"}).items():
        form.get_by_label(label).fill(text)
    form.get_by_role("button", name="Register").click()

    shop.locator("dialog#confirm").get_by_label("Code").fill(_CODE)
    shop.locator("dialog#confirm").get_by_role("button", name="Confirm").click()
    form = shop.locator("dialog#signIn")
    expect(form.get_by_label("User name or e-mail")).to_have_value(username)
    form.get_by_label("Password").fill(password)
    form.get_by_role("button", name="Sign in").click()

    expect(shop.locator("#message")).to_have_text(f"Welcome, {username}.")
