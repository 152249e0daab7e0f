"""What somebody changes by hand in a stage that is deployed, past its template."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

from harness.cloud.account import Cloud

__all__ = [
    "a_changed_pattern",
    "a_disabled_mapping",
    "a_disabled_rule",
    "a_disabled_schedule",
    "a_foreign_authorizer",
    "a_lost_grant",
    "a_lost_module",
    "a_lost_permission",
    "a_lost_redrive",
    "a_lost_route",
    "a_lost_subscription",
    "a_lost_variable",
    "an_open_route",
    "less",
]

ByHand = Callable[[Cloud], None]
STAGE = "embedded"


def an_open_route(path: str, method: str) -> ByHand:
    """Take the authorizer from a route."""

    def change(cloud: Cloud) -> None:
        gateway, api, resource = _route(cloud, path)
        change = {"op": "replace", "path": "/authorizationType", "value": "NONE"}
        gateway.update_method(restApiId=api, resourceId=resource, httpMethod=method, patchOperations=[change])
        gateway.create_deployment(restApiId=api, stageName=STAGE)

    return change


def a_lost_route(path: str, method: str) -> ByHand:
    """Take a route away."""

    def change(cloud: Cloud) -> None:
        gateway, api, resource = _route(cloud, path)
        gateway.delete_method(restApiId=api, resourceId=resource, httpMethod=method)
        gateway.create_deployment(restApiId=api, stageName=STAGE)

    return change


def a_foreign_authorizer(path: str, method: str) -> ByHand:
    """Give a route an authorizer that asks another user pool."""

    def change(cloud: Cloud) -> None:
        gateway, api, resource = _route(cloud, path)
        pool = cloud.client("cognito-idp").create_user_pool(PoolName="others")["UserPool"]["Id"]
        arn = f"arn:aws:cognito-idp:{cloud.region}:{cloud.account}:userpool/{pool}"
        others = gateway.create_authorizer(
            restApiId=api,
            name="Others",
            type="COGNITO_USER_POOLS",
            providerARNs=[arn],
            identitySource="method.request.header.Authorization",
        )
        change = {"op": "replace", "path": "/authorizerId", "value": others["id"]}
        gateway.update_method(restApiId=api, resourceId=resource, httpMethod=method, patchOperations=[change])
        gateway.create_deployment(restApiId=api, stageName=STAGE)

    return change


def _route(cloud: Cloud, path: str) -> tuple[Any, str, str]:
    gateway = cloud.client("apigateway")
    [api] = gateway.get_rest_apis()["items"]
    resources = {each["path"]: each["id"] for each in gateway.get_resources(restApiId=api["id"])["items"]}
    return gateway, api["id"], resources[path]


def a_lost_variable(function: str, variable: str) -> ByHand:
    """Take a variable from the environment of a function."""

    def change(cloud: Cloud) -> None:
        lambda_ = cloud.client("lambda")
        found = lambda_.get_function_configuration(FunctionName=function)["Environment"]["Variables"]
        left = {name: value for name, value in found.items() if name != variable}
        assert len(left) == len(found) - 1
        lambda_.update_function_configuration(FunctionName=function, Environment={"Variables": left})

    return change


def less(function: str, **limits: int) -> ByHand:
    """Give a function less time (``Timeout``) or less memory (``MemorySize``)."""
    return lambda cloud: cloud.client("lambda").update_function_configuration(FunctionName=function, **limits)


def a_lost_module(function: str, module: str) -> ByHand:
    """Deploy the code of a function without one of its modules."""

    def change(cloud: Cloud) -> None:
        import urllib.request

        lambda_, packed = cloud.client("lambda"), io.BytesIO()
        address = lambda_.get_function(FunctionName=function)["Code"]["Location"]
        with urllib.request.urlopen(address) as code:
            found = zipfile.ZipFile(io.BytesIO(code.read()))
        with zipfile.ZipFile(packed, "w") as left:
            for name in found.namelist():
                if name != module:
                    left.writestr(name, found.read(name))
        assert module in found.namelist()
        lambda_.update_function_code(FunctionName=function, ZipFile=packed.getvalue())

    return change


def a_lost_grant(function: str, action: str) -> ByHand:
    """Take an action from the policies of a function's role."""

    def change(cloud: Cloud) -> None:
        iam = cloud.client("iam")
        role = cloud.client("lambda").get_function_configuration(FunctionName=function)["Role"].rpartition("/")[2]
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            policy = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            left = [one for one in policy["Statement"] if one["Action"] != action]
            document = json.dumps({**policy, "Statement": left})
            iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=document)

    return change


def a_lost_permission(function: str, service: str) -> ByHand:
    """Take the permissions of a service from the policy of a function."""

    def change(cloud: Cloud) -> None:
        lambda_ = cloud.client("lambda")
        found = json.loads(lambda_.get_policy(FunctionName=function)["Policy"])["Statement"]
        lost = [statement["Sid"] for statement in found if statement["Principal"] == {"Service": service}]
        assert lost
        for name in lost:
            lambda_.remove_permission(FunctionName=function, StatementId=name)

    return change


def a_changed_pattern(bus: str, rule: str, pattern: dict[str, Any]) -> ByHand:
    """Give the only rule of a bus whose name holds a text another pattern."""

    def change(cloud: Cloud) -> None:
        events = cloud.client("events")
        events.put_rule(Name=_rule(cloud, bus, rule), EventBusName=bus, EventPattern=json.dumps(pattern))

    return change


def a_disabled_rule(bus: str, rule: str) -> ByHand:
    """Disable the only rule of a bus whose name holds a text."""
    return lambda cloud: cloud.client("events").disable_rule(Name=_rule(cloud, bus, rule), EventBusName=bus)


def _rule(cloud: Cloud, bus: str, text: str) -> str:
    rules = cloud.client("events").list_rules(EventBusName=bus)["Rules"]
    [found] = [rule["Name"] for rule in rules if text in rule["Name"]]
    return str(found)


def a_lost_subscription(topic: str) -> ByHand:
    """Take the subscriptions of functions from the only topic whose ARN holds a text."""

    def change(cloud: Cloud) -> None:
        sns = cloud.client("sns")
        found = sns.list_subscriptions()["Subscriptions"]
        lost = [one for one in found if topic in one["TopicArn"] and one["Protocol"] == "lambda"]
        assert lost
        for one in lost:
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    return change


def a_disabled_mapping(function: str) -> ByHand:
    """Disable what reads for a function."""

    def change(cloud: Cloud) -> None:
        lambda_ = cloud.client("lambda")
        [mapping] = lambda_.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)

    return change


def a_lost_redrive(queue: str) -> ByHand:
    """Let the only queue whose name holds a text keep what nobody can read."""

    def change(cloud: Cloud) -> None:
        sqs = cloud.client("sqs")
        [url] = [url for url in sqs.list_queues()["QueueUrls"] if queue in url]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": ""})

    return change


def a_disabled_schedule(name: str) -> ByHand:
    """Disable a schedule, and leave all else of it as it is."""

    def change(cloud: Cloud) -> None:
        scheduler = cloud.client("scheduler")
        given = ("ScheduleExpression", "FlexibleTimeWindow", "Target")
        found = scheduler.get_schedule(Name=name)
        scheduler.update_schedule(Name=name, State="DISABLED", **{part: found[part] for part in given})

    return change
