"""The events that AppSync sends."""

from __future__ import annotations

from typing import Any

import pytest

from harness.events.appsync import cognito_identity, iam_identity, lambda_identity, oidc_identity, resolver_event
from harness.events.caller import Caller

CLAIMS = {"sub": "s-1", "iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc", "cognito:username": "ann"}


def test_a_resolver_gets_the_whole_context() -> None:
    """With each key, also where there is nothing."""
    assert resolver_event("orders") == {
        "arguments": {},
        "identity": None,
        "source": None,
        "request": {"headers": {}, "domainName": None},
        "prev": None,
        "info": {
            "selectionSetList": [],
            "selectionSetGraphQL": "{}",
            "fieldName": "orders",
            "parentTypeName": "Query",
            "variables": {},
        },
        "stash": {},
    }


def test_a_resolver_gets_what_is_given() -> None:
    """Each at its place."""
    found = resolver_event(
        "lines",
        type="Order",
        arguments={"first": 1},
        identity=lambda_identity({"tenant": "t-1"}),
        source={"id": "o-1"},
        headers={"host": "api.example.com"},
        domain="api.example.com",
        variables={"id": "o-1"},
        prev={"id": 1},
        stash={"a": 1},
    )

    assert (found["info"]["parentTypeName"], found["info"]["variables"]) == ("Order", {"id": "o-1"})
    assert (found["arguments"], found["source"], found["stash"]) == ({"first": 1}, {"id": "o-1"}, {"a": 1})
    assert found["request"] == {"headers": {"host": "api.example.com"}, "domainName": "api.example.com"}
    assert (found["identity"], found["prev"]) == ({"resolverContext": {"tenant": "t-1"}}, {"result": {"id": 1}})


@pytest.mark.parametrize(
    ("selections", "written"),
    [
        (["id"], "{\n  id\n}"),
        (
            ["id", "user", "user/name", "user/home/city"],
            "{\n  id\n  user {\n    name\n    home {\n      city\n    }\n  }\n}",
        ),
    ],
)
def test_selections_are_written_as_graphql(selections: list[str], written: str) -> None:
    """And stay as a list."""
    found = resolver_event("orders", selections=selections)["info"]

    assert (found["selectionSetList"], found["selectionSetGraphQL"]) == (selections, written)


@pytest.mark.parametrize(
    ("changes", "username", "groups"),
    [
        ({"cognito:groups": ["admin"]}, "ann", ["admin"]),
        ({}, "ann", None),
    ],
)
def test_a_user_of_a_pool_is_told(changes: dict[str, Any], username: str, groups: list[str] | None) -> None:
    """From the claims of the token."""
    claims = CLAIMS | changes

    assert cognito_identity(claims, source_ip="192.0.2.1") == {
        "claims": claims,
        "defaultAuthStrategy": "ALLOW",
        "groups": groups,
        "issuer": CLAIMS["iss"],
        "sourceIp": ["192.0.2.1"],
        "sub": "s-1",
        "username": username,
    }


def test_an_access_token_names_the_user_otherwise() -> None:
    """Its claim is ``username``."""
    assert cognito_identity({"sub": "s-1", "iss": "i", "username": "ann"})["username"] == "ann"


def test_who_signs_is_told() -> None:
    """Without an identity pool."""
    caller = Caller(account="123456789012", arn="arn:aws:iam::123456789012:user/ann", user_id="AIDA", access_key="AK")

    assert iam_identity(caller) == {
        "accountId": "123456789012",
        "cognitoIdentityAuthProvider": None,
        "cognitoIdentityAuthType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "sourceIp": ["127.0.0.1"],
        "userArn": "arn:aws:iam::123456789012:user/ann",
        "username": "AIDA",
    }


def test_a_user_of_another_issuer_is_told() -> None:
    """By claims, issuer and subject alone."""
    assert oidc_identity(CLAIMS) == {"claims": CLAIMS, "issuer": CLAIMS["iss"], "sub": "s-1"}
