"""What is secret in the key of something stands in nothing that a sweep shows."""

from __future__ import annotations

import pytest

from harness._secrets import keep_secret
from harness.cloud.taking import command
from harness.ledger import Thing
from harness.sweep.found import Found
from harness.sweep.shown import as_json, outcome_lines, plan_lines
from harness.sweep.sweeping import Outcome, Plan

PLACE = {"account": "123456789012", "region": "eu-west-1"}
KNOWN = "sesame-open-4711"
KEYS = {"known": f'{{"id": {{"S": "{KNOWN}"}}}}', "named": '{"password": {"S": "hunter2"}}'}
SHOWN = {"known": '{"id": {"S": "***"}}', "named": '{"password": {"S": "***"}}'}


@pytest.fixture(params=["known", "named"])
def which(request: pytest.FixtureRequest) -> str:
    """A key that the harness knows to be secret, or one that its name gives away."""
    keep_secret(KNOWN)
    return str(request.param)


@pytest.fixture
def found(which: str) -> Found:
    """An item of such a key."""
    return Found(thing=Thing(kind="item", name=KEYS[which], within="doors", **PLACE), run="0f3a9c21", by=("ledger",))


def test_the_table_hides_it(found: Found, which: str) -> None:
    """All else is there."""
    head, row, *_ = plan_lines(Plan(to_go=[found]), now=0.0)

    assert ["kind", "name", "where", "run", "age", "found", "by"] == head.split()
    assert ["item", SHOWN[which], "doors", "0f3a9c21", "unknown", "ledger"] == [*filter(None, row.split("  "))]


def test_what_could_not_be_taken_away_hides_it(found: Found, which: str) -> None:
    """A command that shows it is none to copy: the sweep does the same."""
    outcome = Outcome(removed=[], failed=[(found, "It rains.")], calls={}, seconds=0.0)

    _, told, by_hand = outcome_lines(outcome)

    assert f"Not taken away: item {SHOWN[which]!r} of 'doors': It rains." == told
    assert "  harness sweep" == by_hand


def test_the_json_hides_it(found: Found, which: str) -> None:
    """In what is to go and in what has failed."""
    outcome = Outcome(removed=[], failed=[(found, "It rains.")], calls={}, seconds=0.0)

    told = as_json(Plan(to_go=[found]), outcome)

    assert [SHOWN[which]] * 2 == [told["to_go"][0]["name"], told["failed"][0]["name"]]
    assert "harness sweep" == told["failed"][0]["command"]


def test_where_nothing_is_secret_the_command_is_told() -> None:
    """Of any other key."""
    thing = Thing(kind="item", name='{"id": {"S": "a"}}', within="doors", **PLACE)

    assert "harness sweep" != command(thing)
