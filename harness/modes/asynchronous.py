"""What Lambda does about an asynchronous invocation: it tries again, and then tells how it ended."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness._text import redacted, shortened
from harness.cloud.names import Names
from harness.errors import ResultLost, SystemFailure
from harness.events.destinations import dead_letter_attributes, invocation_record
from harness.modes.failures import raise_first
from harness.runtime.faults import stack_trace
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import AsyncConfig, System

__all__ = ["Asynchronous", "Attempt", "Ended", "Letter", "Tell"]


class Attempt(Protocol):
    """Runs a function once; with the request id of the attempt before, where whoever runs it can give one."""

    def __call__(self, function: str, event: Mapping[str, Any], /, *, request_id: str | None) -> Invocation:
        """Give what came back, an error of the function included."""
        ...


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What Lambda tells of an asynchronous invocation, and where.

    Args:
        function: The logical id of the function that was invoked.
        to: The logical id of what is told, or an ARN.
        body: A JSON object: the invocation record, or for dead letters the event itself.
        succeeded: Whether the function returned.
        attributes: For dead letters: the attributes of the message, in the form that SQS and SNS take.
        attempts: How often it was tried.
        error: What it failed with, in a line.
    """

    function: str
    to: str
    body: Mapping[str, Any]
    succeeded: bool
    attributes: Mapping[str, Mapping[str, Any]]
    attempts: int
    error: str = ""

    @property
    def text(self) -> str:
        """The body as JSON text."""
        return json.dumps(self.body, ensure_ascii=False)


class Tell(Protocol):
    """Brings a letter where it belongs."""

    def __call__(self, letter: Letter, /, *, path: tuple[str, ...]) -> None:
        """Bring it, with how it came to this."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How an asynchronous invocation ended.

    Args:
        invocation: The last attempt.
        attempts: How many there were.
        told: Whether somebody was told of it who is there for failures.
    """

    invocation: Invocation
    attempts: int
    told: bool


class Asynchronous:
    """Invokes functions as Lambda does with what it has taken in, save that it does not wait between two attempts.

    Lambda tries a function twice more by default, with the request id of the first attempt, also after a timeout
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). Then it sends a record of it to
    the destination, and the event to the dead-letter queue; where both are configured, to both
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).

    Args:
        system: What the template says about each function.
        names: What functions are called in the stage.
        attempt: Runs a function once.
        tell: Brings a letter where it belongs.
    """

    def __init__(self, system: System, *, names: Names, attempt: Attempt, tell: Tell) -> None:
        self._declared = system.asynchronous
        self._names = names
        self._attempt = attempt
        self._tell = tell

    def run(self, function: str, event: Mapping[str, Any], *, path: tuple[str, ...]) -> Ended:
        """Invoke a function until it returns or may not be tried again, and tell who is to be told.

        Args:
            function: The logical id.
            event: Its event.
            path: How it came to this: entries and functions in turn, this function not among them.

        Raises:
            ResultLost: The function's role may not tell them.
            SystemFailure: What they start has failed. Where both happens, the first is raised and notes the other.
        """
        __tracebackhide__ = True
        config = self._declared.get(function, AsyncConfig())
        invocation, attempts = self._tried(function, event, most=1 + config.retries)
        letters = self._letters(config, invocation, event, attempts=attempts)
        failures: list[SystemFailure] = []
        for letter in letters:
            try:
                self._tell(letter, path=(*path, function))
            except SystemFailure as failure:
                if isinstance(failure, ResultLost):
                    failure.__cause__ = invocation.error.exception if invocation.error else None
                failures.append(failure)
        raise_first(failures)
        return Ended(invocation=invocation, attempts=attempts, told=bool(letters) and invocation.error is not None)

    def tell(self, letter: Letter, /, *, path: tuple[str, ...]) -> None:
        """Bring a letter of another kind where it belongs: that of a stream's batch which was given up.

        Raises:
            ResultLost: The function's role may not tell them.
        """
        __tracebackhide__ = True
        self._tell(letter, path=path)

    def _tried(self, function: str, event: Mapping[str, Any], *, most: int) -> tuple[Invocation, int]:
        invocation = self._attempt(function, event, request_id=None)
        attempts = 1
        while invocation.error is not None and attempts < most:
            invocation = self._attempt(function, event, request_id=invocation.request_id or None)
            attempts += 1
        return invocation, attempts

    def _letters(
        self, config: AsyncConfig, invocation: Invocation, event: Mapping[str, Any], *, attempts: int
    ) -> list[Letter]:
        destination = config.on_success if invocation.error is None else config.on_failure
        letters = []
        if destination:
            record = self._record(invocation, event, attempts=attempts)
            letters.append(_letter(destination, invocation, record, attempts=attempts))
        if config.dead_letters and (error := invocation.error):
            # No attribute of SQS or SNS is empty.
            attributes = dead_letter_attributes(
                request_id=invocation.request_id or "-", error_message=error.message or error.type
            )
            letters.append(_letter(config.dead_letters, invocation, event, attempts=attempts, attributes=attributes))
        return letters

    def _record(self, invocation: Invocation, event: Mapping[str, Any], *, attempts: int) -> Mapping[str, Any]:
        deployed = self._names.functions.get(invocation.function)
        error = invocation.error
        return invocation_record(
            function_arn=deployed.arn if deployed else invocation.function,
            request_id=invocation.request_id,
            condition="RetriesExhausted" if error else "Success",
            attempts=attempts,
            request=event,
            response=None if error else invocation.payload,
            error=_error(error, request_id=invocation.request_id) if error else None,
        )


def _letter(
    to: str,
    invocation: Invocation,
    body: Mapping[str, Any],
    *,
    attempts: int,
    attributes: Mapping[str, Mapping[str, Any]] | None = None,
) -> Letter:
    error = invocation.error
    return Letter(
        function=invocation.function,
        to=to,
        body=body,
        succeeded=error is None,
        attributes=attributes or {},
        attempts=attempts,
        error=f"{error.type}: {shortened(redacted(error.message))}".rstrip(": ") if error else "",
    )


def _error(error: FunctionError, *, request_id: str) -> dict[str, Any]:
    """Give the payload of a failed invocation in the words of Lambda."""
    payload: dict[str, Any] = {"errorMessage": error.message, "errorType": error.type}
    if error.trace:
        payload |= {"requestId": request_id, "stackTrace": stack_trace(error)}
    return payload
