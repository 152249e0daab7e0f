"""What boto3 is given."""

from __future__ import annotations

from typing import Any

__all__ = ["given"]


def given(optional: dict[str, Any]) -> dict[str, Any]:
    """Leave out what is not given: boto3 takes no None."""
    return {name: value for name, value in optional.items() if value is not None}
