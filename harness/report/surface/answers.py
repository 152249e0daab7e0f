"""Whether an answer came from behind the gateway, or the gateway itself has given it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness.system.model import Api, Route

__all__ = ["is_refusal"]

# The types of gateway responses, each with its usual status and how its message begins; HTTP APIs and function URLs
# say the same in fewer words. A function may say so too, in the same words: then it is not counted as reached.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_Kinds = dict[str, tuple[int, tuple[str, ...]]]
_BY_AUTHORIZER: _Kinds = {
    "UNAUTHORIZED": (401, ("Unauthorized", "The incoming token has expired")),
    "ACCESS_DENIED": (403, ("User is not authorized", "User: ", "Forbidden")),
    "MISSING_AUTHENTICATION_TOKEN": (403, ("Missing Authentication Token",)),
    "INVALID_SIGNATURE": (403, ("The request signature we calculated", "The security token included", "Credential")),
    "EXPIRED_TOKEN": (403, ("Signature expired", "The security token included")),
    "AUTHORIZER_FAILURE": (500, ("Internal server error",)),
    "AUTHORIZER_CONFIGURATION_ERROR": (500, ("Internal server error",)),
}
_BY_VALIDATION: _Kinds = {
    "BAD_REQUEST_BODY": (400, ("Invalid request body",)),
    "BAD_REQUEST_PARAMETERS": (400, ("Missing required request parameters",)),
}
_BY_LIMITS: _Kinds = {
    "REQUEST_TOO_LARGE": (413, ("Request Too Long", "Request Entity Too Large")),
    "UNSUPPORTED_MEDIA_TYPE": (415, ("Unsupported Media Type",)),
    "THROTTLED": (429, ("Too Many Requests",)),
    "QUOTA_EXCEEDED": (429, ("Limit Exceeded",)),
}
# A REST API says so where it may not call the function, and 502 of a function that failed. An HTTP API says the same
# of both, and failing is the likelier.
_BY_CONFIGURATION: _Kinds = {"API_CONFIGURATION_ERROR": (500, ("Internal server error",))}
_ERRORS, _SERVER_ERRORS = 400, 500


def is_refusal(status: int | None, text: str, *, api: Api, route: Route) -> bool:
    """Say whether the gateway itself has answered a request that it has found a route for.

    Args:
        status: Of the answer; None where none came.
        text: The body of the answer, perhaps shortened.
        api: The API.
        route: The route that the request took.
    """
    if status is None:
        return True
    if status < _ERRORS and not api.gateway_responses:
        return False
    said = _message(text)
    for kind, (usual, beginnings) in _possible(api, route):
        general = "DEFAULT_5XX" if usual >= _SERVER_ERRORS else "DEFAULT_4XX"
        changed = api.gateway_responses.get(kind) or api.gateway_responses.get(general)
        if status != ((changed and changed.status) or usual):
            continue
        # What a template of a gateway response makes of it can only be told by the status.
        if (changed and changed.template is not None) or (said is not None and said.startswith(beginnings)):
            return True
    return False


def _possible(api: Api, route: Route) -> Iterator[tuple[str, tuple[int, tuple[str, ...]]]]:
    """Give the ways in which a request that takes a route can be refused before the function."""
    if route.authorizer is not None:
        yield from _BY_AUTHORIZER.items()
    if route.validates_body or route.validates_parameters:
        yield from _BY_VALIDATION.items()
    yield from _BY_LIMITS.items()
    if api.kind == "rest":
        yield from _BY_CONFIGURATION.items()


def _message(text: str) -> str | None:
    """Give what stands under ``message``, where nothing else is said; None where it is another body."""
    try:
        body = json.loads(text)
    except ValueError:
        return None
    if not isinstance(body, dict) or [name.lower() for name in body] != ["message"]:
        return None
    (said,) = body.values()
    # A REST API says null where its authorizer, or what is to call a function, has failed.
    return "Internal server error" if said is None else str(said)
