"""Drift: what is deployed otherwise than the template says, of what a test touched."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.report.causes.routes import NO_AUTHORIZER, NOT_DEPLOYED
from harness.report.causes.touching import Touched, touched
from harness.report.causes.wording import plain
from harness.report.record import Area, Cause, DriftRecord, TestRecord
from harness.system.model import System

__all__ = ["drifting", "is_of_function"]

# In the order in which they are likely to matter to what a test sees.
_AT_THE_DOOR = ("route", "api", "url")
_KINDS = (
    *_AT_THE_DOOR,
    "permission",
    "rule",
    "subscription",
    "mapping",
    "queue",
    "notification",
    "schedule",
    "function",
)
_LIMITS = frozenset({"timeout", "memory"})
_ABSENT = "nothing"
_OTHERWISE = "is deployed with another"
_OF_FUNCTIONS = frozenset({"packaging", "environment", "limits"})
_WORDS = {"url": "function URL", "api": "API"}


def drifting(record: TestRecord, *, system: System, drift: Sequence[DriftRecord]) -> Iterator[Cause]:
    """Give the differences that touch what a test reached, or would have reached.

    In `invoke` mode the harness plays the doors of HTTP from the template, so what is deployed there does not count.
    """
    near = touched(record, system=system)
    found = [one for one in drift if _touches(one, near) and not (record.mode == "invoke" and _is_at_the_door(one))]
    for one in sorted(found, key=_rank):
        yield Cause(area=_area(one), text=plain(_said(one)), proof="drift")


def is_of_function(cause: Cause) -> bool:
    """Say whether a cause is a difference in a function itself, which is the same whatever starts the function."""
    return cause.proof == "drift" and (cause.area in _OF_FUNCTIONS or f"{_OTHERWISE} role:" in cause.text)


def _touches(one: DriftRecord, near: Touched) -> bool:
    if one.kind == "unread":
        return False
    if one.kind == "route":
        return any(one.name == route or one.name.endswith(f" {route}") for route in near.routes) or (
            one.name.endswith("$default") and any(route.endswith(" $default") for route in near.routes)
        )
    if one.kind == "permission":
        return not near.names.isdisjoint(re.findall(r"\w+", one.template))
    return one.name in near.names or one.name.partition("[")[0] in near.names


def _is_at_the_door(one: DriftRecord) -> bool:
    return one.kind in _AT_THE_DOOR or (one.kind == "permission" and "apigateway" in one.template)


def _rank(one: DriftRecord) -> tuple[int, bool]:
    return (_KINDS.index(one.kind) if one.kind in _KINDS else len(_KINDS), one.what != "existence")


def _area(one: DriftRecord) -> Area:
    if one.kind == "permission" or one.what == "role":
        return "permissions"
    if one.kind != "function":
        return "wiring"
    if one.what.startswith("environment"):
        return "environment"
    return "limits" if one.what in _LIMITS else "packaging"


def _said(one: DriftRecord) -> str:
    if one.kind == "route":
        return _of_route(one)
    if one.kind == "permission":
        # The ARN of a route says little beside the function.
        denied = re.sub(r" for arn:\S+", "", one.template.replace(" may invoke ", " may not invoke "))
        return f"{denied} where it is deployed, although the template lets it"
    what = f"the {_WORDS.get(one.kind, one.kind)} {one.name}" if one.kind != "function" else one.name
    if one.what == "existence":
        return f"{what} is not deployed" if one.deployed == _ABSENT else f"{what} is deployed and not in the template"
    if one.what == "state":
        return f"{what} is {one.deployed} where it is deployed, {one.template} in the template"
    if one.what.startswith("environment "):
        return _of_variable(one)
    return f"{what} {_OTHERWISE} {one.what}: {one.deployed}; the template says {one.template}"


def _of_route(one: DriftRecord) -> str:
    if one.what == "existence":
        if one.deployed == _ABSENT:
            return NOT_DEPLOYED.format(route=one.name)
        return f"{one.name} is in the deployed API and not in the template"
    if one.what == "authorizer" and one.deployed == "none":
        return NO_AUTHORIZER.format(route=one.name)
    if one.what == "trust of the authorizer":
        return f"{one.name}: its authorizer trusts {one.deployed} in the deployed API; the template says {one.template}"
    return f"{one.name} has another {one.what} in the deployed API: {one.deployed}; the template says {one.template}"


def _of_variable(one: DriftRecord) -> str:
    name = one.what.partition(" ")[2]
    if one.deployed == _ABSENT:
        return f"{one.name} is deployed without the variable {name!r}"
    if one.deployed == "another one":
        return f"{one.name} is deployed with another value of the variable {name!r}"
    return f"{one.name} is deployed with the variable {name!r}, which the template does not give it"
