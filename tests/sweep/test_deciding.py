"""What is taken away, and for which reason something is left alone."""

from __future__ import annotations

from typing import Any

import pytest

from harness.errors import UsageError
from harness.ledger import Thing
from harness.sweep import Asked, Found, seconds_of
from harness.sweep.deciding import why_left
from harness.sweep.found import merged
from harness.sweep.telling import counted, duration

RUN = "0f3a9c21"


def decided(
    *,
    known: bool = False,
    alive: bool = False,
    stage: str = "dev",
    since: float | None = 0.0,
    why: str = "",
    **asked: Any,
) -> str:
    """Decide on a queue that was there for an hour, of a stage in AWS."""
    found = Found(thing=Thing(kind="queue", name="q", stage=stage), run=RUN, by=("name",), since=since)
    return why_left(
        found,
        asked=Asked(**({"stage": "dev"} | asked)),
        known={RUN} if known else set(),
        is_alive=lambda _: alive,
        protection=lambda _: why,
        now=3600.0,
    )


@pytest.mark.parametrize(
    ("found", "asked", "why"),
    [
        ({"known": True}, {}, ""),
        ({"known": True, "since": None}, {}, ""),
        ({"known": True, "stage": ""}, {}, ""),
        ({"known": True, "alive": True}, {"run": RUN}, "the run is alive"),
        ({"known": True, "stage": "test"}, {}, "of the stage 'test'"),
        ({"known": True, "stage": "test"}, {"everywhere": True}, ""),
        ({"known": True}, {"run": "ffffffff"}, "of another run than the one asked for"),
        ({}, {}, "younger than 24 h"),
        ({}, {"older_than": 3600.0}, ""),
        ({}, {"older_than": 3601.0}, "younger than 1 h"),
        ({}, {"older_than": 3601.0, "run": RUN}, "younger than 1 h"),
        ({}, {"run": RUN}, ""),
        ({"since": None}, {}, "its age is unknown; --run takes it"),
        ({"since": None}, {"older_than": 3600.0}, "its age is unknown; --run takes it"),
        ({"since": None}, {"older_than": 0.0, "embedded": True}, ""),
        ({"since": None}, {"run": RUN}, ""),
        ({"known": True, "why": "it is protected"}, {"everywhere": True}, "it is protected"),
        ({"stage": "prod", "why": "it is protected"}, {"run": RUN}, "it is protected"),
        ({"stage": ""}, {}, "its stage is unknown; --all takes it"),
        ({"stage": ""}, {"everywhere": True, "older_than": 3600.0}, ""),
    ],
)
def test_a_reason_to_leave_something_alone(found: dict[str, Any], asked: dict[str, Any], why: str) -> None:
    """Whoever is alive, who may be, and whoever nobody has asked for."""
    assert why == decided(**found, **asked)


@pytest.mark.parametrize(
    ("text", "seconds"), [("0s", 0.0), ("90s", 90.0), ("30m", 1800.0), ("2h", 7200.0), (" 3d", 259200.0)]
)
def test_a_time_is_read(text: str, seconds: float) -> None:
    """A number and a unit."""
    assert seconds == seconds_of(text)


def test_what_is_no_time_is_refused() -> None:
    """A number without a unit could be anything."""
    with pytest.raises(UsageError) as caught:
        seconds_of("30")

    assert str(caught.value) == "--older-than takes a time such as 90s, 30m, 2h or 3d, not '30'."


def test_less_than_an_hour_is_refused_in_aws() -> None:
    """Who asks for it would take things away from a run on another machine."""
    with pytest.raises(UsageError) as caught:
        Asked(stage="dev", older_than=1800.0)

    assert str(caught.value) == (
        "--older-than is 1800 s, which is less than an hour, and the stage is in AWS.\n"
        "  stage: dev\n"
        "  a run on another machine, of which nothing is known here, may be alive and would lose what it has created.\n"
        "  name the run that has ended: --run ID; or ask for more: --older-than 2h"
    )


def test_what_is_no_run_is_refused() -> None:
    """The error says where an id is found."""
    with pytest.raises(UsageError) as caught:
        Asked(stage="dev", run="gw0")

    assert str(caught.value) == (
        "'gw0' is no id of a run.\n"
        "  it is eight hexadecimal digits: those behind 'harness-tap-' in a name, or the tag harness:run"
    )


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (59, "59 s"), (120, "2 min"), (3600, "1 h"), (86400, "24 h"), (259200, "3 d")]
)
def test_an_age_in_words(seconds: float, words: str) -> None:
    """In the largest unit that tells it well."""
    assert words == duration(seconds)


def test_numbers_in_words() -> None:
    """In the order in which things are taken away."""
    assert counted(["queue", "items", "queue", "rule"]) == "items of 1 table, 1 rule, 2 queues"
    assert counted([]) == "nothing"


def test_a_thing_that_is_found_twice_is_one() -> None:
    """It is called as the ledger calls it, also where Cognito lists a user by an id of its own."""
    told = Found(thing=Thing(kind="user", name="a@example.com", within="p", stage="dev"), run=RUN, by=("ledger",))
    seen = Found(
        thing=Thing(kind="user", name="a@example.com", within="p"), run=RUN, by=("name",), since=1.0, known="7d"
    )

    [found] = merged([told, seen])

    assert (found.thing, found.by, found.since, found.known) == (told.thing, ("ledger", "name"), 1.0, "7d")
