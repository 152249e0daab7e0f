"""An execution environment: a Lambda function in the test process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from time import perf_counter
from typing import Any

from harness._text import new_uuid
from harness.errors import HandlerNotFound, MisusedStep
from harness.runtime.credentials import Credentials
from harness.runtime.faults import Fault
from harness.runtime.invocation import FunctionError, Invocation
from harness.runtime.paths import folders
from harness.runtime.payload import sent
from harness.runtime.process import Process
from harness.runtime.variables import defaults, keys, reserved
from harness.runtime.wall import Wall
from harness.runtime.world import World
from harness.system.model import Function

__all__ = ["INIT_TIMEOUT", "ExecutionEnvironment"]

# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html: "The Init phase is limited to 10
# seconds. If all three tasks do not complete within 10 seconds, Lambda retries the Init phase at the time of the
# first function invocation with the configured function timeout."
INIT_TIMEOUT = 10.0
# Role credentials are renewed this long before they end.
_RENEW = 300.0

# A process has one os.environ, one sys.modules and so on, so one function is in at a time. The lock admits its
# own thread again: a handler may cause an invocation of another function, which then runs in between.
_lock = threading.RLock()
_inside: list[World] = []


class ExecutionEnvironment:
    """A function, ready to be invoked in this process as Lambda would invoke it.

    Its modules, variables, working directory, search path, loggers and boto3 session are its own and stay warm;
    when an invocation is over, the process has back what it had.

    Args:
        function: As the template declares it; its code must be on this machine.
        variables: The function's environment, resolved; an endpoint for boto3 is part of it.
        packages: Folders with third-party packages, built from the function's requirements.
        arn: The function's ARN; made of the other parts if it is not given.
        name: The function's physical name; the logical id if it is not given.
        account: Twelve digits.
        region: Such as ``eu-west-1``.
        credentials: Gives the role's credentials: asked at the cold start, and again, with a new cold
            start, within five minutes of their end. None leaves the keys to `variables`.
        clock: Gives epoch seconds.
        init_timeout: How long the import of the handler's module may take.
        walled: Whether AWS is out of the function's reach, as it is where the stage is in the embedded cloud.

    Raises:
        HandlerNotFound: The function's code is not on this machine.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of the function that only the stage knows
        self,
        function: Function,
        *,
        variables: Mapping[str, str],
        account: str,
        region: str,
        packages: Sequence[Path] = (),
        arn: str = "",
        name: str = "",
        credentials: Callable[[], Credentials] | None = None,
        clock: Callable[[], float] = time.time,
        init_timeout: float = INIT_TIMEOUT,
        walled: bool = False,
    ) -> None:
        if function.code is None:
            raise HandlerNotFound(
                f"The code of function {function.name!r} is not on this machine.",
                facts=[("handler", function.handler)],
                remedy="Only functions with a local code folder run in this process.",
            )
        self.function = function
        self.name = name or function.name
        self.arn = arn or f"arn:aws:lambda:{region}:{account}:function:{self.name}"
        self._given = dict(variables)
        self._region = region
        self._code = function.code
        self._places = folders(function, code=function.code, packages=packages)
        self._ask_credentials = credentials
        self._clock = clock
        self._init_timeout = init_timeout
        self._wall = Wall(function.name, handler=function.handler) if walled else None
        self._running = False
        self._closed = False
        self._process: Process | None = None
        self._credentials: Credentials | None = None

    def invoke(self, event: object, *, request_id: str | None = None) -> Invocation:
        """Invoke the function and give what came back, an error of the function included.

        Raises:
            MisusedStep: The event is not JSON, the environment is closed, or this function is running already.
        """
        started = perf_counter()
        request_id = request_id or new_uuid()
        payload, error, log = None, None, ""
        try:
            body = sent(event, function=self.function.name)
            payload, error, log = self._turn(body, request_id)
        except Fault as fault:
            error = fault.error
        return Invocation(
            function=self.function.name,
            request_id=request_id,
            payload=payload,
            error=error,
            log=log,
            seconds=perf_counter() - started,
        )

    def cold_start(self) -> None:
        """Drop the function's modules, credentials and session: the next invocation imports anew.

        Raises:
            MisusedStep: The function is running.
        """
        with _lock:
            if self._running:
                raise MisusedStep(f"The function {self.function.name!r} is running and cannot start cold.")
            self._end()

    def close(self) -> None:
        """Drop everything; an invocation after this is an error."""
        self.cold_start()
        self._closed = True

    def _turn(self, body: str, request_id: str) -> tuple[Any, FunctionError | None, str]:
        """Take a turn in this process; a function that is in already waits outside for so long."""
        with _lock:
            self._check()
            around = _inside[-1] if _inside else None
            if around is not None:
                around.leave()
            self._running = True
            try:
                return self._answered(body, request_id)
            finally:
                self._running = False
                if around is not None:
                    around.enter()

    def _answered(self, body: str, request_id: str) -> tuple[Any, FunctionError | None, str]:
        process = self._warm()
        world = process.world
        payload, error = None, None
        world.log.clear()
        world.variables.trace = _trace_header(request_id)
        world.enter()
        _inside.append(world)
        try:
            with self._wall or nullcontext():
                payload, error = world.run(process.answer, body, request_id)
        finally:
            _inside.pop()
            world.leave()
            if process.dead:
                self._end()
        if self._wall is not None and self._wall.error is not None:
            payload, error = None, self._wall.error
        return payload, error, "".join(world.log)

    def _check(self) -> None:
        if self._closed:
            raise MisusedStep(f"The environment of function {self.function.name!r} is closed.")
        if self._running:
            raise MisusedStep(
                f"The function {self.function.name!r} is running already in this process.",
                remedy="Lambda would start a second environment for it; here a function cannot invoke itself.",
            )

    def _end(self) -> None:
        ended, self._process, self._credentials = self._process, None, None
        if ended is not None:
            ended.end()

    def _warm(self) -> Process:
        """Give the process of the last invocation, or a new one at a cold start and when the credentials end."""
        known = self._credentials
        if known is not None and known.expire_within(_RENEW, now=self._clock()):
            self._end()
        if self._process is None:
            self._credentials = self._ask_credentials() if self._ask_credentials is not None else None
            self._process = self._start()
        return self._process

    def _start(self) -> Process:
        variables = {
            **defaults(self.function),
            **self._given,
            **reserved(self.function, name=self.name, region=self._region, now=self._clock()),
            **keys(self._credentials),
        }
        return Process(
            self.function,
            variables=variables,
            places=self._places,
            world=World(variables=variables, code=self._code, places=self._places),
            arn=self.arn,
            clock=self._clock,
            init_timeout=self._init_timeout,
        )


def _trace_header(request_id: str) -> bytes:
    """Give the X-Ray header that Lambda sets for each invocation, of one that is not sampled."""
    digits = request_id.replace("-", "").ljust(32, "0")
    return f"Root=1-{digits[:8]}-{digits[8:32]};Parent={digits[:16]};Sampled=0".encode()
