"""Queues: where they put what nobody can do anything about, and for how long a reader has a message for itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.drift.difference import Difference, compared
from harness.cloud.drift.place import Place
from harness.system.model import Resource

__all__ = ["look"]

# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html
_VISIBILITY = 30
_ASKED = ("RedrivePolicy", "VisibilityTimeout")


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the queues. One that is not there is told with all that is not."""
    client = place.client("sqs")
    queues = place.resources("AWS::SQS::Queue")

    def attributes(queue: Resource) -> Any:
        return place.ask(
            "resources of sqs",
            action="sqs:GetQueueAttributes",
            call=lambda: client.get_queue_attributes(
                QueueUrl=place.names.physical[queue.name], AttributeNames=list(_ASKED)
            ).get("Attributes", {}),
        )

    for queue, have in zip(queues, place.each(attributes, queues), strict=True):
        if isinstance(have, Mapping):
            yield from compared("queue", queue.name, place.pairs(_pairs(queue, have, place=place)))


def _pairs(queue: Resource, have: Mapping[str, str], *, place: Place) -> dict[str, tuple[Any, Any]]:
    declared, there = _policy(queue.properties.get("RedrivePolicy")), _policy(have.get("RedrivePolicy"))
    target = declared.get("deadLetterTargetArn")
    pairs: dict[str, tuple[Any, Any]] = {
        "redrive to dead letters": (
            place.called(target) if isinstance(target, str) else target,
            place.called(there.get("deadLetterTargetArn", "")),
        ),
        "visibility timeout": (
            queue.properties.get("VisibilityTimeout", _VISIBILITY),
            have.get("VisibilityTimeout", _VISIBILITY),
        ),
    }
    if target and there:
        pairs["receives before that"] = (declared.get("maxReceiveCount"), there.get("maxReceiveCount"))
    return {what: (_none(template), _none(deployed)) for what, (template, deployed) in pairs.items()}


def _policy(value: Any) -> Mapping[str, Any]:
    """Give a redrive policy, which is text or JSON in a template and text in SQS."""
    found = json.loads(value) if isinstance(value, str) and value else value
    return found if isinstance(found, Mapping) else {}


def _none(value: Any) -> Any:
    return None if value == "" else value
