"""The rivals of the journal: what somebody writes who waits for an event without the harness."""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter, sleep
from typing import Any

from _rivals import Repeater, course, driven

from harness.cloud.account import Cloud

__all__ = ["PAUSE", "Loop", "course_running", "loop_running"]

# Between two events a test does something else for up to so many seconds.
PAUSE = 0.3


class Loop:
    """A thread that long-polls a queue with boto3, deletes what comes, and looks for one event at a time.

    Args:
        cloud: Where the queue is.
        bus: The name of the bus.
        source: The source of the events that lead into the queue.
        queue: Its URL.
    """

    def __init__(self, cloud: Cloud, *, bus: str, source: str, queue: str) -> None:
        self._events = cloud.client("events")
        self._sqs = cloud.client("sqs", read_timeout=40)
        self._bus, self._source, self._queue = bus, source, queue
        self._wanted = ""
        self._came = threading.Event()
        self.over = threading.Event()
        self._thread = threading.Thread(target=self._poll, daemon=True)
        self._thread.start()

    def __call__(self, times: int) -> list[float]:
        """Publish so many events, and give the seconds from each call to the event."""
        return [self._published() for _ in range(times)]

    def _published(self) -> float:
        sleep(random.uniform(0, PAUSE))
        self._wanted = uuid.uuid4().hex
        self._came.clear()
        started = perf_counter()
        self._events.put_events(Entries=[event(self._bus, source=self._source, order=self._wanted)])
        assert self._came.wait(timeout=30)
        return perf_counter() - started

    def _poll(self) -> None:
        while not self.over.is_set():
            answer = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)
            found = answer.get("Messages", [])
            if any(json.loads(message["Body"])["detail"]["orderId"] == self._wanted for message in found):
                self._came.set()
            for message in found:
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])

    def close(self) -> None:
        """End the thread, with an event for it to wake from its long poll."""
        self.over.set()
        self._events.put_events(Entries=[event(self._bus, source=self._source, order="last")])
        self._thread.join(timeout=30)


def event(bus: str, *, source: str, order: str) -> dict[str, Any]:
    """Give an entry for PutEvents."""
    detail = json.dumps({"orderId": order})
    return {"EventBusName": bus, "Source": source, "DetailType": "order_placed", "Detail": detail}


@contextmanager
def loop_running(cloud: Cloud, *, bus: str) -> Iterator[Loop]:
    """Have a `Loop` running, with a queue and a rule of its own."""
    source = "bench.loop"
    loop = Loop(cloud, bus=bus, source=source, queue=_queue(cloud, bus=bus, source=source))
    try:
        yield loop
    finally:
        loop.close()


@contextmanager
def course_running(cloud: Cloud, *, bus: str) -> Iterator[Repeater]:
    """Have the course's way running in Node, with a queue and a rule of its own.

    Raises:
        Missing: It cannot be installed.
    """
    command, folder = course()
    source = "bench.course"
    key, secret, _ = cloud.credentials()
    place = {
        "endpoint": cloud.endpoint,
        "region": cloud.region,
        "credentials": {"accessKeyId": key, "secretAccessKey": secret},
        "bus": bus,
        "source": source,
        "queue": _queue(cloud, bus=bus, source=source),
        "pause": PAUSE,
    }
    with driven([*command, json.dumps(place)], cwd=folder) as repeater:
        yield repeater


def _queue(cloud: Cloud, *, bus: str, source: str) -> str:
    """Make a queue that hears the events of one source, and give its URL; it goes with the cloud."""
    name = source.replace(".", "-")
    pattern = json.dumps({"source": [source]})
    rule = cloud.client("events").put_rule(Name=name, EventBusName=bus, EventPattern=pattern)["RuleArn"]
    arn = f"arn:{cloud.partition}:sqs:{cloud.region}:{cloud.account}:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
        "Condition": {"ArnEquals": {"aws:SourceArn": rule}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    queue: str = cloud.client("sqs").create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    cloud.client("events").put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": name, "Arn": arn}])
    return queue
