from __future__ import annotations

import os

from harness.runtime.credentials import Credentials
from tests.runtime.conftest import Build

KEYS = """
    import os
    count = 0
    def handler(event, context):
        global count
        count += 1
        names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        return [count, *(os.environ.get(name) for name in names)]
"""


class Role:
    """Gives credentials that end after an hour, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.now = 1000.0
        self.hosts: list[str | None] = []

    def clock(self) -> float:
        return self.now

    def __call__(self) -> Credentials:
        self.asked += 1
        self.hosts.append(os.environ.get("_HANDLER"))
        return Credentials(access_key=f"A{self.asked}", secret_key="s", token="t", expires=self.now + 3600)


def test_the_secret_parts_do_not_show() -> None:
    """The repr names the access key only."""
    credentials = Credentials(access_key="ASIA", secret_key="hush", token="hush", expires=1.0)

    assert repr(credentials) == "Credentials(access_key='ASIA', expires=1.0)"


def test_the_handler_has_the_roles_keys(build: Build) -> None:
    """The keys of the role are in the function's variables; the process was outside when they were asked for."""
    role = Role()
    orders = build(KEYS, credentials=role, clock=role.clock)

    assert [1, "A1", "s", "t"] == orders.invoke({}).payload
    assert [None] == role.hosts


def test_keys_without_a_token_set_none(build: Build) -> None:
    """A user's keys have no token, and then there is no variable for it."""
    orders = build(KEYS, credentials=lambda: Credentials(access_key="A", secret_key="s"))

    assert [1, "A", "s", None] == orders.invoke({}).payload


def test_without_a_role_the_variables_decide(build: Build) -> None:
    """Nothing overwrites the keys that the caller gives, and the process's own do not come through."""
    orders = build(KEYS, variables={"AWS_ACCESS_KEY_ID": "given"})

    assert [1, "given", None, None] == orders.invoke({}).payload


def test_warm_invocations_keep_the_keys(build: Build) -> None:
    """The role is asked once as long as its credentials last."""
    role = Role()
    orders = build(KEYS, credentials=role, clock=role.clock)
    orders.invoke({})
    role.now += 3299

    assert [2, "A1", "s", "t"] == orders.invoke({}).payload


def test_keys_that_end_soon_mean_a_cold_start(build: Build) -> None:
    """Five minutes before the end the environment is recycled, as Lambda does."""
    role = Role()
    orders = build(KEYS, credentials=role, clock=role.clock)
    orders.invoke({})
    role.now += 3300

    assert [1, "A2", "s", "t"] == orders.invoke({}).payload


def test_a_cold_start_asks_again(build: Build) -> None:
    """Credentials belong to the environment that is gone."""
    role = Role()
    orders = build(KEYS, credentials=role, clock=role.clock)
    orders.invoke({})

    orders.cold_start()

    assert [1, "A2", "s", "t"] == orders.invoke({}).payload
