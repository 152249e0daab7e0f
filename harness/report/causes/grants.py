"""What the template lets the role of a function do."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from harness.report.surface.grants import statements
from harness.report.surface.referring import declared_by
from harness.system.model import System
from harness.system.references import Declared

__all__ = ["granted", "meant"]

# A value that is a resource: ${Table}, or an ARN that ends in it. `${Table}-copy` is another thing.
_WHOLE = re.compile(r"(?:^|[:/])\$\{(?P<name>\w+)(?:\.\w+)?\}(?:/\*|:\*)?$")
_PARTS = 6
_TYPES = {
    "dynamodb": ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    "events": ("AWS::Events::EventBus",),
    "kinesis": ("AWS::Kinesis::Stream",),
    "kms": ("AWS::KMS::Key",),
    "lambda": ("AWS::Lambda::Function",),
    "s3": ("AWS::S3::Bucket",),
    "secretsmanager": ("AWS::SecretsManager::Secret",),
    "sns": ("AWS::SNS::Topic",),
    "sqs": ("AWS::SQS::Queue",),
    "ssm": ("AWS::SSM::Parameter",),
    "states": ("AWS::StepFunctions::StateMachine",),
}


def meant(function: str, action: str, *, system: System) -> str:
    """Give the one resource that a function's variables name and an action can be about; empty where it is not one."""
    declared = declared_by(system)
    known = system.functions.get(function)
    types = _TYPES.get(action.partition(":")[0], ())
    found = {_whole(value, declared) for value in known.environment.values()} if known else set()
    about = {name for name in found if name in system.resources and system.resources[name].type in types}
    return about.pop() if len(about) == 1 else ""


def granted(function: str, action: str, *, system: System) -> list[str]:
    """Give on what the template lets a function do something: logical ids, else what stands there; ``*`` for all."""
    declared = declared_by(system)
    found = [
        _whole(resource, declared) or _in_short(declared.marked(resource))
        for statement in statements(function, system, declared=declared)
        if any(_covers(one, action) for one in _listed(statement.get("Action")))
        for resource in _listed(statement.get("Resource"))
    ]
    return list(dict.fromkeys(found))


def _whole(value: Any, declared: Declared) -> str:
    match = _WHOLE.search(declared.marked(value))
    return match["name"] if match else ""


def _in_short(marked: str) -> str:
    """Give what an ARN says of a resource, without where it is.

    >>> _in_short("arn:aws:execute-api:eu-west-1:123456789012:${Api}/dev/GET/orders")
    'Api/dev/GET/orders'
    """
    part = marked.split(":", _PARTS - 1)[-1] if marked.startswith("arn:") else marked
    return re.sub(r"\$\{(\w+)(?:\.\w+)?\}", r"\1", part)


def _covers(pattern: Any, action: str) -> bool:
    return isinstance(pattern, str) and fnmatchcase(action.lower(), pattern.lower())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
