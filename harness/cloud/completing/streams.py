"""Responses that stream: the embedded cloud sends them when they are whole."""

from __future__ import annotations

from harness.cloud.completing.openapi import Operation
from harness.cloud.completing.wanted import Wanted

__all__ = ["of_method", "of_operation", "of_url"]

_MISSING = "its response does not stream"


def of_url(wanted: Wanted) -> list[str]:
    """Say it of a function URL."""
    return [wanted.not_done(_MISSING)] if wanted.properties.get("InvokeMode") == "RESPONSE_STREAM" else []


def of_method(wanted: Wanted) -> list[str]:
    """Say it of a method that is a resource of its own."""
    integration = wanted.properties.get("Integration") or {}
    return [wanted.not_done(_MISSING)] if integration.get("ResponseTransferMode") == "STREAM" else []


def of_operation(wanted: Wanted, operation: Operation) -> list[str]:
    """Say it of a method that an OpenAPI document declares."""
    if str(operation.integration.get("responseTransferMode")).upper() != "STREAM":
        return []
    return [wanted.not_done(f"{operation.method} {operation.path}: {_MISSING}")]
