"""Event source mappings: state, batch size, filters, and whether the function tells which of a batch failed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from harness.cloud.drift.difference import Difference, compared, missing
from harness.cloud.drift.place import Absent, Place, function_in
from harness.system.model import EventSourceMapping

__all__ = ["look"]

_REPORTS = "ReportBatchItemFailures"


def look(place: Place) -> Iterator[Difference]:
    """Give what differs of the mappings."""
    client = place.client("lambda")
    mappings = [one for one in place.system.mappings.values() if one.name in place.names.physical]

    def configuration(mapping: EventSourceMapping) -> Any:
        return place.ask(
            "event source mappings",
            action="lambda:GetEventSourceMapping",
            call=lambda: client.get_event_source_mapping(UUID=place.names.physical[mapping.name]),
        )

    for mapping, have in zip(mappings, place.each(configuration, mappings), strict=True):
        if have is Absent.GONE:
            yield missing("mapping", mapping.name)
        elif have is not Absent.UNREAD:
            yield from compared("mapping", mapping.name, place.pairs(_pairs(mapping, have, place=place)))


def _pairs(mapping: EventSourceMapping, have: Mapping[str, Any], *, place: Place) -> dict[str, tuple[Any, Any]]:
    filters = (have.get("FilterCriteria") or {}).get("Filters") or []
    there = [json.loads(one.get("Pattern") or "{}") for one in filters]
    reports = "reported one by one", "reported as a whole"
    pairs: dict[str, tuple[Any, Any]] = {
        "batch size": (mapping.batch_size, have.get("BatchSize")),
        "failures of a batch": (
            reports[not mapping.reports_failures],
            reports[_REPORTS not in (have.get("FunctionResponseTypes") or [])],
        ),
    }
    # The embedded cloud says "Enabled" of a mapping that a stack has disabled, and reads nothing for it all the same
    # (`_lambda_esm_create`, ``services/cloudformation/provisioners.py``).
    if mapping.enabled or not place.cloud.embedded:
        pairs["state"] = ("enabled" if mapping.enabled else "disabled", _state(have))
    # Lambda gives an error in place of filters whose key may not be used.
    if "FilterCriteriaError" not in have:
        pairs["filters"] = (place.resolved(list(mapping.filters)), there)
    if mapping.function in place.names.physical:
        pairs["function"] = (mapping.function, place.called(function_in(have.get("FunctionArn", ""))))
    return pairs


def _state(have: Mapping[str, Any]) -> str:
    # Creating, Enabling, Enabled, Disabling, Disabled, Updating or Deleting: a mapping that changes will be enabled.
    # https://docs.aws.amazon.com/lambda/latest/api/API_GetEventSourceMapping.html
    state = str(have.get("State", "")).lower()
    return {"creating": "enabled", "enabling": "enabled", "updating": "enabled", "disabling": "disabled"}.get(
        state, state
    )
