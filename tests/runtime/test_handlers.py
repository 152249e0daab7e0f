from __future__ import annotations

import pytest

from harness.errors import HandlerNotFound
from harness.runtime.invocation import FunctionError
from tests.runtime.conftest import Build

ECHO = "def handler(event, context): return __name__"


def error_of(build: Build, handler: str, *, app: str = ECHO, **files: str) -> tuple[FunctionError, str]:
    orders = build(app, declared={"handler": handler}, files={f"{name}.py": text for name, text in files.items()})
    error = orders.invoke({}).error
    assert error is not None
    assert isinstance(error.exception, HandlerNotFound)
    return error, str(error.exception).replace(str(orders.function.code), "CODE")


@pytest.mark.parametrize(
    ("handler", "module"),
    [("app.handler", "app"), ("pkg.mod.handler", "pkg.mod"), ("pkg/mod.handler", "pkg.mod")],
)
def test_handlers_are_written_with_dots_or_slashes(build: Build, handler: str, module: str) -> None:
    """All three forms of Lambda's Python runtime lead to the handler."""
    orders = build(ECHO, files={"pkg/mod.py": ECHO}, declared={"handler": handler})

    assert module == orders.invoke({}).payload


def test_a_missing_module_is_an_import_error(build: Build) -> None:
    """The function's error is Lambda's; the tester's says where was searched."""
    error, shown = error_of(build, "absent.handler")

    assert ("Runtime.ImportModuleError", "Unable to import module 'absent': No module named 'absent'") == (
        error.type,
        error.message,
    )
    assert shown == (
        "The handler 'absent.handler' of function 'Orders' cannot be used: "
        "Unable to import module 'absent': No module named 'absent'.\n"
        "  ModuleNotFoundError: No module named 'absent'\n"
        "  searched: CODE\n"
        "  Is it part of the function's code, its requirements or its layers?"
    )


def test_the_cause_is_the_import_error(build: Build) -> None:
    """A missing import deeper down is named, with the trace that leads there."""
    error, _ = error_of(build, "app.handler", app="import deeper", deeper="import y")

    assert error.message == "Unable to import module 'app': No module named 'y'"
    assert error.exception is not None
    assert isinstance(error.exception.__cause__, ModuleNotFoundError)
    assert ["app.py", "deeper.py"] == [name for name in ("app.py", "deeper.py") if name in error.trace]
    assert "app.py" in error.trace.splitlines()[1]


def test_a_syntax_error_is_the_users(build: Build) -> None:
    """The trace is the line, as in Lambda."""
    error, shown = error_of(build, "app.handler", app="def handler(:")

    assert error.type == "Runtime.UserCodeSyntaxError"
    assert error.message.startswith("Syntax error in module 'app': invalid syntax (app.py, line 1)")
    assert error.trace.endswith('app.py" Line 1\n    def handler(:')
    assert shown.endswith("Does the code fit this Python?")


def test_a_missing_function_is_told_with_what_is_there(build: Build) -> None:
    """A typing error is found at once."""
    error, shown = error_of(build, "app.handle")

    assert ("Runtime.HandlerNotFound", "Handler 'handle' missing on module 'app'") == (error.type, error.message)
    assert shown == (
        "The handler 'app.handle' of function 'Orders' cannot be used: Handler 'handle' missing on module 'app'.\n"
        "  module: CODE/app.py\n"
        "  it has: handler\n"
        "  did you mean 'handler'?"
    )


def test_a_handler_without_a_module_is_malformed(build: Build) -> None:
    """The message is Lambda's own."""
    error, shown = error_of(build, "handler")

    message = "Bad handler 'handler': not enough values to unpack (expected 2, got 1)"
    assert ("Runtime.MalformedHandlerName", message) == (error.type, error.message)
    assert shown == (
        f"The handler 'handler' of function 'Orders' cannot be used: {message}.\n  Write it as 'module.function'."
    )


def test_a_built_in_module_is_no_handler_module(build: Build) -> None:
    """Lambda refuses `time.handler` before it looks for it."""
    error, shown = error_of(build, "time.handler", time=ECHO)

    message = "Cannot use built-in module time as a handler module"
    assert ("Runtime.BuiltInModuleConflict", message) == (error.type, error.message)
    assert shown.endswith("Give the module another name.")
