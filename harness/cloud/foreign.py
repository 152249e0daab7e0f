"""What is there already under a name that the template gives, and is not our stack's.

CloudFormation finds that out in the middle of a deployment, or not at all: some services take a second creation of the
same name for the first one's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.cloud.named import KINDS
from harness.errors import ForeignThing, NotAllowed, StageError
from harness.system.intrinsics import resolve, scope_of
from harness.system.model import System
from harness.system.partitions import partition_of

__all__ = ["refuse_foreign_things"]

# What services say of a name that nothing can have; CloudFormation then creates nothing of it either.
_NO_NAME = frozenset({
    "InvalidArn", "InvalidName", "InvalidParameter", "InvalidParameterException", "InvalidParameterValue",
    "ValidationError", "ValidationException",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class _Thing:
    """Something that the template names, and whether what has its name is in another account or region."""

    logical_id: str
    type: str
    noun: str
    name: str
    elsewhere: bool = False


@dataclass(frozen=True, kw_only=True)
class _Search:
    """Where is looked for what belongs to somebody else, and who is told what could not be seen."""

    system: System
    cloud: Cloud
    stack: str
    tell: Callable[[str], None]


def refuse_foreign_things(
    system: System, *, cloud: Cloud, stack: str, found: Mapping[str, Any] | None, tell: Callable[[str], None]
) -> None:
    """Refuse to deploy over what belongs to somebody else; a name that nobody can know yet is left to CloudFormation.

    Args:
        system: What is to be deployed.
        cloud: Where to.
        stack: The name of its stack.
        found: What CloudFormation says of the stack; None when there is none.
        tell: Is told what the credentials do not let be seen.

    Raises:
        ForeignThing: Something of a name that the template gives is there and is none of the stack's.
        NotAllowed: The credentials do not let that be seen, and CloudFormation would not refuse what is there.
        StageError: It could not be found out.
    """
    named = list(_names(system, cloud=cloud, stack=stack))
    if not named:
        return
    ours = _ours(cloud, found["StackId"]) if found else {}
    search = _Search(system=system, cloud=cloud, stack=stack, tell=tell)
    foreign = [
        one
        for thing, properties in named
        if not _is_among(thing.name, ours.get(thing.type, ()))
        and (one := _looked_at(thing, properties, search=search)) is not None
    ]
    if foreign:
        raise _refusal(foreign, search=search)


def _refusal(foreign: list[_Thing], *, search: _Search) -> ForeignThing:
    first, *others = foreign
    owner = "belongs to somebody else" if first.elsewhere else f"is none of the stack {search.stack!r}"
    return ForeignThing(
        f"The {first.noun} {first.name!r} is there already and {owner}, so nothing is deployed.",
        facts=[
            _declared(first, search),
            *(("likewise", f"{one.noun} {one.name!r} ({one.logical_id})") for one in others),
            *_place(search),
        ],
        remedy="give it another name in the template, for example one with the stage in it;\n"
        "if nobody needs what is there, take it away by hand",
    )


def _declared(thing: _Thing, search: _Search) -> tuple[str, object]:
    return f"declared in {search.system.template}", f"{thing.logical_id} ({thing.type})"


def _place(search: _Search) -> list[tuple[str, object]]:
    return [("account", search.cloud.account), ("region", search.cloud.region)]


def _names(system: System, *, cloud: Cloud, stack: str) -> Iterator[tuple[_Thing, Mapping[str, Any]]]:
    """Give what the template names itself, with its properties."""
    partition, suffix = partition_of(cloud.region)
    pseudo = {
        "AWS::AccountId": cloud.account,
        "AWS::Region": cloud.region,
        "AWS::Partition": partition,
        "AWS::URLSuffix": suffix,
        "AWS::StackName": stack,
    }
    declared = system.cloudformation.get("Parameters") or {}
    known = replace(system, parameters={key: value for key, value in system.parameters.items() if key in declared})
    scope = scope_of(known, pseudo=pseudo, lookup=lambda _logical_id, _attribute: None)
    for resource in system.resources.values():
        kind = KINDS.get(resource.type)
        if kind is None or kind.name not in resource.properties:
            continue
        properties = resolve(resource.properties, scope)
        name = properties.get(kind.name)
        if isinstance(name, str) and name:
            yield _Thing(logical_id=resource.name, type=resource.type, noun=kind.noun, name=name), properties


def _ours(cloud: Cloud, stack: str) -> dict[str, set[str]]:
    """Give the physical ids of the stack's resources by type."""
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    found: dict[str, set[str]] = {}
    with translated(cloud):
        for page in pages.paginate(StackName=stack):
            for resource in page["StackResourceSummaries"]:
                if resource.get("PhysicalResourceId") and resource["ResourceStatus"] != "DELETE_COMPLETE":
                    found.setdefault(resource["ResourceType"], set()).add(resource["PhysicalResourceId"])
    return found


def _is_among(name: str, physical_ids: Iterable[str]) -> bool:
    """Say whether a name is that of a physical id: the id itself, or the end of an ARN, of a URL or of a pair.

    >>> _is_among("jobs", {"https://sqs.eu-west-1.amazonaws.com/123456789012/jobs"}), _is_among("jobs", {"old-jobs"})
    (True, False)
    >>> _is_among("key", {"arn:aws:secretsmanager:eu-west-1:123456789012:secret:key-Ab12Cd"})
    True
    """
    # Secrets Manager adds six characters. https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html
    end = re.compile(rf"(.*[:/|])?{re.escape(name)}|arn:.*:secret:{re.escape(name)}-\w{{6}}")
    return any(end.fullmatch(one) for one in physical_ids)


def _looked_at(thing: _Thing, properties: Mapping[str, Any], *, search: _Search) -> _Thing | None:
    """Give what is there under a name; None when nothing is, or when CloudFormation would refuse what is there."""
    from botocore.exceptions import ClientError, ParamValidationError  # noqa: PLC0415 - `import harness` must not load botocore

    kind = KINDS[thing.type]
    try:
        with translated(search.cloud):
            return thing if kind.look(search.cloud, thing.name, properties) else None
    except NotAllowed as refused:
        return _unseen(thing, refused, search=search)
    except ParamValidationError:
        return None  # The name is none that can be.
    except ClientError as fault:
        code = code_of(fault)
        if code in kind.absent or code in _NO_NAME:
            return None
        if code == "301":  # That of a bucket in another region.
            return replace(thing, elsewhere=True)
        raise _unknown(thing, fault, search=search) from None


def _unseen(thing: _Thing, refused: NotAllowed, *, search: _Search) -> _Thing | None:
    """Decide on what the tester may not look at."""
    if thing.type == "AWS::S3::Bucket":
        # S3 says 403 of a bucket of somebody else, whose name nobody else can have.
        # https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
        # The accounts of the embedded cloud are all the project's: there it is the bucket of a muted stage.
        return None if search.cloud.embedded else replace(thing, elsewhere=True)
    if KINDS[thing.type].is_taken_over:
        raise NotAllowed(
            f"The credentials do not let be seen whether there is a {thing.noun} {thing.name!r} already, "
            "so nothing is deployed.",
            facts=[_declared(thing, search), *_call(refused.facts), *_place(search)],
            remedy="let them allow that call: one that is there might be taken over without a word",
        ) from None
    search.tell(
        f"nobody may look whether there is a {thing.noun} {thing.name!r} already; the service refuses a second one"
    )
    return None


def _call(facts: Iterable[tuple[str, object]]) -> list[tuple[str, object]]:
    return [fact for fact in facts if fact[0] in ("call", "code", "reason")]


def _unknown(thing: _Thing, fault: Any, *, search: _Search) -> StageError:
    return StageError(
        f"It cannot be found out whether there is a {thing.noun} {thing.name!r} already, so nothing is deployed.",
        facts=[
            _declared(thing, search),
            ("call", fault.operation_name),
            ("code", code_of(fault)),
            ("reason", message_of(fault)),
            *_place(search),
        ],
        remedy="try once more",
    )
