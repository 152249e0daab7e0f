"""SNS's subscription filter policies: whether a subscription is sent a message."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from harness.events.alternatives import Alternative, alternatives, matching
from harness.events.leaves import Leaf, Place, places
from harness.events.operators import Condition, malformed

__all__ = ["accepts"]

_Attributes = Mapping[str, Mapping[str, Any]]


def accepts(
    policy: Mapping[str, Any] | None,
    *,
    scope: Literal["MessageAttributes", "MessageBody"],
    attributes: _Attributes,
    message: str,
) -> bool:
    """Tell whether a subscription with this filter policy is sent a message; without a policy it is sent all.

    The language is that of event patterns; what differs is noted where it differs
    (https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html).

    >>> size = {"size": {"Type": "Number", "Value": "12"}}
    >>> accepts({"size": [{"numeric": [">", 10]}]}, scope="MessageAttributes", attributes=size, message="")
    True

    Args:
        policy: The subscription's `FilterPolicy`, decoded.
        scope: Its `FilterPolicyScope`, of which `MessageAttributes` is AWS's default.
        attributes: The message's attributes as a notification has them: a name → ``Type`` and ``Value``, a text.
        message: The message's text.

    Raises:
        MisusedStep: AWS would refuse the policy.
    """
    # An empty policy asks for nothing: writing {} is how a policy is taken away from a subscription.
    if not policy:
        return True
    if scope == "MessageAttributes":
        _refuse_nesting(policy)
        found: Mapping[str, Place] | None = _of_attributes(attributes)
    else:
        found = _of_body(message)
    choices = [_of_sns(one) for one in alternatives(policy)]
    # "exists: false only matches if at least one attribute is present" (attribute-key-matching.html). Every other
    # condition asks for a value, so a message without any is sent to nobody who filters.
    return bool(found) and any(matching(one, found or {}) == len(one) for one in choices)


def _refuse_nesting(policy: Mapping[str, Any]) -> None:
    # SNS accepts no nested policy for attributes (subscription-filter-policy-constraints.html).
    for name, asked in policy.items():
        if isinstance(asked, Mapping):
            raise malformed(asked, at=name, allowed="a list; only the scope MessageBody has fields within fields")


def _of_attributes(attributes: _Attributes) -> dict[str, Place]:
    # "Amazon SNS ignores message attributes with the Binary data type" (the same page): as if they were not there.
    read = {name: _values(one["Type"], one["Value"]) for name, one in attributes.items() if one["Type"] != "Binary"}
    return {name: Place(leaves=[Leaf(value) for value in values]) for name, values in read.items()}


def _values(kind: str, text: Any) -> list[Any]:
    # A number is compared with numbers only, and text that looks like one with text only. Each element of an array
    # is a value of its own, so that anything-but accepts ["rugby", "baseball"] although "rugby" is refused
    # (string-value-matching.html, which shows it, and numeric-value-matching.html, which has Number.Array as well).
    if kind != "Number" and not kind.endswith(".Array"):
        return [text]
    try:
        value = json.loads(text)
    except ValueError:
        return []
    return value if isinstance(value, list) else [value]


def _of_body(message: str) -> dict[str, Place] | None:
    # "Filter policies for the message body assume that the message payload is a well-formed JSON object"
    # (sns-message-filtering.html); what is not is not delivered.
    try:
        body = json.loads(message)
    except ValueError:
        return None
    return places(body) if isinstance(body, dict) else None


def _of_sns(alternative: Alternative) -> Alternative:
    return {path: [_with_presence_of_sns(one) for one in conditions] for path, conditions in alternative.items()}


def _with_presence_of_sns(condition: Condition) -> Condition:
    # For exists: true "the key must have a non-null and non-empty value" (attribute-key-matching.html); in
    # EventBridge null and "" are values.
    return replace(condition, holds=lambda value: value not in (None, "")) if condition.presence else condition
