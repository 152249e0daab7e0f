"""What the tester is not allowed and the harness needs.

Where ``iam:SimulatePrincipalPolicy`` is allowed, IAM says it of every action, and nothing is tried. Elsewhere a few
calls that only read are tried, and the rest is unknown until a test needs it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.names import Names
from harness.doctor.checked import Checked, Finding
from harness.doctor.needs import Need
from harness.errors import NotAllowed
from harness.ledger.naming import TAP

__all__ = ["check"]

_NAME = "permissions"
_AT_ONCE = 6
_REMEDY = "allow it in a policy of yours"
_EVENT = (
    '{"id": "", "account": "", "source": "harness", "time": "2026-01-01T00:00:00Z", "region": "",'
    ' "resources": [], "detail-type": "harness", "detail": {}}'
)
_NOWHERE = f"{TAP}doctor"


def check(wanted: Iterable[Need], *, arn: str, cloud: Cloud, names: Names) -> Checked:
    """Say which actions are missing, and what they are needed for.

    Args:
        wanted: What the harness needs.
        arn: Who the tester is, as STS says.
        cloud: Where.
        names: The names of the stage.
    """
    asked = list(wanted)
    actions = {action for need in asked for action in need.actions}
    # The root user is allowed everything, and no policy of its own says so.
    if arn.endswith(":root"):
        return Checked(name=_NAME, well=f"you are root, so all {len(actions)} actions are allowed")
    try:
        with translated(cloud):
            missing = _simulated(asked, principal=_principal(arn, cloud=cloud), cloud=cloud)
    except NotAllowed:
        return _tried(cloud=cloud, names=names)
    well = f"all {len(actions)} actions are allowed that the harness needs"
    return Checked(name=_NAME, well=well, findings=tuple(_told(missing)))


def _principal(arn: str, *, cloud: Cloud) -> str:
    """Give whom IAM can judge: a user, or the role that was assumed; STS does not say on which path the role is."""
    _, is_assumed, rest = arn.partition(":assumed-role/")
    if not is_assumed:
        return arn
    found: str = cloud.client("iam").get_role(RoleName=rest.partition("/")[0])["Role"]["Arn"]
    return found


def _simulated(wanted: list[Need], *, principal: str, cloud: Cloud) -> list[tuple[str, Need]]:
    iam = cloud.client("iam")

    def denied(need: Need) -> list[tuple[str, Need]]:
        pages = iam.get_paginator("simulate_principal_policy").paginate(
            PolicySourceArn=principal, ActionNames=list(need.actions), ResourceArns=[need.resource]
        )
        results = [one for page in pages for one in page["EvaluationResults"]]
        return [(one["EvalActionName"], need) for one in results if one["EvalDecision"] != "allowed"]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return [one for each in pool.map(denied, wanted) for one in each]


def _told(missing: list[tuple[str, Need]]) -> Iterable[Finding]:
    """Give a finding for each action, whatever it is missing on."""
    by_action: dict[tuple[str, str], list[str]] = defaultdict(list)
    for action, need in missing:
        by_action[action, need.purpose].append(need.called)
    for (action, purpose), called in by_action.items():
        yield Finding(
            sentence=f"You are not allowed {action!r}.",
            facts=(("on", ", ".join(called)), ("needed", purpose)),
            remedy=_REMEDY,
        )


def _tried(*, cloud: Cloud, names: Names) -> Checked:
    calls = _calls(cloud=cloud, names=names)
    found = [finding for action, purpose, call in calls if (finding := _refused(action, purpose, call, cloud=cloud))]
    well = f"the {len(calls)} that were tried are allowed; the rest is unknown without iam:SimulatePrincipalPolicy"
    return Checked(name=_NAME, well=well, findings=tuple(found))


def _refused(action: str, purpose: str, call: Callable[[], Any], *, cloud: Cloud) -> Finding | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - `import harness` must not load botocore

    try:
        with translated(cloud):
            call()
    except NotAllowed:
        return Finding(sentence=f"You are not allowed {action!r}.", facts=(("needed", purpose),), remedy=_REMEDY)
    except ClientError:
        # Whoever is told that there is no such thing was allowed to ask.
        return None
    return None


def _calls(*, cloud: Cloud, names: Names) -> list[tuple[str, str, Callable[[], Any]]]:
    """Give calls that change nothing: the action, what it is needed for, and the call."""
    events, sqs, logs = (cloud.client(service) for service in ("events", "sqs", "logs"))
    groups = [f"/aws/lambda/{function.name}" for function in names.functions.values()][:1]
    return [
        (
            "events:TestEventPattern",
            "to know which rules match an event",
            lambda: events.test_event_pattern(EventPattern='{"source": ["harness"]}', Event=_EVENT),
        ),
        ("sqs:GetQueueUrl", "to tap buses and topics", lambda: sqs.get_queue_url(QueueName=_NOWHERE)),
        *(
            (
                "logs:FilterLogEvents",
                "to show what a function logged",
                lambda group=group: logs.filter_log_events(logGroupName=group, limit=1),
            )
            for group in groups
        ),
    ]
