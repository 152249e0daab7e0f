"""What functions get from the stream of a table: in this process, invoked, deployed, and as the harness builds it."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Any, Literal, get_args

import pytest

from harness.events import dynamodb
from harness.stage import Stage

from .differing import differing, masked
from .seeing import Deed, Triggers

Operation = Literal["INSERT", "MODIFY", "REMOVE"]
View = Literal["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"]

OWN = ("eventID", "dynamodb/SequenceNumber", "dynamodb/ApproximateCreationDateTime")
VIEWS: dict[str, View] = {
    "Both": "NEW_AND_OLD_IMAGES",
    "New": "NEW_IMAGE",
    "Old": "OLD_IMAGE",
    "Keys": "KEYS_ONLY",
}
ITEM: dict[str, Any] = {
    "text": "é ☕",
    "empty": "",
    "none": None,
    "yes": True,
    "no": False,
    "seal": b"\x02\xff",
    "list": [1, "a", [b"\x01"], {}, []],
    "map": {"a": {"b": 1.5, "é": None}},
    "tags": {"b", "a"},
    "sizes": {Decimal(1), Decimal("2.5")},
    "seals": {b"\x01", b"\x02"},
    "big": 12345678901234567890,
    "small": Decimal("-0.001"),
    "zeros": Decimal("10.500"),
}
KEY = {"id": "MARK", "n": 1}
CHANGES = {"text": "changed", "more": 2}


@cache
def changed(table: str) -> Deed:
    """An item is written, changed and taken away."""

    def change(stage: Stage, mark: str) -> None:
        key = KEY | {"id": mark}
        stage.write(table, {**key, **ITEM})
        stage.update(table, key, CHANGES)
        stage.delete(table, key)

    return change


def built(table: str, operation: Operation) -> dict[str, Any]:
    """The record that AWS sends of this, as the harness builds it."""
    view = VIEWS[table]
    before, after = (ITEM, ITEM | CHANGES) if operation == "MODIFY" else (ITEM | CHANGES, ITEM)
    tells_new = operation != "REMOVE" and view in ("NEW_IMAGE", "NEW_AND_OLD_IMAGES")
    tells_old = operation != "INSERT" and view in ("OLD_IMAGE", "NEW_AND_OLD_IMAGES")
    return dynamodb.record(
        operation,
        keys=KEY,
        new=after if tells_new else None,
        old=before if tells_old else None,
        stream_arn=f"arn:aws:dynamodb:us-east-1:ACCOUNT:table/<{table}>/stream/LABEL",
        view=view,
    )


def in_order(value: Any) -> Any:
    """The same with its sets in the order of the harness; in AWS they have none."""
    if not isinstance(value, dict):
        return value
    return {name: sorted(one) if name in ("SS", "NS", "BS") else in_order(one) for name, one in value.items()}


@pytest.mark.parametrize("table", VIEWS)
@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_changes_are_the_same(triggers: Triggers, mode: str, table: str) -> None:
    """Field by field: in all modes the table is a real one."""
    ours = triggers.events(changed(table), mode, count=3)
    theirs = triggers.events(changed(table), "http", count=3)

    for mine, real in zip(ours, theirs, strict=True):
        assert {} == differing(masked(mine, OWN), masked(real, OWN))


@pytest.mark.parametrize("table", VIEWS)
@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_changes_have_no_size(triggers: Triggers, mode: str, table: str) -> None:
    """AWS tells how many bytes keys and images take; all else is as AWS has it.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
    """
    events = triggers.events(changed(table), mode, count=3)

    for event, operation in zip(events, get_args(Operation), strict=True):
        told = differing(masked(built(table, operation), OWN), masked(in_order(event), OWN))
        assert ["dynamodb/SizeBytes"] == list(told)
        assert event["dynamodb"]["SizeBytes"] == 0
