"""The verb of GraphQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.errors import MisusedStep, UnknownResource
from harness.modes.exchange import Request, Response
from harness.modes.graphql.places import APIS, key_of
from harness.people import User
from harness.stage.protection import is_mutation
from harness.stage.requests import Requests, headers_of, parted

__all__ = ["Querying"]


class Querying(Requests):
    """A stage whose GraphQL APIs can be asked."""

    def query(  # noqa: PLR0913 - the parts of a query, and of who asks
        self,
        query: str,
        *,
        variables: Mapping[str, Any] | None = None,
        operation: str | None = None,
        user: User | None = None,
        key: bool | str = False,
        sign: bool = False,
        api: str | None = None,
        path: str = "/graphql",
    ) -> Response:
        """Send a query or a mutation of GraphQL and give the answer, whatever is in it.

        ::

            stage.query("query ($id: ID!) { product(id: $id) { name } }", variables={"id": "kettle"}, key=True)

        Args:
            query: In GraphQL.
            variables: Their values, by name.
            operation: Which operation is meant, where the query has several.
            user: A signed-in user, whose id token is sent; None for nobody.
            key: Whether an API key of the API is sent; or the key itself.
            sign: Whether the tester signs the request with SigV4.
            api: The logical id of an API of AppSync, or of API Gateway with a route for GraphQL; the only one of
                AppSync, or else the only one of API Gateway, when not given.
            path: The route, where the API is one of API Gateway.

        Raises:
            UnknownResource: No API has this logical id.
            MisusedStep: None is named where the system has several; or a key is sent to API Gateway.
            StageError: A key is wanted, and the API has none that is valid.
            StageProtected: The stage is protected, and it is a mutation, or goes to a route of which the test does not
                say that it only reads.
        """
        __tracebackhide__ = True
        if is_mutation(query):
            self._writes("query", f"mutation {operation or ''}".rstrip())
        body = {"query": query, "variables": dict(variables or {})}
        if operation is not None:
            body["operationName"] = operation
        graph = self._graph_api(api)
        if graph is None:
            if key is not False:
                raise MisusedStep("An API key of AppSync is sent to an API of API Gateway.", remedy="leave out key=…")
            return self._asked(body, path=path, user=user, sign=sign, api=api)
        given = {} if key is False else {"x-api-key": self._key(graph) if key is True else key}
        request = Request(
            method="POST",
            path="/graphql",
            headers=headers_of(given, json=body, user=user),
            body=json.dumps(body).encode(),
            sign=sign,
            api=graph,
        )
        with self._act("query", f"{graph} {operation or ''}".rstrip(), reads=True) as act:
            act.response = response = self._mode.query(request)
        return response

    def _asked(self, body: Mapping[str, Any], *, path: str, user: User | None, sign: bool, api: str | None) -> Response:
        """Ask an API of API Gateway.

        A query that only reads is sent with POST as well, and whether GraphQL is spoken there at all, the template does
        not say: a route of another kind takes the same POST for an order.
        """
        __tracebackhide__ = True
        encoded, asked = parted(path)
        request = Request(
            method="POST",
            path=encoded,
            query=asked,
            headers=headers_of((), json=body, user=user),
            body=json.dumps(body).encode(),
            sign=sign,
            api=self._api(api),
        )
        if self._protection is not None:
            self._protection.admit(request, system=self.system, verb="query")
        return self._sent(request)

    def _graph_api(self, name: str | None) -> str | None:
        """Give the API of AppSync that is meant; None where one of API Gateway is."""
        __tracebackhide__ = True
        apis = self.system.of_type(APIS)
        if name in apis:
            return name
        if name is not None and name not in self.system.apis:
            known = [*apis, *self.system.apis]
            raise UnknownResource("GraphQL API", name, known=known, declared_in=self.system.template)
        if name is not None or not apis:
            return None
        if len(apis) > 1:
            raise MisusedStep(
                f"The system {self.system.name!r} has {len(apis)} GraphQL APIs, and the query names none.",
                facts=[(f"declared in {self.system.template}", ", ".join(sorted(apis)))],
                remedy='name one: stage.query(…, api="…")',
            )
        return next(iter(apis))

    def _key(self, api: str) -> str:
        return key_of(api, cloud=self.cloud, names=self.names)
