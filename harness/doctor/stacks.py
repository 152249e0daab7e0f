"""Whether the stack is there, in this region, and well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.stacks import in_progress
from harness.doctor.checked import Checked, Finding

__all__ = ["check", "regions_with"]

_NAME = "stack"
_WELL = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE"})
_AT_ONCE = 8
# A region that does not answer quickly is passed over: the answer is a hint.
_HASTY = {"connect_timeout": 2, "read_timeout": 5, "retries": {"mode": "standard", "max_attempts": 1}}


def check(
    found: Mapping[str, Any] | None, *, stack: str, deploy: str, cloud: Cloud, elsewhere: Iterable[str] = ()
) -> Checked:
    """Say whether a stack is there and well.

    Args:
        found: What CloudFormation says of it, or None when there is none.
        stack: Its name.
        deploy: The command that deploys it.
        cloud: Where it was looked for.
        elsewhere: The regions in which there is a stack of that name.
    """
    if found is None:
        return Checked(name=_NAME, well="", findings=(_missing(stack, deploy, cloud=cloud, elsewhere=list(elsewhere)),))
    status = found["StackStatus"]
    if status in _WELL:
        return Checked(name=_NAME, well=f"{stack} is deployed ({status})")
    facts = [("status", status), ("reason", found.get("StackStatusReason", ""))]
    finding = Finding(
        sentence=f"The stack {stack!r} is not as its last deployment wanted it.",
        facts=tuple((label, value) for label, value in facts if value),
        remedy="wait until it is done" if in_progress(status) else f"see why it failed, then: {deploy}",
    )
    return Checked(name=_NAME, well="", findings=(finding,))


def _missing(stack: str, deploy: str, *, cloud: Cloud, elsewhere: list[str]) -> Finding:
    facts = [("account", cloud.account), ("region", cloud.region)]
    if elsewhere:
        facts.append(("it exists in", ", ".join(sorted(elsewhere))))
    return Finding(
        sentence=f"There is no stack {stack!r} in region {cloud.region!r}.",
        facts=tuple(facts),
        remedy=f"name its region: --region={min(elsewhere)}" if elsewhere else f"deploy it: {deploy}",
    )


def regions_with(stack: str, *, cloud: Cloud, regions: Iterable[str] | None = None) -> list[str]:
    """Give the other regions of the account in which a stack of that name exists, as far as one may look there.

    Args:
        stack: Its name.
        cloud: The account, and the region that is left out.
        regions: Where to look; all that CloudFormation has, unless said otherwise. An embedded cloud plays one.
    """
    if cloud.embedded:
        return []
    known = cloud.session.get_available_regions("cloudformation", partition_name=cloud.partition)
    others = [one for one in (known if regions is None else regions) if one != cloud.region]
    # One session for all: the model of the service is read once.
    clients = [cloud.client("cloudformation", region_name=region, **_HASTY) for region in others]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(pool.map(lambda client: _is_there(stack, client), clients))
    return [region for region, is_there in zip(others, found, strict=True) if is_there]


def _is_there(stack: str, client: Any) -> bool:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - `import harness` must not load it

    try:
        return bool(client.describe_stacks(StackName=stack)["Stacks"])
    except (BotoCoreError, ClientError):
        # There is none, or the region is not switched on for the account, or the tester may not look.
        return False
