"""What API Gateway answers by itself, without the answer of a function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["HttpRefusal", "Refusal", "RestRefusal", "UrlRefusal"]

_JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer of the gateway itself.

    Args:
        status: The HTTP status.
        content: The JSON, as API Gateway writes it.
        headers: What goes with it, besides what each response has.
        kind: The type of the gateway response of a REST API.
    """

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...]
    kind: str = ""


def _rest(  # noqa: PLR0913 - the parts of a gateway response
    status: int, message: str | None, *, kind: str, error_type: str = "", space: str = "", key: str = "message"
) -> Refusal:
    # Some types are written with a space after the colon, others without: AWS does so, and a test may compare text.
    named = (("x-amzn-ErrorType", error_type),) if error_type else ()
    text = "null" if message is None else f'"{message}"'
    content = f'{{"{key}":{space}{text}}}'.encode()
    return Refusal(status=status, content=content, headers=(_JSON, *named), kind=kind)


def _denied(message: str) -> Refusal:
    return _rest(403, message, kind="ACCESS_DENIED", error_type="AccessDeniedException", key="Message")


def _server_error(status: int, message: str = "Internal server error", *, kind: str = "DEFAULT_5XX") -> Refusal:
    return _rest(status, message, kind=kind, error_type="InternalServerErrorException", space=" ")


def _http(status: int, message: str, *, challenge: str = "") -> Refusal:
    asked = (("www-authenticate", challenge),) if challenge else ()
    return Refusal(status=status, content=f'{{"message":"{message}"}}'.encode(), headers=(_JSON, *asked))


class RestRefusal:
    """The gateway responses of REST APIs, with their default status and message.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """

    # API Gateway answers 403, not 404, for a path or a method it does not know, and the same for a missing signature.
    missing_token = _rest(
        403,
        "Missing Authentication Token",
        kind="MISSING_AUTHENTICATION_TOKEN",
        error_type="MissingAuthenticationTokenException",
    )
    unauthorized = _rest(401, "Unauthorized", kind="UNAUTHORIZED", error_type="UnauthorizedException")
    expired = _rest(401, "The incoming token has expired", kind="UNAUTHORIZED", error_type="UnauthorizedException")
    # What the policy of a Lambda authorizer does not allow, or denies, is told in capitals:
    # https://repost.aws/knowledge-center/api-gateway-lambda-authorization-errors
    not_allowed = _denied("User is not authorized to access this resource")
    # AWS has named the kind of policy since 2025; before, the sentence ended after "deny".
    denied = _denied("User is not authorized to access this resource with an explicit deny in an identity-based policy")
    authorizer_failed = _rest(500, None, kind="AUTHORIZER_FAILURE", error_type="AuthorizerConfigurationException")
    authorizer_malformed = _rest(
        500,
        "Internal server error",
        kind="AUTHORIZER_CONFIGURATION_ERROR",
        error_type="AuthorizerConfigurationException",
        space=" ",
    )
    invalid_body = _rest(
        400, "Invalid request body", kind="BAD_REQUEST_BODY", error_type="BadRequestException", space=" "
    )
    unsupported_type = _rest(415, "Unsupported Media Type", kind="UNSUPPORTED_MEDIA_TYPE")
    too_long = _rest(413, "Request Too Long", kind="REQUEST_TOO_LARGE")
    misconfigured = _server_error(500, kind="API_CONFIGURATION_ERROR")
    malformed = _server_error(502)
    undecodable = _server_error(500)
    timed_out = _server_error(504, "Endpoint request timed out", kind="INTEGRATION_TIMEOUT")

    @staticmethod
    def missing_parameters(names: Iterable[str]) -> Refusal:
        """Refuse a request that lacks required parameters, each named without its place."""
        message = f"Missing required request parameters: [{', '.join(names)}]"
        return _rest(400, message, kind="BAD_REQUEST_PARAMETERS", error_type="BadRequestException", space=" ")


class HttpRefusal:
    """The answers of HTTP APIs."""

    not_found = _http(404, "Not Found")
    forbidden = _http(403, "Forbidden")
    too_long = _http(413, "Request Entity Too Large")
    malformed = _http(500, "Internal Server Error")
    # An HTTP API has no word for a slow function: it says that the service is unavailable.
    timed_out = _http(503, "Service Unavailable")
    missing_token = _http(401, "Unauthorized", challenge="Bearer")
    unauthorized = _http(401, "Unauthorized")

    @staticmethod
    def bad_token(description: str) -> Refusal:
        """Refuse a token, with the reason in ``www-authenticate``.

        https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
        """
        challenge = f'Bearer scope="" error="invalid_token" error_description="{description}"'
        return _http(401, "Unauthorized", challenge=challenge)

    @staticmethod
    def missing_scope(scopes: Iterable[str]) -> Refusal:
        """Refuse a good token that holds none of the route's scopes."""
        return _http(403, "Forbidden", challenge=f'Bearer scope="{" ".join(scopes)}" error="insufficient_scope"')


class UrlRefusal:
    """The answers of function URLs.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """

    forbidden = Refusal(
        status=403, content=b'{"Message":"Forbidden"}', headers=(_JSON, ("x-amzn-ErrorType", "AccessDeniedException"))
    )
    # A function URL says it in words; it counts as 5xx in https://docs.aws.amazon.com/lambda/latest/dg/urls-monitoring.html
    malformed = Refusal(status=502, content=b"Internal Server Error", headers=(("Content-Type", "text/plain"),))
    too_long = Refusal(status=413, content=b'{"message":"Request Entity Too Large"}', headers=(_JSON,))
