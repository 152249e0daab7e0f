"""A function that has started: its world, its handler, and what it answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.runtime.context import LambdaContext
from harness.runtime.deadline import Deadline, DeadlinePassed
from harness.runtime.faults import Fault, error_of, exit_of, timeout_of
from harness.runtime.handler import handler_of
from harness.runtime.invocation import FunctionError
from harness.runtime.payload import answered
from harness.runtime.world import World
from harness.system.model import Function

__all__ = ["Process"]


class Process:
    """What lies between two cold starts of a function.

    Args:
        function: As the template declares it.
        variables: Its environment, everything included.
        places: The folders of its modules.
        world: Its world, made of the two.
        arn: The ARN by which it is invoked.
        clock: Gives epoch seconds.
        init_timeout: How long the import of the handler's module may take.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of the function that only the environment knows
        self,
        function: Function,
        *,
        variables: Mapping[str, str],
        places: Sequence[str],
        world: World,
        arn: str,
        clock: Callable[[], float],
        init_timeout: float,
    ) -> None:
        self.function = function
        self.world = world
        # Lambda starts a process anew after a failed start and kills it at the deadline.
        self.dead = False
        self._variables = variables
        self._places = places
        self._arn = arn
        self._clock = clock
        self._init_timeout = init_timeout
        self._handler: Callable[[Any, Any], Any] | None = None
        self._deadline = Deadline(function.timeout)

    def answer(self, body: str, request_id: str) -> tuple[Any, FunctionError | None]:
        """Run the handler and give its result or its error; the process must be in the function's world."""
        payload, error, interrupted = None, None, None
        try:
            payload = self._handled(body, request_id)
        except DeadlinePassed as passed:
            if passed.deadline is not self._deadline:
                raise  # It is the deadline of a function around this one.
            interrupted = passed
        except Fault as fault:
            error = fault.error
        except SystemExit as ended:
            error, self.dead = exit_of(ended, request_id=request_id), True
        except Exception as raised:
            if _is_the_testers(raised):
                raise
            error = error_of(raised)
        finally:
            self.dead = self.dead or self._handler is None or self._deadline.passed
        if self._deadline.passed:
            return None, timeout_of(interrupted, request_id=request_id, seconds=self.function.timeout)
        return payload, error

    def end(self) -> None:
        """Let go of everything, outside the function's world."""
        self._handler = None
        self.world.end()

    def _handled(self, body: str, request_id: str) -> Any:
        self.world.logs.handler.request_id = request_id
        handler, spent = self._started()
        left = self.function.timeout - spent
        context = LambdaContext(
            request_id, arn=self._arn, variables=self._variables, deadline=self._clock() + left, clock=self._clock
        )
        event = json.loads(body)
        with Deadline(left) as self._deadline:
            result = handler(event, context)
        return answered(result, runtime=self.function.runtime)

    def _started(self) -> tuple[Callable[[Any, Any], Any], float]:
        """Give the handler, and how much of the deadline its import used up.

        An import within `init_timeout` uses up none. A longer one is what Lambda tries
        again within the invocation's own deadline; here the one attempt stands for both.
        """
        if self._handler is not None:
            return self._handler, 0.0
        with Deadline(max(self._init_timeout, self.function.timeout)) as self._deadline:
            handler = handler_of(self.function, places=self._places)
        self._handler = handler
        self.world.logs.starting = False
        return handler, self._deadline.seconds_spent if self._deadline.seconds_spent > self._init_timeout else 0.0


def _is_the_testers(exception: Exception) -> bool:
    """Say whether it is the end of a debugging session or of the test run, and not an error of the function."""
    kinds = (("bdb", "BdbQuit"), ("_pytest.outcomes", "Exit"))
    return any(isinstance(exception, getattr(sys.modules.get(module), kind, ())) for module, kind in kinds)
