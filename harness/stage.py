"""A stage: one deployed copy of a system, and the verbs by which the outside world reaches it."""

from __future__ import annotations

import json as jsonlib
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from urllib3 import HTTPHeaderDict

from harness import data, expired, people
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import MisusedStep, UnknownResource
from harness.events import sns
from harness.journal.journal import Journal
from harness.journal.matching import written
from harness.modes.exchange import Request, Response
from harness.modes.messages import BusEvent, TopicMessage, text_of
from harness.modes.protocol import Mode
from harness.people import User
from harness.system.model import System

__all__ = ["Stage"]

# The evidence for a failed test is its latest exchanges; a run of thousands must not keep them all.
_EXCHANGES_KEPT = 50

# What any HTTP client sends. A handler sees the same in every mode.
_USUAL_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "serverless-harness"}


class Stage:
    """One deployed copy of a system, reached in one mode.

    Steps take it first and speak to the front door::

        def we_place_an_order(stage: Stage, restaurant: str, *, user: User | None) -> Response:
            return stage.request("POST", "/orders", json={"restaurantName": restaurant}, user=user)

    Args:
        name: The name of the stage, as in ``--stage``.
        system: The system as its template declares it.
        cloud: Where it is deployed.
        names: What its things are called there.
        mode: How its code is reached.
        journal: What it has published.
    """

    def __init__(  # noqa: PLR0913 - each is one fact of a stage
        self, name: str, *, system: System, cloud: Cloud, names: Names, mode: Mode, journal: Journal
    ) -> None:
        self.name = name
        self.system = system
        self.cloud = cloud
        self.names = names
        self.journal = journal
        self._mode = mode
        self.exchanges: deque[Response] = deque(maxlen=_EXCHANGES_KEPT)

    def __repr__(self) -> str:
        return f"<Stage {self.name} of {self.system.name}, mode {self.mode}>"

    @property
    def mode(self) -> str:
        """The mode, for reports. A step never asks for it."""
        return self._mode.name

    def request(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | str | None = None,
        query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        user: User | None = None,
        sign: bool = False,
        api: str | None = None,
    ) -> Response:
        """Send an HTTP request to the system's API and give the response, whatever its status.

        Args:
            method: ``GET``, ``POST``, …
            path: From the API's root, such as ``/orders``; a query string in it is sent too.
            json: A value that is sent as JSON.
            body: A body that is sent as it is.
            query: Further names and values of the query string.
            headers: Further headers.
            user: A signed-in user, whose id token is sent; None for nobody.
            sign: Whether the tester signs the request with SigV4.
            api: The logical id of the API, where the system has several.

        Raises:
            UnknownResource: No API has this logical id.
            MisusedStep: `json` and `body` are both given, or the system has several APIs and none is named.
        """
        __tracebackhide__ = True
        encoded, asked = _parted(path)
        request = Request(
            method=method.upper(),
            path=encoded,
            query=(*asked, *_pairs(query)),
            headers=_headers(headers, json=json, user=user),
            body=_body(json, body),
            sign=sign,
            api=self._api(api),
        )
        response = self._mode.request(request)
        self.exchanges.append(response)
        return response

    def publish(  # noqa: PLR0913 - the parts of an event
        self,
        bus: str,
        *,
        source: str,
        detail_type: str,
        detail: Mapping[str, Any],
        resources: Iterable[str] = (),
        time: float | None = None,
    ) -> str:
        """Put an event on a bus and give its id.

        ::

            stage.publish("EventBus", source="big-mouth", detail_type="order_placed", detail=order)

        In `http` mode the event goes out, and what it starts runs by itself. In the other modes the functions that it
        starts have run when this returns.

        Args:
            bus: The logical id of the bus; ``default`` is the one that every account has.
            source: Who says it.
            detail_type: What is said.
            detail: What can be written as a JSON object.
            resources: ARNs of what it is about.
            time: When it happened, in epoch seconds; now when not given.

        Raises:
            UnknownResource: No bus has this logical id.
            MisusedStep: The detail is no JSON object.
            NotPublished: EventBridge does not take it.
            FunctionFailed: In the modes `handler` and `invoke`: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        self._source("bus", bus)
        event = BusEvent(
            bus=bus,
            source=source,
            detail_type=detail_type,
            detail=_json_object(detail),
            resources=tuple(resources),
            time=time,
        )
        return self._mode.put([event])[0]

    def notify(  # noqa: PLR0913 - the parts of a message
        self,
        topic: str,
        message: Any,
        *,
        subject: str | None = None,
        attributes: Mapping[str, Any] | None = None,
        group: str | None = None,
        deduplication: str | None = None,
    ) -> str:
        """Publish a message to a topic and give its id.

        In `http` mode the message goes out, and what it starts runs by itself. In the other modes the functions that it
        starts have run when this returns.

        Args:
            topic: The logical id of the topic.
            message: Text, or a value that is sent as JSON.
            subject: A subject, for those who read mail.
            attributes: Text, numbers, booleans, bytes, or lists of them, by name.
            group: The message group, for FIFO topics.
            deduplication: The deduplication id, for FIFO topics that do not make it of the content.

        Raises:
            UnknownResource: No topic has this logical id.
            MisusedStep: An attribute is none that SNS knows.
            NotPublished: SNS does not take it.
            FunctionFailed: In the modes `handler` and `invoke`: a function that it starts ended in an error.
        """
        __tracebackhide__ = True
        self._source("topic", topic)
        what = TopicMessage(
            topic=topic,
            message=text_of(message),
            subject=subject,
            attributes=sns.attributes(attributes or {}),
            group=group,
            deduplication=deduplication,
        )
        return self._mode.put([what])[0]

    def settle(self, *, within: float | None = None) -> None:
        """Wait until all that has been published by now has been seen, and local functions have had what is theirs.

        Args:
            within: For how many seconds at most; a default that fits the cloud when not given.

        Raises:
            StageError: It did not become quiet in time.
            FunctionFailed: In `handler` mode: a function that was started ended in an error.
        """
        __tracebackhide__ = True
        self.journal.settle(within=within)

    def cold_start(self, function: str) -> None:
        """Drop what a function has in memory, so that its next invocation starts anew.

        Raises:
            UnknownResource: No function has this logical id.
        """
        self._mode.cold_start(self.system.function(function).name)

    def output(self, key: str) -> str:
        """Give the value of a stack output.

        Raises:
            UnknownResource: The stack has no such output; a conditional one is there only when its condition holds.
        """
        return self._named("output", key, self.names.outputs)

    def physical_id(self, logical_id: str) -> str:
        """Give what a resource of the template is called in this stage.

        Raises:
            UnknownResource: The template declares no such resource, or its condition does not hold.
        """
        return self._named("resource", logical_id, self.names.physical)

    def user(self, pool: str | None = None, *, client: str | None = None) -> AbstractContextManager[User]:
        """Bring a user who has signed in, and take the user away afterwards.

        Args:
            pool: The logical id of the user pool; the only one when not given.
            client: The logical id of the app client; the one that allows the admin flow when not given.
        """
        pool, client = people.pool_and_client(self.system, pool=pool, client=client)
        return people.signed_in_user(self.cloud, pool=self.physical_id(pool), client=self.physical_id(client))

    def with_expired_token(self, user: User) -> User:
        """Give the same user with an id token that the pool signed and that has expired.

        Raises:
            StageError: In AWS: none has expired yet; the error says when one will have.
        """
        return expired.with_expired_token(user, cloud=self.cloud)

    def items(self, table: str, items: Iterable[Mapping[str, Any]]) -> AbstractContextManager[None]:
        """Bring items into a table, and afterwards restore what was there before.

        Args:
            table: The logical id of the table.
            items: Any number of items as Python objects; floats become numbers of DynamoDB.
        """
        declared = self.system.of_type("AWS::DynamoDB::Table")
        tables = {name: self.names.physical[name] for name in declared if name in self.names.physical}
        return data.items(self.cloud, table=self._named("table", table, tables), items=items)

    def secret_parameter(self, name: str, value: str, *, key: str) -> AbstractContextManager[None]:
        """Bring an SSM SecureString under a key of the template, and afterwards restore what was there before.

        CloudFormation cannot create one
        (https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-ssm-parameter.html).

        Args:
            name: The name of the parameter.
            value: The secret.
            key: The logical id of the KMS key.
        """
        return data.secret_parameter(self.cloud, name=name, value=value, key=self.physical_id(key))

    def over(self, *, passed: bool) -> None:
        """End a test: in `handler` mode what it has set off comes to its end first, as it would in the cloud.

        None of it reaches the next test, however this ends.

        Args:
            passed: Whether it passed. What a failed test has set off is forgotten.

        Raises:
            FunctionFailed: A function that the test has set off ended in an error.
        """
        __tracebackhide__ = True
        try:
            if passed and self._mode.deliver is not None and self._mode.ran:
                self.journal.settle()
        finally:
            self._mode.over()

    def close(self) -> None:
        """Let go of what the mode holds; the stage stays deployed."""
        self._mode.close()

    def _source(self, kind: str, name: str) -> None:
        __tracebackhide__ = True
        known = self.journal.sources(kind)
        if name not in known:
            raise UnknownResource(kind, name, known=known, declared_in=self.system.template)

    def _api(self, name: str | None) -> str:
        __tracebackhide__ = True
        apis = self.system.apis
        if name is not None:
            if name not in apis:
                raise UnknownResource("API", name, known=apis, declared_in=self.system.template)
            return name
        if len(apis) != 1:
            raise MisusedStep(
                f"The system {self.system.name!r} has {len(apis)} APIs, and the request names none.",
                facts=[(f"declared in {self.system.template}", ", ".join(sorted(apis)) or "none")],
                remedy='name one: stage.request(…, api="…")' if apis else "",
            )
        return next(iter(apis))

    def _named(self, kind: str, name: str, known: Mapping[str, str]) -> str:
        __tracebackhide__ = True
        if name not in known:
            raise UnknownResource(kind, name, known=known, declared_in=self.system.template)
        return known[name]


def _json_object(detail: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give a detail as it is read back from JSON; EventBridge takes objects only.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
    """
    __tracebackhide__ = True
    try:
        read = jsonlib.loads(jsonlib.dumps(detail))
    except (TypeError, ValueError) as error:
        raise MisusedStep(f"The detail {written(detail)} cannot be written as JSON: {error}.") from error
    if not isinstance(read, dict):
        raise MisusedStep(f"The detail {written(detail)} is no JSON object.", remedy="EventBridge takes objects only")
    return read


@lru_cache(maxsize=256)
def _parted(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give a path percent-encoded where it may not stay as it is, and the names and values of its query string."""
    parts = urlsplit(path)
    plain = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    encoded = quote(plain, safe="/%:@!$&'()*+,;=~-._")
    return encoded, tuple(parse_qsl(parts.query, keep_blank_values=True))


def _pairs(named: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(named.items() if isinstance(named, Mapping) else named)


def _headers(given: Mapping[str, str] | Iterable[tuple[str, str]], *, json: Any, user: User | None) -> HTTPHeaderDict:
    headers = HTTPHeaderDict(_pairs(given))
    # Asking first is quicker than setdefault, which raises and catches an error for each header that is not there.
    for name, value in _USUAL_HEADERS.items():
        if name not in headers:
            headers[name] = value
    if json is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    if user is not None:
        headers["Authorization"] = user.id_token
    return headers


def _body(json: Any, body: bytes | str | None) -> bytes:
    if json is not None and body is not None:
        raise MisusedStep("A request has one body, but both json and body are given.", remedy="give one of them")
    if json is not None:
        return jsonlib.dumps(json).encode()
    return body.encode() if isinstance(body, str) else body or b""
