"""What is in an account, by listing it with plain boto3: nothing of the harness is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import boto3

__all__ = ["Census", "census", "grown", "lost"]

# What there is, by kind; each thing as a text that no other one has.
Census = Mapping[str, frozenset[str]]


def census(endpoint: str, *, region: str, account: str) -> Census:
    """Give all that tests could have created or destroyed in an account of an embedded cloud.

    Args:
        endpoint: Where the cloud answers.
        region: The region.
        account: The account, in twelve digits.
    """

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id=account,
            aws_secret_access_key="test",
        )

    looks = {
        "queues": _queues(client("sqs")),
        "rules": _rules(client("events")),
        "subscriptions": _subscriptions(client("sns")),
        "users": _users(client("cognito-idp")),
        "app clients": _app_clients(client("cognito-idp")),
        "items": _items(client("dynamodb")),
        "parameters": _parameters(client("ssm")),
        "objects": _objects(client("s3")),
    }
    return {kind: frozenset(found) for kind, found in looks.items()}


def grown(before: Census, after: Census) -> dict[str, int]:
    """Count by kind what is there now and was not before, or not as it is now."""
    return {kind: len(after[kind] - before[kind]) for kind in after if after[kind] - before[kind]}


def lost(before: Census, after: Census) -> dict[str, int]:
    """Count by kind what was there before and is not any more, or not as it was."""
    return grown(after, before)


def _pages(client: Any, call: str, what: str, **asked: Any) -> Iterator[Any]:
    for page in client.get_paginator(call).paginate(**asked):
        yield from page.get(what, [])


def _queues(sqs: Any) -> Iterator[str]:
    return _pages(sqs, "list_queues", "QueueUrls", PaginationConfig={"PageSize": 1000})


def _rules(events: Any) -> Iterator[str]:
    for bus in events.list_event_buses()["EventBuses"]:
        for rule in _pages(events, "list_rules", "Rules", EventBusName=bus["Name"]):
            yield f"{bus['Name']} {rule['Name']}"


def _subscriptions(sns: Any) -> Iterator[str]:
    for one in _pages(sns, "list_subscriptions", "Subscriptions"):
        yield f"{one['TopicArn']} {one['Endpoint']}"


def _pools(cognito: Any) -> Iterator[str]:
    for pool in _pages(cognito, "list_user_pools", "UserPools", PaginationConfig={"PageSize": 60}):
        yield pool["Id"]


def _users(cognito: Any) -> Iterator[str]:
    for pool in _pools(cognito):
        for user in _pages(cognito, "list_users", "Users", UserPoolId=pool):
            yield f"{pool} {user['Username']}"


def _app_clients(cognito: Any) -> Iterator[str]:
    for pool in _pools(cognito):
        for one in _pages(cognito, "list_user_pool_clients", "UserPoolClients", UserPoolId=pool):
            yield f"{pool} {one['ClientName']} {one['ClientId']}"


def _items(dynamodb: Any) -> Iterator[str]:
    for table in _pages(dynamodb, "list_tables", "TableNames"):
        for item in _pages(dynamodb, "scan", "Items", TableName=table):
            yield f"{table} {json.dumps(item, sort_keys=True, default=str)}"


def _parameters(ssm: Any) -> Iterator[str]:
    for one in _pages(ssm, "describe_parameters", "Parameters"):
        found = ssm.get_parameter(Name=one["Name"], WithDecryption=True)["Parameter"]
        yield f"{one['Name']} {found['Value']}"


def _objects(s3: Any) -> Iterator[str]:
    for bucket in s3.list_buckets()["Buckets"]:
        for one in _pages(s3, "list_objects_v2", "Contents", Bucket=bucket["Name"]):
            yield f"{bucket['Name']} {one['Key']} {one['ETag']}"
