"""A value that was set, with where it came from."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Choice"]


@dataclass(frozen=True)
class Choice:
    """A value and where it came from, such as ``--mode`` or ``default``."""

    value: str
    origin: str

    def __str__(self) -> str:
        """Give both, as the header line shows them."""
        return f"{self.value} (from {self.origin})" if self.origin != "default" else f"{self.value} (default)"
