"""What runs have left in one account and region, found by the names and the tags that the harness gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.errors import HarnessError, NoCredentials, UnreachableEndpoint
from harness.ledger import Kind, Thing
from harness.ledger.naming import RUN, TAP, USER, run_of_client, run_of_email, run_of_tap
from harness.sweep.found import Found
from harness.sweep.scope import Scope
from harness.sweep.tags import Tags, since_of, stage_of, ttl_of

__all__ = ["Account"]

# Where there is no page size, SQS gives a thousand queues and says nothing of the others.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
_QUEUES = 1000
# What is looked into may be taken away by another in this moment.
_GONE = frozenset({
    "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NotFound", "QueueDoesNotExist",
    "ResourceNotFoundException",
})  # fmt: skip


class Account:
    """One account and region in which is looked.

    Args:
        cloud: The account.
        scope: Where in it.

    Attributes:
        unseen: What could not be looked into, and why, a line each.
    """

    def __init__(self, cloud: Cloud, *, scope: Scope) -> None:
        self.cloud = cloud
        self.unseen: list[str] = []
        self._scope = scope
        self._tags = Tags(cloud)

    def look(self) -> list[Found]:
        """Give all that is called as things of runs are, and nothing else.

        Raises:
            NoCredentials: There are none.
            UnreachableEndpoint: Nothing answers.
        """
        kinds: Mapping[str, Callable[[], Iterator[Found]]] = {
            "queues": self._queues,
            "rules": self._rules,
            "subscriptions": self._subscriptions,
            "notifications": self._notifications,
            "users": self._users,
            "app clients": self._clients,
        }
        return [found for what, look in kinds.items() for found in self._seen(what, look)]

    def _seen(self, what: str, look: Callable[[], Iterator[Found]]) -> list[Found]:
        """Give what a look shows; that one of them is not allowed is no reason not to take the others."""
        found: list[Found] = []
        try:
            with translated(self.cloud):
                found.extend(look())
        except (NoCredentials, UnreachableEndpoint):
            raise
        except HarnessError as error:
            told = dict(error.facts)
            self.unseen.append(f"{what}: {error.sentence} {told.get('reason', '')}".rstrip())
        except Exception as fault:  # noqa: BLE001 - it is told, and decides the exit code
            self.unseen.append(f"{what}: {message_of(fault)}")
        return found

    def _found(self, kind: Kind, name: str, *, run: str, within: str = "", stage: str = "", **more: Any) -> Found:
        thing = Thing(
            kind=kind,
            name=name,
            within=within,
            account=self.cloud.account,
            region=self.cloud.region,
            endpoint=self.cloud.endpoint or "",
            embedded=self.cloud.embedded,
            profile=self.cloud.profile or "",
            stage=stage,
        )
        return Found(thing=thing, run=run, **({"by": ("name",)} | more))

    def _tagged(self, kind: Kind, name: str, *, run: str, tags: Mapping[str, str], **more: str) -> Found | None:
        """Give something that can carry tags; None when they say that it is another's."""
        if tags.get(RUN, run) != run:
            return None
        return self._found(
            kind,
            name,
            run=run,
            stage=stage_of(tags),
            by=("tag", "name") if RUN in tags else ("name",),
            since=since_of(tags),
            ttl=ttl_of(tags),
            **more,
        )

    @cached_property
    def _queues_found(self) -> dict[str, Found]:
        """All queues of taps, by ARN."""
        sqs = self.cloud.client("sqs")
        pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=TAP, PaginationConfig={"PageSize": _QUEUES})
        urls = {url.rpartition("/")[2]: url for page in pages for url in page.get("QueueUrls", [])}
        for arn in self._tags.together:
            name = arn.rpartition(":")[2]
            if arn == self._arn("sqs", name) and run_of_tap(name) and name not in urls:
                # The index of tags may still hold what has gone.
                with suppress(sqs.exceptions.QueueDoesNotExist):
                    urls[name] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
        found: dict[str, Found] = {}
        for name, url in urls.items():
            run, arn = run_of_tap(name), self._arn("sqs", name)
            tags = self._tags.of_queue(arn, url=url) if run else {}
            one = run and self._tagged("queue", name, run=run, tags=tags, known=url)
            if one:
                found[arn] = one if one.since is not None else self._dated(one, url=url)
        return found

    def _dated(self, queue: Found, *, url: str) -> Found:
        """Give a queue with the time at which SQS has created it."""
        sqs = self.cloud.client("sqs")
        with suppress(sqs.exceptions.QueueDoesNotExist):
            told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["CreatedTimestamp"])["Attributes"]
            return replace(queue, since=float(told["CreatedTimestamp"]))
        return queue

    def _arn(self, service: str, name: str) -> str:
        return f"arn:{self.cloud.partition}:{service}:{self.cloud.region}:{self.cloud.account}:{name}"

    def _queues(self) -> Iterator[Found]:
        yield from self._queues_found.values()

    def _rules(self) -> Iterator[Found]:
        events = self.cloud.client("events")
        for bus in self._buses():
            with _unless_gone():
                for page in events.get_paginator("list_rules").paginate(EventBusName=bus, NamePrefix=TAP):
                    for rule in page["Rules"]:
                        run = run_of_tap(rule["Name"])
                        tags = self._tags.of_rule(rule["Arn"]) if run else {}
                        found = run and self._tagged("rule", rule["Name"], run=run, tags=tags, within=bus)
                        if found:
                            yield found

    def _buses(self) -> Iterator[str]:
        """Give the names of all buses, that of the account too. boto3 has no paginator for them."""
        events = self.cloud.client("events")
        token: dict[str, str] = {}
        while True:
            answer = events.list_event_buses(**token)
            yield from (bus["Name"] for bus in answer["EventBuses"])
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}

    def _subscriptions(self) -> Iterator[Found]:
        for page in self.cloud.client("sns").get_paginator("list_subscriptions").paginate():
            for one in page["Subscriptions"]:
                place, _, name = one.get("Endpoint", "").rpartition(":")
                run = run_of_tap(name) if one["Protocol"] == "sqs" and f"{place}:" == self._arn("sqs", "") else None
                if run:
                    yield self._subscription(one, run=run)

    def _subscription(self, told: Mapping[str, str], *, run: str) -> Found:
        queue, topic, known = told["Endpoint"], told["TopicArn"], told["SubscriptionArn"]
        return self._leading(
            "subscription",
            queue,
            queue=queue,
            stage=self._scope.stage if topic in self._scope.topics else "",
            run=run,
            within=topic,
            # Of one that is not confirmed there is a word in place of the ARN.
            known=known if known.startswith("arn:") else "",
        )

    def _leading(self, kind: Kind, name: str, *, queue: str, stage: str = "", **more: Any) -> Found:
        """Give what leads into a queue, which tells of which stage it is and how old."""
        leads_to = self._queues_found.get(queue)
        if leads_to is None:
            return self._found(kind, name, stage=stage, **more)
        return self._found(kind, name, stage=leads_to.thing.stage, since=leads_to.since, ttl=leads_to.ttl, **more)

    def _notifications(self) -> Iterator[Found]:
        if not self.cloud.embedded:  # In AWS no bucket is tapped: its one configuration is the stage's own.
            return
        s3 = self.cloud.client("s3")
        for bucket in [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]:
            with _unless_gone():
                for one in s3.get_bucket_notification_configuration(Bucket=bucket).get("QueueConfigurations", []):
                    run = run_of_tap(one.get("Id", ""))
                    if run:
                        yield self._leading("notification", one["Id"], queue=one["QueueArn"], run=run, within=bucket)

    @cached_property
    def _pools(self) -> list[str]:
        if self._scope.pools is not None:
            return sorted(self._scope.pools)
        pages = self.cloud.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
        return [pool["Id"] for page in pages for pool in page["UserPools"]]

    def _users(self) -> Iterator[Found]:
        pages = self.cloud.client("cognito-idp").get_paginator("list_users")
        for pool in self._pools:
            with _unless_gone():
                for page in pages.paginate(UserPoolId=pool, Filter=f'email ^= "{USER}"'):
                    yield from (one for user in page["Users"] if (one := self._user(user, pool=pool)))

    def _user(self, user: Mapping[str, Any], *, pool: str) -> Found | None:
        email = next((part["Value"] for part in user.get("Attributes", []) if part["Name"] == "email"), "")
        run = run_of_email(email)
        since = _epoch(user.get("UserCreateDate"))
        if run is None:
            return None
        return self._found("user", user["Username"], run=run, within=pool, stage=self._scope.stage, since=since)

    def _clients(self) -> Iterator[Found]:
        cognito = self.cloud.client("cognito-idp")
        for pool in self._pools:
            with _unless_gone():
                for page in cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=pool, MaxResults=60):
                    for one in page["UserPoolClients"]:
                        run = run_of_client(one["ClientName"])
                        if run:
                            asked = {"UserPoolId": pool, "ClientId": one["ClientId"]}
                            told = cognito.describe_user_pool_client(**asked)["UserPoolClient"]
                            since = _epoch(told.get("CreationDate"))
                            stage = self._scope.stage
                            yield self._found(
                                "client",
                                one["ClientName"],
                                run=run,
                                within=pool,
                                stage=stage,
                                since=since,
                                known=one["ClientId"],
                            )


@contextmanager
def _unless_gone() -> Iterator[None]:
    """Look into something, and no further when it has gone."""
    try:
        yield
    except Exception as fault:
        if code_of(fault) not in _GONE:
            raise


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
