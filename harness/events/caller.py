"""Who signs a request with SigV4."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Caller"]


@dataclass(frozen=True, kw_only=True)
class Caller:
    """The principal behind a signature, as STS ``GetCallerIdentity`` names it.

    Args:
        account: Twelve digits.
        arn: The ARN of the user or of the assumed role.
        user_id: The unique id of the principal, such as ``AIDA…`` or ``AROA…:session``.
        access_key: The access key id; it is no secret.
    """

    account: str
    arn: str
    user_id: str
    access_key: str
