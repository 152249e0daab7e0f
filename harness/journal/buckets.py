"""A tapped bucket: a notification that leads into a queue."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.cloud.taking.buckets import alone_with
from harness.errors import TapNotOpen
from harness.journal.asking import opened
from harness.journal.collector import Collector
from harness.journal.creation import Creation
from harness.journal.entry import Kind
from harness.ledger.naming import TAP

__all__ = ["BucketTap"]

_EVENTS = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
_GONE = "NoSuchBucket"


class BucketTap:
    """Hears of all objects that come into a bucket or go, from when it is opened.

    A bucket has one configuration of notifications, which is replaced as a whole, and S3 refuses two notifications of
    the same objects (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html). So only
    buckets of the embedded cloud are tapped, which has no such rule; what the template has configured stays.

    Args:
        cloud: Where it is.
        source: The logical id of the bucket.
        bucket: Its name.
        collector: The queue into which the notification leads.
        name: The id of the notification, unique in the bucket.

    Attributes:
        creation: The notification, as it is created and taken away.
    """

    kind: Kind = "bucket"
    partial = ""

    def __init__(self, cloud: Cloud, *, source: str, bucket: str, collector: Collector, name: str) -> None:
        self.source = source
        self._cloud = cloud
        self._bucket = bucket
        self._collector = collector
        self._name = name
        self.creation = Creation(cloud, "notification", name=name, within=bucket)

    def open(self) -> None:
        """Let the bucket tell the queue.

        Raises:
            TapNotOpen: There is no such bucket.
        """
        ours = {"Id": self._name, "QueueArn": self._collector.arn, "Events": _EVENTS}
        with alone_with(self._bucket, cloud=self._cloud):
            found = self._configuration()
            others = [one for one in found.get("QueueConfigurations", []) if not self._is_left(one)]
            self.creation.note()
            self._configure({**found, "QueueConfigurations": [*others, ours]})

    def barrier(self) -> Callable[[], bool]:
        """Send a sentinel into the queue: the embedded cloud tells of an object before it answers who has put it.

        Raises:
            TapNotOpen: The notification has been taken away.
        """
        if not any(self._is_ours(one) for one in self._configuration().get("QueueConfigurations", [])):
            raise TapNotOpen(
                f"The notification {self._name!r}, through which {self.source!r} is tapped, is not there any more.",
                remedy="somebody has changed it while the run was on; run it again",
            )
        token = self._collector.send_token()
        return lambda: token in self._collector.tokens

    def close(self) -> None:
        """Take the notification out of the configuration, if it is there; all else stays."""
        self.creation.take_away()

    def _is_ours(self, configuration: dict[str, Any]) -> bool:
        return configuration.get("Id") == self._name

    def _is_left(self, configuration: dict[str, Any]) -> bool:
        """Say whether it is of a tap whose process was killed: the queue has been tidied away, this has not."""
        if not configuration.get("Id", "").startswith(TAP):
            return False
        sqs, name = self._cloud.client("sqs"), configuration["QueueArn"].rpartition(":")[2]
        try:
            with translated(self._cloud):
                sqs.get_queue_url(QueueName=name)
        except sqs.exceptions.QueueDoesNotExist:
            return True
        return False

    def _configuration(self) -> dict[str, Any]:
        with self._asking():
            answer: dict[str, Any] = self._s3.get_bucket_notification_configuration(Bucket=self._bucket)
        return {name: value for name, value in answer.items() if name != "ResponseMetadata"}

    def _configure(self, configuration: dict[str, Any]) -> None:
        # S3 would send a test event to all who are told, and a function might read it.
        with self._asking():
            self._s3.put_bucket_notification_configuration(
                Bucket=self._bucket, NotificationConfiguration=configuration, SkipDestinationValidation=True
            )

    @property
    def _s3(self) -> Any:
        return self._cloud.client("s3")

    @contextlib.contextmanager
    def _asking(self) -> Any:
        try:
            with opened(self._cloud, what=f"bucket {self._bucket!r}"):
                yield
        except Exception as fault:
            if code_of(fault) != _GONE:
                raise
            raise TapNotOpen(f"There is no bucket {self._bucket!r}.", facts=[("region", self._cloud.region)]) from None
