"""The partitions of AWS: which one a region belongs to."""

from __future__ import annotations

__all__ = ["partition_of"]


def partition_of(region: str) -> tuple[str, str]:
    """Give the partition of a region, the first part of every ARN there, and the ending of its addresses.

    >>> partition_of("cn-north-1"), partition_of("us-gov-west-1"), partition_of("eu-west-1")
    (('aws-cn', 'amazonaws.com.cn'), ('aws-us-gov', 'amazonaws.com'), ('aws', 'amazonaws.com'))
    """
    if region.startswith("cn-"):
        return "aws-cn", "amazonaws.com.cn"
    return ("aws-us-gov" if region.startswith("us-gov-") else "aws"), "amazonaws.com"
