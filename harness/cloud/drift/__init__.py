"""Drift: what the template says against what is deployed.

Somebody has changed the stage by hand, or has deployed another version of the template. That is found here, by asking
the services themselves. What may not be read is told as well, as a difference of the kind ``unread``, since otherwise
an empty list would say more than anybody knows. So is what was not answered in time: who explains a failure does not
hang.

A stage that nobody has touched has no differences, and the harness's own taps are none. Only names of environment
variables are told, never their values.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, wait
from dataclasses import dataclass

from harness.cloud.account import Cloud
from harness.cloud.drift import (
    buckets,
    existence,
    functions,
    http_apis,
    mappings,
    permissions,
    queues,
    rest_apis,
    rules,
    schedules,
    subscriptions,
)
from harness.cloud.drift.difference import Difference
from harness.cloud.drift.hands import Hands
from harness.cloud.drift.place import Place
from harness.cloud.names import Names
from harness.system.model import Api, System

__all__ = ["Difference", "differences"]

_Look = Callable[[Place], Iterator[Difference]]

# The type of resource that a room looks at, and the service that it asks.
_ROOMS: tuple[tuple[str, str, _Look], ...] = (
    ("AWS::Lambda::Function", "lambda", functions.look),
    ("AWS::Lambda::Permission", "lambda", permissions.look),
    ("AWS::Events::Rule", "events", rules.look),
    ("AWS::SNS::Topic", "sns", subscriptions.look),
    ("AWS::SNS::Subscription", "sns", subscriptions.look),
    ("AWS::Lambda::EventSourceMapping", "lambda", mappings.look),
    ("AWS::S3::Bucket", "s3", buckets.look),
    ("AWS::SQS::Queue", "sqs", queues.look),
    ("AWS::Scheduler::Schedule", "scheduler", schedules.look),
)
_APIS: dict[str, tuple[str, Callable[..., Iterator[Difference]]]] = {
    "rest": ("apigateway", rest_apis.look),
    "http": ("apigatewayv2", http_apis.look),
    "url": ("lambda", http_apis.look_at_url),
}
# Together no more than the connections that a client of boto3 keeps, which are ten.
_CALLS, _ROOMS_AT_ONCE = 6, 4


@dataclass(frozen=True, kw_only=True)
class _Room:
    """What is looked at in one go, and the services that are asked for it."""

    services: frozenset[str]
    look: _Look


def differences(system: System, *, cloud: Cloud, names: Names, within: float = 10.0) -> list[Difference]:
    """Give what differs between a template and its deployed stage, in the order in which a request passes it.

    Args:
        system: What the template says.
        cloud: Where it is deployed.
        names: The names of the stage.
        within: How long it may take in all, in seconds.

    Raises:
        NoCredentials: There are none, or they have expired.
        UnreachableEndpoint: Nothing answers.
    """
    deadline = time.monotonic() + within
    # A room waits for its calls, so that rooms and calls have threads of their own.
    with Hands(_CALLS) as calls, Hands(_ROOMS_AT_ONCE) as hands:
        place = Place(system, cloud=cloud, names=names, pool=calls)
        rooms = [*_rooms_of_apis(place), *_rooms(place)]
        # Clients are made one after the other: a session of boto3 is not made for several threads.
        # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
        for service in sorted({service for room in rooms for service in room.services}):
            place.client(service)
        looks = [hands.submit(_looked, room, place) for room in rooms]
        done, _ = wait(looks, timeout=max(0.0, deadline - time.monotonic()), return_when=FIRST_EXCEPTION)
        found = [one for look in looks if look in done for one in look.result()]
        slow = (
            service for room, look in zip(rooms, looks, strict=True) if look not in done for service in room.services
        )
        return [*found, *place.unread(*slow)]


def _looked(room: _Room, place: Place) -> list[Difference]:
    return list(room.look(place))


def _rooms(place: Place) -> Iterator[_Room]:
    types = {resource.type for resource in place.system.resources.values()}
    asked = {look: service for kind, service, look in _ROOMS if kind in types}
    yield from (_Room(services=frozenset({service}), look=look) for look, service in asked.items())
    there = frozenset(existence.SERVICES[one] for one in types & existence.SERVICES.keys())
    yield _Room(services=there, look=existence.look)


def _rooms_of_apis(place: Place) -> Iterator[_Room]:
    for api in place.system.apis.values():
        # The URL of a function that is not in the stack is not there either, and the function is told.
        if {api.name, *(route.function for route in api.routes if api.kind == "url")} <= place.names.physical.keys():
            service, look = _APIS[api.kind]
            yield _Room(services=frozenset({service}), look=_look_at(api, look))


def _look_at(api: Api, look: Callable[..., Iterator[Difference]]) -> _Look:
    return lambda place: look(api, place=place)
