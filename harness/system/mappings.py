"""The event source mappings of a template: what Lambda itself reads for a function."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from harness.system.model import EventSourceMapping, Resource
from harness.system.references import Declared, document, entries, flag, number

__all__ = ["mappings_of"]

_MAPPING = "AWS::Lambda::EventSourceMapping"
_Kind = Literal["queue", "stream", "table"]

_KINDS: Mapping[str, _Kind] = {
    "AWS::SQS::Queue": "queue",
    "AWS::Kinesis::Stream": "stream",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
}
_SERVICES: Mapping[str, _Kind] = {"sqs": "queue", "kinesis": "stream", "dynamodb": "table"}
# Properties that only brokers and clusters have: Amazon MQ, Kafka in its two forms, DocumentDB.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
_OF_OTHERS = ("Queues", "Topics", "SelfManagedEventSource", "DocumentDBEventSourceConfig")
_BATCH_SIZES: Mapping[_Kind, int] = {"queue": 10, "stream": 100, "table": 100}


def mappings_of(declared: Declared) -> dict[str, EventSourceMapping]:
    """Give the mappings of queues, streams and tables by logical id; those of other sources are left out."""
    found = (_mapping(resource, declared) for resource in declared.of_type(_MAPPING))
    return {mapping.name: mapping for mapping in found if mapping}


def _mapping(resource: Resource, declared: Declared) -> EventSourceMapping | None:
    properties = resource.properties
    source = declared.reference(properties.get("EventSourceArn"))
    kind = _kind(source, properties, declared)
    if kind is None:
        return None
    return EventSourceMapping(
        name=resource.name,
        function=declared.reference(properties.get("FunctionName"), "AWS::Lambda::Function"),
        source=source,
        kind=kind,
        enabled=flag(properties.get("Enabled", True)),
        batch_size=int(number(properties.get("BatchSize"), default=_BATCH_SIZES[kind])),
        window=number(properties.get("MaximumBatchingWindowInSeconds"), default=0),
        filters=_filters(properties),
        reports_failures="ReportBatchItemFailures" in (properties.get("FunctionResponseTypes") or []),
        bisects=flag(properties.get("BisectBatchOnFunctionError")),
        retries=_retries(properties),
        maximum_age=_limit(properties.get("MaximumRecordAgeInSeconds")),
        on_failure=_on_failure(properties, declared),
        tumbling_window=number(properties.get("TumblingWindowInSeconds"), default=0),
    )


def _kind(source: str, properties: Mapping[str, Any], declared: Declared) -> _Kind | None:
    if source in declared.resources:
        return _KINDS.get(declared.resources[source].type)
    if any(name in properties for name in _OF_OTHERS):
        return None
    service = source.split(":")[2] if source.startswith("arn:") else None
    if service is not None:
        return _SERVICES.get(service)
    # An imported source does not say what it is. Only a stream has a place at which reading starts.
    return "stream" if "StartingPosition" in properties else "queue"


def _filters(properties: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    criteria = properties.get("FilterCriteria") or {}
    return tuple(document(one["Pattern"]) for one in entries(criteria.get("Filters")) if "Pattern" in one)


def _retries(properties: Mapping[str, Any]) -> int | None:
    limit = _limit(properties.get("MaximumRetryAttempts"))
    return None if limit is None else int(limit)


def _limit(value: Any) -> float | None:
    # -1, which is the default, stands for no limit.
    limit = number(value, default=-1)
    return None if limit < 0 else limit


def _on_failure(properties: Mapping[str, Any], declared: Declared) -> str | None:
    destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    return None if destination is None else declared.reference(destination)
