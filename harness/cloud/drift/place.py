"""The stage that is looked at: asking its services, and telling by name what they answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from enum import Enum
from functools import cached_property
from typing import Any, TypeVar

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.completing.wanted import is_known
from harness.cloud.drift.difference import Difference, late, unread
from harness.cloud.faults import code_of, translated
from harness.cloud.names import Names
from harness.errors import NotAllowed
from harness.system.intrinsics import Scope, resolve
from harness.system.model import Resource, System

__all__ = ["Absent", "Place", "function_in"]

# What services say of something that is not there; S3 answers HEAD with the status alone.
_GONE = frozenset({
    "404", "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NotFound", "NotFoundException",
    "QueueDoesNotExist", "ResourceNotFoundException", "StateMachineDoesNotExist",
})  # fmt: skip

# These add nothing to what the harness reads from the template.
_HARMLESS = frozenset({"AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"})

# An integration's URI is an ARN of API Gateway around the ARN of a function; an HTTP API takes the latter alone too.
_FUNCTION = re.compile(r"arn:[^:]+:lambda:[^:]*:\d{12}:function:([^:/]+)")

# Whoever explains a failure does not wait long for it; the second try is for what asks too often.
_HURRIED: Mapping[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 5,
    "retries": {"mode": "standard", "max_attempts": 2},
}

_Item = TypeVar("_Item")
_Found = TypeVar("_Found")


def function_in(arn: str) -> str:
    """Give the name of the function in its ARN, an alias's, or the URI of an integration; empty for anything else.

    >>> function_in("arn:aws:lambda:eu-west-1:123456789012:function:place-order:live")
    'place-order'
    """
    found = _FUNCTION.search(arn)
    return found[1] if found else ""


class Absent(Enum):
    """Why there is no answer: the thing is gone, or nobody knows since it may not be read."""

    GONE = "gone"
    UNREAD = "unread"


class Place:
    """A system, where it is deployed, and how its services are asked.

    Args:
        system: What the template says.
        cloud: Where it is deployed.
        names: The names of the stage.
        pool: Makes several calls at a time.
    """

    def __init__(self, system: System, *, cloud: Cloud, names: Names, pool: Executor) -> None:
        self.system = system
        self.cloud = cloud
        self.names = names
        self._pool = pool
        self._clients: dict[str, Any] = {}
        self._unread: dict[Difference, None] = {}
        self._late: dict[str, None] = {}
        self._is_over = False

    def client(self, service: str) -> Any:
        """Give a client that does not wait long, the same for the same service."""
        if service not in self._clients:
            with translated(self.cloud):
                self._clients[service] = self.cloud.client(service, **_HURRIED)
        return self._clients[service]

    def unread(self, *services: str) -> list[Difference]:
        """Give what could not be read, each once; nothing is asked from now on.

        Args:
            services: Those that were still asked when the time was over.
        """
        self._is_over = True
        slow = [*services, *self._late]
        return [*self._unread, *([late(slow)] if slow else [])]

    def ask(self, things: str, *, action: str, call: Callable[[], Any]) -> Any:
        """Give what a call gives, or why it gives nothing; what may not be read is noted.

        Args:
            things: What is read, in the plural.
            action: The IAM action of the call.
            call: Reads it.
        """
        # `import harness` must not load botocore.
        from botocore.exceptions import ClientError, ConnectTimeoutError, ReadTimeoutError  # noqa: PLC0415

        if self._is_over:
            return Absent.UNREAD
        try:
            with translated(self.cloud):
                try:
                    return call()
                except (ConnectTimeoutError, ReadTimeoutError):
                    self._late[action.partition(":")[0]] = None
        except NotAllowed:
            self._unread[unread(things, action=action, reason="it is not allowed")] = None
        except ClientError as fault:
            if code_of(fault) in _GONE:
                return Absent.GONE
            # Whoever looks for drift explains a failure, and must not end in another one.
            self._unread[unread(things, action=action, reason=code_of(fault))] = None
        return Absent.UNREAD

    def pages(self, service: str, operation: str, *, of: str, **arguments: Any) -> list[Any]:
        """Give the items of all pages of a list."""
        pages = self.client(service).get_paginator(operation)
        return [item for page in pages.paginate(**arguments) for item in page.get(of, [])]

    def each(self, call: Callable[[_Item], _Found], items: Iterable[_Item]) -> list[_Found]:
        """Give what a call gives for each item, several at a time."""
        return list(self._pool.map(call, items))

    def resources(self, *types: str) -> list[Resource]:
        """Give the deployed resources of these types, with their properties resolved as far as the stage allows."""
        return [
            Resource(name=one.name, type=one.type, properties=self.resolved(dict(one.properties)) or {})
            for one in self.system.resources.values()
            if one.type in types and one.name in self.names.physical
        ]

    def resolved(self, value: Any) -> Any:
        """Give a value of the template with all resolved that the stage knows."""
        return resolve(value, self._scope)

    def pairs(self, declared: Mapping[str, tuple[Any, Any]]) -> dict[str, tuple[Any, Any]]:
        """Give those of the pairs whose template side is known to whoever looks from outside."""
        return {what: pair for what, pair in declared.items() if is_known(pair[0])}

    def arn(self, reference: str) -> str | None:
        """Give the ARN of a logical id, or an ARN as it is; None when it is not known."""
        if reference in self.names.physical:
            found = self.resolved({"Fn::GetAtt": [reference, "Arn"]})
            return found if isinstance(found, str) else None
        return reference if reference.startswith("arn:") else None

    def arn_of_rule(self, rule: str) -> str | None:
        """Give the ARN of a rule of the stage, in which its bus stands unless that is the default one."""
        physical = self.names.physical.get(rule)
        bus = self.resolved(self.system.resources[rule].properties.get("EventBusName") or "default")
        if physical is None or not isinstance(bus, str):
            return None
        called = bus.rpartition("event-bus/")[2]
        of_bus = "" if called == "default" else f"{called}/"
        place = f"{self.cloud.partition}:events:{self.names.region}:{self.names.account}"
        return f"arn:{place}:rule/{of_bus}{physical.rpartition('|')[2]}"

    def called(self, arn: str) -> str:
        """Give the logical id of an ARN or a physical id of this stage; another one stays as it is."""
        return self._logical.get(arn, arn)

    def led_to(self, arn: str) -> str:
        """Give the logical id of what an ARN leads to; for the alias of a function that is the function."""
        function = function_in(arn)
        return self.called(function) if function else self.called(arn)

    @property
    def is_whole(self) -> bool:
        """Whether all that is deployed stands in the template: a macro of somebody else may have added to it."""
        asked = self.system.cloudformation.get("Transform") or []
        return not {asked} - _HARMLESS if isinstance(asked, str) else not set(map(str, asked)) - _HARMLESS

    @cached_property
    def _logical(self) -> dict[str, str]:
        found = {physical: name for name, physical in self.names.physical.items()}
        for name in self.names.physical:
            arn = self.arn(name)
            if arn:
                found[arn] = name
        for rule in self.system.rules:
            found[self.arn_of_rule(rule) or rule] = rule
        return found

    @cached_property
    def _scope(self) -> Scope:
        return scope(self.system, self.names)
