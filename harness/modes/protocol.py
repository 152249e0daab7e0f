"""What a mode is: the one seam between the verbs of a stage and the code behind them."""

from __future__ import annotations

from typing import Protocol

from harness.modes.exchange import Request, Response

__all__ = ["Mode"]


class Mode(Protocol):
    """How a stage reaches the code."""

    name: str

    def request(self, request: Request) -> Response:
        """Send a request to an API's front door, or to the one that is played, and give what comes back."""
        ...

    def cold_start(self, function: str) -> None:
        """Drop what a function has in memory, so that its next invocation starts anew."""
        ...

    def close(self) -> None:
        """Let go of what the mode holds; twice does no harm."""
        ...
