"""Packaging: a function that cannot start, because its package or its handler is not what the template says."""

from __future__ import annotations

import re

from harness.report.causes.heard import Heard
from harness.report.causes.wording import plain
from harness.report.record import Cause
from harness.system.model import System

__all__ = ["packaging"]

# https://docs.aws.amazon.com/lambda/latest/dg/troubleshooting-deployment.html
_TYPES = frozenset(
    {
        "Runtime.BuiltInModuleConflict",
        "Runtime.HandlerNotFound",
        "Runtime.ImportModuleError",
        "Runtime.InvalidEntrypoint",
        "Runtime.InvalidWorkingDir",
        "Runtime.MalformedHandlerName",
    }
)
_LATER = frozenset({"ImportError", "ModuleNotFoundError"})
_MODULE = re.compile(r"No module named '(?P<name>[\w.]+)'")
# A library that was built for another machine or another Linux.
_FOREIGN = re.compile(r"invalid ELF header|GLIBC_|wrong ELF class|cannot open shared object file")


def packaging(error: Heard, *, system: System) -> Cause | None:
    """Give the cause of an error that lies in the package of a function; None if it does not."""
    if error.type not in _TYPES and error.type not in _LATER:
        return None
    return Cause(area="packaging", text=_said(error, system))


def _said(error: Heard, system: System) -> str:
    declared = system.functions.get(error.function)
    module = _MODULE.search(error.message)
    if _FOREIGN.search(error.message):
        return (
            f"{error.function} has a library in its package that was built for another system: {plain(error.message)}"
        )
    if error.type == "Runtime.HandlerNotFound" and declared:
        return f"{error.function} cannot start: its handler {declared.handler!r} is not there: {plain(error.message)}"
    if module is None:
        return f"{error.function} cannot start: {plain(error.message)}"
    own = declared.handler.rpartition(".")[0].replace("/", ".") if declared else ""
    if declared and module["name"] in (own, own.partition(".")[0]):
        return f"{error.function} cannot start: its package has no module for the handler {declared.handler!r}"
    return f"{error.function} cannot import {module['name']!r}: its package and its layers do not hold it"
