"""What AWS did not allow, read from the texts in which it says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from harness.cloud.names import Names
from harness.report.arns import logical_id
from harness.report.record import Denial

__all__ = ["denials", "is_denial"]

# "User: <who> is not authorized to perform: <action> on resource: <resource> because …" is the form of most services.
# S3 puts the resource in quotes, which have backslashes in a log of JSON; some say none, such as the embedded cloud for
# most services; KMS says "on the resource associated with this ciphertext".
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
_IN_FULL = re.compile(
    r"User:?(?: (?P<who>(?!is not)\S+))? is not authorized to perform: (?P<action>[\w-]+:\w+)"
    r"""(?: on (?:the )?resource:? \\*"?(?P<resource>(?:arn:|[\w.-]*/|\*)[^\s"'\\]*))?"""
)
# What botocore makes of an answer. The code is AccessDenied in S3, SQS, STS and IAM, AccessDeniedException in services
# of JSON, AuthorizationError in SNS, and 403 where an answer has no body, as that to HeadObject.
_CALL = re.compile(
    r"An error occurred \((?P<code>\w+)\) when calling the (?P<operation>\w+) operation(?: \([^)]*\))?: (?P<said>.*)"
)
_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "AuthorizationErrorException", "403"}
)
# KMS says this of a key that one may not use, also through DynamoDB, SSM and Secrets Manager; the last says it shorter.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
_KEY = re.compile(r"customer master key that does not exist|KMS key access denied|Access to KMS is not allowed")
# "Access to the resource https://sqs.eu-west-1.amazonaws.com/ is denied." is all that SQS says of some denials.
_QUEUE = re.compile(r"Access to the resource (?P<url>\S+?) is denied")
_QUEUE_ACTIONS = {
    name.lower(): name
    for name in (
        "ChangeMessageVisibility",
        "CreateQueue",
        "DeleteMessage",
        "GetQueueAttributes",
        "GetQueueUrl",
        "PurgeQueue",
        "ReceiveMessage",
        "SendMessage",
    )
}
# Actions of S3 that are called otherwise than the operation.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
_BUCKET_ACTIONS = {
    "CopyObject": "s3:PutObject",
    "CreateMultipartUpload": "s3:PutObject",
    "DeleteObjects": "s3:DeleteObject",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListObjects": "s3:ListBucket",
    "ListObjectsV2": "s3:ListBucket",
    "UploadPart": "s3:PutObject",
}


def denials(texts: Iterable[tuple[str, str]], *, names: Names) -> list[Denial]:
    """Give what AWS did not allow, each once, in the order in which it is told.

    Args:
        texts: Errors and logs, each with the logical id of the function that it comes from; empty for none.
        names: What things are called in the stage.
    """
    found = dict.fromkeys(one for function, text in texts for one in _told(function, text, names))
    said = {(one.function, one.action) for one in found if one.resource}
    return [one for one in found if one.resource or (one.function, one.action) not in said]


def _told(function: str, text: str, names: Names) -> Iterator[Denial]:
    for match in _IN_FULL.finditer(text):
        role = _role(match["who"] or "")
        yield Denial(
            function=_function(role, function, names),
            role=role or _role_of(function, names),
            action=_action(match["action"]),
            resource=logical_id((match["resource"] or "").rstrip(".,;)"), names),
        )
    for match in _CALL.finditer(text):
        if match["code"] in _DENIED and not _IN_FULL.search(match["said"]):
            action, resource = _in_short(match["operation"], match["said"])
            role = _role_of(function, names)
            yield Denial(function=function, role=role, action=action, resource=logical_id(resource, names))


def _in_short(operation: str, said: str) -> tuple[str, str]:
    """Give the action, and the resource if there is one, of a denial that names neither."""
    if _KEY.search(said):
        return "kms:Decrypt", ""
    if queue := _QUEUE.search(said):
        return _action(f"sqs:{operation.removesuffix('Batch')}"), queue["url"]
    if said.startswith(("Access Denied", "Forbidden")):
        return _BUCKET_ACTIONS.get(operation, f"s3:{operation}"), ""
    return operation, ""


def _action(said: str) -> str:
    """Give an action as IAM writes it: SNS says ``SNS:Publish`` of itself, and SQS ``sqs:sendmessage``."""
    service, _, name = said.partition(":")
    service = service.lower()
    return f"{service}:{_QUEUE_ACTIONS.get(name.lower(), name) if service == 'sqs' else name}"


def _role(who: str) -> str:
    """Give the name of a role; what has none is called as it is: ``anonymous``, a user, a service.

    >>> _role("arn:aws:sts::123456789012:assumed-role/place-order/harness"), _role("anonymous")
    ('place-order', 'anonymous')
    """
    _, assumed, rest = who.partition(":assumed-role/")
    return rest.split("/")[0] if assumed else who.rpartition("/")[2]


def _role_of(function: str, names: Names) -> str:
    deployed = names.functions.get(function)
    return deployed.role.rpartition("/")[2] if deployed else ""


def _function(role: str, function: str, names: Names) -> str:
    """Give the function that has a role; where several share it, the one that told of the denial."""
    if not role:
        return function
    having = [name for name in names.functions if _role_of(name, names) == role]
    return function if function in having else having[0] if len(having) == 1 else ""


def is_denial(text: str) -> bool:
    """Say whether a text tells that AWS did not allow something.

    >>> is_denial("An error occurred (AccessDenied) when calling the GetObject operation: Access Denied")
    True
    >>> is_denial("An error occurred (NoSuchKey) when calling the GetObject operation: it does not exist")
    False
    """
    return bool(_IN_FULL.search(text)) or any(match["code"] in _DENIED for match in _CALL.finditer(text))
