"""What a schedule hands over with the role of its target, and what is said when that role may not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud import retrying
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, in_our_words, message_of, translated
from harness.errors import NotAllowed, NotHandedOn, NotPublished
from harness.modes.roles import assumed
from harness.modes.sending.targets import hand_over
from harness.modes.target_policies import statements_of
from harness.runtime.credentials import Credentials

__all__ = ["hand_over_with", "insist_on_role"]

_ACTIONS = {
    "events": "events:PutEvents",
    "kinesis": "kinesis:PutRecord",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
    "states": "states:StartExecution",
}
_DENIED = frozenset({
    "AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "NotAuthorized",
})  # fmt: skip


def hand_over_with(  # noqa: PLR0913 - each is a fact of a target
    role: str, text: str, *, to: str, cloud: Cloud, parameters: Mapping[str, Any], by: str
) -> None:
    """Give a target what a schedule gives it, with the permissions of the target's role.

    EventBridge Scheduler assumes that role to do it
    (https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role). In the embedded
    cloud the tester can assume it as well. In AWS it trusts EventBridge and nobody else, so IAM is asked what it may,
    where the tester may ask that, and the tester hands over.

    Args:
        role: The ARN of the role; nothing where the target has none, and then it is the tester who hands over.
        text: The input.
        to: The ARN of the target.
        cloud: Where it is.
        parameters: What the target says besides.
        by: The logical id of the schedule.

    Raises:
        NotHandedOn: The role may not.
        NotPublished: The service does not take it.
        StageError: The harness does not know such a target.
    """
    __tracebackhide__ = True
    if not role or not cloud.embedded:
        _insist_by_simulation(role, to=to, cloud=cloud, by=by)
        hand_over(text, to=to, cloud=cloud, parameters=parameters)
        return
    try:
        hand_over(text, to=to, cloud=cloud, parameters=parameters, sender=_as_role(role, cloud=cloud, by=by))
    except NotPublished as error:
        said = {label: str(value) for label, value in error.facts}
        if said.get("code") not in _DENIED:
            raise
        raise _denied(role, to=to, by=by, code=said["code"], reason=said.get("reason", "")) from None


def insist_on_role(role: str, *, to: str, cloud: Cloud, by: str) -> None:
    """Refuse a function that the role of a target may not start, without starting it.

    Args:
        role: The ARN of the role; nothing where the target has none.
        to: The ARN of the function, with the alias that the target names.
        cloud: Where it is.
        by: The logical id of the schedule.

    Raises:
        NotHandedOn: The role may not.
    """
    __tracebackhide__ = True
    if not role or not cloud.embedded:
        _insist_by_simulation(role, to=to, cloud=cloud, by=by)
        return
    functions, denied = _as_role(role, cloud=cloud, by=by).client("lambda"), None
    with translated(cloud):
        try:
            functions.invoke(FunctionName=to, InvocationType="DryRun")
        except Exception as fault:
            if not isinstance(in_our_words(fault, cloud=cloud), NotAllowed):
                raise
            denied = _denied(role, to=to, by=by, code=code_of(fault), reason=message_of(fault))
    if denied is not None:
        raise denied


def _insist_by_simulation(role: str, *, to: str, cloud: Cloud, by: str) -> None:
    """Refuse what IAM is sure that a role may not; where it is not, or may not be asked, EventBridge will know."""
    __tracebackhide__ = True
    action = _ACTIONS.get(to.split(":")[2])
    if not role or action is None:
        return
    with translated(cloud):
        try:
            answer = cloud.client("iam").simulate_principal_policy(
                PolicySourceArn=role, ActionNames=[action], ResourceArns=[to]
            )
        except Exception as fault:
            if not code_of(fault):
                raise
            return
    for one in answer.get("EvaluationResults", ()):
        decision = one["EvalDecision"]
        is_unsure = decision == "implicitDeny" and (one.get("MissingContextValues") or _may_admit(role, to, cloud))
        if decision != "allowed" and not is_unsure:
            raise _denied(role, to=to, by=by, code=decision, reason="iam:SimulatePrincipalPolicy says so")


def _may_admit(role: str, to: str, cloud: Cloud) -> bool:
    """Say whether the policy of a target may let a role what its own policies do not: within an account one is enough.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    """
    service = to.split(":")[2]
    if service == "states":
        return False
    if service not in ("lambda", "sns", "sqs"):
        return True
    statements = statements_of(to, cloud=cloud)
    return statements is None or any(_names(role, one.get("Principal")) for one in statements)


def _names(role: str, principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    known = [named] if isinstance(named, str) else named or []
    return any(one in ("*", role) for one in known)


class _AsRole(Cloud):
    """A cloud with the permissions of a role of the embedded one."""

    def __init__(self, cloud: Cloud, *, credentials: Credentials) -> None:
        super().__init__(
            folder=cloud.folder,
            region=cloud.region,
            endpoint=cloud.endpoint,
            embedded=True,
            account=cloud.account,
            stage=cloud.stage,
            ledger=cloud.ledger,
        )
        self._of = cloud
        self._role = credentials

    def client(self, service: str, **config: Any) -> Any:
        """Give the boto3 client of a service as the role has it."""
        client = self._of.session.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=self._role.access_key,
            aws_secret_access_key=self._role.secret_key,
            aws_session_token=self._role.token or None,
            config=self.configuration(**config),
        )
        retrying.watch(client, may_come_back=False)
        return client


def _as_role(role: str, *, cloud: Cloud, by: str) -> Cloud:
    # The embedded cloud lets its tester assume every role, so nothing is ever told.
    credentials = assumed(role, cloud=cloud, session=f"harness-{by}", tell=lambda _: None)
    return _AsRole(cloud, credentials=credentials)


def _denied(role: str, *, to: str, by: str, code: str, reason: str) -> NotHandedOn:
    action = _ACTIONS[to.split(":")[2]]
    return NotHandedOn(
        f"The role {role.rpartition('/')[2]!r} of the schedule {by!r} may not {action} on {_named(to)!r}.",
        facts=[("role", role), ("action", action), ("target", to), ("code", code), ("reason", reason)],
        remedy="let the role do it; EventBridge would hand nothing on",
    )


def _named(arn: str) -> str:
    return arn.split(":", 5)[5].removeprefix("function:")
