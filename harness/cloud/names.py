"""What a stage's things are called: physical ids, outputs, environments, addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["FunctionNames", "Names"]


@dataclass(frozen=True, kw_only=True)
class FunctionNames:
    """A deployed function: its name, its ARN, its role's ARN and its resolved environment, which is not shown."""

    name: str
    arn: str
    role: str
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one stage.

    Args:
        stack: The name of the CloudFormation stack.
        account: Twelve digits.
        region: Such as ``eu-west-1``.
        outputs: The stack's outputs by key; a conditional output is there only when its condition holds.
        physical: Physical ids by logical id.
        functions: Deployed functions by logical id.
        apis: Base URLs by logical id, without a slash at the end, the API Gateway stage included.
    """

    stack: str
    account: str
    region: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    physical: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, FunctionNames] = field(default_factory=dict)
    apis: Mapping[str, str] = field(default_factory=dict)
