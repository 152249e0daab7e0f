"""Event source mappings: settings that the embedded cloud dropped, and what their functions' roles must allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing.wanted import Wanted, is_known
from harness.errors import DeploymentFailed
from harness.system.model import EventSourceMapping

__all__ = ["complete"]

_SETTINGS = (
    "BatchSize",
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "FilterCriteria",
    "FunctionResponseTypes",
    "MaximumBatchingWindowInSeconds",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ScalingConfig",
)
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
# https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
# https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
_ACTIONS = {
    "queue": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "stream": ("kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:DescribeStream"),
    "table": ("dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"),
}


def complete(wanted: Wanted, *, cloud: Cloud, mapping: EventSourceMapping | None, role: str | None) -> list[str]:
    """Complete a mapping in one call, only when a setting differs.

    Args:
        wanted: The mapping as the template wants it.
        cloud: The embedded cloud.
        mapping: The same in the words of the harness; None for a broker or a cluster.
        role: The ARN of the function's role; None for a function of another stack.

    Raises:
        DeploymentFailed: AWS would refuse the mapping, for the role may not read the source.
    """
    if mapping is None:
        return [wanted.not_done("its source is not read: it is neither a queue nor a stream")]
    client = cloud.client("lambda")
    have = client.get_event_source_mapping(UUID=wanted.physical)
    if role:
        _insist_on_permission(mapping, have["EventSourceArn"], role=role, cloud=cloud)
    differing = _differing(wanted, mapping, have)
    if differing:
        client.update_event_source_mapping(UUID=wanted.physical, **differing)
        have = client.get_event_source_mapping(UUID=wanted.physical)
    left = [name for name in _differing(wanted, mapping, have) if name in differing]
    return [*wanted.lines(differing, left), *map(wanted.not_done, _left(wanted, mapping, have))]


def _differing(wanted: Wanted, mapping: EventSourceMapping, have: Mapping[str, Any]) -> dict[str, Any]:
    # Where the template says nothing, AWS takes ten messages or a hundred records.
    declared: dict[str, Any] = {"BatchSize": mapping.batch_size}
    declared |= {name: wanted.properties[name] for name in _SETTINGS if name in wanted.properties}
    found = {
        name: value for name, value in declared.items() if is_known(value) and _text(value) != _text(have.get(name))
    }
    # CloudFormation takes a text for the boolean.
    if isinstance(wanted.properties.get("Enabled"), str) and mapping.enabled != (have["State"] == "Enabled"):
        found["Enabled"] = mapping.enabled
    return {name: _typed(value) for name, value in found.items()}


def _text(value: Any) -> Any:
    """Give a value in which numbers and booleans are text, as templates may write them."""
    if isinstance(value, Mapping):
        return {name: _text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_text(one) for one in value]
    return str(value).lower() if isinstance(value, bool | int) else value


def _typed(value: Any) -> Any:
    """Give a value as Lambda's API takes it: numbers and booleans are no text."""
    if isinstance(value, str):
        return int(value) if value.lstrip("-").isdigit() else value.lower() == "true"
    return value


def _left(wanted: Wanted, mapping: EventSourceMapping, have: Mapping[str, Any]) -> Iterable[str]:
    if mapping.tumbling_window:
        yield "its tumbling window"
    if mapping.window:
        yield f"its batching window of {mapping.window:g} s: what is there is a batch"
    if wanted.properties.get("StartingPosition") == "AT_TIMESTAMP":
        yield "its starting position: it reads what comes from now on"
    if ":consumer/" in have["EventSourceArn"] or "/consumer/" in have["EventSourceArn"]:
        yield "reading through a consumer: it reads nothing"
    destination = ((have.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination", "")
    if ":s3:" in destination:
        yield "its destination: nothing is written into a bucket"


def _insist_on_permission(mapping: EventSourceMapping, source: str, *, role: str, cloud: Cloud) -> None:
    """Refuse a mapping whose function's role may not read the source, as AWS does when it is created."""
    answer = cloud.client("iam").simulate_principal_policy(
        PolicySourceArn=role, ActionNames=list(_ACTIONS[mapping.kind]), ResourceArns=[source]
    )
    refused = [one["EvalActionName"] for one in answer["EvaluationResults"] if one["EvalDecision"] != "allowed"]
    if refused and not _has_policy(mapping, source, cloud=cloud):
        raise DeploymentFailed(
            f"AWS would refuse the event source mapping {mapping.name!r}: its function's role may not read the source.",
            facts=[("role", role), ("not allowed", ", ".join(refused)), ("on", source)],
            remedy="Allow it in a policy of the role.",
        )


def _has_policy(mapping: EventSourceMapping, source: str, *, cloud: Cloud) -> bool:
    # A queue's own policy may admit the role as well, which is not judged here.
    if mapping.kind != "queue":
        return False
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=source.rpartition(":")[2])["QueueUrl"]
    return "Policy" in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"]).get("Attributes", {})
