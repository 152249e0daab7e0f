"""The policies that Lambda authorizers give, held against what is asked for.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html
Conditions are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

__all__ = ["verdict"]

_INVOKE = "execute-api:Invoke"


def verdict(document: Mapping[str, Any], arn: str) -> Literal["allow", "deny", "nothing"]:
    """Say what a policy says about a route: a denial counts more than any permission.

    >>> policy = {"Statement": {"Effect": "Allow", "Action": "execute-api:*", "Resource": "arn:*/GET/orders/*"}}
    >>> verdict(policy, "arn:aws:execute-api:eu-west-1:1:api/dev/GET/orders/5")
    'allow'
    """
    statements = document.get("Statement") or []
    listed = [statements] if isinstance(statements, Mapping) else statements
    effects = {one.get("Effect") for one in listed if isinstance(one, Mapping) and _is_about(one, arn)}
    if "Deny" in effects:
        return "deny"
    return "allow" if "Allow" in effects else "nothing"


def _is_about(statement: Mapping[str, Any], arn: str) -> bool:
    if "Action" in statement and not _any(statement["Action"], _INVOKE):
        return False
    if "NotAction" in statement and _any(statement["NotAction"], _INVOKE):
        return False
    if "NotResource" in statement:
        return not _any(statement["NotResource"], arn)
    return _any(statement.get("Resource"), arn)


def _any(patterns: Any, found: str) -> bool:
    listed = patterns if isinstance(patterns, list) else [patterns]
    # Actions are the same in any case, and no two ARNs differ in nothing but their case.
    return any(isinstance(one, str) and _compiled(one).fullmatch(found) for one in listed)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    glob = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(glob, re.IGNORECASE if pattern.lower().startswith("execute-api:") else 0)
