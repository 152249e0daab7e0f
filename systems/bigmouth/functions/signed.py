"""HTTP requests signed with the credentials of the function."""

import json
from functools import cache
from http import HTTPStatus
from typing import Any

import boto3
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest


class Refused(RuntimeError):
    """An API answered with something else than 200."""

    def __init__(self, url: str, response: urllib3.BaseHTTPResponse) -> None:
        """Says which URL, the status and the body."""
        super().__init__(f"GET {url} answered {response.status}: {response.data.decode(errors='replace')}")


def get_json(url: str) -> Any:
    """The JSON that an API protected by IAM answers to GET.

    Raises:
        Refused: The status is not 200.
    """
    response = _pool().request("GET", url, headers=_signature(url), timeout=5.0, retries=False)
    if response.status != HTTPStatus.OK:
        raise Refused(url, response)
    return json.loads(response.data)


@cache
def _pool() -> urllib3.PoolManager:
    return urllib3.PoolManager()


def _signature(url: str) -> dict[str, str]:
    # botocore refreshes credentials that are about to expire, so they are asked for at every request.
    session = _session()
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(session.get_credentials(), "execute-api", session.region_name).add_auth(request)
    return dict(request.headers)


@cache
def _session() -> boto3.Session:
    return boto3.DEFAULT_SESSION or boto3.Session()
