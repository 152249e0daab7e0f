"""What API Gateway answers by itself, without the answer of a function."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["HttpRefusal", "Refusal", "RestRefusal"]

_JSON = ("Content-Type", "application/json")


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """An answer of the gateway itself.

    Args:
        status: The HTTP status.
        content: The JSON, as API Gateway writes it.
        headers: What goes with it, besides what each response has.
    """

    status: int
    content: bytes
    headers: tuple[tuple[str, str], ...]


def _rest(status: int, message: str, *, error_type: str = "", space: str = "") -> Refusal:
    # Some types are written with a space after the colon, others without: AWS does so, and a test may compare text.
    named = (("x-amzn-ErrorType", error_type),) if error_type else ()
    return Refusal(status=status, content=f'{{"message":{space}"{message}"}}'.encode(), headers=(_JSON, *named))


def _http(status: int, message: str, *, challenge: str = "") -> Refusal:
    asked = (("www-authenticate", challenge),) if challenge else ()
    return Refusal(status=status, content=f'{{"message":"{message}"}}'.encode(), headers=(_JSON, *asked))


class RestRefusal:
    """The gateway responses of REST APIs, with their default status and message.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """

    # API Gateway answers 403, not 404, for a path or a method it does not know, and the same for a missing signature.
    missing_token = _rest(403, "Missing Authentication Token", error_type="MissingAuthenticationTokenException")
    unauthorized = _rest(401, "Unauthorized", error_type="UnauthorizedException")
    expired = _rest(401, "The incoming token has expired", error_type="UnauthorizedException")
    invalid_body = _rest(400, "Invalid request body", error_type="BadRequestException", space=" ")
    too_long = _rest(413, "Request Too Long")
    malformed = _rest(502, "Internal server error", error_type="InternalServerErrorException", space=" ")
    undecodable = _rest(500, "Internal server error", error_type="InternalServerErrorException", space=" ")
    timed_out = _rest(504, "Endpoint request timed out", error_type="InternalServerErrorException", space=" ")

    @staticmethod
    def missing_parameters(names: Iterable[str]) -> Refusal:
        """Refuse a request that lacks required parameters, each named without its place."""
        message = f"Missing required request parameters: [{', '.join(names)}]"
        return _rest(400, message, error_type="BadRequestException", space=" ")


class HttpRefusal:
    """The answers of HTTP APIs."""

    not_found = _http(404, "Not Found")
    forbidden = _http(403, "Forbidden")
    too_long = _http(413, "Request Entity Too Large")
    malformed = _http(500, "Internal Server Error")
    # An HTTP API has no word for a slow function: it says that the service is unavailable.
    timed_out = _http(503, "Service Unavailable")
    missing_token = _http(401, "Unauthorized", challenge="Bearer")

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
