"""What a request asks of which service, by the protocol that it speaks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

__all__ = ["Asked", "Protocol", "asked_of"]

Protocol = Literal["json", "query", "rest-json", "s3", "cbor", "none"]

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([a-z0-9-]+)/aws4_request")
_OPERATION = re.compile(r"/operation/(\w+)$")
_OF_A_BUCKET = {"DELETE": "DeleteBucket", "GET": "ListObjects", "HEAD": "HeadBucket", "PUT": "CreateBucket"}
_OF_AN_OBJECT = {"DELETE": "DeleteObject", "GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject"}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request.

    Args:
        service: As the scope of its signature names it; empty for a request of the front door.
        operation: As the API names it; of a REST API that is not told apart here its method and path.
        protocol: What the service speaks; none is no call of a service.
    """

    service: str
    operation: str
    protocol: Protocol

    @property
    def is_call(self) -> bool:
        """Whether a service is called; the front door is the business of the system under test."""
        return self.protocol != "none"


def asked_of(method: str, target: str, *, headers: Mapping[str, str], body: bytes) -> Asked:
    """Say what a request asks."""
    parts = urlsplit(target)
    scope = _SCOPE.search(headers.get("Authorization") or "")
    service = scope[1] if scope else ""
    if _is_front_door(parts.path, headers.get("Host") or ""):
        return Asked(service="", operation=f"{method} front door", protocol="none")
    if "X-Amz-Target" in headers:
        return Asked(service=service, operation=headers["X-Amz-Target"].rpartition(".")[2], protocol="json")
    if operation := _OPERATION.search(parts.path):
        return Asked(service=service, operation=operation[1], protocol="cbor")
    if (headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
        return Asked(service=service, operation=parse_qs(body.decode()).get("Action", ["?"])[0], protocol="query")
    if service == "s3":
        return Asked(service=service, operation=_of_s3(method, parts.path, parts.query), protocol="s3")
    if service:
        name = "Invoke" if parts.path.endswith("/invocations") else f"{method} {parts.path}"
        return Asked(service=service, operation=name, protocol="rest-json")
    return Asked(service="", operation=f"{method} {parts.path}", protocol="none")


def _is_front_door(path: str, host: str) -> bool:
    # `/restapis/…` alone is API Gateway's own API.
    by_path = path.startswith("/_aws/") or "/_user_request_" in path
    return by_path or ".execute-api." in host or ".lambda-url." in host


def _of_s3(method: str, path: str, query: str) -> str:
    of_an_object = "/" in path.strip("/")
    name = (_OF_AN_OBJECT if of_an_object else _OF_A_BUCKET).get(method, method)
    more = query.partition("&")[0].partition("=")[0]
    return f"{name} {more}" if more and more not in {"list-type", "x-id"} else name
