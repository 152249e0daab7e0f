"""Tables: the time to live of items and the recovery to a point in time, which the embedded cloud drops."""

from __future__ import annotations

from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.completing.wanted import Wanted, is_known

__all__ = ["complete"]


def complete(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    """Complete a table."""
    lines = [*_time_to_live(wanted, cloud=cloud), *_recovery(wanted, cloud=cloud)]
    if wanted.properties.get("KinesisStreamSpecification"):
        lines.append(wanted.not_done("its stream in Kinesis"))
    return lines


def _time_to_live(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    declared = wanted.properties.get("TimeToLiveSpecification") or {}
    if not _is_true(declared.get("Enabled")) or not is_known(declared):
        return []
    client = cloud.client("dynamodb")
    have = client.describe_time_to_live(TableName=wanted.physical)["TimeToLiveDescription"]
    if have.get("TimeToLiveStatus") == "ENABLED" and have.get("AttributeName") == declared["AttributeName"]:
        return []
    client.update_time_to_live(
        TableName=wanted.physical,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": declared["AttributeName"]},
    )
    return [wanted.done("time to live")]


def _recovery(wanted: Wanted, *, cloud: Cloud) -> list[str]:
    declared = wanted.properties.get("PointInTimeRecoverySpecification") or {}
    if not _is_true(declared.get("PointInTimeRecoveryEnabled")):
        return []
    client = cloud.client("dynamodb")
    found = client.describe_continuous_backups(TableName=wanted.physical)["ContinuousBackupsDescription"]
    if found.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") == "ENABLED":
        return []
    client.update_continuous_backups(
        TableName=wanted.physical, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return [wanted.done("recovery to a point in time")]


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
