"""Values of DynamoDB as a Lambda event writes them, and how much room they take.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Any

from harness.errors import MisusedStep
from harness.events.bodies import as_base64

__all__ = ["marshalled", "size_of", "written"]

# "Positive range … up to 38 digits of precision" (the same page)
_DIGITS = 38
_TAKES = "text, numbers, bytes, booleans, None, lists, mappings, and sets of text, numbers or bytes"


def marshalled(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    r"""Give an item of Python values as an event holds it; binary is base64, as in JSON it must be.

    >>> marshalled({"id": "o-1", "total": 9.50, "paid": True, "seal": b"\x02", "lines": [{"sku": None}]})
    ... # doctest: +NORMALIZE_WHITESPACE
    {'id': {'S': 'o-1'}, 'total': {'N': '9.5'}, 'paid': {'BOOL': True}, 'seal': {'B': 'Ag=='},
     'lines': {'L': [{'M': {'sku': {'NULL': True}}}]}}
    >>> marshalled({"tags": {"b", "a"}, "sizes": {10, 9}})
    {'tags': {'SS': ['a', 'b']}, 'sizes': {'NS': ['9', '10']}}

    Raises:
        MisusedStep: A value is none that DynamoDB knows.
    """
    return {name: _value(one, at=name) for name, one in item.items()}


def written(item: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    r"""Give an item as an event holds it, from the form of the API, in which binary is bytes.

    >>> written({"seal": {"B": b"\x02"}, "seals": {"BS": [b"\x02"]}, "inner": {"M": {"all": {"L": [{"B": b"\x02"}]}}}})
    {'seal': {'B': 'Ag=='}, 'seals': {'BS': ['Ag==']}, 'inner': {'M': {'all': {'L': [{'B': 'Ag=='}]}}}}
    """
    return {name: _written(one) for name, one in item.items()}


def size_of(item: Mapping[str, Mapping[str, Any]]) -> int:
    """Give how many bytes an item takes, as an event holds it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    The example of the guide (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html) has 26 for key and image:

    >>> key = {"Id": {"N": "101"}}
    >>> size_of(key) + size_of({"Message": {"S": "New item!"}, **key})
    26
    """
    return sum(len(name.encode()) + _size(one) for name, one in item.items())


def _value(value: Any, *, at: str) -> dict[str, Any]:  # noqa: PLR0911 - one for each type
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, int | float | Decimal):
        return {"N": _number(value, at=at)}
    if (binary := _bytes(value)) is not None:
        return {"B": as_base64(binary)}
    if isinstance(value, Mapping):
        return {"M": {name: _value(one, at=f"{at}.{name}") for name, one in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [_value(one, at=f"{at}[{index}]") for index, one in enumerate(value)]}
    if isinstance(value, Set):
        return _set(value, at=at)
    raise _unknown(value, at=at)


def _set(values: Set[Any], *, at: str) -> dict[str, Any]:
    # A set has no order; a test wants the same one each time.
    if values and all(isinstance(one, str) for one in values):
        return {"SS": sorted(values)}
    if values and all(isinstance(one, int | float | Decimal) and not isinstance(one, bool) for one in values):
        return {"NS": [_number(one, at=at) for one in sorted(values)]}
    binaries = [_bytes(one) for one in values]
    if values and None not in binaries:
        return {"BS": [as_base64(one) for one in sorted(one for one in binaries if one is not None)]}
    # "All of the elements within a set must be of the same type. … Empty sets are not allowed" (the page above)
    raise _unknown(values, at=at)


def _number(value: float | Decimal, *, at: str) -> str:
    number = Decimal(str(value))
    if not math.isfinite(number) or len(number.as_tuple().digits) > _DIGITS:
        raise _unknown(value, at=at)
    # "Leading and trailing zeroes are trimmed" (the page above)
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _bytes(value: Any) -> bytes | None:
    # boto3's own class for binary holds the bytes in `value`.
    inner = getattr(value, "value", value)
    return bytes(inner) if isinstance(inner, bytes | bytearray) else None


def _unknown(value: Any, *, at: str) -> MisusedStep:
    return MisusedStep(
        f"DynamoDB has no value {value!r}.",
        facts=[("attribute", at), ("it takes", _TAKES), ("numbers have", f"at most {_DIGITS} digits")],
    )


def _written(value: Mapping[str, Any]) -> dict[str, Any]:
    ((kind, inner),) = value.items()
    if kind == "B":
        return {kind: as_base64(inner)}
    if kind == "BS":
        return {kind: [as_base64(one) for one in inner]}
    if kind == "L":
        return {kind: [_written(one) for one in inner]}
    return {kind: written(inner) if kind == "M" else inner}


def _size(value: Mapping[str, Any]) -> int:
    ((kind, inner),) = value.items()
    if kind in ("NULL", "BOOL"):
        return 1
    if kind == "M":
        return 3 + len(inner) + size_of(inner)
    if kind == "L":
        return 3 + len(inner) + sum(_size(one) for one in inner)
    if kind.endswith("S") and kind != "S":
        return sum(_plain_size(kind[0], one) for one in inner)
    return _plain_size(kind, inner)


def _plain_size(kind: str, text: str) -> int:
    if kind == "N":
        # "approximately … (1 byte per two significant digits) + (1 byte)", and one more for a sign.
        digits = text.lstrip("-").replace(".", "").strip("0")
        return math.ceil(len(digits) / 2) + 1 + text.startswith("-")
    if kind == "B":
        return len(text) * 3 // 4 - text.count("=")
    return len(text.encode())
