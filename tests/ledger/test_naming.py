"""A name that is given is a name that is found, and no name of somebody else is."""

from __future__ import annotations

import re

import pytest

from harness.ledger.naming import (
    CLIENT,
    TAP,
    USER,
    client_name,
    new_run,
    run_of_client,
    run_of_email,
    run_of_tap,
    tap_name,
    user_address,
)

SOURCES = ["EventBus", "default", "A" * 300, "Ünïcode/Tópic.fifo", "with spaces", "-", "0f3a9c22-77aa-"]
PEOPLE = [
    ("Ann", "Neil"),
    ("Mary Ann", "O'Neil"),
    ("Zoë", "Łukasz"),
    ("-", "-"),
    ("0f3a9c22", "x"),
    ("A", "b-00c0ffee"),
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("longest", [64, 80])
def test_the_run_of_a_tap_is_found(source: str, longest: int) -> None:
    """Whatever is heard: EventBridge takes 64 characters for a rule, SQS 80 for a queue."""
    run = new_run()

    name = tap_name(f"{run}-77aa-1", source, "Other", longest=longest)

    assert run == run_of_tap(name)
    assert re.fullmatch(rf"{TAP}{run}-[A-Za-z0-9_-]{{1,{longest - 21}}}", name)


@pytest.mark.parametrize("names", PEOPLE)
def test_the_run_of_a_user_is_found(names: tuple[str, ...]) -> None:
    """By an address that is one, and that nobody has."""
    run = new_run()

    address = user_address(run, *names)

    assert run == run_of_email(address)
    assert re.fullmatch(rf"{USER}{run}-[a-z0-9-]*@example\.com", address)


def test_the_run_of_a_client_is_found() -> None:
    """And two clients are not called the same."""
    run = new_run()

    one, other = client_name(run), client_name(run)

    assert (run, run, True) == (run_of_client(one), run_of_client(other), one != other)
    assert one.startswith(f"{CLIENT}{run}-")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "harness-tap-",
        "harness-tap-water",
        "harness-tap-doctor",
        "harness-tap-0f3a9c21",
        "harness-tap-0f3a9c21-planted",
        "harness-tap-0F3A9C21-77aa-1-Bus",
        "my-harness-tap-0f3a9c21-77aa-1-Bus",
        "harness-0f3a9c21-dev-Bus",
    ],
)
def test_a_queue_of_somebody_else_is_not_ours(name: str) -> None:
    """Although it begins as ours do."""
    assert run_of_tap(name) is None


@pytest.mark.parametrize(
    "address",
    [
        "",
        "harness-maker@example.com",
        "harness-0f3a9c21-ann@example.com",
        "harness-0f3a9c21-ann-neil-00c0ffee@example.org",
        "harness-0f3a9c21-ann-neil-00c0ffee@example.com.evil.org",
        "my-harness-0f3a9c21-ann-neil-00c0ffee@example.com",
        "0f3a9c21-ann-neil-00c0ffee@example.com",
        "harness-0f3a9c21-ann\n-neil-00c0ffee@example.com",
    ],
)
def test_a_user_of_somebody_else_is_not_ours(address: str) -> None:
    """Although the address begins as ours do."""
    assert run_of_email(address) is None


@pytest.mark.parametrize(
    "name", ["", "harness-five-minutes-", "harness-five-minutes-x", f"{CLIENT}0f3a9c21-00c0ffee-mine", "web"]
)
def test_a_client_of_somebody_else_is_not_ours(name: str) -> None:
    """Although its name begins as ours do."""
    assert run_of_client(name) is None
