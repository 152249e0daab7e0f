"""What runs have made in a cloud and not taken away."""

from __future__ import annotations

from dataclasses import dataclass

from harness.cloud.account import Cloud

__all__ = ["Leftovers", "left_in"]


@dataclass(frozen=True, kw_only=True)
class Leftovers:
    """Rules by ARN, queues by URL, the queues that subscriptions lead to, users, and items in tables."""

    rules: list[str]
    queues: list[str]
    subscribed: list[str]
    users: list[str]
    items: int

    @property
    def taps(self) -> list[str]:
        """All that belongs to taps."""
        return [*self.rules, *self.queues, *self.subscribed]


def left_in(cloud: Cloud) -> Leftovers:
    """Give what is left in an account: of taps by the name that all of them have, and of the data of tests."""
    events, sqs, sns = (cloud.client(service) for service in ("events", "sqs", "sns"))
    cognito, dynamodb = cloud.client("cognito-idp"), cloud.client("dynamodb")
    buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
    rules = [rule for bus in buses for rule in events.list_rules(EventBusName=bus, NamePrefix="harness-")["Rules"]]
    endpoints = [one["Endpoint"] for one in sns.list_subscriptions()["Subscriptions"]]
    pools = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]
    return Leftovers(
        rules=[rule["Arn"] for rule in rules],
        queues=sqs.list_queues(QueueNamePrefix="harness-").get("QueueUrls", []),
        subscribed=[endpoint for endpoint in endpoints if ":harness-" in endpoint],
        users=[user["Username"] for pool in pools for user in cognito.list_users(UserPoolId=pool)["Users"]],
        items=sum(dynamodb.scan(TableName=table)["Count"] for table in dynamodb.list_tables()["TableNames"]),
    )
