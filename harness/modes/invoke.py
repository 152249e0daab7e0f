"""Mode ``invoke``: the deployed function through the Lambda API, with the service in between played here."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.logs import last_lines, lines_of
from harness.cloud.names import Names
from harness.journal.store import Store
from harness.modes.deployed import drop_memory
from harness.modes.exchange import Request, Response
from harness.modes.gateway import Gateway
from harness.modes.messages import Outgoing
from harness.modes.played import gateway_for
from harness.modes.playing import Player
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import System

__all__ = ["InvokeMode"]


class InvokeMode:
    """The gateway is played from the template; the functions that it invokes are the deployed ones."""

    name = "invoke"

    def __init__(
        self, *, system: System, cloud: Cloud, names: Names, store: Store, tell: Callable[[str], None]
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        # Lambda runs a function for 900 s at most, and a second attempt would run it twice.
        self._lambda = cloud.client("lambda", read_timeout=910, retries={"max_attempts": 0})
        self._gateway: Gateway = gateway_for(system, cloud=cloud, names=names, invoke=self.invoke)
        self._player = Player(system, cloud=cloud, names=names, store=store, invoke=self.invoke, tell=tell)

    def request(self, request: Request) -> Response:
        """Play API Gateway around the deployed function."""
        __tracebackhide__ = True
        return self._gateway.request(request)

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Play the service around the deployed functions."""
        __tracebackhide__ = True
        return self._player.put(batch)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Invocation:
        """Invoke a deployed function and give what came back, the end of its log included."""
        __tracebackhide__ = True
        started = time.perf_counter()
        with translated(self._cloud):
            answer = self._lambda.invoke(
                FunctionName=self._names.functions[function].name,
                LogType="Tail",
                Payload=json.dumps(event).encode(),
            )
            raw = answer["Payload"].read()
        payload = json.loads(raw) if raw else None
        failed = "FunctionError" in answer
        return Invocation(
            function=function,
            request_id=answer["ResponseMetadata"].get("RequestId", ""),
            payload=None if failed else payload,
            error=_error(payload) if failed else None,
            log=base64.b64decode(answer.get("LogResult", "")).decode(errors="replace"),
            seconds=time.perf_counter() - started,
        )

    deliver = None
    ran = False

    def logs(self, functions: Iterable[str], *, since: float) -> Mapping[str, Sequence[str]]:
        """Give the last lines that CloudWatch Logs has of functions."""
        return last_lines(
            self._cloud, functions={name: self._names.functions[name].name for name in functions}, since=since
        )

    def lines(self, function: str, *, since: float) -> list[str]:
        """Give all lines that CloudWatch Logs has of a function."""
        return lines_of(self._cloud, function=self._names.functions[function].name, since=since)

    def unfinished(self) -> list[str]:
        """Give what the cloud has not done yet."""
        return []

    def over(self) -> None:
        """Forget nothing: the cloud goes on by itself."""

    def cold_start(self, function: str) -> None:
        """Make Lambda start the deployed function anew."""
        drop_memory(self._cloud, self._names.functions[function].name)

    def close(self) -> None:
        """Hold nothing that needs closing."""


def _error(payload: Any) -> FunctionError:
    """Read Lambda's error payload: ``errorType``, ``errorMessage`` and ``stackTrace``, a list of text or text."""
    facts = payload if isinstance(payload, dict) else {"errorMessage": str(payload)}
    trace = facts.get("stackTrace") or facts.get("trace") or ""
    return FunctionError(
        type=str(facts.get("errorType") or "Unhandled"),
        message=str(facts.get("errorMessage") or ""),
        trace=trace if isinstance(trace, str) else "".join(trace),
    )
