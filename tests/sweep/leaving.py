"""A run as a process of its own: it creates one of each kind, says so, and waits to be killed.

python -m tests.sweep.leaving FOLDER ENDPOINT RUN
"""

from __future__ import annotations

import json
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from harness.cloud.account import Cloud, embedded_cloud
from harness.ledger import Ledger
from harness.ledger.naming import CREATED, RUN, STAGE, TTL, client_name, tap_name, user_address

__all__ = ["BUCKET", "BUS", "TOPIC", "leave"]

BUS, TOPIC, BUCKET = "orders", "news", "photos"


def leave(cloud: Cloud, *, run: str, number: int = 1, stage: str = "embedded", ttl: str = "86400") -> None:
    """Create a queue, and what leads into it, a user and an app client, as the harness does it.

    Args:
        cloud: Where.
        run: The id of the run.
        number: Tells these from those of another call.
        stage: What the tags say.
        ttl: What the tags say.
    """
    name = tap_name(f"{run}-77aa-{number}", "everything", longest=64)
    tags = {RUN: run, STAGE: stage, CREATED: datetime.now(UTC).isoformat(timespec="seconds"), TTL: ttl}
    arn = f"arn:aws:sqs:{cloud.region}:{cloud.account}:{name}"
    cloud.creating("queue", name)
    cloud.client("sqs").create_queue(QueueName=name, tags=tags)
    _rule(cloud, name=name, tags=tags, queue=arn)
    topic = f"arn:aws:sns:{cloud.region}:{cloud.account}:{TOPIC}"
    cloud.creating("subscription", arn, within=topic)
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    if number == 1:
        _notification(cloud, name=name, queue=arn)
    _people(cloud, run=run)


def _rule(cloud: Cloud, *, name: str, tags: dict[str, str], queue: str) -> None:
    cloud.creating("rule", name, within=BUS)
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    events = cloud.client("events")
    events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps({"source": [{"prefix": ""}]}), Tags=listed)
    events.put_targets(Rule=name, EventBusName=BUS, Targets=[{"Id": "harness", "Arn": queue}])


def _notification(cloud: Cloud, *, name: str, queue: str) -> None:
    cloud.creating("notification", name, within=BUCKET)
    s3 = cloud.client("s3")
    kept = s3.get_bucket_notification_configuration(Bucket=BUCKET).get("QueueConfigurations", [])
    ours = {"Id": name, "QueueArn": queue, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={"QueueConfigurations": [*kept, ours]},
        SkipDestinationValidation=True,
    )


def _people(cloud: Cloud, *, run: str) -> None:
    cognito = cloud.client("cognito-idp")
    pool = cognito.list_user_pools(MaxResults=60)["UserPools"][0]["Id"]
    address = user_address(run, "Mary", "Neil")
    username = address.partition("@")[0]
    cloud.creating("user", username, within=pool)
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=username,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": address}],
    )
    client = client_name(run)
    cloud.creating("client", client, within=pool)
    cognito.create_user_pool_client(UserPoolId=pool, ClientName=client)


if __name__ == "__main__":
    folder, endpoint, run = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    leave(embedded_cloud(endpoint, folder=folder, region="us-east-1", ledger=Ledger(folder, run=run)), run=run)
    print("ready", flush=True)  # noqa: T201 - who kills it waits for this
    signal.pause()
