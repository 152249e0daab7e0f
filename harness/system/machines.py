"""The state machines of a template.

CloudFormation puts ``DefinitionSubstitutions`` into the text of a definition, wherever ``${Name}`` stands there.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
What only the stage knows is a mark until the text has been read, and then an intrinsic function again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import MalformedTemplate
from harness.system.intrinsics import is_intrinsic, resolve
from harness.system.model import Resource, StateMachine
from harness.system.references import Declared

__all__ = ["machines_of"]

_VARIABLE = re.compile(r"\$\{(\w+)\}")
# A character that no template has, and that JSON takes as it is.
_MARK = re.compile("\ue000(\\d+)\ue000")


def machines_of(declared: Declared) -> dict[str, StateMachine]:
    """Give the state machines by logical id; one whose definition lies in S3 has an empty definition.

    Raises:
        MalformedTemplate: A definition is not JSON.
    """
    return {
        resource.name: StateMachine(
            name=resource.name,
            definition=_definition(resource, declared),
            express=resource.properties.get("StateMachineType") == "EXPRESS",
            role=resource.properties.get("RoleArn"),
        )
        for resource in declared.of_type("AWS::StepFunctions::StateMachine")
    }


def _definition(resource: Resource, declared: Declared) -> Mapping[str, Any]:
    properties, marks = resource.properties, _Marks(declared)
    definition = properties.get("Definition", properties.get("DefinitionString"))
    if definition is None:
        return {}
    text = definition if isinstance(definition, str) else marks.text(definition, as_json="Definition" in properties)
    substituted = _substituted(text, properties.get("DefinitionSubstitutions") or {}, marks)
    try:
        found: Mapping[str, Any] = marks.restored(json.loads(substituted))
    except json.JSONDecodeError as error:
        raise MalformedTemplate(
            f"The definition of the state machine {resource.name!r} is not JSON.",
            facts=[("line", error.lineno), ("column", error.colno), ("problem", error.msg)],
        ) from None
    return found


def _substituted(text: str, substitutions: Mapping[str, Any], marks: _Marks) -> str:
    def value_of(match: re.Match[str]) -> str:
        return marks.text(substitutions[match[1]]) if match[1] in substitutions else match[0]

    return _VARIABLE.sub(value_of, text)


@dataclass(frozen=True)
class _Marks:
    """Marks in a text, each of which stands for an intrinsic function."""

    declared: Declared
    functions: list[Mapping[str, Any]] = field(default_factory=list)

    def text(self, value: Any, *, as_json: bool = False) -> str:
        """Give a value as text, with a mark for each function that only the stage can resolve."""
        ...

    def restored(self, value: Any) -> Any:
        """Give a value in which each text that has marks is an intrinsic function."""
        if isinstance(value, list):
            return [self.restored(item) for item in value]
        if isinstance(value, Mapping):
            return {key: self.restored(item) for key, item in value.items()}
        return self._restored_text(value) if isinstance(value, str) and _MARK.search(value) else value
