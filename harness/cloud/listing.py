"""What is called as the harness calls its things, one list for each kind, all pages of it.

Whoever asks says where to look and how it is called, and tells what is whose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import gone_is_fine

__all__ = ["buckets_tapped", "clients", "notifications", "queues", "rules", "subscriptions", "users"]

# Where there is no page size, SQS gives a thousand queues and says nothing of the others.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
_QUEUES = 1000
# https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUserPoolClients.html
_CLIENTS = 60


def queues(cloud: Cloud, *, prefix: str) -> Iterator[tuple[str, str]]:
    """Give name and URL of each queue whose name begins so."""
    sized = {"PageSize": _QUEUES}
    pages = cloud.client("sqs").get_paginator("list_queues").paginate(QueueNamePrefix=prefix, PaginationConfig=sized)
    yield from ((url.rpartition("/")[2], url) for url in _all(pages, "QueueUrls"))


def rules(cloud: Cloud, *, bus: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Give each rule of a bus whose name begins so, as EventBridge does."""
    pages = cloud.client("events").get_paginator("list_rules").paginate(EventBusName=bus, NamePrefix=prefix)
    yield from _all(pages, "Rules")


def subscriptions(cloud: Cloud, *, topic: str = "") -> Iterator[dict[str, Any]]:
    """Give each subscription, as SNS does: those of a topic, or of all topics, also of one that has gone."""
    sns = cloud.client("sns")
    if topic:
        pages = sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    else:
        pages = sns.get_paginator("list_subscriptions").paginate()
    yield from _all(pages, "Subscriptions")


def buckets_tapped(cloud: Cloud, *, of: Iterable[str] | None = None) -> list[str]:
    """Give the buckets that may have notifications of the harness.

    In AWS there are none: no bucket is tapped there, for its one configuration is the stage's own.

    Args:
        cloud: Where they are.
        of: Among which; all of the account when not given.
    """
    if not cloud.embedded:
        return []
    return list(of) if of is not None else [one["Name"] for one in cloud.client("s3").list_buckets()["Buckets"]]


def notifications(cloud: Cloud, *, bucket: str) -> Iterator[dict[str, Any]]:
    """Give each notification of a bucket that goes to a queue, as S3 does."""
    with gone_is_fine():
        found = cloud.client("s3").get_bucket_notification_configuration(Bucket=bucket)
        yield from found.get("QueueConfigurations", [])


def users(cloud: Cloud, *, pool: str, prefix: str) -> Iterator[dict[str, Any]]:
    """Give each user of a pool whose e-mail begins so, as Cognito does."""
    pages = cloud.client("cognito-idp").get_paginator("list_users")
    yield from _all(pages.paginate(UserPoolId=pool, Filter=f'email ^= "{prefix}"'), "Users")


def clients(cloud: Cloud, *, pool: str) -> Iterator[dict[str, Any]]:
    """Give each app client of a pool, as Cognito does; it finds none by name."""
    pages = cloud.client("cognito-idp").get_paginator("list_user_pool_clients")
    yield from _all(pages.paginate(UserPoolId=pool, MaxResults=_CLIENTS), "UserPoolClients")


def _all(pages: Iterable[dict[str, Any]], what: str) -> Iterator[Any]:
    """Give the items of all pages; where they were looked for in something that has gone, there are none."""
    with gone_is_fine():
        for page in pages:
            yield from page.get(what, [])
