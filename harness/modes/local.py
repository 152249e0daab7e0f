"""Functions in this process: an execution environment for each, under its own role, and what they have logged."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness._text import redacted_lines
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import HandlerNotFound, NotLetOut
from harness.modes.inline import with_code
from harness.modes.roles import assumed
from harness.runtime.credentials import Credentials
from harness.runtime.environment import ExecutionEnvironment
from harness.runtime.invocation import Invocation
from harness.runtime.wall import PAST_PROXIES
from harness.system.model import Function, System

__all__ = ["LocalFunctions"]

# Of one test: it is over with the next one, and may call a function many times.
_LOGS_KEPT = 10_000
_HERE = f"127.0.0.1,localhost,{PAST_PROXIES}"


class LocalFunctions:
    """The functions of a system, run in this process.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage; what a handler calls is there.
        names: The names of the stage.
        packages: The folders of a function's third-party packages, which are built when it first runs.
        overrides: Variables that replace those of the stage, by function.
        tell: Called with a sentence when a function cannot run quite as it would in Lambda.
    """

    def __init__(  # noqa: PLR0913 - each is one fact of a stage
        self,
        system: System,
        *,
        cloud: Cloud,
        names: Names,
        packages: Callable[[Function], Sequence[Path]],
        overrides: Callable[[str], Mapping[str, str]],
        tell: Callable[[str], None],
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._packages = packages
        self._overrides = overrides
        self._tell = tell
        self._environments: dict[str, ExecutionEnvironment] = {}
        self._logs: deque[tuple[float, Invocation]] = deque(maxlen=_LOGS_KEPT)
        self._last_ran: dict[str, float] = {}

    def run(self, function: str, event: Mapping[str, Any], *, request_id: str | None = None) -> Invocation:
        """Run a handler in its execution environment and give what came back.

        Raises:
            HandlerNotFound: The handler cannot be imported. AWS would answer 502, and the project must act.
            NotLetOut: It asks for AWS itself, while the stage is in the embedded cloud.
        """
        __tracebackhide__ = True
        invocation = self.environment(function).invoke(event, request_id=request_id)
        self._last_ran[function] = time.time()
        self._logs.append((self._last_ran[function], invocation))
        if invocation.error and isinstance(invocation.error.exception, HandlerNotFound | NotLetOut):
            raise invocation.error.exception
        return invocation

    def credentials(self, function: str) -> Credentials:
        """Give credentials of a function's role."""
        deployed = self._names.functions[function]
        return assumed(deployed.role, cloud=self._cloud, session=f"harness-{function}", tell=self._tell)

    def logs(self, functions: Iterable[str], *, since: float, limit: int) -> Mapping[str, Sequence[str]]:
        """Give what functions have logged in this process, or that they have not run, or logged nothing."""
        lines: dict[str, list[str]] = {name: [] for name in functions}
        for ended, invocation in self._logs:
            if ended >= since and invocation.function in lines:
                lines[invocation.function].extend(invocation.log.splitlines())
        return {name: kept[-limit:] or [self._silence_of(name, since)] for name, kept in lines.items()}

    def lines(self, function: str, *, since: float) -> list[str]:
        """Give all lines that a function has logged in this process."""
        runs = [one for ended, one in self._logs if ended >= since and one.function == function]
        return [line for run in runs for line in redacted_lines(run.log.splitlines())]

    def forget(self) -> None:
        """Forget what was logged: the test is over."""
        self._logs.clear()

    def _silence_of(self, function: str, since: float) -> str:
        has_run = self._last_ran.get(function, 0.0) >= since
        return "(it ran and logged nothing)" if has_run else "(it did not run)"

    def environment(self, function: str) -> ExecutionEnvironment:
        """Give the execution environment of a function; it is made on the first call."""
        if function not in self._environments:
            self._environments[function] = self._new_environment(self._system.function(function))
        return self._environments[function]

    def _new_environment(self, function: Function) -> ExecutionEnvironment:
        deployed = self._names.functions[function.name]
        if not function.runtime.startswith("python"):
            raise HandlerNotFound(
                f"The function {function.name!r} does not run in this process: its runtime is {function.runtime!r}.",
                remedy="only Python does; test it in the modes invoke and http, and mark the test: "
                '@pytest.mark.modes("invoke", "http", reason="…")',
            )
        endpoint = {"AWS_ENDPOINT_URL": self._cloud.endpoint} if self._cloud.endpoint else {}
        if self._cloud.embedded:  # The tester's proxy does not lead to this machine, but it may lead to AWS.
            endpoint |= {"NO_PROXY": _HERE, "no_proxy": _HERE}
        return ExecutionEnvironment(
            with_code(function, system=self._system, folder=self._cloud.folder),
            variables={**deployed.environment, **endpoint, **self._overrides(function.name)},
            packages=self._packages(function),
            arn=deployed.arn,
            name=deployed.name,
            account=self._names.account,
            region=self._names.region,
            credentials=lambda: self.credentials(function.name),
            walled=self._cloud.embedded,
        )

    def cold_start(self, function: str) -> None:
        """Drop what the function has in memory; its next invocation imports it anew."""
        self.environment(function).cold_start()

    def close(self) -> None:
        """Drop every execution environment."""
        for environment in self._environments.values():
            environment.close()
        self._environments.clear()
