"""The claims of a token as API Gateway hands them to a function: always text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.events.times import claim_date

__all__ = ["cognito_claims", "jwt_claims"]


def cognito_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Give the claims as a Cognito authorizer of a REST API writes them.

    The guide does not describe the form; events from AWS show it: every value is text, lists are joined
    by commas, and of the moments ``exp`` and ``iat`` become dates while ``auth_time`` stays a number
    (https://github.com/amazon-archives/amazon-cognito-identity-js/issues/92,
    https://repost.aws/questions/QUFJRBaEJRSmmqarNrvCWoQA/aws-cognito-group).

    >>> cognito_claims({"exp": 1680633579, "email_verified": True, "cognito:groups": ["admin", "staff"]})
    {'exp': 'Tue Apr 04 18:39:39 UTC 2023', 'email_verified': 'true', 'cognito:groups': 'admin,staff'}
    """
    return {
        name: claim_date(value) if name in ("exp", "iat") else _with_commas(value) for name, value in claims.items()
    }


def jwt_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """Give the claims as a JWT authorizer of an HTTP API writes them: lists in brackets, moments as numbers.

    >>> jwt_claims({"exp": 1680633579, "cognito:groups": ["admin", "staff"]})
    {'exp': '1680633579', 'cognito:groups': '[admin staff]'}
    """
    return {name: _in_brackets(value) for name, value in claims.items()}


def _with_commas(value: Any) -> str:
    return ",".join(_text(item) for item in value) if isinstance(value, list) else _text(value)


def _in_brackets(value: Any) -> str:
    return f"[{' '.join(_text(item) for item in value)}]" if isinstance(value, list) else _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
