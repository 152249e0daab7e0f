"""A request and its response, the same in every mode."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from urllib3 import HTTPHeaderDict

from harness._text import redacted, shortened
from harness.errors import NotJson

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

    from harness.runtime.invocation import Invocation

__all__ = ["Request", "Response"]


@dataclass(frozen=True, kw_only=True)
class Request:
    """What goes to the front door. Its repr shows method and path only: the rest may hold what is secret.

    Args:
        method: In capitals.
        path: Percent-encoded, with a leading slash, without the API Gateway stage and the query string.
        query: Names and values in order, decoded; a name may come more than once.
        headers: Case-insensitive; a name may come more than once.
        body: The bytes of the body; empty for none.
        sign: Whether the caller signs with SigV4.
        api: The logical id of the API.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    headers: HTTPHeaderDict = field(default_factory=HTTPHeaderDict, repr=False)
    body: bytes = field(default=b"", repr=False)
    sign: bool = False
    api: str = ""


@dataclass(frozen=True, kw_only=True, repr=False)
class Response:
    """What came back from the front door, in every mode the same.

    >>> response = Response(status_code=400, headers={"Content-Type": "application/json"}, content=b'{"message": "no"}')
    >>> response.json["message"], response.headers["content-type"]
    ('no', 'application/json')

    Args:
        status_code: The HTTP status.
        headers: Case-insensitive.
        content: The bytes of the body.
        invocation: The invocation behind it, where the mode knows it; evidence, for the reader of a failure.
        request: What was asked, where it is known.
    """

    status_code: int
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    invocation: Invocation | None = None
    request: Request | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.headers, HTTPHeaderDict):
            object.__setattr__(self, "headers", HTTPHeaderDict(self.headers))

    def __repr__(self) -> str:
        return f"<Response {self.status_code} {shortened(redacted(self.text), limit=200)}>"

    @cached_property
    def text(self) -> str:
        """The body as text, in the charset that the content type names, else UTF-8."""
        _, _, charset = self.headers.get("content-type", "").lower().partition("charset=")
        try:
            return self.content.decode(charset.split(";")[0].strip(' "') or "utf-8", errors="replace")
        except LookupError:
            return self.content.decode("utf-8", errors="replace")

    @cached_property
    def json(self) -> Any:
        """The body read as JSON, whatever the status.

        Raises:
            NotJson: The body is not JSON; the error shows it.
        """
        try:
            return jsonlib.loads(self.content)
        except ValueError as error:
            raise NotJson(
                f"The answer with status {self.status_code} is not JSON: {error}.",
                facts=[
                    ("content type", self.headers.get("content-type", "none")),
                    ("body", shortened(redacted(self.text)) or "empty"),
                ],
            ) from error

    @cached_property
    def html(self) -> BeautifulSoup:
        """The body read as HTML, whatever the status."""
        from bs4 import BeautifulSoup  # noqa: PLC0415 - a run that reads no page does not pay for the parser

        return BeautifulSoup(self.content, "html.parser")
