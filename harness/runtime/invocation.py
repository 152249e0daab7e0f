"""What one invocation of a function came to, wherever it ran."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

__all__ = ["FunctionError", "Invocation"]


@dataclass(frozen=True, kw_only=True)
class FunctionError:
    """An error of a function, in the words of Lambda.

    Args:
        type: Lambda's ``errorType``: ``KeyError``, ``Runtime.ImportModuleError``, ``Sandbox.Timedout``.
        message: Lambda's ``errorMessage``.
        trace: The traceback as text, from the handler's first frame down; empty when there is none.
        exception: The exception itself when the function ran in this process.
    """

    type: str
    message: str
    trace: str = ""
    exception: BaseException | None = None


@dataclass(frozen=True, kw_only=True)
class Invocation:
    """What came back: a payload (any JSON value) or an error.

    Args:
        function: The logical id.
        request_id: Lambda's request id.
        payload: What the handler returned, read back from JSON; None also when there is an error.
        error: None when the handler returned.
        log: The log lines of this invocation where the mode brings them, else empty.
        seconds: How long it took, as seen from here.
    """

    function: str
    request_id: str
    payload: Any = None
    error: FunctionError | None = None
    log: str = ""
    seconds: float = 0.0
