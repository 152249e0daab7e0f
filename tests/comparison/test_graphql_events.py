"""What functions behind fields of AppSync get: in this process, invoked, and deployed behind the embedded cloud's own.

Each difference is listed with the fact of AWS; a test fails when one goes away and when a new one appears.
"""

from __future__ import annotations

from typing import Any

import pytest

from harness.stage import Stage

from .differing import ONLY_DEPLOYED, differing, masked
from .seeing import Triggers

QUERY = """
query ($key: ID!, $wish: Wish, $with: Boolean!) {
  it: thing(key: $key, wish: $wish) { id ...Named part @include(if: $with) { name } }
}
fragment Named on Thing { name }
"""
# The client of a test, and so AppSync, adds them to the request on its way.
SENT = {"request/headers/host": ONLY_DEPLOYED, "request/headers/content-length": ONLY_DEPLOYED}
# A played request is not signed: who would sign it is known.
SIGNATURE = {
    f"request/headers/{name}": ONLY_DEPLOYED for name in ("authorization", "x-amz-content-sha256", "x-amz-date")
}
# A user is another one in each mode.
OWN = (
    "request/headers/authorization",
    "identity/sub",
    "identity/username",
    *(f"identity/claims/{name}" for name in ("sub", "iat", "exp", "jti", "auth_time", "origin_jti")),
    *(f"identity/claims/{name}" for name in ("cognito:username", "email")),
)
PLAYED = pytest.mark.parametrize("mode", ["handler", "invoke"])


def asked(stage: Stage, mark: str, **how: Any) -> None:
    wish = {"words": ["é"], "more": {"count": 1}}
    response = stage.query(QUERY, variables={"key": mark, "wish": wish, "with": True}, **how)

    assert response.json == {"data": {"it": {"id": "kept", "name": "é", "part": {"name": "é"}}}}


def asked_with_key(stage: Stage, mark: str) -> None:
    """A query of whoever has the API's key."""
    asked(stage, mark, key=True)


def asked_by_user(stage: Stage, mark: str) -> None:
    """A query of a user who has signed in."""
    with stage.user() as user:
        asked(stage, mark, user=user)


def asked_by_tester(stage: Stage, mark: str) -> None:
    """A query that the tester has signed."""
    asked(stage, mark, sign=True)


def changed(stage: Stage, mark: str) -> None:
    """A mutation."""
    stage.query("mutation ($key: ID!) { change(key: $key, on: null) { id } }", variables={"key": mark}, key=True)


@PLAYED
def test_a_query_with_a_key_is_the_same(triggers: Triggers, mode: str) -> None:
    """The field, and the one below it."""
    ours, theirs = triggers.events(asked_with_key, mode, count=2), triggers.events(asked_with_key, "http", count=2)

    assert [None, None] == [event["identity"] for event in theirs]
    assert [SENT, SENT] == [differing(mine, real) for mine, real in zip(ours, theirs, strict=True)]


@PLAYED
def test_a_query_of_a_user_is_the_same(triggers: Triggers, mode: str) -> None:
    """With who asks."""
    ours, theirs = triggers.events(asked_by_user, mode, count=2), triggers.events(asked_by_user, "http", count=2)

    for mine, real in zip(ours, theirs, strict=True):
        assert SENT == differing(masked(mine, OWN), masked(real, OWN))
        assert real["identity"]["username"] == real["identity"]["claims"]["cognito:username"]


@PLAYED
def test_a_signed_query_is_the_same(triggers: Triggers, mode: str) -> None:
    """With who asks."""
    ours, theirs = triggers.events(asked_by_tester, mode, count=2), triggers.events(asked_by_tester, "http", count=2)

    assert "arn:aws:iam::ACCOUNT:root" == theirs[0]["identity"]["userArn"]
    for mine, real in zip(ours, theirs, strict=True):
        assert SENT | SIGNATURE == differing(mine, real)


@PLAYED
def test_a_mutation_is_the_same(triggers: Triggers, mode: str) -> None:
    """With an argument that is null."""
    (ours,), (theirs,) = triggers.events(changed, mode), triggers.events(changed, "http")

    assert {"key": "MARK", "on": None} == theirs["arguments"]
    assert SENT == differing(ours, theirs)
