"""Mode ``handler``: the handlers in this process, each under its own role, with the service in between played here."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.journal.taps import Taps
from harness.modes.calls import CALLED, returned
from harness.modes.chain import Chain
from harness.modes.exchange import Request, Response
from harness.modes.firing import fire_as_declared
from harness.modes.gateway.gateway import Gateway
from harness.modes.gateway.played import gateway_for
from harness.modes.links import settled
from harness.modes.local import LocalFunctions
from harness.modes.machines.execution import Execution, Mocks, StateResult
from harness.modes.machines.front_door import Machines
from harness.modes.messages import Outgoing
from harness.modes.outcomes import asynchronous_for
from harness.modes.playing import Player
from harness.modes.protocol import FAILED_KEPT
from harness.modes.wiring import Wiring
from harness.runtime.invocation import Invocation
from harness.system.model import Function, System

if TYPE_CHECKING:
    from harness.modes.graphql.played import GraphQL

__all__ = ["HandlerMode"]


class HandlerMode:
    """The gateway is played from the template; the functions that it invokes run in this process.

    On a muted stage what tests and functions publish is really published, and starts the local functions when a tap
    has brought it back. A stage that is not muted has deployed functions that would be started, so there the bus and
    the topic are played for what a test publishes.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage; what a handler calls is there.
        names: The names of the stage.
        taps: The taps of the stage.
        muted: Whether nothing in the stage leads to a function.
        packages: The folders of a function's third-party packages, which are built when it first runs.
        overrides: Variables that replace those of the stage, by function.
        tell: Called with a sentence when a function cannot run quite as it would in Lambda.
    """

    name = "handler"

    def __init__(  # noqa: PLR0913 - each is one fact of a stage
        self,
        *,
        system: System,
        cloud: Cloud,
        names: Names,
        taps: Taps,
        muted: bool,
        packages: Callable[[Function], Sequence[Path]],
        overrides: Callable[[str], Mapping[str, str]],
        tell: Callable[[str], None],
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._local = LocalFunctions(
            system, cloud=cloud, names=names, packages=packages, overrides=overrides, tell=tell
        )
        self._ran = False
        self.failed: deque[Invocation] = deque(maxlen=FAILED_KEPT)
        self.started: set[str] = set()
        self._gateway: Gateway = gateway_for(system, cloud=cloud, names=names, invoke=self.invoke)
        self._chain: Chain | None = None
        self._asynchronous = asynchronous_for(
            system,
            cloud=cloud,
            names=names,
            attempt=self._attempt,
            credentials=self._local.credentials,
            tell=tell,
            player=lambda: None if muted else self._player,
            causing=self._causing,
        )
        self._player = Player(
            system,
            cloud=cloud,
            names=names,
            store=taps.store,
            invoke=self._run,
            tell=tell,
            asynchronous=self._asynchronous,
            local=True,
        )
        if muted:
            wiring = Wiring(system, cloud=cloud, names=names)
            self._chain = Chain(
                wiring,
                cloud=cloud,
                names=names,
                taps=taps,
                invoke=self._run,
                tell=tell,
                asynchronous=self._asynchronous,
            )
            for by, to in wiring.beyond():
                tell(f"{by} leads to {to}: in handler mode the functions behind it run deployed")
        self._machines = Machines(
            system=system, cloud=cloud, names=names, invoke=self.invoke, muted=muted, meanwhile=self._deliver
        )

    @cached_property
    def _graphql(self) -> GraphQL:
        from harness.modes.graphql.played import graphql_for  # noqa: PLC0415 - most runs query no GraphQL

        return graphql_for(self._system, cloud=self._cloud, names=self._names, invoke=self.invoke)

    def request(self, request: Request) -> Response:
        """Play API Gateway around the handler."""
        __tracebackhide__ = True
        return self._gateway.request(request)

    def query(self, request: Request) -> Response:
        """Play AppSync around the handlers behind its fields."""
        __tracebackhide__ = True
        return self._graphql.query(request)

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Put what a test sends on the muted stage and start what it starts; elsewhere play the service."""
        __tracebackhide__ = True
        if self._chain is None:
            return self._player.put(batch)
        self._ran = True  # What it starts by way of a topic or another bus may run later.
        return self._chain.put(batch)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Run a handler in its execution environment and give what came back.

        Raises:
            HandlerNotFound: The handler cannot be imported. AWS would answer 502, and the project must act.
        """
        __tracebackhide__ = True
        return self._run(function, event) if self._chain is None else self._chain.invoke(function, event)

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        """Call a local function and give what it returned; None when nobody waits for that.

        Raises:
            UnknownResource: No function has this logical id.
            FunctionFailed: It ended in an error, and if it was called asynchronously, nobody was told of that.
            ResultLost: Somebody is to be told, but its role may not.
        """
        __tracebackhide__ = True
        self._system.function(function)
        if not asynchronous:
            return returned(self.invoke(function, event))
        with self._causing(function):
            settled(self._asynchronous.run(function, event, path=()), started_by=CALLED, path=())
        return None

    def fire(self, schedule: str) -> None:
        """Give each target of a schedule what the template says, and start the local functions among them."""
        __tracebackhide__ = True
        self._ran = True
        fire_as_declared(
            schedule,
            system=self._system,
            cloud=self._cloud,
            names=self._names,
            asynchronous=self._asynchronous,
            player=self._player if self._chain is None else None,
        )

    def start(
        self, machine: str, given: Any = None, *, within: float | None = None, mocks: Mocks | None = None
    ) -> Execution:
        """Run an execution of a state machine whose functions are the local ones and give what it came to."""
        __tracebackhide__ = True
        self._ran = True
        return self._machines.start(machine, given, within=within, mocks=mocks)

    def test_state(
        self, machine: str, state: str, given: Any = None, *, mock: Mapping[str, Any] | None = None
    ) -> StateResult:
        """Run one state of a state machine by itself and give what it came to."""
        __tracebackhide__ = True
        return self._machines.test_state(machine, state, given, mock=mock)

    def _deliver(self) -> int:
        __tracebackhide__ = True
        delivered = self._chain.deliver() if self._chain else 0
        return delivered + self._machines.serve()

    def _attempt(self, function: str, event: Mapping[str, Any], /, *, request_id: str | None) -> Invocation:
        __tracebackhide__ = True
        with self._causing(function):
            return self._run(function, event, request_id=request_id)

    def _causing(self, function: str, *, path: tuple[str, ...] | None = None) -> AbstractContextManager[None]:
        return nullcontext() if self._chain is None else self._chain.causing(function, path=path)

    def _run(self, function: str, event: Mapping[str, Any], *, request_id: str | None = None) -> Invocation:
        __tracebackhide__ = True
        self._ran = True
        self.started.add(function)
        invocation = self._local.run(function, event, request_id=request_id)
        if invocation.error is not None:
            self.failed.append(invocation)
        return invocation

    @property
    def deliver(self) -> Callable[[], int] | None:
        """What hands to local functions that which has come; on a stage that is not muted, what mappings gather."""
        return self._player.deliver if self._chain is None else self._deliver

    @property
    def ran(self) -> bool:
        """Whether a function has run, or something was published that may start one, since the last `over`."""
        return self._ran or self._player.gathers

    def over(self) -> None:
        """Forget what was published by now and not delivered, and stop what runs."""
        try:
            if self._ran:
                self._machines.over()
        finally:
            self._ran = False
            self._player.drop()
            if self._chain is not None:
                self._chain.drop()

    def logs(self, functions: Iterable[str], *, since: float, limit: int = 10) -> Mapping[str, Sequence[str]]:
        """Give what functions have logged in this process, or that they have not run, or logged nothing."""
        return self._local.logs(functions, since=since, limit=limit)

    def lines(self, function: str, *, since: float) -> list[str]:
        """Give all lines that a function has logged in this process."""
        return self._local.lines(function, since=since)

    def unfinished(self) -> list[str]:
        """Give what is not done yet: messages in queues, executions; other functions run while the test waits."""
        from harness.modes.mapped.unfinished import unfinished  # noqa: PLC0415 - few tests settle

        in_queues = unfinished(self._system, cloud=self._cloud, names=self._names)
        return [*in_queues, *self._machines.unfinished()]

    def forget(self) -> None:
        """Forget which functions ran, which failed, and what they logged."""
        self.failed.clear()
        self.started.clear()
        self._local.forget()

    def cold_start(self, function: str) -> None:
        """Drop what the function has in memory; its next invocation imports it anew."""
        self._local.cold_start(function)

    def close(self) -> None:
        """Drop every execution environment."""
        self._local.close()
