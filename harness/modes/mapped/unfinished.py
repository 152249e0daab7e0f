"""What the mapped queues of a deployed stage still hold."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.modes.mapped.finding import mappings_by_source
from harness.system.model import System

__all__ = ["unfinished"]

_WHICH = {"": "waiting", "NotVisible": "in flight", "Delayed": "delayed"}


def unfinished(system: System, *, cloud: Cloud, names: Names) -> list[str]:
    """Say which queues that a function reads still hold messages, as sentences; one call for each queue.

    The numbers of AWS are approximate, and may be a minute old when nobody sends any more:
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_GetQueueAttributes.html

    Args:
        system: The system as its template declares it.
        cloud: Where the stage is.
        names: What its things are called there.
    """
    sqs = cloud.client("sqs")
    asked = {f"ApproximateNumberOfMessages{which}": meaning for which, meaning in _WHICH.items()}
    sentences = []
    for source, mappings in mappings_by_source(system).items():
        if mappings[0].kind != "queue" or source not in names.physical:
            continue
        with translated(cloud):
            answer = sqs.get_queue_attributes(QueueUrl=names.physical[source], AttributeNames=list(asked))
        numbers = {meaning: int(answer["Attributes"].get(name, "0")) for name, meaning in asked.items()}
        if any(numbers.values()):
            held = ", ".join(f"{number} {meaning}" for meaning, number in numbers.items() if number)
            sentences.append(f"{source}, which {mappings[0].function} reads, holds messages: {held}")
    return sentences
