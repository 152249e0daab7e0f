"""Logging while a function runs: its loggers, its root handlers and its levels, apart from everybody else's."""

from __future__ import annotations

import logging
import time
from typing import Any

from harness.runtime.streams import Relay

__all__ = ["LambdaHandler", "Logs"]


class LambdaHandler(logging.Handler):
    """The handler that Lambda puts on the root logger, in Lambda's format.

    Each record goes into the invocation's log, and to the handlers that the process has on its own root logger,
    so that pytest reports and captures it. A handler that finds its formatter replaced, as functions do
    with ``logging.getLogger().handlers[0]``, is this one and never pytest's.
    """

    def __init__(self, log: list[str], out: Relay) -> None:
        super().__init__()
        self.request_id = ""
        self.outward: list[logging.Handler] = []
        self._log = log
        self._out = out
        form = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        formatter = logging.Formatter(form, "%Y-%m-%dT%H:%M:%S")
        formatter.converter = time.gmtime
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record to the log and hand it on."""
        record.aws_request_id = self.request_id
        try:
            text = self.format(record)
        except Exception:  # noqa: BLE001 - the formatter may be the function's, and a record may not fit its arguments
            self.handleError(record)
            return
        if not self.outward:
            self._out.write(text)
            return
        self._log.append(text)
        for handler in self.outward:
            if record.levelno >= handler.level:
                handler.handle(record)


class Logs:
    """The logging of one function.

    The loggers that a function makes are its own: Powertools' loggers are global by their service's name.
    What it sets on a logger that it shares with the process (``boto3``, ``urllib3``) holds while it runs.
    """

    def __init__(self, log: list[str], out: Relay) -> None:
        self.handler = LambdaHandler(log, out)
        # Comparing all loggers takes longer than a small handler, so it is done until the cold start is over.
        self.starting = True
        self._handlers: list[logging.Handler] = [self.handler]
        self._level: int | None = None
        self._level_in = -1
        self._loggers: dict[str, Any] = {}
        self._settings: dict[logging.Logger, tuple[Any, ...]] = {}
        self._host_handlers: list[logging.Handler] = []
        self._host_level = logging.WARNING
        self._host_loggers: dict[str, Any] = {}
        self._host_settings: dict[logging.Logger, tuple[Any, ...]] = {}

    def enter(self) -> None:
        """Put the function's loggers, handlers and levels in."""
        root, names = logging.root, logging.root.manager.loggerDict
        self._host_loggers = names.copy()
        watched = _loggers(names) if self.starting else list(self._settings)
        self._host_settings = {logger: _settings(logger) for logger in watched}
        names.update(self._loggers)
        for logger, settings in self._settings.items():
            _apply(logger, settings)
        self._host_handlers, root.handlers = root.handlers, self._handlers
        self.handler.outward = self._host_handlers
        self._host_level = root.level
        level = self._host_level if self._level is None else self._level
        # A logger remembers what is enabled; setLevel makes all that are registered forget it.
        if level not in (self._host_level, self._level_in) or self._host_level != self._level_in:
            root.setLevel(level)
        self._level_in = level

    def leave(self) -> None:
        """Put the process's loggers, handlers and levels back."""
        root, names = logging.root, logging.root.manager.loggerDict
        if root.level != self._level_in:
            self._level = self._level_in = root.level
        if root.level != self._host_level:
            root.setLevel(self._host_level)
        self._handlers, root.handlers = root.handlers, self._host_handlers
        for logger, before in self._host_settings.items():
            now = _settings(logger)
            if now != before:
                self._settings[logger] = now
                _apply(logger, before)
        if names != self._host_loggers:
            self._loggers = {name: one for name, one in names.items() if self._host_loggers.get(name) is not one}
            names.clear()
            names.update(self._host_loggers)


def _loggers(names: dict[str, Any]) -> list[logging.Logger]:
    return [logger for logger in names.values() if isinstance(logger, logging.Logger)]


def _settings(logger: logging.Logger) -> tuple[Any, ...]:
    return (
        logger.level,
        tuple(logger.handlers),
        tuple(logger.filters),
        logger.propagate,
        logger.disabled,
        logger.parent,
    )


def _apply(logger: logging.Logger, settings: tuple[Any, ...]) -> None:
    level, handlers, filters, logger.propagate, logger.disabled, logger.parent = settings
    logger.handlers[:] = handlers
    logger.filters[:] = filters
    if logger.level != level:
        logger.setLevel(level)
