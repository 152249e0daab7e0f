"""Drift: what the template says against what is deployed, as findings."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.cloud.drift import Difference, differences
from harness.cloud.names import Names
from harness.doctor.checked import Checked, Finding
from harness.system.model import System

__all__ = ["check"]

_NAME = "drift"


def check(system: System, *, cloud: Cloud, names: Names, within: float = 10.0) -> Checked:
    """Say where the stage is not what the template says, as far as that is known `within` so many seconds."""
    found = differences(system, cloud=cloud, names=names, within=within)
    count = len(system.resources)
    well = f"the stage is as the template says ({count} resources)"
    return Checked(name=_NAME, well=well, findings=tuple(_told(one, cloud=cloud) for one in found))


def _told(one: Difference, *, cloud: Cloud) -> Finding:
    if one.is_late:
        return Finding(
            sentence=f"Nobody knows whether the {one.name} are as the template says.",
            facts=(("they could not be read", one.deployed.removeprefix("unknown: ")),),
            remedy="try again, and see whether the network lets the cloud be reached",
        )
    if one.is_unread:
        return Finding(
            sentence=f"Nobody knows whether the {one.name} are as the template says.",
            facts=(("they could not be read", one.deployed.removeprefix("unknown: ")), ("needed", one.what)),
            remedy="allow it in a policy of yours",
        )
    return Finding(
        sentence=f"The {one.kind} {one.name} is not as the template says.",
        facts=(("what", one.what), ("the template says", one.template), ("deployed is", one.deployed)),
        remedy=_remedy(one, cloud=cloud),
    )


def _remedy(one: Difference, *, cloud: Cloud) -> str:
    # CloudFormation compares templates: what has not changed there, it does not touch.
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
    if cloud.embedded:
        return "start anew: harness down, then harness up"
    missing = one.deployed == "nothing" and one.kind == "resource"
    return (
        "deploy it, or make it anew by hand" if missing else "change it back by hand: a deployment leaves it as it is"
    )
