"""The front doors over HTTP: APIs, function URLs, their routes, and who may pass.

They are a part of `harness.system.model`, which gives them to everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

__all__ = ["Api", "Authorizer", "Cors", "GatewayResponse", "Mock", "MockResponse", "Route"]


@dataclass(frozen=True, kw_only=True)
class Authorizer:
    """Who may pass a route.

    Args:
        name: Its name in the template.
        kind: ``cognito`` (REST, user pools), ``jwt`` (HTTP API), ``iam``, or ``lambda``: a function decides.
        pools: For ``cognito``: logical ids of the user pools, or their ARNs as text.
        issuer: For ``jwt``: the issuer, as text or an intrinsic function.
        audience: For ``jwt``: the client ids, each as text or an intrinsic function.
        header: The header in which the token comes.
        function: For ``lambda``, as is all that follows: the logical id of the function, or an ARN as text.
        takes: What the function gets: the ``token`` alone (REST), or the whole ``request``.
        sources: What tells who asks: ``header.X-Key``, ``querystring.page``, ``stageVariables.name``,
            ``context.routeKey``.
        validation: A regular expression that the token must match as a whole; None for any token.
        ttl: For how many seconds an answer counts for the same sources; 0 for this request only.
        payload_format: ``1.0`` or ``2.0``.
        simple_responses: Whether the function says ``isAuthorized`` and gives no policy.
    """

    name: str
    kind: Literal["cognito", "jwt", "iam", "lambda"]
    pools: tuple[str, ...] = ()
    issuer: Any = None
    audience: tuple[Any, ...] = ()
    header: str = "Authorization"
    function: str | None = None
    takes: Literal["token", "request"] = "request"
    sources: tuple[str, ...] = ()
    validation: str | None = None
    ttl: float = 300
    payload_format: Literal["1.0", "2.0"] = "1.0"
    simple_responses: bool = False


@dataclass(frozen=True, kw_only=True)
class MockResponse:
    """One answer of a mock integration: which status selects it, and what it sends.

    Args:
        status: The HTTP status of the response.
        pattern: What the status of the integration must match; empty for the default.
        headers: Names and values; a value that is not a constant is left out.
        templates: The body by content type.
    """

    status: int
    pattern: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Mock:
    """A mock integration of a REST API, which answers without any function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html

    Args:
        templates: Request templates by content type; they say the status.
        responses: In the order of the template.
        passthrough: What happens to a content type without a template: ``WHEN_NO_MATCH``, ``WHEN_NO_TEMPLATES`` or
            ``NEVER``.
    """

    templates: Mapping[str, str] = field(default_factory=dict)
    responses: tuple[MockResponse, ...] = ()
    passthrough: str = "WHEN_NO_MATCH"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A method and a path of an API, and what is behind them: a function, or a mock.

    Args:
        api: The logical id of the API.
        method: In capitals; ``ANY`` for all.
        path: As the template writes it: ``/orders/{id}``, ``/files/{proxy+}``; ``$default`` in HTTP APIs.
        function: The logical id of the function; empty for a mock.
        authorizer: None for an open route.
        scopes: OAuth scopes of which the token must hold one; with scopes an access token is expected.
        model: The JSON schema (draft 4) of the body, or None.
        validates_body: Whether the body is checked against the model.
        validates_parameters: Whether the required parameters are checked.
        required_parameters: As API Gateway names them: ``querystring.page``, ``header.X-Key``, ``path.id``.
        payload_format: ``1.0`` or ``2.0``.
        mock: What answers in place of a function.
        streams: Whether the response is streamed.
    """

    api: str
    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None
    scopes: tuple[str, ...] = ()
    model: Mapping[str, Any] | None = None
    validates_body: bool = False
    validates_parameters: bool = False
    required_parameters: tuple[str, ...] = ()
    payload_format: Literal["1.0", "2.0"] = "1.0"
    mock: Mock | None = None
    streams: bool = False


@dataclass(frozen=True, kw_only=True)
class Cors:
    """What an HTTP API or a function URL says to browsers of other origins by itself.

    Args:
        origins: ``*``, or origins, in which ``https://*`` stands for all of a scheme; as text or intrinsic functions.
        methods: In capitals, or ``*``.
        headers: Those that a browser may send.
        exposed: Those that a browser may read.
        credentials: Whether a browser may send cookies.
        max_age: For how many seconds a browser may keep the answer; None for no word about it.
    """

    origins: tuple[Any, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """What a REST API sends where it answers by itself.

    Args:
        status: The HTTP status; None for the usual one.
        headers: Names and mapping expressions: ``'*'``, ``method.request.header.Origin``.
        template: The body for JSON, in which ``$context.error.messageString`` stands for the message; None for the
            usual one.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    template: str | None = None


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API of API Gateway, or the URL of a function.

    Args:
        name: The logical id.
        kind: ``rest``, ``http``, or ``url``.
        stage: The name of its API Gateway stage; ``$default`` has no place in the URL.
        routes: In the order of the template.
        binary_media_types: Content types that travel as base64, REST only; ``*/*`` for all.
        cors: For HTTP APIs and function URLs.
        variables: The stage variables, as text or intrinsic functions.
        gateway_responses: For REST APIs, by type, such as ``UNAUTHORIZED`` or ``DEFAULT_4XX``.
    """

    name: str
    kind: Literal["rest", "http", "url"]
    stage: str
    routes: tuple[Route, ...]
    binary_media_types: tuple[str, ...] = ()
    cors: Cors | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
