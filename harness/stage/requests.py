"""The verbs of HTTP."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from urllib3 import HTTPHeaderDict

from harness._secrets import keep_secret
from harness.errors import MisusedStep, UnknownResource
from harness.modes.exchange import Request, Response
from harness.people import User
from harness.stage.place import Place

__all__ = ["Requests", "headers_of", "parted"]

# What any HTTP client sends. A handler sees the same in every mode.
_USUAL_HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "serverless-harness"}
_SECRET_HEADERS = ("Authorization", "Cookie", "X-Api-Key")
# What is shorter may be a word that a test sends in the place of a token.
_SHORTEST_SECRET = 16


class Requests(Place):
    """A stage whose APIs can be asked."""

    def request(  # noqa: PLR0913 - the parts of an HTTP request
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        body: bytes | str | None = None,
        query: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        user: User | None = None,
        sign: bool = False,
        api: str | None = None,
    ) -> Response:
        """Send an HTTP request to the system's API and give the response, whatever its status.

        Args:
            method: ``GET``, ``POST``, …
            path: From the API's root, such as ``/orders``; a query string in it is sent too.
            json: A value that is sent as JSON.
            body: A body that is sent as it is.
            query: Further names and values of the query string.
            headers: Further headers.
            user: A signed-in user, whose id token is sent; None for nobody.
            sign: Whether the tester signs the request with SigV4.
            api: The logical id of the API, where the system has several.

        Raises:
            UnknownResource: No API has this logical id.
            MisusedStep: `json` and `body` are both given, or the system has several APIs and none is named.
            StageProtected: Its method may change something, and the stage is protected.
        """
        __tracebackhide__ = True
        encoded, asked = parted(path)
        request = Request(
            method=method.upper(),
            path=encoded,
            query=(*asked, *_pairs(query)),
            headers=headers_of(headers, json=json, user=user),
            body=_body(json, body),
            sign=sign,
            api=self._api(api),
        )
        if self._protection is not None:
            self._protection.admit(request, system=self.system)
        return self._sent(request)

    def _sent(self, request: Request) -> Response:
        __tracebackhide__ = True
        with self._act("request", f"{request.method} {request.path}", reads=True) as act:
            act.response = response = self._mode.request(request)
        return response

    def _api(self, name: str | None) -> str:
        __tracebackhide__ = True
        apis = self.system.apis
        if name is not None:
            if name not in apis:
                raise UnknownResource("API", name, known=apis, declared_in=self.system.template)
            return name
        # A function URL is asked by its name, unless it is all that there is.
        usual = [one for one, api in apis.items() if api.kind != "url"] or list(apis)
        if len(usual) != 1:
            raise MisusedStep(
                f"The system {self.system.name!r} has {len(apis)} APIs, and the request names none.",
                facts=[(f"declared in {self.system.template}", ", ".join(sorted(apis)) or "none")],
                remedy='name one: stage.request(…, api="…")' if apis else "",
            )
        return usual[0]


@lru_cache(maxsize=256)
def parted(path: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Give a path percent-encoded where it may not stay as it is, and the names and values of its query string."""
    parts = urlsplit(path)
    plain = parts.path if parts.path.startswith("/") else f"/{parts.path}"
    encoded = quote(plain, safe="/%:@!$&'()*+,;=~-._")
    return encoded, tuple(parse_qsl(parts.query, keep_blank_values=True))


def _pairs(named: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(named.items() if isinstance(named, Mapping) else named)


def headers_of(given: Mapping[str, str] | Iterable[tuple[str, str]], *, json: Any, user: User | None) -> HTTPHeaderDict:
    """Give the headers of a request: those that are given, those of any client, and what JSON and a user ask for."""
    headers = HTTPHeaderDict(_pairs(given))
    # Asking first is quicker than setdefault, which raises and catches an error for each header that is not there.
    for name, value in _USUAL_HEADERS.items():
        if name not in headers:
            headers[name] = value
    if json is not None and "Content-Type" not in headers:
        headers["Content-Type"] = "application/json"
    if user is not None:
        headers["Authorization"] = user.id_token
    _keep_secret(headers)
    return headers


def _keep_secret(headers: HTTPHeaderDict) -> None:
    """Let what a caller is known by stand in no report, also where a test has brought it itself."""
    for name in _SECRET_HEADERS:
        if name in headers:
            values = [value.removeprefix("Bearer ").removeprefix("Basic ") for value in headers.getlist(name)]
            keep_secret(*(value for value in values if len(value) >= _SHORTEST_SECRET))


def _body(json: Any, body: bytes | str | None) -> bytes:
    if json is not None and body is not None:
        raise MisusedStep("A request has one body, but both json and body are given.", remedy="give one of them")
    if json is not None:
        return jsonlib.dumps(json).encode()
    return body.encode() if isinstance(body, str) else body or b""
