"""How a run ends that cannot go on: the message, and an exit code that says who must act."""

from __future__ import annotations

from typing import NoReturn

import pytest

from harness.errors import HarnessError, StageError

__all__ = ["STAGE_EXIT_CODE", "USAGE_EXIT_CODE", "in_words_of_pytest", "leave"]

USAGE_EXIT_CODE = int(pytest.ExitCode.USAGE_ERROR)
# pytest's own codes end at 5; a CI job must tell a broken environment from a failed test.
STAGE_EXIT_CODE = 6


def leave(error: HarnessError) -> NoReturn:
    """End the run: code 4 when the project must act, 6 when the environment must be put right."""
    code = STAGE_EXIT_CODE if isinstance(error, StageError) else USAGE_EXIT_CODE
    pytest.exit(f"\n{_named(error)}", returncode=code)


def in_words_of_pytest(error: HarnessError) -> pytest.UsageError:
    """Give the error as pytest's own usage error, which ends the run with code 4 and without a traceback."""
    return pytest.UsageError(_named(error))


def _named(error: HarnessError) -> str:
    return f"harness.{type(error).__name__}: {error}"
