"""One call of an API as API Gateway knows it: what every format of its events is built from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.events.caller import Caller
from harness.events.decision import Decision

__all__ = ["Call", "Door", "by_name", "http_headers", "identity", "rest_headers", "url_headers"]

Pairs = Sequence[tuple[str, str]]

# These belong to the connection with the client, or API Gateway writes them itself.
_NOT_HANDED_ON = frozenset(
    {"connection", "content-length", "host", "keep-alive", "transfer-encoding", "x-forwarded-port", "x-forwarded-proto"}
)


@dataclass(frozen=True, kw_only=True)
class Door:
    """The API that a call comes through.

    Args:
        account: Twelve digits.
        api_id: The physical id of the API.
        domain: Its host name, such as ``abc.execute-api.eu-west-1.amazonaws.com``.
        stage: The name of its API Gateway stage.
        binary_media_types: REST only: content types that travel as base64.
        variables: The stage variables.
    """

    account: str
    api_id: str
    domain: str
    stage: str
    binary_media_types: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain_prefix(self) -> str:
        """The first label of the host name."""
        return self.domain.partition(".")[0]

    @property
    def deployment_id(self) -> str:
        """An id as REST APIs give their deployments: six characters, the same from run to run, and made up."""
        return self.api_id[-6:]


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call, routed and admitted.

    Args:
        method: In capitals.
        path: Percent-encoded, as the client sent it, without the stage.
        resource: The path of the route as the template writes it.
        route_key: HTTP APIs: ``GET /orders/{id}`` or ``$default``.
        resource_id: REST APIs: the id of the resource.
        parameters: The path parameters, percent-encoded in REST APIs and decoded in HTTP APIs.
        query: Names and values in order, decoded.
        headers: As they reach the function (`rest_headers`, `http_headers`); a name may come more than once.
        body: Empty for none.
        request_id: Unique for this call.
        extended_request_id: REST APIs: the id that the header ``x-amz-apigw-id`` carries.
        moment: When it arrived, in seconds since 1970.
        source_ip: Where it came from.
        user_agent: None when the client gives none.
        claims: The token's claims, as text; None without a token.
        scopes: HTTP APIs: the token's scopes when the route asks for some.
        caller: Who signed; None without a signature.
        decision: What a Lambda authorizer said; None without one.
    """

    method: str
    path: str
    resource: str
    request_id: str
    moment: float
    headers: Pairs
    route_key: str = ""
    resource_id: str | None = None
    parameters: Mapping[str, str] | None = None
    query: Pairs = ()
    body: bytes = b""
    extended_request_id: str = ""
    source_ip: str = "127.0.0.1"
    user_agent: str | None = None
    claims: Mapping[str, str] | None = None
    scopes: Sequence[str] | None = None
    caller: Caller | None = None
    decision: Decision | None = None


def by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Give all values of each name, in order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def rest_headers(sent: Iterable[tuple[str, str]], *, host: str, trace: str, source_ip: str) -> list[tuple[str, str]]:
    """Give the headers that reach a function behind a regional REST API.

    Names keep the case that the client chose. A header ``Authorization`` with a signature is dropped:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html
    """
    kept, source = _handed_on(sent, source_ip=source_ip)
    kept = [
        pair for pair in kept if not (pair[0].lower() == "authorization" and pair[1].startswith("AWS4-HMAC-SHA256"))
    ]
    return [
        *kept,
        ("Host", host),
        ("X-Amzn-Trace-Id", trace),
        ("X-Forwarded-For", source),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Proto", "https"),
    ]


def http_headers(
    sent: Iterable[tuple[str, str]], *, host: str, trace: str, source_ip: str, length: int
) -> list[tuple[str, str]]:
    """Give the headers that reach a function behind an HTTP API: in lower case, with the length of the body.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    """
    kept, source = _handed_on(sent, source_ip=source_ip)
    return [
        *((name.lower(), value) for name, value in kept),
        ("content-length", str(length)),
        ("host", host),
        ("x-amzn-trace-id", trace),
        ("x-forwarded-for", source),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ]


def url_headers(
    sent: Iterable[tuple[str, str]], *, host: str, trace: str, source_ip: str, length: int
) -> list[tuple[str, str]]:
    """Give the headers that reach a function behind its URL: in lower case, and with those of the connection.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html shows them.
    """
    kept, source = _handed_on(sent, source_ip=source_ip)
    told = [("content-length", str(length))] if length else []
    return [
        *((name.lower(), value) for name, value in kept),
        *told,
        ("host", host),
        ("x-amzn-tls-cipher-suite", "TLS_AES_128_GCM_SHA256"),
        ("x-amzn-tls-version", "TLSv1.3"),
        ("x-amzn-trace-id", trace),
        ("x-forwarded-for", source.partition(",")[0]),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
    ]


def _handed_on(sent: Iterable[tuple[str, str]], *, source_ip: str) -> tuple[list[tuple[str, str]], str]:
    kept, hops = [], []
    for pair in sent:
        name = pair[0].lower()
        if name == "x-forwarded-for":
            hops.append(pair[1])
        elif name not in _NOT_HANDED_ON and name != "x-amzn-trace-id":
            kept.append(pair)
    return kept, ", ".join([*hops, source_ip])


def identity(call: Call) -> dict[str, Any]:
    """Give ``requestContext.identity`` of payload 1.0, with every key that it always has."""
    caller = call.caller
    return {
        "accessKey": caller.access_key if caller else None,
        "accountId": caller.account if caller else None,
        "caller": caller.user_id if caller else None,
        "cognitoAuthenticationProvider": None,
        "cognitoAuthenticationType": None,
        "cognitoIdentityId": None,
        "cognitoIdentityPoolId": None,
        "principalOrgId": None,
        "sourceIp": call.source_ip,
        "user": caller.user_id if caller else None,
        "userAgent": call.user_agent,
        "userArn": caller.arn if caller else None,
    }
