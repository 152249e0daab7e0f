"""The credentials of a function's role."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Credentials"]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """Keys of a role; the secret parts never show in a repr.

    >>> Credentials(access_key="ASIAEXAMPLE", secret_key="hidden", token="hidden", expires=1000.0)
    Credentials(access_key='ASIAEXAMPLE', expires=1000.0)

    Args:
        access_key: The access key id.
        secret_key: The secret access key.
        token: The session token; empty for keys that need none.
        expires: Epoch seconds; None for keys that do not expire.
    """

    access_key: str
    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)
    expires: float | None = None

    def expire_within(self, seconds: float, *, now: float) -> bool:
        """Say whether they end within so many seconds."""
        return self.expires is not None and self.expires - now <= seconds
