"""What streams is named at deployment: the embedded cloud sends it when it is whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from harness.cloud.completing.openapi import operations
from harness.cloud.completing.streams import of_method, of_operation, of_url
from harness.cloud.completing.wanted import Wanted

TOLD = ["not done here: Door: its response does not stream"]


def door(**properties: Any) -> Wanted:
    return Wanted(name="Door", kind="", properties=properties, physical="d")


@pytest.mark.parametrize(("mode", "told"), [("RESPONSE_STREAM", TOLD), ("BUFFERED", [])])
def test_a_function_url_that_streams_is_named(mode: str, told: list[str]) -> None:
    """And no other."""
    assert told == of_url(door(InvokeMode=mode))


@pytest.mark.parametrize(("integration", "told"), [({"ResponseTransferMode": "STREAM"}, TOLD), ({}, []), (None, [])])
def test_a_method_that_streams_is_named(integration: Mapping[str, Any] | None, told: list[str]) -> None:
    """A mock has no such mode."""
    assert told == of_method(door(Integration=integration))


@pytest.mark.parametrize(("mode", "told"), [("STREAM", 1), ("BUFFERED", 0)])
def test_an_operation_that_streams_is_named(mode: str, told: int) -> None:
    """With its method and path."""
    integration = {"type": "aws_proxy", "responseTransferMode": mode}
    body = {"paths": {"/a": {"get": {"x-amazon-apigateway-integration": integration}}}}

    lines = [line for one in operations(body) for line in of_operation(door(), one)]

    assert ["not done here: Door: GET /a: its response does not stream"][:told] == lines
