"""What people do."""

from __future__ import annotations

from collections.abc import Mapping

from harness import Response, Stage, User

__all__ = [
    "a_page_asks_for_leave",
    "we_are_greeted_by_body",
    "we_are_greeted_by_nobodys_name",
    "we_are_greeted_by_path",
    "we_join",
    "we_join_nothing",
    "we_list_the_gettogethers",
    "we_list_those_for_members",
]

_FOR_MEMBERS = "/members/getTogethers"
_NONE: Mapping[str, str] = {}


def we_are_greeted_by_path(stage: Stage, name: str, *, correlation: Mapping[str, str] = _NONE) -> Response:
    """We say in the path who we are."""
    return stage.request("GET", f"/helloWorld/{name}", headers=correlation)


def we_are_greeted_by_body(stage: Stage, name: str) -> Response:
    """We say in the body who we are."""
    return stage.request("POST", "/helloWorld", json={"name": name})


def we_are_greeted_by_nobodys_name(stage: Stage) -> Response:
    """We do not say who we are."""
    return stage.request("POST", "/helloWorld", json={})


def we_list_the_gettogethers(stage: Stage) -> Response:
    """We list the meet-ups that everybody may see."""
    return stage.request("GET", "/getTogethers")


def we_list_those_for_members(stage: Stage, *, user: User | None) -> Response:
    """We list the meet-ups that members may see."""
    return stage.request("GET", _FOR_MEMBERS, user=user)


def a_page_asks_for_leave(stage: Stage, *, origin: str) -> Response:
    """A browser asks whether a page from elsewhere may list the meet-ups for members with a token."""
    return stage.request(
        "OPTIONS",
        _FOR_MEMBERS,
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization",
        },
    )


def we_join(stage: Stage, gettogether: str, *, email: str, correlation: Mapping[str, str] = _NONE) -> Response:
    """We join a meet-up."""
    order = {"getTogetherId": gettogether, "userEmail": email}
    return stage.request("POST", "/getTogether", json=order, headers=correlation)


def we_join_nothing(stage: Stage, *, email: str) -> Response:
    """We join, but do not say what."""
    return stage.request("POST", "/getTogether", json={"userEmail": email})
