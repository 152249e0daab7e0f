"""Values of DynamoDB in an event."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import Binary

from harness.errors import MisusedStep
from harness.events.marshalled import marshalled, size_of, written


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("é", {"S": "é"}),
        ("", {"S": ""}),
        (None, {"NULL": True}),
        (False, {"BOOL": False}),
        (7, {"N": "7"}),
        (0.1, {"N": "0.1"}),
        (Decimal("1.500"), {"N": "1.5"}),
        (Decimal("1E+3"), {"N": "1000"}),
        (Decimal("-0.0"), {"N": "0"}),
        (10**37 + 1, {"N": "1" + "0" * 36 + "1"}),
        (b"\x02", {"B": "Ag=="}),
        (bytearray(b"\x02"), {"B": "Ag=="}),
        (Binary(b"\x02"), {"B": "Ag=="}),
        ([1, "a"], {"L": [{"N": "1"}, {"S": "a"}]}),
        ((), {"L": []}),
        ({"a": {"b": None}}, {"M": {"a": {"M": {"b": {"NULL": True}}}}}),
        ({"b", "a"}, {"SS": ["a", "b"]}),
        (frozenset({Decimal(10), 9}), {"NS": ["9", "10"]}),
        ({b"\x03", b"\x02"}, {"BS": ["Ag==", "Aw=="]}),
    ],
)
def test_a_value_has_its_type(value: Any, told: dict[str, Any]) -> None:
    """As DynamoDB writes it."""
    assert marshalled({"a": value}) == {"a": told}


@pytest.mark.parametrize("value", [set(), {1, "a"}, {True}, {None}, float("nan"), Decimal("Infinity"), 10**38, object])
def test_what_dynamodb_does_not_know_is_refused(value: Any) -> None:
    """Sets that are empty or mixed, numbers without an end or too long, and other things."""
    with pytest.raises(MisusedStep) as caught:
        marshalled({"lines": [{"sku": value}]})

    assert str(caught.value) == (
        f"DynamoDB has no value {value!r}.\n"
        "  attribute: lines[0].sku\n"
        "  it takes: text, numbers, bytes, booleans, None, lists, mappings, and sets of text, numbers or bytes\n"
        "  numbers have: at most 38 digits"
    )


def test_the_form_of_the_api_is_written() -> None:
    """Binary as base64, however deep; all else as it is."""
    item = {
        "s": {"SS": ["a"]},
        "n": {"NULL": True},
        "l": {"L": [{"M": {"b": {"B": b"\x02"}}}]},
        "bs": {"BS": [b"\x02"]},
    }

    assert written(item) == {
        "s": {"SS": ["a"]},
        "n": {"NULL": True},
        "l": {"L": [{"M": {"b": {"B": "Ag=="}}}]},
        "bs": {"BS": ["Ag=="]},
    }


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("é", 2),
        (None, 1),
        (True, 1),
        (101, 3),
        (-101, 4),
        (1000, 2),
        (Decimal("0.25"), 2),
        (b"foobar", 6),
        ([], 3),
        (["ab", None], 3 + 2 + 2 + 1),
        ({"a": "bc"}, 3 + 1 + 1 + 2),
        ({"ab", "c"}, 3),
        ({12, 3}, 4),
        ({b"abcd"}, 4),
    ],
)
def test_a_value_takes_its_room(value: Any, size: int) -> None:
    """By the rules of the guide; the name is one byte."""
    assert size_of(marshalled({"a": value})) == 1 + size


def test_the_sizes_are_those_of_aws() -> None:
    """A record with binary that AWS has sent."""
    key = {"my_partition_key": "hello world"}

    assert size_of(marshalled(key)) + size_of(marshalled({**key, "binary_key": b"foobar"})) == 70
