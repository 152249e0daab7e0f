from __future__ import annotations

import math
from collections import namedtuple
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import Any

import pytest

from harness.errors import MisusedStep
from harness.runtime.faults import Fault
from harness.runtime.payload import REQUEST_LIMIT, RESPONSE_LIMIT, answered, sent
from tests.runtime.conftest import Build

Point = namedtuple("Point", "x y")


class Colour(StrEnum):
    RED = "red"


class Level(IntEnum):
    LOW = 1


@pytest.mark.parametrize(
    ("result", "read"),
    [
        ({"a": [1, 2.5, None, True, "é"]}, {"a": [1, 2.5, None, True, "é"]}),
        (Point(1, Point(2, 3)), {"x": 1, "y": {"x": 2, "y": 3}}),
        ((1, [2, (3,)]), [1, [2, [3]]]),
        ({"a": b"text", b"k": 1, 2: 3}, {"a": "text", "k": 1, "2": 3}),
        ([Decimal("1.10"), Decimal(3), Decimal("1E+2")], [1.1, 3, 100.0]),
        ([Colour.RED, Level.LOW], ["red", 1]),
        (b'{"a": 1}', {"a": 1}),
        (b"raw", "raw"),
        ("\ud800", "\ud800"),
    ],
)
def test_results_are_written_as_the_runtime_does(result: object, read: Any) -> None:
    """The rules are those of simplejson, which the runtime uses."""
    assert read == answered(result, runtime="python3.12")


def test_a_decimal_nan_is_nan() -> None:
    """NaN is allowed on the way out."""
    assert math.isnan(answered(Decimal("-NaN"), runtime="python3.12"))


CIRCLE: list[Any] = []
CIRCLE.append(CIRCLE)


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({1, 2}, "Object of type set is not JSON serializable"),
        ({"at": object}, "Object of type type is not JSON serializable"),
        ({(1,): 1}, "keys must be str, int, float, bool or None, not tuple"),
        ({Decimal(1): 1}, "keys must be str, int, float, bool or None, not Decimal"),
        (CIRCLE, "Circular reference detected"),
        ({"a": b"\xff"}, "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
    ],
)
def test_what_is_no_json_is_a_marshal_error(result: object, reason: str) -> None:
    """The message is Lambda's."""
    with pytest.raises(Fault) as raised:
        answered(result, runtime="python3.12")

    assert ("Runtime.MarshalError", f"Unable to marshal response: {reason}") == (
        raised.value.error.type,
        raised.value.error.message,
    )


def test_a_marshal_error_is_the_functions(build: Build) -> None:
    """It comes back as the invocation's error, and the environment stays warm."""
    error = build("def handler(event, context): return {1}").invoke({}).error

    assert error is not None
    assert error.type == "Runtime.MarshalError"


def test_a_response_may_be_as_large_as_lambda_says() -> None:
    """The limit counts the quotation marks."""
    text = "a" * (RESPONSE_LIMIT - 2)

    assert text == answered(text, runtime="python3.12")


@pytest.mark.parametrize(
    ("result", "runtime"),
    [
        ("a" * (RESPONSE_LIMIT - 1), "python3.12"),
        (b"a" * (RESPONSE_LIMIT + 1), "python3.12"),
        ("é" * (RESPONSE_LIMIT // 2), "python3.12"),
        ("é" * (RESPONSE_LIMIT // 6 + 1), "python3.11"),
    ],
)
def test_a_larger_response_is_refused(result: object, runtime: str) -> None:
    """The limit counts bytes; before Python 3.12 a character beyond ASCII takes six."""
    with pytest.raises(Fault) as raised:
        answered(result, runtime=runtime)

    message = "Response payload size exceeded maximum allowed payload size (6291556 bytes)."
    assert ("Function.ResponseSizeTooLarge", message) == (raised.value.error.type, raised.value.error.message)


def test_older_runtimes_write_escapes() -> None:
    """What counts differs, what is read does not."""
    assert "é" == answered("é", runtime="python3.11")


def test_a_request_may_be_as_large_as_lambda_says() -> None:
    """Six mebibytes, quotation marks included."""
    assert REQUEST_LIMIT == len(sent("a" * (REQUEST_LIMIT - 2), function="Orders"))


def test_a_larger_request_is_refused(build: Build) -> None:
    """The error is Lambda's, and the function is not run."""
    invocation = build("def handler(event, context): pass").invoke("a" * (REQUEST_LIMIT - 1))

    assert invocation.error is not None
    assert invocation.error.type == "RequestEntityTooLargeException"
    assert invocation.error.message == "Request must be smaller than 6291456 bytes for the InvokeFunction operation"


@pytest.mark.parametrize(
    ("event", "kind", "shown"), [({"a": b"x"}, "bytes", "b'x'"), ([Decimal(1)], "Decimal", "Decimal('1')")]
)
def test_an_event_with_other_values_is_a_mistake(event: object, kind: str, shown: str) -> None:
    """The test's author is told which type it was."""
    with pytest.raises(MisusedStep) as raised:
        sent(event, function="Orders")

    assert str(raised.value) == (
        f"The event for 'Orders' holds a {kind!r}, which JSON does not have.\n"
        f"  value: {shown}\n"
        "  Write it as JSON would: text, a number, a list or an object."
    )


def test_an_event_with_nan_is_a_mistake() -> None:
    """Lambda refuses NaN on the way in."""
    with pytest.raises(MisusedStep) as raised:
        sent({"a": math.nan}, function="Orders")

    assert raised.value.sentence.startswith(
        "The event for 'Orders' is not JSON: Out of range float values are not JSON"
    )
