"""A pytest plugin that books every moment of a run to one account: ``-p _where``.

Accounts are entered and left like functions, and a moment belongs to the innermost one, so that they add up to the
whole. They are those of the main thread: what the journal's pollers do meanwhile is no further time. It hangs itself
into boto3, the import system and the harness from outside, and fails loudly where the place that it wants is gone.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import json
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractContextManager, _GeneratorContextManager
from functools import wraps
from pathlib import Path
from typing import Any

PYTEST, IMPORTS, HARNESS = "pytest", "imports", "harness"
CLIENTS, CALLS, COLD, HANDLERS = "boto3 clients", "AWS calls", "imports of functions", "handlers"
WAITING = "waiting"


class Book:
    """The accounts of the thread that opens it. The one on top of the stack pays."""

    def __init__(self, started: float) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.times: dict[str, int] = defaultdict(int)
        self._stack = [PYTEST]
        self._since = started
        self._thread = threading.get_ident()

    @property
    def is_of_this_thread(self) -> bool:
        """Tell whether what happens here is booked."""
        return threading.get_ident() == self._thread

    def enter(self, account: str) -> None:
        """Let an account pay from now on."""
        self._book()
        self._stack.append(account)
        self.times[account] += 1

    def leave(self, account: str) -> None:
        """Let the one before pay again."""
        self._book()
        left = self._stack.pop()
        assert left == account, f"{left} was left for {account}"

    def is_in(self, *accounts: str) -> bool:
        """Tell whether one of the accounts pays, or pays again later."""
        return any(account in self._stack for account in accounts)

    def _book(self) -> None:
        assert self.is_of_this_thread, threading.current_thread().name
        now = time.time()
        self.seconds[self._stack[-1]] += now - self._since
        self._since = now

    def closed(self) -> dict[str, Any]:
        """Give what each account paid."""
        self._book()
        return {"seconds": self.seconds, "times": self.times, "ended": self._since}


BOOK = Book(float(os.environ["BENCH_STARTED"]))


def paid(function: Callable[..., Any], account: str) -> Callable[..., Any]:
    """Give a function whose time an account pays; a context manager that it gives is paid for as well."""

    @wraps(function)
    def call(*args: Any, **rest: Any) -> Any:
        if not BOOK.is_of_this_thread:
            return function(*args, **rest)
        BOOK.enter(account)
        try:
            given = function(*args, **rest)
        finally:
            BOOK.leave(account)
        # An answer of requests is a context manager as well, and is to stay what it is.
        return _Paid(given, account) if isinstance(given, _GeneratorContextManager) else given

    return call


class _Paid(AbstractContextManager[Any]):
    """A context manager that an account pays for, without what happens inside."""

    def __init__(self, inner: AbstractContextManager[Any], account: str) -> None:
        self._enter = paid(inner.__enter__, account)
        self._leave = paid(inner.__exit__, account)

    def __enter__(self) -> Any:
        return self._enter()

    def __exit__(self, *error: object) -> bool | None:
        left: bool | None = self._leave(*error)
        return left


def _watch_imports() -> None:
    for holder, name in ((builtins, "__import__"), (importlib, "import_module")):
        setattr(holder, name, _import(getattr(holder, name)))


def _import(original: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(original)
    def call(*args: Any, **rest: Any) -> Any:
        if not BOOK.is_of_this_thread or BOOK.is_in(IMPORTS, COLD):
            return original(*args, **rest)
        BOOK.enter(IMPORTS)
        try:
            return original(*args, **rest)
        finally:
            BOOK.leave(IMPORTS)

    return call


def _watch(owner: Any, account: str, *names: str) -> None:
    for name in names:
        setattr(owner, name, paid(getattr(owner, name), account))


def _watch_boto3() -> None:
    import botocore.client  # noqa: PLC0415 - its import is to be booked
    import botocore.session  # noqa: PLC0415 - its import is to be booked

    _watch(botocore.session.Session, CLIENTS, "create_client")
    _watch(botocore.client.BaseClient, CALLS, "_make_api_call")


def _watch_harness() -> None:
    import requests  # noqa: PLC0415 - its import is to be booked

    from harness.journal.journal import Journal  # noqa: PLC0415 - its import is to be booked
    from harness.journal.store import Store  # noqa: PLC0415 - its import is to be booked
    from harness.modes.machines.running import Runner  # noqa: PLC0415 - its import is to be booked
    from harness.project import Project  # noqa: PLC0415 - its import is to be booked
    from harness.runtime import process  # noqa: PLC0415 - its import is to be booked
    from harness.stage import Stage  # noqa: PLC0415 - its import is to be booked

    _watch(Project, HARNESS, "described", "names", "stage", "system", "close")
    verbs = [name for name, value in inspect.getmembers(Stage, inspect.isfunction) if not name.startswith("_")]
    _watch(Stage, HARNESS, *verbs)
    _watch(Journal, HARNESS, "expect", "expect_none", "in_order", "settle", "until")
    _watch(Store, WAITING, "wait")
    # The pauses between two looks at an execution.
    defaults = vars(Runner)["__init__"].__kwdefaults__
    defaults["sleep"] = paid(defaults["sleep"], WAITING)
    _watch(requests.Session, CALLS, "send")
    names = vars(process)
    find = names["handler_of"]
    names["handler_of"] = paid(lambda *args, **rest: paid(find(*args, **rest), HANDLERS), COLD)


def pytest_load_initial_conftests() -> None:
    """Hang in as early as a plugin can; what was loaded until then is pytest's."""
    _watch_imports()
    _watch_boto3()
    _watch_harness()


def pytest_unconfigure() -> None:
    """Write the accounts down."""
    Path(os.environ["BENCH_BOOK"]).write_text(json.dumps(BOOK.closed()))
