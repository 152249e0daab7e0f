"""What is under way in the embedded cloud behind the functions of a stage."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from harness.cloud.account import Cloud
from harness.cloud.mending.under_way import PATH
from harness.cloud.names import Names
from harness.errors import StageError

__all__ = ["UnderWay", "under_way"]


@dataclass(frozen=True, kw_only=True)
class UnderWay:
    """What functions of a stage are doing.

    Args:
        sentences: What is not done.
        begun: How many invocations of each have begun at all; while that stays the same, none has begun.
    """

    sentences: list[str]
    begun: Mapping[str, int]


def under_way(*, cloud: Cloud, names: Names) -> UnderWay:
    """Ask the embedded cloud what functions of a stage are doing, and what they have yet to read.

    Args:
        cloud: An embedded cloud.
        names: What the things of the stage are called there. What other stages do counts for nothing.

    Raises:
        StageError: It does not know.
    """
    __tracebackhide__ = True
    logical = {one.name: name for name, one in names.functions.items()}
    found = _asked(cloud)
    return UnderWay(
        sentences=list(_sentences(found, logical, names)),
        begun={name: number for name, number in found["begun"].items() if name in logical},
    )


def _sentences(found: Mapping[str, Any], logical: Mapping[str, str], names: Names) -> Iterator[str]:
    sources = {physical: name for name, physical in names.physical.items()}
    for name, number in found["running"].items():
        if name in logical:
            yield f"{logical[name]} runs ({_invocations(number)})"
    for name, number in found["waiting"].items():
        if name in logical:
            yield f"{logical[name]} is yet to be tried, or its end to be told ({_invocations(number)})"
    for one in found["unread"]:
        if one["function"] in logical:
            source = sources.get(one["source"], one["source"])
            yield f"{source}, which {logical[one['function']]} reads, holds records that were not read"


def _invocations(number: int) -> str:
    return f"{number} invocation" if number == 1 else f"{number} invocations"


def _asked(cloud: Cloud) -> dict[str, Any]:
    __tracebackhide__ = True
    place = urlsplit(cloud.endpoint or "")
    connection = HTTPConnection(place.hostname or "", place.port, timeout=10)
    try:
        connection.request("GET", f"{PATH}?{urlencode({'account': cloud.account, 'region': cloud.region})}")
        answer = connection.getresponse()
        found = answer.read()
    finally:
        connection.close()
    if answer.status != HTTPStatus.OK:
        raise StageError(
            f"The embedded cloud at {cloud.endpoint!r} does not say what is under way.",
            facts=[("it answered", answer.status)],
            remedy="was it started by an earlier version of the harness? then start it anew: harness down",
        )
    asked: dict[str, Any] = json.loads(found)
    return asked
