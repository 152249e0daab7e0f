"""Addresses of APIs: those of AWS, and those of the embedded cloud in their place."""

from __future__ import annotations

import re

from harness.cloud.account import Cloud
from harness.cloud.names import Names

__all__ = ["address_of", "bare", "translate", "url_address", "url_id"]

# https://<api>.execute-api.<region>.amazonaws.com, and what the embedded cloud itself makes of the attribute
# `ApiEndpoint`: http://<api>.execute-api.<host>:<port>, a name that not every machine resolves.
_ADDRESS = re.compile(r"\b(https?|wss?)://([a-z0-9]+)\.execute-api\.[A-Za-z0-9.-]+(?::\d+)?")
# https://<id>.lambda-url.<region>.on.aws
_URL = re.compile(r"\bhttps://([a-z0-9]{32}|[0-9a-f-]{36})\.lambda-url\.[a-z0-9-]+\.on\.aws")
_HOST = re.compile(r"(?<![/\w.-])([a-z0-9]+)\.execute-api\.[A-Za-z0-9.-]+")


def translate(text: str, *, cloud: Cloud, names: Names) -> str:
    """Give a text in which the addresses of the stage's own APIs are those of the embedded cloud.

    Addresses of other APIs and function URLs stay: they are somebody else's. For AWS the text stays as it is.

    Args:
        text: A variable of a function, an output.
        cloud: Where the stage is.
        names: The names of the stage.
    """
    if not cloud.embedded or cloud.endpoint is None:
        return text
    ours = set(names.physical.values())
    host = cloud.endpoint.partition("://")[2]

    def embedded(match: re.Match[str]) -> str:
        scheme, api = match.groups()
        if api not in ours:
            return match[0]
        return f"{'ws' if scheme.startswith('ws') else 'http'}://{host}/_aws/execute-api/{api}"

    urls = {url_id(address) for address in names.apis.values()}

    def embedded_url(match: re.Match[str]) -> str:
        return f"http://{host}/_aws/lambda-url/{match[1]}" if match[1] in urls else match[0]

    return _URL.sub(embedded_url, _ADDRESS.sub(embedded, text))


def bare(text: str, *, names: Names) -> str | None:
    """Give the host of one of the stage's own APIs that stands in a text without a scheme, which no path can follow."""
    ours = set(names.physical.values())
    return next((match[0] for match in _HOST.finditer(text) if match[1] in ours), None)


def address_of(api: str, *, stage: str, cloud: Cloud) -> str:
    """Give the base URL of an API.

    Args:
        api: Its physical id.
        stage: Its API Gateway stage; ``$default`` serves from the root.
        cloud: Where it is.
    """
    segment = "" if stage == "$default" else f"/{stage}"
    if cloud.endpoint is not None:
        return f"{cloud.endpoint}/_aws/execute-api/{api}{segment}"
    suffix = ".cn" if cloud.region.startswith("cn-") else ""
    return f"https://{api}.execute-api.{cloud.region}.amazonaws.com{suffix}{segment}"


def url_address(url: str, *, cloud: Cloud) -> str:
    """Give the base URL of a function URL: as Lambda names it, or at the embedded cloud."""
    if cloud.endpoint is None:
        return url.rstrip("/")
    return f"{cloud.endpoint}/_aws/lambda-url/{url_id(url)}"


def url_id(url: str) -> str:
    """Give the id in a function URL, of AWS or of the embedded cloud; empty for another address.

    >>> url_id("https://abc.lambda-url.eu-west-1.on.aws/"), url_id("http://127.0.0.1:4566/_aws/lambda-url/abc")
    ('abc', 'abc')
    """
    _, is_embedded, path = url.partition("/_aws/lambda-url/")
    if is_embedded:
        return path.partition("/")[0]
    host = url.partition("://")[2].partition("/")[0]
    return host.partition(".")[0] if ".lambda-url." in host else ""
