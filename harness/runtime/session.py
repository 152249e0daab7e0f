"""boto3's default session, which caches the first credentials that it sees."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

__all__ = ["Session"]


class Session:
    """The default session of one function: none at first, then what `boto3.client` made of the function's variables.

    boto3 is looked up, never imported: a process without it has no default session to protect.
    """

    def __init__(self) -> None:
        self._own: Any = None
        self._host: Any = None
        self._boto3: ModuleType | None = None

    def enter(self) -> None:
        """Put the function's session in the place of the process's."""
        self._boto3 = sys.modules.get("boto3")
        if self._boto3 is not None:
            self._host = getattr(self._boto3, "DEFAULT_SESSION", None)
            self._boto3.DEFAULT_SESSION = self._own  # type: ignore[attr-defined]

    def leave(self) -> None:
        """Put back the process's session."""
        if self._boto3 is not None:
            self._own = self._boto3.DEFAULT_SESSION
            self._boto3.DEFAULT_SESSION = self._host  # type: ignore[attr-defined]
