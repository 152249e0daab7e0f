"""How a run ends that cannot go on: the message, and an exit code that says who must act."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest

from harness.errors import HarnessError, StageError

__all__ = ["STAGE_EXIT_CODE", "USAGE_EXIT_CODE", "Left", "in_words_of_pytest", "leave", "refuse"]

USAGE_EXIT_CODE = int(pytest.ExitCode.USAGE_ERROR)
# pytest's own codes end at 5; a CI job must tell a broken environment from a failed test.
STAGE_EXIT_CODE = 6
# What a worker of pytest-xdist leaves behind for its controller.
_LEFT = "harness_left"


def leave(error: HarnessError, *, session: pytest.Session) -> NoReturn:
    """End the run: code 4 when the project must act, 6 when the environment must be put right.

    A worker of pytest-xdist cannot end the run: it stops, and the controller reads what it has left.
    """
    code = STAGE_EXIT_CODE if isinstance(error, StageError) else USAGE_EXIT_CODE
    output = getattr(session.config, "workeroutput", None)
    if output is None:
        pytest.exit(f"\n{_named(error)}", returncode=code)
    output[_LEFT] = (code, _named(error))
    session.shouldstop = f"\n{_named(error)}"
    pytest.fail(_named(error), pytrace=False)


def refuse(error: HarnessError, *, config: pytest.Config, items: list[pytest.Item]) -> None:
    """End a run whose tests cannot be put together; a worker runs none and leaves the reason to its controller."""
    output = getattr(config, "workeroutput", None)
    if output is None:
        raise in_words_of_pytest(error) from error
    output[_LEFT] = (USAGE_EXIT_CODE, _named(error))
    items.clear()


class Left:
    """What the workers of pytest-xdist have left behind, in the controller."""

    def __init__(self) -> None:
        self._code = 0
        self._messages: dict[str, None] = {}

    def read(self, output: dict[str, Any]) -> None:
        """Take in what one worker has left, if anything."""
        if _LEFT in output:
            self._code, message = output[_LEFT]
            self._messages[message] = None

    def finish(self, session: pytest.Session) -> None:
        """Give the run the exit code that a run without workers would have."""
        if self._code:
            session.exitstatus = self._code

    def lines(self) -> list[str]:
        """Give each message once."""
        return list(self._messages)


def in_words_of_pytest(error: HarnessError) -> pytest.UsageError:
    """Give the error as pytest's own usage error, which ends the run with code 4 and without a traceback."""
    return pytest.UsageError(_named(error))


def _named(error: HarnessError) -> str:
    return f"harness.{type(error).__name__}: {error}"
