"""Buckets: what they tell when an object comes or goes."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["encode_keys_as_s3_does", "tell_buses_whole_seconds", "tell_of_objects_at_once"]

_FRACTION = re.compile(r"\.\d+Z$")


def tell_of_objects_at_once() -> None:
    """Let a bucket tell of an object before the call that has put it there is answered.

    S3 says "typically in seconds" (https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html), so
    nothing rests on the order in AWS. ``_fire_s3_event_async`` (``services/s3.py``) leaves it to a thread, so that by
    the time of a message nobody could tell which invocation has caused it, nor that all has come.
    """
    from ministack.services import s3  # noqa: PLC0415 - only the child process has it

    fire, sequencer = getattr(s3, "_fire_s3_event", None), getattr(s3, "_next_event_sequencer", None)
    if fire is None or sequencer is None or not hasattr(s3, "_fire_s3_event_async"):
        return

    def fire_at_once(bucket_name: str, key: str, event_name: str, *rest: Any, **more: Any) -> None:
        fire(bucket_name, key, event_name, *rest, sequencer=sequencer(event_name), **more)

    s3._fire_s3_event_async = fire_at_once  # noqa: SLF001 - the place of the difference


def tell_buses_whole_seconds() -> None:
    """Let a bucket's event on the bus tell its time in whole seconds, as all events of EventBridge do.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html has ``2021-11-12T00:00:00Z``.
    ``_fire_s3_event`` (``services/s3.py``) hands milliseconds to ``_event_time_string`` (``services/eventbridge.py``),
    which leaves text as it is, so that ``strptime(…, "%Y-%m-%dT%H:%M:%SZ")`` fails.
    """
    from ministack.services import eventbridge  # noqa: PLC0415 - only the child process has it

    told = getattr(eventbridge, "_event_time_string", None)
    if told is None:
        return

    def in_seconds(event: Any) -> str:
        return _FRACTION.sub("Z", told(event))

    eventbridge._event_time_string = in_seconds  # noqa: SLF001 - the place of the difference


def encode_keys_as_s3_does() -> None:
    """Let a notification encode the key as a form does: a tilde becomes ``%7E``, an asterisk stays.

    The key is URL-encoded, "red flower.jpg" is "red+flower.jpg"
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html): as
    ``application/x-www-form-urlencoded`` (https://url.spec.whatwg.org/#urlencoded-serializing), but with its slashes.
    MinIO found the same of keys that S3 encodes in lists: "Avoid encoding '/' and '*'", "Force encoding of '~'"
    (``s3URLEncode``, https://github.com/minio/minio/blob/master/cmd/api-utils.go).
    ``_event_object_key`` (``services/s3.py``) leaves it to Python's ``quote_plus``, which does it the other way round.
    """
    from ministack.services import s3  # noqa: PLC0415 - only the child process has it

    from harness.events.s3 import encoded  # noqa: PLC0415 - the process of the tests need not load it here

    if hasattr(s3, "_event_object_key"):
        s3._event_object_key = encoded  # noqa: SLF001 - the place of the difference
