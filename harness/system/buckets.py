"""What the buckets of a template tell, and to whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from harness.system.model import Notification
from harness.system.references import Declared, entries, flag

__all__ = ["buckets_on_bus_of", "notifications_of"]

_BUCKET = "AWS::S3::Bucket"
# The resource with which the CDK configures a bucket through S3's own API, which has other names for the same.
_OF_CDK = "Custom::S3BucketNotifications"

# The lists of a configuration, and where their entries name who is told: first CloudFormation, then S3's API.
_TARGETS = {
    "LambdaConfigurations": "Function",
    "LambdaFunctionConfigurations": "LambdaFunctionArn",
    "QueueConfigurations": ("Queue", "QueueArn"),
    "TopicConfigurations": ("Topic", "TopicArn"),
}


def notifications_of(declared: Declared) -> dict[str, Notification]:
    """Give who is told what by which bucket, by the logical id of the bucket and a number."""
    counted: Counter[str] = Counter()
    found: dict[str, Notification] = {}
    for bucket, configuration in _configurations(declared):
        for target, entry in _entries(configuration):
            name = f"{bucket}[{counted[bucket]}]"
            counted[bucket] += 1
            found[name] = _notification(name, bucket, target=declared.reference(target), entry=entry)
    return found


def buckets_on_bus_of(declared: Declared) -> frozenset[str]:
    """Give the buckets that tell the default bus what happens in them."""
    return frozenset(bucket for bucket, configuration in _configurations(declared) if _is_on_bus(configuration))


def _configurations(declared: Declared) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in declared.of_type(_BUCKET, _OF_CDK):
        configuration = resource.properties.get("NotificationConfiguration")
        if isinstance(configuration, Mapping):
            bucket = resource.properties.get("BucketName") if resource.type == _OF_CDK else {"Ref": resource.name}
            yield declared.reference(bucket, _BUCKET), configuration


def _entries(configuration: Mapping[str, Any]) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    for kind, names in _TARGETS.items():
        for entry in entries(configuration.get(kind)):
            known = [names] if isinstance(names, str) else names
            yield next((entry[name] for name in known if name in entry), None), entry


def _notification(name: str, bucket: str, *, target: str, entry: Mapping[str, Any]) -> Notification:
    rules = {str(rule.get("Name")).lower(): str(rule.get("Value")) for rule in _rules(entry.get("Filter") or {})}
    return Notification(
        name=name,
        bucket=bucket,
        events=tuple(entry["Events"]) if "Events" in entry else (entry["Event"],),
        target=target,
        prefix=rules.get("prefix", ""),
        suffix=rules.get("suffix", ""),
    )


def _rules(chosen: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    key = chosen.get("S3Key") or chosen.get("Key") or {}
    return entries(key.get("Rules") or key.get("FilterRules"))


def _is_on_bus(configuration: Mapping[str, Any]) -> bool:
    # An empty configuration switches it on, in CloudFormation as in S3's API.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-s3-bucket-eventbridgeconfiguration.html
    bus = configuration.get("EventBridgeConfiguration")
    return isinstance(bus, Mapping) and flag(bus.get("EventBridgeEnabled", True))
