"""What pytest itself shows, without what is secret: failures, captured output, live logs, properties, warnings."""

from __future__ import annotations

import logging
import threading
import warnings
from collections import deque
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from harness._text import redacted

__all__ = ["LiveLogs", "hide_secrets", "hide_secrets_of_warning"]


class LiveLogs:
    """A plugin that leaves what is secret out of what pytest logs at once: at the terminal and in its file.

    That is ``log_cli`` and ``log_file``; https://docs.pytest.org/en/stable/how-to/logging.html#live-logs
    """

    def __init__(self) -> None:
        self._in_turn: _InTurn | None = None

    def pytest_plugin_registered(self, plugin: Any, plugin_name: str) -> None:
        """Take pytest's handlers as soon as they exist: nothing is logged before, for they belong to the session."""
        if plugin_name == "logging-plugin":
            for handler in (plugin.log_cli_handler, plugin.log_file_handler):
                handler.setFormatter(_Formatter(handler.formatter))
            self._in_turn = _InTurn(plugin.log_cli_handler)
            plugin.log_cli_handler.addFilter(self._in_turn)

    def pytest_runtest_logreport(self) -> None:
        """Show what other threads have logged until now."""
        self.show()

    def pytest_sessionfinish(self) -> None:
        """Show what other threads have logged since the last test."""
        self.show()

    def show(self) -> None:
        """Show at the terminal what waits for it."""
        if self._in_turn is not None:
            self._in_turn.show()


class _InTurn(logging.Filter):
    """Lets what other threads log wait for the main one, such as each look of a poller at `DEBUG`.

    While pytest shows a live line it captures nothing, so what a test or a handler prints in that moment would stand at
    the terminal as it is.
    """

    def __init__(self, handler: logging.Handler) -> None:
        super().__init__()
        self._handler = handler
        self._waiting: deque[logging.LogRecord] = deque()

    def filter(self, record: logging.LogRecord) -> bool:
        if threading.current_thread() is not threading.main_thread():
            self._waiting.append(record)
            return False
        self.show()
        return True

    def show(self) -> None:
        while self._waiting:
            record = self._waiting.popleft()
            self._handler.acquire()
            try:
                self._handler.emit(record)
            finally:
                self._handler.release()


class _Formatter:
    """Formats as another formatter does, without what is secret.

    It is all else that the other one is: pytest's own documentation has a conftest add colours to it.
    """

    def __init__(self, formatter: logging.Formatter) -> None:
        self._formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        return redacted(self._formatter.format(record))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._formatter, name)


def hide_secrets(report: pytest.TestReport) -> None:
    """Leave what is secret out of what pytest itself shows: traces, values, properties, captured output.

    Captured output is in JUnit files of tests that passed, too.
    """
    report.sections = [(title, redacted(text)) for title, text in report.sections]
    report.user_properties = [(name, _hidden(value)) for name, value in report.user_properties]
    report.longrepr = _hidden(report.longrepr)


def _hidden(value: Any) -> Any:
    """Give a part of pytest's representation of a failure, which is made of dataclasses, without secrets."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, list | tuple):
        return type(value)(map(_hidden, value))
    if is_dataclass(value):
        for one in fields(value):
            setattr(value, one.name, _hidden(getattr(value, one.name)))
    return value


def hide_secrets_of_warning(shown: warnings.WarningMessage) -> None:
    """Leave what is secret out of a line of the summary of warnings."""
    said = str(shown.message)
    if (hidden := redacted(said)) != said:
        shown.message = UserWarning(hidden)  # Its category stays, and is what is shown.
