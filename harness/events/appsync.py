"""The event that AppSync sends to a function behind a field: a direct Lambda resolver gets the whole context.

https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html
https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.events.caller import Caller

__all__ = ["cognito_identity", "iam_identity", "lambda_identity", "oidc_identity", "resolver_event"]

_ADDRESS = "127.0.0.1"


def resolver_event(  # noqa: PLR0913 - the fields of a context
    field: str,
    *,
    type: str = "Query",  # noqa: A002 - GraphQL's word
    arguments: Mapping[str, Any] | None = None,
    identity: Mapping[str, Any] | None = None,
    source: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    domain: str | None = None,
    selections: Sequence[str] = (),
    variables: Mapping[str, Any] | None = None,
    prev: Any = None,
    stash: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Give the event of a function that resolves a field.

    >>> sent = resolver_event("order", arguments={"id": "o-1"}, selections=["id", "user", "user/name"])
    >>> sent["info"]["parentTypeName"], sent["info"]["fieldName"], sent["arguments"], sent["identity"]
    ('Query', 'order', {'id': 'o-1'}, None)
    >>> print(sent["info"]["selectionSetGraphQL"])
    {
      id
      user {
        name
      }
    }

    Args:
        field: The name of the field.
        type: The type that has the field.
        arguments: Of the field, by name.
        identity: Who asks, as the functions of this module give it; None with an API key.
        source: What the field above was resolved to; None at the top.
        headers: Of the request, in lower case.
        domain: A custom domain name; None for the one of AppSync.
        selections: The fields that are asked for, each with its path: ``user/name``.
        variables: Of the request.
        prev: In a pipeline: what the function before has given.
        stash: What a pipeline keeps from function to function.
    """
    return {
        "arguments": dict(arguments or {}),
        "identity": None if identity is None else dict(identity),
        "source": None if source is None else dict(source),
        "request": {"headers": dict(headers or {}), "domainName": domain},
        "prev": None if prev is None else {"result": prev},
        "info": {
            "selectionSetList": list(selections),
            "selectionSetGraphQL": _selection_set(selections),
            "fieldName": field,
            "parentTypeName": type,
            "variables": dict(variables or {}),
        },
        "stash": dict(stash or {}),
    }


def cognito_identity(claims: Mapping[str, Any], *, source_ip: str = _ADDRESS) -> dict[str, Any]:
    """Give who asks with a token of a user pool.

    >>> found = cognito_identity({"sub": "s-1", "iss": "https://cognito-idp…", "cognito:username": "ann",
    ...                           "cognito:groups": ["admin"]})
    >>> found["username"], found["groups"], found["defaultAuthStrategy"]
    ('ann', ['admin'], 'ALLOW')

    Args:
        claims: Those of the token; an access token calls the user's name ``username``.
        source_ip: Where the request came from.
    """
    return {
        "claims": dict(claims),
        "defaultAuthStrategy": "ALLOW",
        "groups": claims.get("cognito:groups"),
        "issuer": claims["iss"],
        "sourceIp": [source_ip],
        "sub": claims["sub"],
        "username": claims.get("cognito:username", claims.get("username")),
    }


def iam_identity(caller: Caller, *, source_ip: str = _ADDRESS) -> dict[str, Any]:
    """Give who asks with a signature.

    >>> ann = Caller(account="123456789012", arn="arn:aws:iam::123456789012:user/ann", user_id="AIDA", access_key="AK")
    >>> iam_identity(ann)["userArn"]
    'arn:aws:iam::123456789012:user/ann'
    """
    return {
        "accountId": caller.account,
        "cognitoIdentityAuthProvider": None,
        "cognitoIdentityAuthType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "sourceIp": [source_ip],
        "userArn": caller.arn,
        "username": caller.user_id,
    }


def oidc_identity(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Give who asks with a token of another issuer.

    >>> oidc_identity({"sub": "s-1", "iss": "https://login.example.com"})["issuer"]
    'https://login.example.com'
    """
    return {"claims": dict(claims), "issuer": claims["iss"], "sub": claims["sub"]}


def lambda_identity(resolver_context: Mapping[str, Any]) -> dict[str, Any]:
    """Give who asks where a function authorizes, with what that function says of them.

    >>> lambda_identity({"tenant": "t-1"})
    {'resolverContext': {'tenant': 't-1'}}
    """
    return {"resolverContext": dict(resolver_context)}


def _selection_set(selections: Sequence[str]) -> str:
    tree: dict[str, Any] = {}
    for selection in selections:
        branch = tree
        for name in selection.split("/"):
            branch = branch.setdefault(name, {})
    return _block(tree, indent="")


def _block(tree: Mapping[str, Any], *, indent: str) -> str:
    if not tree:
        return "{}"
    inner = f"{indent}  "
    lines = [
        f"{inner}{name} {_block(fields, indent=inner)}" if fields else inner + name for name, fields in tree.items()
    ]
    return "\n".join(["{", *lines, f"{indent}}}"])
