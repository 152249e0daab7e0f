"""What roles may not do, and what the template says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.report.record import Denial, TestRecord
from harness.system.model import Resource, System
from tests.report.causes.broken import asked, broken, failed, failing

Said = Callable[..., list[str]]


def denied(action: str, *, function: str = "PlaceOrder", resource: str = "") -> tuple[Denial, ...]:
    return (Denial(function=function, role="role", action=action, resource=resource),)


def refused(action: str, *, mode: str = "invoke", **known: Any) -> TestRecord:
    """Give a test that failed because a function ended in what it may not do."""
    denials = denied(action, **known)
    return broken(mode=mode, denials=denials, failures=(failed(denials[0].function, "ClientError", said_of(action)),))


def said_of(action: str) -> str:
    """Give AWS's words of a denial."""
    who = "arn:aws:sts::000000000000:assumed-role/role/session"
    return f"An error occurred (AccessDenied) when calling it: User: {who} is not authorized to perform: {action}"


def with_statements(system: System, *statements: Mapping[str, Any], role: str = "PlaceOrderRole") -> System:
    """Give the system with these statements in a role, and no others."""
    policies = [{"PolicyDocument": {"Statement": list(statements)}}]
    changed = Resource(name=role, type="AWS::IAM::Role", properties={"Policies": policies})
    return replace(system, resources={**system.resources, role: changed})


def allow(action: Any, resource: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def test_the_resource_is_the_one_that_the_variables_name(said: Said, bigmouth: System) -> None:
    """The embedded cloud names no resource, and PlaceOrder knows of one bus."""
    system = with_statements(bigmouth)

    found = said(refused("events:PutEvents"), system=system)

    assert ["permissions: PlaceOrder may not events:PutEvents on EventBus"] == found


def test_a_resource_that_the_variables_do_not_name_is_not_guessed(said: Said, bigmouth: System) -> None:
    """PlaceOrder knows of no table."""
    record = refused("dynamodb:PutItem")

    assert ["permissions: PlaceOrder may not dynamodb:PutItem"] == said(record)


@pytest.mark.parametrize(
    ("resource", "shown"),
    [
        ({"Fn::Sub": "${RestaurantsTable.Arn}-of-nobody"}, "RestaurantsTable-of-nobody"),
        ({"Fn::GetAtt": ["RestaurantNotificationTopic", "Arn"]}, "RestaurantNotificationTopic"),
        (["arn:aws:events:us-east-1:000000000000:event-bus/other"], "event-bus/other"),
    ],
)
def test_a_grant_for_another_resource_is_shown(said: Said, bigmouth: System, resource: Any, shown: str) -> None:
    """The action is right, and it is for something else."""
    system = with_statements(bigmouth, allow(["events:Put*"], resource))

    found = said(refused("events:PutEvents"), system=system)

    why = f"the template lets it on {shown} only"
    assert [f"permissions: PlaceOrder may not events:PutEvents on EventBus: {why}"] == found


@pytest.mark.parametrize("resource", ["*", {"Fn::GetAtt": ["EventBus", "Arn"]}])
def test_a_grant_that_the_template_has_is_not_deployed(said: Said, bigmouth: System, resource: Any) -> None:
    """Somebody has taken it from the role, or another policy says no."""
    system = with_statements(bigmouth, {"Effect": "Deny", "Action": "*"}, allow("events:PutEvents", resource))

    [cause] = said(refused("events:PutEvents", resource="EventBus"), system=system)

    assert cause == (
        "permissions: PlaceOrder may not events:PutEvents on EventBus, although the template lets it: "
        "is its role deployed so, or does another policy deny it?"
    )


def test_a_grant_may_stand_in_a_policy_of_its_own(said: Said, bigmouth: System) -> None:
    """Such as where a role and a resource would name each other."""
    document = {"Statement": allow("events:PutEvents", "arn:aws:events:us-east-1:000000000000:event-bus/other")}
    properties = {"Roles": [{"Ref": "PlaceOrderRole"}], "PolicyDocument": document}
    policy = Resource(name="Publishes", type="AWS::IAM::Policy", properties=properties)
    other = Resource(name="Other", type="AWS::IAM::Policy", properties={"Roles": [{"Ref": "GetIndexRole"}]})
    unread = Resource(name="Unread", type="AWS::IAM::RolePolicy", properties={"RoleName": {"Ref": "PlaceOrderRole"}})
    system = with_statements(bigmouth)
    system = replace(system, resources={**system.resources, "Publishes": policy, "Other": other, "Unread": unread})

    [cause] = said(refused("events:PutEvents"), system=system)

    assert cause.endswith("on EventBus: the template lets it on event-bus/other only")


def test_a_role_of_another_stack_is_not_known(said: Said, bigmouth: System) -> None:
    """Nobody can say what it allows."""
    function = replace(bigmouth.functions["PlaceOrder"], role="arn:aws:iam::000000000000:role/shared")
    system = replace(bigmouth, functions={**bigmouth.functions, "PlaceOrder": function})

    found = said(refused("events:PutEvents", resource="EventBus"), system=system)

    assert ["permissions: PlaceOrder may not events:PutEvents on EventBus"] == found


def test_what_a_tester_may_not_do_is_told_last(said: Said) -> None:
    """A call that API Gateway refuses to somebody may be what the test asked for."""
    tester = (
        *denied("s3:PutObject", function="", resource="UploadBucket"),
        *denied("execute-api:Invoke", function=""),
        *denied("sqs:SendMessage"),
    )

    texts = " ".join(said_of(one.action) for one in tester)

    found = said(broken(denials=tester, failure=f"ClientError: {texts}", kind="ClientError"))

    assert [
        "permissions: PlaceOrder may not sqs:SendMessage",
        "permissions: role may not s3:PutObject on UploadBucket",
    ] == found


def test_a_result_that_was_lost_is_a_lack_of_permission(said: Said) -> None:
    """Lambda drops what the function's role may not tell."""
    sentence = "How the function 'NotifyOrganiser' ended cannot be told to 'DeadLetterTopic'."

    found = said(broken(kind="ResultLost", failure=f"ResultLost: {sentence}\n  attempts: 3"))

    assert [f"permissions: {sentence[:-1]}"] == found


def test_an_api_that_may_not_call_its_function(said: Said, bigmouth: System) -> None:
    """API Gateway answers 500, and the template has no permission for it."""
    permissions = bigmouth.of_type("AWS::Lambda::Permission")
    resources = {name: one for name, one in bigmouth.resources.items() if name not in permissions}
    record = broken(mode="http", acts=(asked("POST /orders", 500, token=True),))

    found = said(record, system=replace(bigmouth, resources=resources))

    assert ["permissions: no AWS::Lambda::Permission lets Api call PlaceOrder (POST /orders)"] == found
    assert [] == said(record)


def test_a_played_api_needs_no_permission(said: Said, bigmouth: System) -> None:
    """In handler mode a 500 has another reason."""
    record = broken(acts=(asked("POST /orders", 500, token=True),))

    assert [] == said(record, system=replace(bigmouth, resources={}))


SWALLOWED = (
    "Traceback (most recent call last):",
    '  File "/var/task/place_order.py", line 9, in handler',
    f"botocore.exceptions.ClientError: {said_of('sqs:CreateQueue')}",
    "REPORT RequestId: 1f162018\tDuration: 3 ms",
)
LOGGED = "permissions: PlaceOrder may not sqs:CreateQueue, as its log says"


def test_a_denial_that_a_function_got_over_comes_last(said: Said) -> None:
    """It is in a log alone, and another error was answered with 502."""
    act = failing("PlaceOrder", "TypeError", "no")
    record = broken(acts=(act,), denials=denied("sqs:CreateQueue"), logs={"PlaceOrder": SWALLOWED})

    assert ["code: PlaceOrder failed with TypeError: no", LOGGED] == said(record)


def test_a_denial_that_stands_in_a_log_is_only_likely(said: Said) -> None:
    """The request was answered, so the function lives with it."""
    record = broken(
        mode="http",
        acts=(asked("POST /orders", 200, token=True),),
        denials=denied("sqs:CreateQueue"),
        logs={"PlaceOrder": SWALLOWED},
    )

    assert [LOGGED] == said(record)


@pytest.mark.parametrize(
    ("status", "log"),
    [(502, SWALLOWED), (200, (f"[ERROR] ClientError: {said_of('sqs:CreateQueue')}",))],
    ids=["the request failed", "the runtime says that it ended the invocation"],
)
def test_a_denial_in_a_log_that_ended_an_invocation(said: Said, status: int, log: tuple[str, ...]) -> None:
    """In http mode a log is all that tells of it."""
    act = asked("POST /orders", status, token=True)
    record = broken(mode="http", acts=(act,), denials=denied("sqs:CreateQueue"), logs={"PlaceOrder": log})

    assert ["permissions: PlaceOrder may not sqs:CreateQueue"] == said(record)


def test_a_denial_before_the_error_that_a_log_ends_with_is_only_likely(said: Said) -> None:
    """The function went on, and failed later."""
    log = (*SWALLOWED[:-1], "Traceback (most recent call last):", '  File "/var/task/a.py", line 1', "TypeError: no")
    act = asked("POST /orders", 502, token=True)
    record = broken(mode="http", acts=(act,), denials=denied("sqs:CreateQueue"), logs={"PlaceOrder": log})

    assert ["code: PlaceOrder failed with TypeError: no (a.py, line 1)", LOGGED] == said(record)


def test_a_denial_of_another_action_proves_none(said: Said) -> None:
    """The error that ended the invocation is about the bus."""
    record = refused("events:PutEvents", resource="EventBus")
    record = replace(record, denials=(*record.denials, *denied("sqs:CreateQueue")))

    found = said(record)

    assert "permissions: PlaceOrder may not events:PutEvents on EventBus" == found[0].partition(",")[0]
    assert LOGGED == found[-1]


def test_what_another_function_was_denied_proves_nothing(said: Said) -> None:
    """Unless the words name the role."""
    record = refused("sqs:CreateQueue", function="GetIndex")
    denial = replace(record.denials[0], function="PlaceOrder")

    assert [LOGGED] == said(replace(record, denials=(replace(denial, role="its-own"),)))
    assert [LOGGED.partition(",")[0]] == said(replace(record, denials=(denial,)))


def test_a_denial_in_a_failed_answer(said: Said) -> None:
    """The function passes on what AWS said, and the test ends there."""
    act = asked("POST /orders", 403, token=True, answer=said_of("sqs:CreateQueue"))
    record = broken(acts=(act,), denials=denied("sqs:CreateQueue"))

    assert "permissions: PlaceOrder may not sqs:CreateQueue" == said(record)[0]


def test_a_tester_who_is_refused_on_purpose(said: Said) -> None:
    """The test went on, and failed with something else."""
    tester = denied("s3:PutObject", function="", resource="UploadBucket")
    acts = (asked("POST /orders", 403, answer=said_of("s3:PutObject")), asked("GET /", 200))

    assert [] == said(broken(acts=acts, denials=tester, failure="AssertionError: assert 1 == 2"))


def test_a_grant_may_stand_in_a_managed_policy_that_the_role_names(said: Said, bigmouth: System) -> None:
    """The role has it by its ARN; the policy names no role."""
    document = {"Statement": [allow("events:PutEvents", {"Fn::GetAtt": ["EventBus", "Arn"]})]}
    policy = Resource(name="Publishes", type="AWS::IAM::ManagedPolicy", properties={"PolicyDocument": document})
    arns = {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess", {"Ref": "Publishes"}]}
    role = Resource(name="PlaceOrderRole", type="AWS::IAM::Role", properties=arns)
    system = replace(bigmouth, resources={**bigmouth.resources, "Publishes": policy, "PlaceOrderRole": role})

    [cause] = said(refused("events:PutEvents"), system=system)

    assert cause.startswith("permissions: PlaceOrder may not events:PutEvents on EventBus, although the template lets")
