"""The gateway that the modes ``handler`` and ``invoke`` play, fitted to a stage."""

from __future__ import annotations

import http
import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.cloud.account import Cloud
from harness.cloud.attributes import scope
from harness.cloud.names import Names
from harness.cloud.retrying import pauses
from harness.errors import NotOffered, UnreachableEndpoint
from harness.events.caller import Caller
from harness.modes.gateway.gateway import Gateway
from harness.runtime.invocation import Invocation
from harness.runtime.wall import is_of_aws
from harness.system.intrinsics import resolve
from harness.system.model import System

__all__ = ["caller_of", "gateway_for", "published_keys"]


def gateway_for(
    system: System, *, cloud: Cloud, names: Names, invoke: Callable[[str, dict[str, Any]], Invocation]
) -> Gateway:
    """Give the gateway of a system, with the names and the keys of one stage."""
    found = scope(system, names)
    return Gateway(
        system,
        names=names,
        resolve=lambda value: resolve(value, found),
        invoke=invoke,
        keys=lambda issuer: published_keys(issuer, cloud=cloud),
        caller=caller_of(cloud),
    )


def published_keys(issuer: str, *, cloud: Cloud) -> Mapping[str, Any]:
    """Fetch the keys that an issuer publishes (``/.well-known/jwks.json``).

    Tokens of a pool in the embedded cloud name AWS as their issuer; its keys are at the embedded address.

    Raises:
        NotOffered: They are in AWS, and the stage is embedded.
        UnreachableEndpoint: They cannot be fetched.
    """
    base = issuer
    host = urlsplit(issuer).hostname or ""
    if cloud.endpoint and is_of_aws(host) and host.startswith(f"cognito-idp.{cloud.region}."):
        base = f"{cloud.endpoint}/{issuer.rsplit('/', 1)[1]}"
    elif cloud.embedded and is_of_aws(host):
        raise NotOffered(
            f"The keys of the issuer {issuer!r} are in AWS, of which the embedded stage asks nothing.",
            facts=[("region of the stage", cloud.region)],
            remedy="let the template name a pool of its own as the issuer: "
            "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}",
        )
    url = f"{base}/.well-known/jwks.json"
    try:
        keys = _fetched(url, cloud=cloud)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise UnreachableEndpoint(
            f"The keys of the issuer {issuer!r} cannot be fetched: {error}.",
            facts=[("from", url)],
            remedy="does the user pool exist in this stage? see: harness status",
        ) from error
    return keys


def _fetched(url: str, *, cloud: Cloud) -> Mapping[str, Any]:
    """Fetch JSON, again when the connection fails or the service does; API Gateway does so too."""
    waiting = pauses()
    while True:
        try:
            with _opener(cloud).open(url, timeout=10) as answer:
                found: Mapping[str, Any] = json.load(answer)
            return found
        except (OSError, http.client.HTTPException) as error:
            is_answer = isinstance(error, urllib.error.HTTPError) and error.code < http.HTTPStatus.INTERNAL_SERVER_ERROR
            # An embedded cloud that has gone does not come back.
            is_gone = cloud.embedded and isinstance(error, urllib.error.URLError) and not is_answer
            pause = None if is_answer or is_gone else next(waiting, None)
            if pause is None:
                raise
            time.sleep(pause)


def _opener(cloud: Cloud) -> urllib.request.OpenerDirector:
    """Give what fetches; the embedded cloud is on this machine, and a proxy of the tester's is not in between."""
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if cloud.embedded else []))


def caller_of(cloud: Cloud) -> Caller:
    """Give who signs: the tester."""
    identity = cloud.identity
    return Caller(
        account=identity["Account"],
        arn=identity["Arn"],
        user_id=identity["UserId"],
        access_key=cloud.credentials()[0],
    )
