"""Drift: what the template says against what is deployed.

Somebody has changed the stage by hand, or has deployed another version of the template. That is found here, by asking
the services themselves. What may not be read is told as well, as a difference of the kind ``unread``, since otherwise
an empty list would say more than anybody knows.

A stage that nobody has touched has no differences, and the harness's own taps are none. Only names of environment
variables are told, never their values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

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


def differences(system: System, *, cloud: Cloud, names: Names) -> list[Difference]:
    """Give what differs between a template and its deployed stage, in the order in which a request passes it.

    Args:
        system: What the template says.
        cloud: Where it is deployed.
        names: The names of the stage.

    Raises:
        NoCredentials: There are none, or they have expired.
        UnreachableEndpoint: Nothing answers.
    """
    # A room waits for its calls, so that rooms and calls have threads of their own.
    with ThreadPoolExecutor(_CALLS) as calls, ThreadPoolExecutor(_ROOMS_AT_ONCE) as rooms:
        place = Place(system, cloud=cloud, names=names, pool=calls)
        looks = [*_looks_at_apis(place), *_looks(place), existence.look]
        found = list(rooms.map(lambda look: list(look(place)), looks))
    return [*(one for each in found for one in each), *place.unread]


def _looks(place: Place) -> list[_Look]:
    types = {resource.type for resource in place.system.resources.values()}
    rooms = [(service, look) for kind, service, look in _ROOMS if kind in types]
    # Clients are made one after the other: a session of boto3 is not made for several threads.
    # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/session.html
    asked = {service for service, _ in rooms} | {existence.SERVICES[one] for one in types & existence.SERVICES.keys()}
    for service in sorted(asked):
        place.cloud.client(service)
    return list(dict.fromkeys(look for _, look in rooms))


def _looks_at_apis(place: Place) -> Iterator[_Look]:
    for api in place.system.apis.values():
        # The URL of a function that is not in the stack is not there either, and the function is told.
        if {api.name, *(route.function for route in api.routes if api.kind == "url")} <= place.names.physical.keys():
            service, look = _APIS[api.kind]
            place.cloud.client(service)
            yield _look_at(api, look)


def _look_at(api: Api, look: Callable[..., Iterator[Difference]]) -> _Look:
    return lambda place: look(api, place=place)
