"""The role of a machine: what it does not allow fails, as in AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["Refused", "asked_for", "insist_on_permission"]

_OPTIMIZED = {
    # Integration: its name in IAM, in errors, and the class of its exception.
    "dynamodb": ("DynamoDB", "AmazonDynamoDBException", "AmazonDynamoDBv2", 400),
    "events": ("EventBridge", "AmazonEventBridgeException", "AmazonEventBridge", 400),
    "sns": ("SNS", "AmazonSNSException", "AmazonSNS", 403),
    "sqs": ("SQS", "AmazonSQSException", "AmazonSQS", 403),
}
# Services of the SDK: the prefix in IAM, and the name in errors.
_SDK = {
    "dynamodb": ("dynamodb", "DynamoDb"),
    "eventbridge": ("events", "EventBridge"),
    "kinesis": ("kinesis", "Kinesis"),
    "lambda": ("lambda", "Lambda"),
    "s3": ("s3", "S3"),
    "sns": ("sns", "Sns"),
    "sqs": ("sqs", "Sqs"),
}
# Actions that have another name in IAM. https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_ACTIONS = {
    "s3:HeadObject": "s3:GetObject",
    "s3:CopyObject": "s3:PutObject",
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjects": "s3:ListBucket",
    "lambda:Invoke": "lambda:InvokeFunction",
}


class Refused(Exception):
    """The role does not allow a task: the error and the cause that the state fails with."""

    def __init__(self, error: str, cause: str) -> None:
        super().__init__(f"{error}: {cause}")
        self.error, self.cause = error, cause


def insist_on_permission(resource: str, given: Any, *, role: str) -> None:
    """Ask the role of a machine whether it allows a task.

    A machine calls services under the role that it was created with
    (https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html). Asked are those services
    whose resources are told by the parameters: Lambda, DynamoDB, SQS, SNS, EventBridge, S3 and Kinesis.

    Args:
        resource: The ``Resource`` of the state.
        given: The parameters of the call.
        role: The ARN of the role; of no role nothing is asked.

    Raises:
        Refused: It does not.
    """
    asked = asked_for(resource, given) if role else None
    if asked is None:
        return
    action, arn = asked
    denial = _denial(action, arn, role=role)
    if denial:
        raise _refused(resource, denial)


def asked_for(resource: str, given: Any) -> tuple[str, str] | None:
    """Give the action of IAM and the ARN that a task needs, or None where that is not known."""
    from ministack.core.responses import get_account_id, get_region  # noqa: PLC0415 - only the child process has them

    place = f"{get_region()}:{get_account_id()}"
    if ":function:" in resource:
        return "lambda:InvokeFunction", resource
    if ":states:::" not in resource or not isinstance(given, Mapping):
        return None
    name = resource.partition(":states:::")[2].removesuffix(".sync").removesuffix(".waitForTaskToken")
    parts = name.removeprefix("aws-sdk:").split(":")
    service = parts[0].lower()
    prefix = _SDK.get(service, (service, ""))[0]
    arn = _arn(prefix, given, place=place)
    if len(parts) < 2 or arn is None:  # noqa: PLR2004 - a service and an action
        return None
    action = f"{prefix}:{parts[1][:1].upper()}{parts[1][1:]}"
    return _ACTIONS.get(action, action), arn


def _arn(service: str, given: Mapping[str, Any], *, place: str) -> str | None:  # noqa: PLR0911 - one for each service
    if service == "lambda" and "FunctionName" in given:
        name = str(given["FunctionName"])
        return name if name.startswith("arn:") else f"arn:aws:lambda:{place}:function:{name.rpartition('function:')[2]}"
    if service == "dynamodb" and "TableName" in given:
        name = str(given["TableName"])
        return name if name.startswith("arn:") else f"arn:aws:dynamodb:{place}:table/{name}"
    if service == "sqs" and "QueueUrl" in given:
        return f"arn:aws:sqs:{place}:{str(given['QueueUrl']).rpartition('/')[2]}"
    if service == "sns" and "TopicArn" in given:
        return str(given["TopicArn"])
    if service == "s3" and "Bucket" in given:
        return f"arn:aws:s3:::{given['Bucket']}" + (f"/{given['Key']}" if "Key" in given else "")
    if service == "kinesis" and "StreamName" in given:
        return f"arn:aws:kinesis:{place}:stream/{given['StreamName']}"
    if service == "events" and given.get("Entries"):
        bus = str(given["Entries"][0].get("EventBusName", "default"))
        return bus if bus.startswith("arn:") else f"arn:aws:events:{place}:event-bus/{bus}"
    return None


def _denial(action: str, arn: str, *, role: str) -> str:
    """Give why a role may not do something, or nothing."""
    from ministack.core import iam_evaluator as iam  # noqa: PLC0415 - only the child process has them
    from ministack.core.iam_actions import identity_denial_message  # noqa: PLC0415
    from ministack.core.responses import get_region  # noqa: PLC0415

    account, name, service = role.split(":")[4], role.rpartition("/")[2], action.partition(":")[0]
    asked = iam.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/harness",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=arn,
        region=get_region(),
    )
    result = iam.evaluate(asked, iam._gather_role_policies(name, account))  # noqa: SLF001 - it has no other name
    found = iam._resource_policy(service, arn)  # noqa: SLF001
    if found is not None:
        result = iam.combine_resource_policy(result, asked, *found, required=False)
    if result.decision == "Allow":
        return ""
    return str(identity_denial_message(action, asked.principal_arn, arn, result.decision == "Deny"))


def _refused(resource: str, denial: str) -> Refused:
    """Give the error in the words of the integration.

    Lambda's is ``Lambda.AWSLambdaException``, both for a function's ARN and for ``lambda:invoke``; the SDK's are the
    service's name twice, as in ``S3.S3Exception``.
    """
    name = resource.partition(":states:::")[2].split(":")
    if name[0] == "aws-sdk":
        service = _SDK[name[1].lower()][1]
        cause = f"{denial} (Service: {service}, Status Code: 403, Request ID: harness)"
        return Refused(f"{service}.{service}Exception", cause)
    words = _OPTIMIZED.get(name[0], ("Lambda", "AWSLambdaException", "AWSLambda", 403))
    service, error, client, status = words
    tail = f"(Service: {client}; Status Code: {status}; Error Code: AccessDeniedException; Request ID: harness)"
    return Refused(f"{service}.{error}", f"{denial} {tail}")
