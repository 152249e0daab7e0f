"""What users write: ``from harness import events``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from harness import events

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:uploads"


def test_every_module_is_there() -> None:
    """Under its own name."""
    found = [getattr(events, name).__name__ for name in events.__all__]

    assert found == [f"harness.events.{name}" for name in events.__all__]


def test_an_unknown_name_is_an_attribute_error() -> None:
    """As for any module."""
    with pytest.raises(AttributeError, match=r"^module 'harness\.events' has no attribute 'sqss'$"):
        _ = events.sqss


def test_a_module_is_loaded_when_it_is_used() -> None:
    """Not with the package."""
    program = (
        "import sys; from harness import events; assert 'harness.events.sqs' not in sys.modules;"
        "events.sqs.event([]); assert 'harness.events.s3' not in sys.modules"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_events_are_wrapped_in_each_other() -> None:
    """An upload, told by a topic, waiting in a queue."""
    upload = events.s3.event([events.s3.record("a b.jpg", bucket="photos", region="eu-west-1")])
    notification = events.sns.notification(topic_arn=TOPIC, message=upload, region="eu-west-1")

    sent = events.sqs.event([events.sqs.record(notification, queue_arn=QUEUE)])

    told = json.loads(sent["Records"][0]["body"])
    assert (told["TopicArn"], json.loads(told["Message"])) == (TOPIC, upload)
