"""Where an API of AppSync is, and the keys that open it."""

from __future__ import annotations

import time
from typing import Any

from harness._secrets import keep_secret
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.errors import NotDeployed, StageError

__all__ = ["APIS", "endpoint_of", "id_of", "key_of", "valid_keys"]

# The type of the APIs of AppSync.
APIS = "AWS::AppSync::GraphQLApi"


def id_of(api: str, *, names: Names) -> str:
    """Give the id of an API; its physical id is the ARN that ends in it.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-appsync-graphqlapi.html

    Raises:
        NotDeployed: The stage does not have the API.
    """
    if api not in names.physical:
        raise NotDeployed(f"The GraphQL API {api!r} is not in the stage.", facts=[("stack", names.stack)])
    return names.physical[api].rpartition("/")[2]


def endpoint_of(api: str, *, cloud: Cloud, names: Names) -> str:
    """Give the URL to which queries go. In AWS its host is not the API's id, so AppSync is asked."""
    found = id_of(api, names=names)
    if cloud.embedded:
        return f"{cloud.endpoint}/v1/apis/{found}/graphql"
    with translated(cloud):
        described = cloud.client("appsync").get_graphql_api(apiId=found)["graphqlApi"]
    return str(described["uris"]["GRAPHQL"])


def key_of(api: str, *, cloud: Cloud, names: Names) -> str:
    """Give an API key that has not expired.

    Raises:
        StageError: The API has none.
    """
    keys = valid_keys(api, cloud=cloud, names=names)
    if not keys:
        raise StageError(
            f"The GraphQL API {api!r} has no API key that is valid now.",
            facts=[("stack", names.stack)],
            remedy="a key lasts seven days if the template says nothing else; set Expires, or deploy the stage anew",
        )
    keep_secret(keys[0])
    return keys[0]


def valid_keys(api: str, *, cloud: Cloud, names: Names) -> list[str]:
    """Give the API keys that have not expired; a key's id is the key."""
    appsync, found = cloud.client("appsync"), id_of(api, names=names)
    keys: list[dict[str, Any]] = []
    with translated(cloud):
        for page in appsync.get_paginator("list_api_keys").paginate(apiId=found):
            keys += page["apiKeys"]
    return [key["id"] for key in keys if key["expires"] > time.time()]
