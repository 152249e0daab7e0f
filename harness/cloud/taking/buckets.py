"""Notifications of a bucket, which has one configuration of them all."""

from __future__ import annotations

from contextlib import AbstractContextManager

from harness.cloud.account import Cloud
from harness.cloud.faults import gone_is_fine
from harness.cloud.locks import locked
from harness.cloud.taking.removal import Removal

__all__ = ["alone_with", "remove_notification"]


def alone_with(bucket: str, *, cloud: Cloud) -> AbstractContextManager[None]:
    """Keep other processes from a configuration that is read, changed and written.

    Args:
        bucket: Its name.
        cloud: Where it is.
    """
    return locked(cloud.folder / "buckets" / f"{bucket}.lock")


def remove_notification(removal: Removal) -> None:
    """Take a notification out of its bucket's configuration; all else stays."""
    s3, bucket = removal.client("s3"), removal.thing.within
    with alone_with(bucket, cloud=removal.cloud), gone_is_fine():
        found = s3.get_bucket_notification_configuration(Bucket=bucket)
        del found["ResponseMetadata"]
        queues = found.get("QueueConfigurations", [])
        others = [one for one in queues if one.get("Id") != removal.thing.name]
        if others != queues:
            # S3 would send a test event to all who are told, and a function might read it.
            s3.put_bucket_notification_configuration(
                Bucket=bucket,
                NotificationConfiguration={**found, "QueueConfigurations": others},
                SkipDestinationValidation=True,
            )
