"""The tags of what is found: of all of it at once where that is offered, else of each thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from harness.cloud.account import Cloud
from harness.ledger.naming import CREATED, RUN, STAGE, TIME_TO_LIVE, TTL

__all__ = ["Tags", "since_of", "stage_of", "ttl_of"]

# Users, app clients, subscriptions, notifications, items and objects have no tags.
_TYPES = ["sqs", "events"]
# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
_A_PAGE = 100


class Tags:
    """The tags of queues and rules, by ARN.

    Args:
        cloud: Where they are.
    """

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._together: Mapping[str, Mapping[str, str]] | None = None

    @property
    def together(self) -> Mapping[str, Mapping[str, str]]:
        """All that carries the tag of a run, by ARN; nothing where the call is not offered or not allowed."""
        if self._together is None:
            self._together = self._asked()
        return self._together

    def _asked(self) -> dict[str, dict[str, str]]:
        client = self._cloud.client("resourcegroupstaggingapi")
        found: dict[str, dict[str, str]] = {}
        # A tester who may not call it, or an endpoint that does not know it, costs one call more for each thing.
        with suppress(client.exceptions.ClientError):
            pages = client.get_paginator("get_resources").paginate(
                TagFilters=[{"Key": RUN}], ResourceTypeFilters=_TYPES, ResourcesPerPage=_A_PAGE
            )
            for page in pages:
                for one in page["ResourceTagMappingList"]:
                    found[one["ResourceARN"]] = _as_mapping(one["Tags"])
        return found

    def of_queue(self, arn: str, *, url: str) -> Mapping[str, str]:
        """Give the tags of a queue; none when it has gone."""
        sqs = self._cloud.client("sqs")
        return self.together.get(arn) or _unless_gone(lambda: sqs.list_queue_tags(QueueUrl=url).get("Tags", {}))

    def of_rule(self, arn: str) -> Mapping[str, str]:
        """Give the tags of a rule; none when it has gone."""
        events = self._cloud.client("events")
        return self.together.get(arn) or _unless_gone(
            lambda: _as_mapping(events.list_tags_for_resource(ResourceARN=arn)["Tags"])
        )


def _as_mapping(tags: list[dict[str, str]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


def _unless_gone(ask: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - `import harness` must not load boto3

    try:
        return ask()
    except ClientError:
        return {}


def since_of(tags: Mapping[str, Any]) -> float | None:
    """Give when the run began that has made something, in epoch seconds; None when its tags do not tell it."""
    with suppress(KeyError, ValueError):
        return datetime.fromisoformat(tags[CREATED]).timestamp()
    return None


def ttl_of(tags: Mapping[str, Any]) -> float:
    """Give for how many seconds the run may go on."""
    with suppress(KeyError, ValueError):
        return float(tags[TTL])
    return TIME_TO_LIVE


def stage_of(tags: Mapping[str, Any]) -> str:
    """Give the stage for whose tests something was made; empty when its tags do not tell it."""
    return str(tags.get(STAGE, ""))
