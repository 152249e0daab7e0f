"""The handler that a template names, found as the runtime of Lambda finds it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Sequence
from traceback import walk_tb
from typing import Any

from harness._text import did_you_mean, listed
from harness.errors import HandlerNotFound
from harness.runtime.faults import Fault, error_of
from harness.system.model import Function

__all__ = ["handler_of"]


def handler_of(function: Function, *, places: Sequence[str]) -> Callable[[Any, Any], Any]:
    """Give the handler; its module is imported, which is the cold start.

    The rules and the words are those of ``awslambdaric/bootstrap.py``. What the module raises,
    apart from import and syntax errors, comes through.

    Raises:
        Fault: There is no such handler.
    """
    module_name, dot, name = function.handler.rpartition(".")
    if not dot:
        raise _malformed(function)
    module = _module(function, module_name, places=places)
    try:
        handler: Callable[[Any, Any], Any] = getattr(module, name)
    except AttributeError as error:
        raise _missing(function, module_name, name, known=vars(module)) from error
    return handler


def _module(function: Function, name: str, *, places: Sequence[str]) -> Any:
    if name.partition(".")[0] in sys.builtin_module_names:
        message = f"Cannot use built-in module {name} as a handler module"
        raise _fault(function, "Runtime.BuiltInModuleConflict", message, remedy="Give the module another name.")
    try:
        return importlib.import_module(name.replace("/", "."))
    except ImportError as error:
        message = f"Unable to import module '{name}': {error}"
        raise _unimportable(function, "Runtime.ImportModuleError", message, error=error, places=places) from error
    except SyntaxError as error:
        message = f"Syntax error in module '{name}': {error}"
        raise _unimportable(function, "Runtime.UserCodeSyntaxError", message, error=error, places=places) from error


def _malformed(function: Function) -> Fault:
    # The runtime's message is that of the failed unpacking in its own code.
    message = f"Bad handler '{function.handler}': not enough values to unpack (expected 2, got 1)"
    return _fault(function, "Runtime.MalformedHandlerName", message, remedy="Write it as 'module.function'.")


def _unimportable(
    function: Function, type_: str, message: str, *, error: ImportError | SyntaxError, places: Sequence[str]
) -> Fault:
    trace = error_of(error).trace
    remedy = "Is it part of the function's code, its requirements or its layers?"
    if isinstance(error, SyntaxError):
        trace = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        remedy = "Does the code fit this Python?"
    facts = [(type(error).__name__, error), *(("searched", place) for place in places)]
    # Without a frame of the function's the cause has only the import machinery to show.
    files = [frame.f_code.co_filename for frame, _ in walk_tb(error.__traceback__)]
    cause = error if any(file.startswith(tuple(places)) for file in files) else None
    return _fault(function, type_, message, facts=facts, remedy=remedy, trace=trace, cause=cause)


def _missing(function: Function, module: str, name: str, *, known: dict[str, Any]) -> Fault:
    # What the module has imported is no handler.
    own = [one for one, value in known.items() if getattr(value, "__module__", None) == known["__name__"]]
    callables = [one for one in own if callable(known[one]) and not one.startswith("_")]
    return _fault(
        function,
        "Runtime.HandlerNotFound",
        f"Handler '{name}' missing on module '{module}'",
        facts=[("module", known.get("__file__", module)), ("it has", listed(callables))],
        remedy=did_you_mean(name, callables),
    )


def _fault(  # noqa: PLR0913 - the parts of one error, each by its name
    function: Function,
    type_: str,
    message: str,
    *,
    facts: Sequence[tuple[str, object]] = (),
    remedy: str = "",
    trace: str = "",
    cause: BaseException | None = None,
) -> Fault:
    shown = HandlerNotFound(
        f"The handler {function.handler!r} of function {function.name!r} cannot be used: {message}.",
        facts=facts,
        remedy=remedy,
    )
    shown.__cause__ = cause
    return Fault(type_, message, trace=trace, shown=shown)
