"""Errors that Lambda itself reports, in its words, and the error of a handler's exception."""

from __future__ import annotations

import traceback
from pathlib import Path
from types import TracebackType

from harness.runtime.invocation import FunctionError

__all__ = ["Fault", "error_of", "exit_of", "stack_trace", "timeout_of"]

_OURS = str(Path(__file__).parent)


class Fault(Exception):
    """Lambda refuses or cannot go on: a type and a message of Lambda.

    Args:
        type_: Lambda's ``errorType``.
        message: Lambda's ``errorMessage``.
        trace: Lambda's ``stackTrace`` as text, where it gives one.
        shown: The exception that the tester sees.
    """

    def __init__(self, type_: str, message: str, *, trace: str = "", shown: BaseException | None = None) -> None:
        super().__init__(message)
        self.error = FunctionError(type=type_, message=message, trace=trace, exception=shown)


def error_of(exception: BaseException) -> FunctionError:
    """Give the error of an exception that a handler raised, traced from the handler's first frame down."""
    exception.with_traceback(_from_handler(exception.__traceback__))
    return FunctionError(
        type=type(exception).__name__,
        message=str(exception),
        trace="".join(traceback.format_exception(exception)),
        exception=exception,
    )


def stack_trace(error: FunctionError) -> list[str]:
    """Give an error's frames as Lambda's ``stackTrace`` has them: a text each, without the heading and the error.

    https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html
    """
    if error.trace and error.exception is not None and error.exception.__traceback__ is not None:
        return traceback.format_list(traceback.extract_tb(error.exception.__traceback__))
    return error.trace.splitlines(keepends=True)


def exit_of(exception: SystemExit, *, request_id: str) -> FunctionError:
    """Give the error of a handler that ended its process: exit code 0 gives no reason, anything else a status."""
    code = exception.code
    status = code if isinstance(code, int) else int(code is not None)
    why = f"with error: exit status {status & 0xFF}" if status else "without providing a reason"
    error = error_of(exception)
    return FunctionError(
        type="Runtime.ExitError",
        message=f"RequestId: {request_id} Error: Runtime exited {why}",
        trace=error.trace,
        exception=exception,
    )


def timeout_of(exception: BaseException | None, *, request_id: str, seconds: float) -> FunctionError:
    """Give the error of a deadline that passed, with where the handler was if it was interrupted."""
    return FunctionError(
        type="Sandbox.Timedout",
        message=f"RequestId: {request_id} Error: Task timed out after {seconds:.2f} seconds",
        trace="" if exception is None else error_of(exception).trace,
        exception=exception,
    )


def _from_handler(trace: TracebackType | None) -> TracebackType | None:
    """Leave out the frames of the harness and of the import machinery above the function's own."""
    first = trace
    while first is not None and _is_above(first.tb_frame.f_code.co_filename):
        first = first.tb_next
    return first or trace


def _is_above(file: str) -> bool:
    return file.startswith((_OURS, "<frozen importlib")) or file.endswith("/importlib/__init__.py")
