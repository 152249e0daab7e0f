"""What a Lambda authorizer has said about whom it let pass."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["Decision"]


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The part of an authorizer's answer that the function gets to see.

    Args:
        context: As the authorizer gave it; None when it gave none.
        principal: Its ``principalId``; None when it gave none.
        latency: How long the authorizer took, in milliseconds; 0 for an answer that was kept.
    """

    context: Mapping[str, Any] | None = None
    principal: str | None = None
    latency: int = 0

    @property
    def flat(self) -> dict[str, Any]:
        """The form of payload 1.0: values as text beside the principal.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
        """
        found: dict[str, Any] = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in (self.context or {}).items()
            if value is not None
        }
        return found if self.principal is None else found | {"principalId": self.principal}

    @property
    def nested(self) -> dict[str, Any] | None:
        """The form of payload 2.0: values as they are; null when there are none, as events recorded in AWS show."""
        found = dict(self.context or {})
        if self.principal is not None:
            found["principalId"] = self.principal
        return found or None
