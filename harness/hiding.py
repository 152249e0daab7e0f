"""What pytest itself shows, without what is secret: failures, captured output, properties, warnings."""

from __future__ import annotations

import warnings
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from harness._text import redacted

__all__ = ["hide_secrets", "hide_secrets_of_warning"]


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
