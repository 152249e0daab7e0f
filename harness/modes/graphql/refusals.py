"""What AppSync answers by itself, in its words."""

from __future__ import annotations

import json
from typing import Any

from harness.modes.exchange import Request, Response

__all__ = ["Refused", "answer", "field_error", "undefined_field"]

_TYPE = "application/json;charset=UTF-8"


class Refused(Exception):
    """A request that is answered without a look at its fields.

    Args:
        status: The HTTP status.
        kind: AppSync's ``errorType``.
        message: AppSync's ``message``.
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        self.status, self.kind = status, kind
        super().__init__(message)

    @classmethod
    def unauthorized(cls, message: str = "You are not authorized to make this call.") -> Refused:
        """Give the refusal of whom no provider lets in."""
        return cls(401, "UnauthorizedException", message)

    @classmethod
    def malformed(cls, message: str) -> Refused:
        """Give the refusal of what is no request of GraphQL."""
        return cls(400, "MalformedHttpRequestException", message)

    def response(self, request: Request) -> Response:
        """Give the answer: an envelope of GraphQL with no data, and the type once more as a header."""
        body = {"errors": [{"errorType": self.kind, "message": str(self)}]}
        headers = {"Content-Type": _TYPE, "x-amzn-ErrorType": self.kind}
        content = json.dumps(body).encode()
        return Response(status_code=self.status, headers=headers, content=content, request=request)


def answer(data: Any, errors: list[dict[str, Any]]) -> bytes:
    """Give the body of an answer; errors are left out where there are none."""
    body: dict[str, Any] = {"data": data}
    if errors:
        body["errors"] = errors
    return json.dumps(body).encode()


def undefined_field(field: str, *, type: str, at: str) -> str:  # noqa: A002 - GraphQL's word
    """Give the message about a field that the schema does not know.

    >>> undefined_field("colour", type="Product", at="product/colour")
    "Validation error of type FieldUndefined: Field 'colour' in type 'Product' is undefined @ 'product/colour'"
    """
    return f"Validation error of type FieldUndefined: Field '{field}' in type '{type}' is undefined @ '{at}'"


def field_error(message: str, *, kind: str | None, path: Any, locations: Any) -> dict[str, Any]:
    """Give an error of one field that was executed; AppSync writes the same keys for each."""
    return {
        "path": path,
        "data": None,
        "errorType": kind,
        "errorInfo": None,
        "locations": locations,
        "message": message,
    }
