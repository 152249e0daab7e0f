import json
from typing import Any, Literal

import pytest

from harness.errors import MisusedStep
from harness.events.filters import accepts

Scope = Literal["MessageAttributes", "MessageBody"]


def text(value: str) -> dict[str, Any]:
    """Give the attribute `a` as text."""
    return {"a": {"Type": "String", "Value": value}}


def number(value: str) -> dict[str, Any]:
    """Give the attribute `a` as a number."""
    return {"a": {"Type": "Number", "Value": value}}


def array(*values: str) -> dict[str, Any]:
    """Give the attribute `a` as an array."""
    return {"a": {"Type": "String.Array", "Value": json.dumps(values)}}


RECORDS = {"Records": [{"name": "Created:Put", "key": "auto-1"}, {"name": "Removed", "key": "home-1"}]}


@pytest.mark.parametrize(
    ("policy", "attributes", "expected"),
    [
        ({"a": ["rugby", "tennis"]}, text("rugby"), True),
        ({"a": ["rugby"]}, text("Rugby"), False),
        ({"a": ["rugby"]}, array("tennis", "rugby"), True),
        ({"a": ["rugby"]}, array("tennis"), False),
        ({"a": ["rugby"]}, {}, False),
        ({"a": ["rugby"], "b": ["x"]}, text("rugby"), False),
        ({"a": [{"anything-but": ["rugby", "tennis"]}]}, text("football"), True),
        ({"a": [{"anything-but": ["rugby", "tennis"]}]}, text("rugby"), False),
        ({"a": [{"anything-but": ["rugby", "tennis"]}]}, array("rugby", "baseball"), True),
        ({"a": [{"anything-but": ["rugby", "tennis"]}]}, array("rugby"), False),
        ({"a": [{"anything-but": ["rugby"]}]}, {"b": text("x")["a"]}, False),
        ({"a": [{"anything-but": {"prefix": "order-"}}]}, text("data-entry"), True),
        ({"a": [{"anything-but": {"suffix": "ball"}}]}, text("football"), False),
        ({"a": [{"anything-but": [100, 500]}]}, number("100.1"), True),
        ({"a": [{"anything-but": [100, 500]}]}, number("100"), False),
        ({"a": [{"prefix": "bas"}]}, text("baseball"), True),
        ({"a": [{"suffix": "ball"}]}, text("rugby"), False),
        ({"a": [{"equals-ignore-case": "tennis"}]}, text("TENNIS"), True),
        ({"a": [{"wildcard": "*ball"}]}, text("football"), True),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, text("10.0.0.255"), True),
        ({"a": [{"cidr": "10.0.0.0/24"}]}, text("10.1.1.0"), False),
        ({"a": [{"numeric": ["=", 301.5]}]}, number("3.015e2"), True),
        ({"a": [{"numeric": [">", 0, "<=", 150]}]}, number("150"), True),
        ({"a": [{"numeric": [">", 0]}]}, text("150"), False),
        ({"a": [150]}, number("150.0"), True),
        ({"a": [150]}, text("150"), False),
        ({"a": ["150"]}, number("150"), False),
        ({"a": [150, False]}, {"a": {"Type": "String.Array", "Value": '["x", false]'}}, True),
        ({"a": [50]}, {"a": {"Type": "Number.Array", "Value": "[100, 50]"}}, True),
        ({"a": [{"exists": True}]}, text("x"), True),
        ({"a": [{"exists": True}]}, text(""), False),
        ({"a": [{"exists": True}]}, {"b": text("x")["a"]}, False),
        ({"a": [{"exists": False}]}, {"b": text("x")["a"]}, True),
        ({"a": [{"exists": False}]}, text("x"), False),
        ({"a": [{"exists": False}]}, {}, False),
        ({"a": [{"exists": True}]}, {"a": {"Type": "Binary", "Value": "eA=="}}, False),
        ({"a": ["x"]}, {"a": {"Type": "String.Array", "Value": "[x"}}, False),
        ({"a": ["x"]}, {"a": {"Type": "String.Array", "Value": '"x"'}}, True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, text("x"), True),
        ({"$or": [{"a": ["x"]}, {"b": ["y"]}]}, text("y"), False),
        ({"$or": ["x"]}, {"$or": text("x")["a"]}, True),
    ],
)
def test_attributes_are_filtered_as_in_aws(
    policy: dict[str, Any], attributes: dict[str, Any], *, expected: bool
) -> None:
    """Each row is a rule of AWS's pages on filter policies."""
    assert expected is accepts(policy, scope="MessageAttributes", attributes=attributes, message='{"a": "rugby"}')


@pytest.mark.parametrize(
    ("policy", "body", "expected"),
    [
        ({"a": ["rugby"]}, {"a": "rugby"}, True),
        ({"a": ["rugby"]}, {"a": ["tennis", "rugby"]}, True),
        ({"a": ["rugby"]}, {"b": "rugby"}, False),
        ({"a": [{"anything-but": ["rugby", "tennis"]}]}, {"a": ["rugby", "baseball"]}, True),
        ({"a": {"b": ["x"]}}, {"a": {"b": "x"}}, True),
        ({"a": {"b": ["x"]}}, {"a.b": "x"}, True),
        ({"a": {"b": ["x"]}}, {"a": "x"}, False),
        ({"a": [None]}, {"a": None}, True),
        ({"a": [{"numeric": [">=", 10]}]}, {"a": 10}, True),
        ({"a": [{"numeric": [">=", 10]}]}, {"a": "10"}, False),
        ({"a": [{"exists": True}]}, {"a": None}, False),
        ({"a": [{"exists": True}]}, {"a": 0}, True),
        ({"a": [{"exists": True}]}, {"a": {"b": 1}}, False),
        ({"a": [{"exists": False}]}, {"b": 1}, True),
        ({"a": [{"exists": False}]}, {}, False),
        ({"Records": {"key": [{"prefix": "auto-"}], "name": [{"prefix": "Created:"}]}}, RECORDS, True),
        ({"Records": {"key": [{"prefix": "home-"}], "name": [{"prefix": "Created:"}]}}, RECORDS, False),
        ({"a": {"$or": [{"b": ["x"]}, {"c": ["y"]}]}}, {"a": {"c": "y"}}, True),
    ],
)
def test_bodies_are_filtered_as_in_aws(policy: dict[str, Any], body: dict[str, Any], *, expected: bool) -> None:
    """Each row is a rule of AWS's pages on filter policies."""
    assert expected is accepts(policy, scope="MessageBody", attributes=text("rugby"), message=json.dumps(body))


@pytest.mark.parametrize("message", ["hello", '["a"]', "null", ""])
def test_a_body_that_is_no_object_is_not_delivered(message: str) -> None:
    """A policy for the body assumes a JSON object."""
    assert not accepts({"a": [{"exists": False}]}, scope="MessageBody", attributes={}, message=message)


@pytest.mark.parametrize("policy", [None, {}])
@pytest.mark.parametrize("scope", ["MessageAttributes", "MessageBody"])
def test_without_a_policy_everything_is_delivered(policy: dict[str, Any] | None, scope: Scope) -> None:
    """An empty policy is how AWS takes a policy away."""
    assert accepts(policy, scope=scope, attributes={}, message="hello")


def test_a_nested_policy_for_attributes_is_refused() -> None:
    """Attributes have no fields within fields."""
    with pytest.raises(MisusedStep) as caught:
        accepts({"a": {"b": ["x"]}}, scope="MessageAttributes", attributes=text("x"), message="")

    assert str(caught.value) == (
        "A pattern cannot have {'b': ['x']} at 'a'.\n"
        "  allowed: a list; only the scope MessageBody has fields within fields"
    )


def test_a_malformed_policy_is_refused_even_if_the_body_is_no_object() -> None:
    """The mistake is in the template, not in the message."""
    with pytest.raises(MisusedStep, match="cannot have 'x' at 'a'"):
        accepts({"a": "x"}, scope="MessageBody", attributes={}, message="hello")
