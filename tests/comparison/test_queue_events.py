"""What functions get from queues: in this process, invoked, and deployed behind the embedded cloud's own queues.

Each difference is listed with the fact of AWS; a test fails when one goes away and when a new one appears.
"""

from __future__ import annotations

from typing import Any

import pytest

from harness.stage import Stage

from .differing import ONLY_PLAYED, differing, masked
from .seeing import Triggers

# Ids and moments, and what is computed of a body that has an id in it.
OWN = (
    "messageId",
    "receiptHandle",
    "md5OfBody",
    "attributes/SentTimestamp",
    "attributes/ApproximateFirstReceiveTimestamp",
    "attributes/MessageDeduplicationId",
    "attributes/SequenceNumber",
)
# In handler mode a message really is in a queue of the embedded cloud, so it tells the sender as that does. AWS tells
# the unique id of a user, or that of a role and its session, never the account:
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
SENDER: dict[str, dict[str, Any]] = {
    "handler": {},
    "invoke": {"attributes/SenderId": ("AIDAEXAMPLE0SENDER000", "ACCOUNT")},
}
# https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html shows both lists, empty, and the digest.
ATTRIBUTES = {
    "md5OfMessageAttributes": ONLY_PLAYED,
    **{
        f"messageAttributes/{name}/{kind}ListValues": ONLY_PLAYED
        for name in ("kind", "rate", "count", "seal")
        for kind in ("string", "binary")
    },
}

# Two attempts of the one function, and one invocation of the other.
DOOMED: dict[str, Any] = {"functions": ("Retried", "Echo"), "count": 3}

PLAYED = pytest.mark.parametrize("mode", ["handler", "invoke"])


def unicode(stage: Stage, mark: str) -> None:
    """Text beyond ASCII, and beyond the basic plane."""
    stage.send("Standard", f'{mark} Žofie ☕ 🍵 "quoted" \\ \t\n end')


def structured(stage: Stage, mark: str) -> None:
    """A value that is sent as JSON."""
    stage.send("Standard", {"mark": mark, "é": [None, 1.5, {"": ""}]})


def attributed(stage: Stage, mark: str) -> None:
    """An attribute of each type."""
    stage.send("Standard", mark, attributes={"kind": "é", "rate": 9.5, "count": 3, "seal": b"\x02\xff"})


def several(stage: Stage, mark: str) -> None:
    """Messages that are sent together."""
    stage.send("Standard", *(f"{mark} {number}" for number in range(5)))


def ordered(stage: Stage, mark: str) -> None:
    """Messages of one group."""
    stage.send("Fifo", f"{mark} first", f"{mark} second", f"{mark} third", group="group-1")


def deduplicated(stage: Stage, mark: str) -> None:
    """A message with a deduplication id of its own."""
    stage.send("Fifo", mark, group="group-2", deduplication=f"once-{mark}")


def doomed(stage: Stage, mark: str) -> None:
    """A message for which the function fails twice, so that it goes to another queue, behind which is another one."""
    stage.send("Again", mark)


@PLAYED
@pytest.mark.parametrize("deed", [unicode, structured])
def test_a_message_is_the_same(triggers: Triggers, mode: str, deed: Any) -> None:
    """Field by field, the sender apart."""
    (ours,), (theirs,) = triggers.events(deed, mode), triggers.events(deed, "http")

    assert SENDER[mode] == differing(masked(ours, OWN), masked(theirs, OWN))


@PLAYED
def test_attributes_of_a_message_lack_lists_and_digest(triggers: Triggers, mode: str) -> None:
    """Types and values are the same."""
    (ours,), (theirs,) = triggers.events(attributed, mode), triggers.events(attributed, "http")

    assert SENDER[mode] | ATTRIBUTES == differing(masked(ours, OWN), masked(theirs, OWN))


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_all_messages_arrive(triggers: Triggers, mode: str) -> None:
    """Once each; a queue that is no FIFO queue promises no order."""
    events = triggers.events(several, mode, count=5)

    assert [f"MARK {number}" for number in range(5)] == sorted(event["body"] for event in events)


@PLAYED
def test_messages_of_a_group_are_the_same(triggers: Triggers, mode: str) -> None:
    """In their order, with the group and the deduplication id that is made of the body."""
    ours, theirs = triggers.events(ordered, mode, count=3), triggers.events(ordered, "http", count=3)

    assert ["MARK first", "MARK second", "MARK third"] == [one["body"] for one in theirs]
    for mine, real in zip(ours, theirs, strict=True):
        assert SENDER[mode] == differing(masked(mine, OWN), masked(real, OWN))
        assert len(mine["attributes"]["MessageDeduplicationId"]) == len(real["attributes"]["MessageDeduplicationId"])


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_sequence_numbers_have_twenty_digits_and_rise(triggers: Triggers, mode: str) -> None:
    """As in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html."""
    numbers = [one["attributes"]["SequenceNumber"] for one in triggers.events(ordered, mode, count=3)]

    assert sorted(numbers) == numbers
    assert [20, 20, 20] == [len(number) for number in numbers]


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_a_given_deduplication_id_arrives(triggers: Triggers, mode: str) -> None:
    """As it was given."""
    (event,) = triggers.events(deduplicated, mode)

    assert event["attributes"]["MessageDeduplicationId"] == "once-MARK"


@PLAYED
def test_a_message_that_comes_back_is_the_same(triggers: Triggers, mode: str) -> None:
    """With the number of times that it was received."""
    *ours, _ = triggers.events(doomed, mode, **DOOMED)
    *theirs, _ = triggers.events(doomed, "http", **DOOMED)

    assert ["1", "2"] == [one["attributes"]["ApproximateReceiveCount"] for one in theirs]
    for mine, real in zip(ours, theirs, strict=True):
        assert SENDER[mode] == differing(masked(mine, OWN), masked(real, OWN))


@PLAYED
def test_a_dead_letter_does_not_tell_where_it_was(triggers: Triggers, mode: str) -> None:
    """All else is the same, as the function behind the dead-letter queue gets it.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html names the attribute.
    """
    ours, theirs = (triggers.events(doomed, one, **DOOMED)[-1] for one in (mode, "http"))

    source = {"attributes/DeadLetterQueueSourceArn": ONLY_PLAYED}
    # AWS does not document whether the count goes on; a played queue counts anew.
    count = {"attributes/ApproximateReceiveCount": ("1", "3")} if mode == "invoke" else {}
    assert SENDER[mode] | source | count == differing(masked(ours, OWN), masked(theirs, OWN))
    assert "arn:aws:sqs:us-east-1:ACCOUNT:<Again>" == ours["attributes"]["DeadLetterQueueSourceArn"]
