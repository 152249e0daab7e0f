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
    protocol, operation = _of_a_service(method, target, service=service, headers=headers, body=body)
    return Asked(service=service, operation=operation, protocol=protocol)


def _of_a_service(
    method: str, target: str, *, service: str, headers: Mapping[str, str], body: bytes
) -> tuple[Protocol, str]:
    parts = urlsplit(target)
    if "X-Amz-Target" in headers:
        return "json", headers["X-Amz-Target"].rpartition(".")[2]
    if operation := _OPERATION.search(parts.path):
        return "cbor", operation[1]
    if (headers.get("Content-Type") or "").startswith("application/x-www-form-urlencoded"):
        return "query", parse_qs(body.decode()).get("Action", ["?"])[0]
    if service == "s3":
        return "s3", _of_s3(method, parts.path, parts.query)
    name = "Invoke" if parts.path.endswith("/invocations") else f"{method} {parts.path}"
    return ("rest-json" if service else "none"), name


def _is_front_door(path: str, host: str) -> bool:
    # `/restapis/…` alone is API Gateway's own API.
    by_path = path.startswith("/_aws/") or "/_user_request_" in path
    return by_path or ".execute-api." in host or ".lambda-url." in host


def _of_s3(method: str, path: str, query: str) -> str:
    of_an_object = "/" in path.strip("/")
    name = (_OF_AN_OBJECT if of_an_object else _OF_A_BUCKET).get(method, method)
    more = query.partition("&")[0].partition("=")[0]
    return f"{name} {more}" if more and more not in {"list-type", "x-id"} else name
