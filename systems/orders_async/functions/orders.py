"""Orders: what a customer asks for, and what it comes to."""

import json
from decimal import Decimal
from typing import Any

import fastjsonschema

Order = dict[str, Any]

_validate = fastjsonschema.compile(
    {
        "type": "object",
        "required": ["customer", "lines"],
        "additionalProperties": False,
        "properties": {
            "customer": {"type": "string", "minLength": 1, "maxLength": 256},
            "lines": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["dish", "quantity", "price"],
                    "additionalProperties": False,
                    "properties": {
                        "dish": {"type": "string", "minLength": 1},
                        "quantity": {"type": "integer", "minimum": 1, "maximum": 1_000},
                        "price": {"type": "integer", "minimum": 0, "maximum": 1_000_000},
                    },
                },
            },
        },
    },
)


class NotAnOrder(ValueError):
    """What came is no order."""


def read(body: str | None) -> Order:
    """The order in the body of a request; prices are in cents.

    Raises:
        NotAnOrder: The body is no JSON, or no order.
    """
    try:
        # 2.0 would pass for an integer, and DynamoDB takes no floats.
        order: Order = _validate(json.loads(body or "", parse_float=Decimal))
    except fastjsonschema.JsonSchemaValueException as error:
        raise NotAnOrder(f"The body is no order: {error.message}.") from error
    except ValueError as error:
        raise NotAnOrder("The body must be JSON with a customer and lines.") from error
    return order


def total(order: Order) -> int:
    """What an order comes to, in cents."""
    return sum(int(line["quantity"] * line["price"]) for line in order["lines"])
