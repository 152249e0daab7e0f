"""What a service says of what is sent for real, where the harness does not judge itself."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.names import Names
from harness.errors import NotPublished
from harness.modes.messages import BusEvent, QueueMessage, TopicMessage
from harness.modes.sending import put_event, put_message, put_queue_message

NAMES = Names(stack="s", account="1", region="r", physical={"Topic": "arn:aws:sns:r:1:t", "Queue": "http://q"})
EVENT = BusEvent(bus="default", source="aws.ours", detail_type="told", detail={"é": 1}, time=1.0)
MESSAGE = TopicMessage(topic="Topic", message="", group="g")
QUEUED = QueueMessage(queue="Queue", body="hello", group="g")


class Service:
    """Answers each call in the same way, and remembers what it was asked."""

    exceptions = SimpleNamespace(ClientError=ClientError)

    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self.answer = answer
        self.asked: dict[str, Any] = {}

    def call(self, **asked: Any) -> dict[str, Any]:
        self.asked = asked
        if isinstance(self.answer, ClientError):
            raise self.answer
        return self.answer

    put_events = publish = send_message = call


class Aws:
    """A cloud that is not embedded."""

    embedded = False
    endpoint = None
    region = "r"

    def __init__(self, service: Service) -> None:
        self.service = service

    def client(self, _name: str) -> Service:
        return self.service


FAULT = ClientError({"Error": {"Code": "Throttled", "Message": "Slowly."}}, "Publish")


@pytest.mark.parametrize(
    ("put", "what", "where"),
    [
        (put_event, EVENT, "bus 'default'"),
        (put_message, MESSAGE, "topic 'Topic'"),
        (put_queue_message, QUEUED, "queue 'Queue'"),
    ],
)
def test_a_refusal_is_told_in_the_words_of_the_service(put: Callable[..., str], what: object, where: str) -> None:
    """AWS judges what goes there, not the harness."""
    with pytest.raises(NotPublished) as caught:
        put(what, cloud=Aws(Service(FAULT)), names=NAMES)

    assert str(caught.value) == f"The {where} does not take it.\n  code: Throttled\n  reason: Slowly."


def test_an_entry_may_be_refused_in_a_good_answer() -> None:
    """PutEvents answers 200 then."""
    answer = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure", "ErrorMessage": "Oh."}]}
    cloud: Any = Aws(Service(answer))

    with pytest.raises(NotPublished) as caught:
        put_event(EVENT, cloud=cloud, names=NAMES)

    assert str(caught.value) == "The bus 'default' does not take it.\n  code: InternalFailure\n  reason: Oh."


def test_an_event_goes_out_as_it_is() -> None:
    """The id is the one that EventBridge gave."""
    service = Service({"FailedEntryCount": 0, "Entries": [{"EventId": "e-1"}]})
    cloud: Any = Aws(service)

    identity = put_event(EVENT, cloud=cloud, names=NAMES)

    entry = {"EventBusName": "default", "Source": "aws.ours", "DetailType": "told", "Detail": '{"é": 1}'}
    assert ("e-1", {"Entries": [{**entry, "Resources": [], "Time": 1.0}]}) == (identity, service.asked)


def test_a_queue_message_goes_out_as_it_is() -> None:
    """What is not given is not sent."""
    service = Service({"MessageId": "m-1"})
    cloud: Any = Aws(service)

    identity = put_queue_message(QUEUED, cloud=cloud, names=NAMES)

    assert "m-1" == identity
    assert {"QueueUrl": "http://q", "MessageBody": "hello", "MessageGroupId": "g"} == service.asked
