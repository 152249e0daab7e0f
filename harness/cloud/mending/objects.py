"""Buckets: what they tell when an object comes or goes."""

from __future__ import annotations

from typing import Any

__all__ = ["tell_of_objects_at_once"]


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
