"""What roles may not do, and what the template says of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from harness.report.record import Denial
from harness.system.model import Resource, System
from tests.report.causes.broken import asked, broken

Said = Callable[..., list[str]]


def denied(action: str, *, function: str = "PlaceOrder", resource: str = "") -> tuple[Denial, ...]:
    return (Denial(function=function, role="role", action=action, resource=resource),)


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

    found = said(broken(denials=denied("events:PutEvents")), system=system)

    assert ["permissions: PlaceOrder may not events:PutEvents on EventBus"] == found


def test_a_resource_that_the_variables_do_not_name_is_not_guessed(said: Said, bigmouth: System) -> None:
    """PlaceOrder knows of no table."""
    record = broken(denials=denied("dynamodb:PutItem"))

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

    found = said(broken(denials=denied("events:PutEvents")), system=system)

    why = f"the template lets it on {shown} only"
    assert [f"permissions: PlaceOrder may not events:PutEvents on EventBus: {why}"] == found


@pytest.mark.parametrize("resource", ["*", {"Fn::GetAtt": ["EventBus", "Arn"]}])
def test_a_grant_that_the_template_has_is_not_deployed(said: Said, bigmouth: System, resource: Any) -> None:
    """Somebody has taken it from the role, or another policy says no."""
    system = with_statements(bigmouth, {"Effect": "Deny", "Action": "*"}, allow("events:PutEvents", resource))

    [cause] = said(broken(denials=denied("events:PutEvents", resource="EventBus")), system=system)

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

    [cause] = said(broken(denials=denied("events:PutEvents")), system=system)

    assert cause.endswith("on EventBus: the template lets it on event-bus/other only")


def test_a_role_of_another_stack_is_not_known(said: Said, bigmouth: System) -> None:
    """Nobody can say what it allows."""
    function = replace(bigmouth.functions["PlaceOrder"], role="arn:aws:iam::000000000000:role/shared")
    system = replace(bigmouth, functions={**bigmouth.functions, "PlaceOrder": function})

    found = said(broken(denials=denied("events:PutEvents", resource="EventBus")), system=system)

    assert ["permissions: PlaceOrder may not events:PutEvents on EventBus"] == found


def test_what_a_tester_may_not_do_is_told_last(said: Said) -> None:
    """A call that API Gateway refuses to somebody may be what the test asked for."""
    tester = (
        *denied("s3:PutObject", function="", resource="UploadBucket"),
        *denied("execute-api:Invoke", function=""),
        *denied("sqs:SendMessage"),
    )

    found = said(broken(denials=tester))

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
