"""Whether the policy of a target lets EventBridge hand it something for a rule."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import GONE, code_of, in_our_words, translated
from harness.errors import NotAllowed, NotHandedOn

__all__ = ["insist_on_policy", "statements_of"]

_EVENTBRIDGE = "events.amazonaws.com"
# What has a policy: what it is called, the action, and what the remedy is to name.
_KINDS = {
    "lambda": ("function", "lambda:InvokeFunction", "start nothing", "AWS::Lambda::Permission"),
    "sns": ("topic", "sns:Publish", "publish nothing", "AWS::SNS::TopicPolicy"),
    "sqs": ("queue", "sqs:SendMessage", "send nothing", "AWS::SQS::QueuePolicy"),
}


def insist_on_policy(schedule: str, *, to: str, rule_arn: str, cloud: Cloud) -> None:
    """Refuse a target whose policy does not admit a rule; a policy that the tester may not read is not judged.

    Streams, state machines and buses are reached with a role only.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html

    Args:
        schedule: The logical id of the rule.
        to: The ARN of the target.
        rule_arn: The ARN of the rule.
        cloud: The cloud of the stage.

    Raises:
        NotHandedOn: It does not admit it.
    """
    __tracebackhide__ = True
    service = to.split(":")[2]
    if service not in _KINDS:
        return
    kind, action, comes, remedy = _KINDS[service]
    statements = statements_of(to, cloud=cloud)
    if statements is None or any(_admits(one, rule_arn, action=action) for one in statements):
        return
    raise NotHandedOn(
        f"The policy of the {kind} {to.rpartition(':')[2]!r} does not admit the schedule {schedule!r}.",
        facts=[("rule", rule_arn), ("principal", _EVENTBRIDGE)],
        remedy=f"EventBridge would {comes}, and tell nobody; add an {remedy}",
    )


def statements_of(arn: str, *, cloud: Cloud) -> list[Mapping[str, Any]] | None:
    """Give the statements of the policy of a function, a queue or a topic; what has no policy has none.

    It is None where the tester may not read a queue's or a topic's, and where that is not there, which sending tells.
    """
    service = arn.split(":")[2]
    with translated(cloud):
        try:
            text = _POLICIES[service](arn, cloud)
        except Exception as fault:
            is_forbidden = isinstance(in_our_words(fault, cloud=cloud), NotAllowed)
            if service == "lambda" or not (is_forbidden or code_of(fault) in GONE):
                raise
            return None
    found: list[Mapping[str, Any]] = json.loads(text)["Statement"] if text else []
    return found


def _policy_of_function(arn: str, cloud: Cloud) -> str:
    try:
        return str(cloud.client("lambda").get_policy(FunctionName=arn)["Policy"])
    except Exception as fault:
        if code_of(fault) != "ResourceNotFoundException":
            raise
        return ""


def _policy_of_queue(arn: str, cloud: Cloud) -> str:
    *_, account, name = arn.split(":")
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
    answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return str(answer.get("Attributes", {}).get("Policy", ""))


def _policy_of_topic(arn: str, cloud: Cloud) -> str:
    answer = cloud.client("sns").get_topic_attributes(TopicArn=arn)
    return str(answer.get("Attributes", {}).get("Policy", ""))


_POLICIES = {"lambda": _policy_of_function, "sns": _policy_of_topic, "sqs": _policy_of_queue}


def _admits(statement: Mapping[str, Any], rule_arn: str, *, action: str) -> bool:
    """Say whether a statement lets EventBridge do something for a rule.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    return (
        statement["Effect"] == "Allow"
        and _is_for_eventbridge(statement.get("Principal"), action=action)
        and any(fnmatchcase(action.lower(), one.lower()) for one in _texts(statement["Action"]))
        and all(_holds(test, rule_arn) for test in (statement.get("Condition") or {}).items())
    )


def _is_for_eventbridge(principal: Any, *, action: str) -> bool:
    named = principal if isinstance(principal, Mapping) else {"Service": principal}
    services = _texts(named.get("Service"))
    # Policies of queues and topics say {"AWS": "*"} for everybody, where those of functions say "*".
    everybody = not action.startswith("lambda:") and "*" in _texts(named.get("AWS"))
    return everybody or any(one in (_EVENTBRIDGE, "*") for one in services)


def _holds(test: tuple[str, Mapping[str, Any]], rule_arn: str) -> bool:
    """Say whether a condition on the source holds; one on anything else is AWS's to judge."""
    operator, keys = test
    # The policy that a topic has by default asks for its owner, as which EventBridge does not publish.
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-troubleshooting.html
    known = {"aws:sourcearn": rule_arn, "aws:sourceaccount": rule_arn.split(":")[4], "aws:sourceowner": ""}
    like = operator.endswith("Like") or operator.startswith("Arn")
    asked = {key.lower(): _texts(values) for key, values in keys.items() if key.lower() in known}
    return all(
        any(fnmatchcase(known[key], value) if like else known[key] == value for value in values)
        for key, values in asked.items()
    )


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(one) for one in value]
