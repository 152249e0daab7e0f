"""Routes as they are deployed, beside those of the template: target, authorizer, scopes, validation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.cloud.drift.difference import Difference, compared, extra, missing
from harness.cloud.drift.place import Place, function_in
from harness.system.model import Api, Authorizer, Route

__all__ = ["Guard", "Served", "differing", "guard_of", "key_of"]

_KINDS = {"AWS_IAM": "iam", "COGNITO_USER_POOLS": "cognito", "CUSTOM": "lambda", "JWT": "jwt"}


@dataclass(frozen=True, kw_only=True)
class Guard:
    """Who may pass a deployed route.

    Args:
        kind: As `Authorizer.kind`; empty for an open route.
        id: The physical id of the authorizer.
        name: Its name.
        trusts: Whom it trusts: the ARNs of user pools, the issuer and the audience, or the name of a function.
    """

    kind: str = ""
    id: str = ""
    name: str = ""
    trusts: tuple[str, ...] = ()

    def __str__(self) -> str:
        if not self.kind:
            return "none"
        return "iam" if self.kind == "iam" else f"{self.name} ({self.kind})"


@dataclass(frozen=True, kw_only=True)
class Served:
    """A deployed route.

    Args:
        function: The name of the function behind it; empty for anything else.
        guard: Who may pass.
        scopes: OAuth scopes.
        validates: What of a request is checked, of ``body`` and ``parameters``.
        required: The parameters that must be there, as `Route.required_parameters`.
        has_model: Whether it has a model for the body.
    """

    function: str
    guard: Guard
    scopes: tuple[str, ...] = ()
    validates: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    has_model: bool = False


def guard_of(kind: str, *, authorizers: Mapping[str, Guard], authorizer: str) -> Guard:
    """Give the guard of a route.

    Args:
        kind: The authorization type, in the words of API Gateway.
        authorizers: Those of the API, by id.
        authorizer: The id of the route's own.
    """
    if kind in {"", "NONE"}:
        return Guard()
    found = authorizers.get(authorizer)
    return Guard(
        kind=_KINDS.get(kind, kind.lower()),
        id=authorizer,
        name=found.name if found else authorizer,
        trusts=found.trusts if found else (),
    )


def key_of(route: Route) -> str:
    """Give how a route is called: ``POST /orders``, or ``$default``."""
    return route.path if route.path == "$default" else f"{route.method} {route.path}"


def differing(
    api: Api, served: Mapping[str, Served], *, declared: frozenset[str] | None, place: Place
) -> Iterator[Difference]:
    """Give what differs of the routes of one API.

    Args:
        api: What the template says.
        served: The deployed routes, by method and path.
        declared: All routes that the template declares, those that lead elsewhere too; None when that is not known,
            so that nobody can say of a deployed one that the template has nothing of it.
        place: Where it is deployed.
    """
    for route in api.routes:
        found = served.get(key_of(route))
        if found is None:
            yield missing("route", key_of(route))
        else:
            yield from compared("route", key_of(route), place.pairs(_pairs(route, found, place=place)))
    if declared is not None and place.is_whole:
        for key, found in served.items():
            if key not in declared:
                leads_to = f"a route to {place.called(found.function)}" if found.function else "a route"
                yield extra("route", key, leads_to)


def _pairs(route: Route, found: Served, *, place: Place) -> dict[str, tuple[Any, Any]]:
    pairs: dict[str, tuple[Any, Any]] = {
        "authorizer": _authorizers(route.authorizer, found.guard, place=place),
        "scopes": (sorted(route.scopes), sorted(found.scopes)),
        "validation": (_validation(route), list(found.validates)),
    }
    if route.function in place.names.physical:
        pairs["function"] = (route.function, place.called(found.function) or "none")
    if route.validates_body:
        pairs["model"] = ("a model" if route.model else "none", "a model" if found.has_model else "none")
    if route.validates_parameters:
        pairs["required parameters"] = (sorted(route.required_parameters), sorted(found.required))
    if route.authorizer and found.guard.kind == route.authorizer.kind:
        pairs["trust of the authorizer"] = _trust(route.authorizer, found.guard, place=place)
    return pairs


def _validation(route: Route) -> list[str]:
    checked = {"body": route.validates_body, "parameters": route.validates_parameters}
    return [part for part, does in checked.items() if does]


def _authorizers(authorizer: Authorizer | None, guard: Guard, *, place: Place) -> tuple[str, str]:
    """Give both in words, the same words where they are the same: the template may know one by its logical id."""
    if authorizer is None:
        return "none", str(guard)
    wanted = str(Guard(kind=authorizer.kind, name=authorizer.name))
    resource = place.system.resources.get(authorizer.name)
    known_as = {authorizer.name, *([str(resource.properties.get("Name"))] if resource else [])}
    is_same = guard.kind == authorizer.kind and (
        guard.kind == "iam" or guard.name in known_as or guard.id == place.names.physical.get(authorizer.name)
    )
    return wanted, wanted if is_same else str(guard)


def _trust(authorizer: Authorizer, guard: Guard, *, place: Place) -> tuple[Any, Any]:
    if authorizer.kind == "cognito":
        pools = [place.called(pool) for pool in authorizer.pools]
        return sorted(pools), sorted(map(place.called, guard.trusts))
    if authorizer.kind == "jwt":
        wanted = place.resolved([authorizer.issuer, *authorizer.audience])
        first, *others = wanted or [None]
        known = all(isinstance(one, str) for one in wanted)
        # What is not known is passed over by whoever compares.
        return ([first, *sorted(others)] if known else wanted), list(guard.trusts)
    if authorizer.kind == "lambda":
        wanted = authorizer.function or ""
        return function_in(wanted) or wanted, ", ".join(map(place.called, guard.trusts))
    return None, None
