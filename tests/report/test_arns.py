"""Logical ids of ARNs and addresses."""

from __future__ import annotations

from dataclasses import replace

from harness.report.arns import logical_id
from tests.report.recorded import NAMES


def test_things_of_the_same_name_are_not_told_apart() -> None:
    """A bus and a table may have the same name; then the ARN says which it is."""
    names = replace(NAMES, physical={"Bus": "orders", "Table": "orders"})

    found = logical_id("arn:aws:events:us-east-1:000000000000:event-bus/orders", names)

    assert "arn:aws:events:us-east-1:000000000000:event-bus/orders" == found


def test_a_subscription_is_not_its_topic() -> None:
    """Its ARN begins with that of the topic."""
    assert "TestSubscription" == logical_id(NAMES.physical["TestSubscription"], NAMES)


def test_an_api_of_another_stack_stays_an_arn() -> None:
    """So does everything that the stage does not know."""
    arn = "arn:aws:execute-api:us-east-1:000000000000:zzz/dev/GET/orders"

    assert arn == logical_id(arn, NAMES)


def test_the_root_of_an_api_has_a_path() -> None:
    """Its ARN ends after the method."""
    assert "Api GET /" == logical_id("arn:aws:execute-api:us-east-1:000000000000:0ab7186e/dev/GET/", NAMES)


def test_what_is_no_arn_stays() -> None:
    """A star stands for everything."""
    assert "*" == logical_id("*", NAMES)
