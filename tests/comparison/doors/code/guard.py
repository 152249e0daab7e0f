"""An authorizer that decides by the token, and shows what it gets in the context that it gives."""

import json
from typing import Any

COUNTED = {"calls": 0}


def decide(event: dict[str, Any], context: object) -> Any:
    COUNTED["calls"] += 1
    token = event.get("authorizationToken") or (event.get("identitySource") or [""])[0]
    headers = {name.lower(): value for name, value in event.get("headers", {}).items()}
    token = headers.get("x-token", token)
    arn = event.get("methodArn") or event.get("routeArn")
    if token == "torn":
        raise Exception("Unauthorized")  # noqa: TRY002 - the words by which API Gateway knows it
    if token == "broken":
        raise ValueError(token)
    if token == "odd":
        return {"principalId": "me"}
    told = {"seen": json.dumps(event), "calls": COUNTED["calls"], "yes": True}
    if event.get("version") == "2.0":
        return {"isAuthorized": token != "deny", "context": told if token != "plain" else {}}
    return {
        "principalId": "me",
        "policyDocument": {"Version": "2012-10-17", "Statement": [_statement(token, arn)]},
        "context": told,
    }


def _statement(token: str, arn: str) -> dict[str, Any]:
    api, stage, method, *_ = arn.split("/")
    places = {"deny": arn, "all": f"{api}/{stage}/{method}/*", "elsewhere": f"{api}/{stage}/PUT/*"}
    effect = "Deny" if token == "deny" else "Allow"
    return {"Action": "execute-api:Invoke", "Effect": effect, "Resource": places.get(token, arn)}
