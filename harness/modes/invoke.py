"""Mode ``invoke``: the deployed function through the Lambda API, with the service in between played here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.journal.store import Store
from harness.modes.deployed import InTheCloud
from harness.modes.exchange import Request, Response
from harness.modes.firing import fire_as_declared
from harness.modes.gateway.gateway import Gateway
from harness.modes.gateway.played import gateway_for
from harness.modes.messages import ItemChange, Outgoing
from harness.modes.outcomes import asynchronous_for
from harness.modes.playing import Player
from harness.modes.roles import assumed
from harness.runtime.credentials import Credentials
from harness.runtime.invocation import Invocation
from harness.system.model import System

if TYPE_CHECKING:
    from harness.modes.graphql.played import GraphQL

__all__ = ["InvokeMode"]


class InvokeMode(InTheCloud):
    """The gateway is played from the template; the functions that it invokes are the deployed ones."""

    name = "invoke"

    def __init__(
        self, *, system: System, cloud: Cloud, names: Names, store: Store, tell: Callable[[str], None]
    ) -> None:
        super().__init__(system, cloud=cloud, names=names)
        self._tell = tell
        self._gateway: Gateway = gateway_for(system, cloud=cloud, names=names, invoke=self.invoke)
        self._asynchronous = asynchronous_for(
            system,
            cloud=cloud,
            names=names,
            attempt=self._attempt,
            credentials=self._credentials,
            tell=tell,
            player=lambda: self._player,
        )
        self._player = Player(
            system,
            cloud=cloud,
            names=names,
            store=store,
            invoke=self.invoke,
            tell=tell,
            asynchronous=self._asynchronous,
        )

    @cached_property
    def _graphql(self) -> GraphQL:
        from harness.modes.graphql.played import graphql_for  # noqa: PLC0415 - most runs query no GraphQL

        return graphql_for(self._system, cloud=self._cloud, names=self._names, invoke=self.invoke)

    def request(self, request: Request) -> Response:
        """Play API Gateway around the deployed function."""
        __tracebackhide__ = True
        return self._gateway.request(request)

    def query(self, request: Request) -> Response:
        """Play AppSync around the deployed functions behind its fields."""
        __tracebackhide__ = True
        return self._graphql.query(request)

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Play the service around the deployed functions.

        Raises:
            MisusedStep: The embedded cloud reads items without the tumbling window of the mapping.
        """
        __tracebackhide__ = True
        if self._cloud.embedded and isinstance(batch[0], ItemChange):
            from harness.modes.mapped.shards import insist_on_no_window  # noqa: PLC0415 - few tests write items

            insist_on_no_window(batch[0].table, system=self._system)
        return self._player.put(batch)

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        """Call a deployed function and give what it returned; None of an asynchronous call, which is Lambda's own.

        Raises:
            FunctionFailed: It was called synchronously, and ended in an error.
        """
        __tracebackhide__ = True
        self.started.add(function)
        return self._deployed.call(function, event, asynchronous=asynchronous)

    def fire(self, schedule: str) -> None:
        """Give each target of a schedule what the template says, and invoke the deployed functions among them."""
        __tracebackhide__ = True
        fire_as_declared(
            schedule,
            system=self._system,
            cloud=self._cloud,
            names=self._names,
            asynchronous=self._asynchronous,
            player=self._player,
        )

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Invoke a deployed function and give what came back, the end of its log included."""
        __tracebackhide__ = True
        self.started.add(function)
        invocation = self._deployed.invoke(function, event)
        if invocation.error is not None:
            self.failed.append(invocation)
        return invocation

    def _attempt(self, function: str, event: Mapping[str, Any], /, *, request_id: str | None) -> Invocation:  # noqa: ARG002 - Lambda itself gives the request id
        __tracebackhide__ = True
        return self.invoke(function, event)

    def _credentials(self, function: str) -> Credentials:
        def tell(_sentence: str) -> None:
            self._tell(f"how {function} ended is told with your own permissions: its role does not admit you")

        role = self._names.functions[function].role
        return assumed(role, cloud=self._cloud, session=f"harness-{function}", tell=tell)

    @property
    def deliver(self) -> Callable[[], int] | None:
        """What hands on what played mappings gather; None where no mapping has a batching window."""
        return self._player.deliver

    @property
    def ran(self) -> bool:
        """Whether a played mapping has gathered something that was not handed on."""
        return self._player.gathers

    def over(self) -> None:
        """Forget what played mappings have gathered; all else the cloud has."""
        self._player.drop()

    def close(self) -> None:
        """Hold nothing that needs closing."""
