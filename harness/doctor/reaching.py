"""Whether the cloud answers, whom it takes the tester for, and what time it is there."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.doctor import clock
from harness.doctor.checked import Checked

__all__ = ["Reached", "reach"]


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What the first answer of the cloud says.

    Args:
        arn: Who the tester is; empty when the clock is so wrong that the cloud takes no signature.
        checks: What there is to say about it.
    """

    arn: str
    checks: tuple[Checked, ...]


def reach(cloud: Cloud, *, now: Callable[[], float] = time.time) -> Reached:
    """Ask the cloud who the tester is; everybody may ask that.

    Args:
        cloud: Where.
        now: This machine's clock, in epoch seconds.

    Raises:
        NoCredentials: There are none, or they are not taken, and the clock is not the reason.
        UnreachableEndpoint: Nothing answers.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - `import harness` must not load botocore

    address = cloud.endpoint or f"AWS in {cloud.region}"
    with translated(cloud):
        # Whoever has mistyped an address does not wait for five tries.
        client = cloud.client("sts", retries={"mode": "standard", "max_attempts": 2})
        try:
            answer = client.get_caller_identity()
        except ClientError as fault:
            seconds = _off_by(fault.response, now=now())
            if abs(seconds) < clock.TOLERATED:
                raise
            return Reached(arn="", checks=(_answers(address), clock.check(seconds)))
    who = f"{answer['Arn']} in account {answer['Account']}, region {cloud.region}"
    seconds = _off_by(answer, now=now())
    return Reached(
        arn=answer["Arn"],
        checks=(_answers(address), Checked(name="identity", well=f"you are {who}"), clock.check(seconds)),
    )


def _answers(address: str) -> Checked:
    return Checked(name="cloud", well=f"{address} answers")


def _off_by(answer: Any, *, now: float) -> float:
    date = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", "")
    return clock.off_by(date, now=now) if date else 0.0
