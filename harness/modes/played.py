"""The gateway that the modes ``handler`` and ``invoke`` play, fitted to a stage."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import UnreachableEndpoint
from harness.modes.caller import Caller
from harness.modes.gateway import Gateway
from harness.runtime.invocation import Invocation
from harness.system.intrinsics import resolve, scope_of
from harness.system.model import System

__all__ = ["gateway_for", "published_keys", "resolver"]


def gateway_for(
    system: System, *, cloud: Cloud, names: Names, invoke: Callable[[str, dict[str, Any]], Invocation]
) -> Gateway:
    """Give the gateway of a system, with the names and the keys of one stage."""
    return Gateway(
        system,
        names=names,
        resolve=resolver(system, names=names),
        invoke=invoke,
        keys=lambda issuer: published_keys(issuer, cloud=cloud),
        caller=_caller(cloud),
    )


def resolver(system: System, *, names: Names) -> Callable[[Any], Any]:
    """Give what turns an intrinsic function of the template into text, with the stage's physical ids."""

    def lookup(name: str, attribute: str | None) -> Any:
        physical = names.physical.get(name)
        kind = system.resources[name].type if name in system.resources else ""
        if attribute is None or physical is None:
            return physical
        if (kind, attribute) == ("AWS::Cognito::UserPool", "ProviderURL"):
            return f"https://cognito-idp.{names.region}.amazonaws.com/{physical}"
        if (kind, attribute) == ("AWS::Lambda::Function", "Arn") and name in names.functions:
            return names.functions[name].arn
        return None

    pseudo = {"AWS::AccountId": names.account, "AWS::Region": names.region, "AWS::StackName": names.stack}
    scope = scope_of(system, pseudo=pseudo, lookup=lookup)
    return lambda value: resolve(value, scope)


def published_keys(issuer: str, *, cloud: Cloud) -> Mapping[str, Any]:
    """Fetch the keys that an issuer publishes (``/.well-known/jwks.json``).

    Tokens of a pool in the embedded cloud name AWS as their issuer; its keys are at the embedded address.
    """
    base = issuer
    if cloud.endpoint and issuer.startswith(f"https://cognito-idp.{cloud.region}.amazonaws.com/"):
        base = f"{cloud.endpoint}/{issuer.rsplit('/', 1)[1]}"
    url = f"{base}/.well-known/jwks.json"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - the template's own issuer
            keys: Mapping[str, Any] = json.load(answer)
    except (OSError, ValueError) as error:
        raise UnreachableEndpoint(
            f"The keys of the issuer {issuer!r} cannot be fetched: {error}.",
            facts=[("from", url)],
            remedy="does the user pool exist in this stage? see: harness status",
        ) from error
    return keys


def _caller(cloud: Cloud) -> Caller:
    identity = cloud.identity
    return Caller(
        account=identity["Account"],
        arn=identity["Arn"],
        user_id=identity["UserId"],
        access_key=cloud.credentials()[0],
    )
