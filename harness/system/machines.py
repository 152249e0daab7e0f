"""The state machines of a template.

CloudFormation puts ``DefinitionSubstitutions`` into the text of a definition, wherever ``${Name}`` stands there.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
What only the stage knows is a mark until the text has been read, and then an intrinsic function again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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
    text = marks.text(definition, as_json="Definition" in properties)
    if _MARK.fullmatch(text):
        return marks.restored_text(text)
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
        settled = self._settled(value)
        return settled if isinstance(settled, str) and not as_json else json.dumps(settled, ensure_ascii=False)

    def _settled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._settled(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        settled = {key: self._settled(item) for key, item in value.items()}
        if not is_intrinsic(settled):
            return settled
        resolved = resolve(settled, replace(self.declared.scope, lookup=self._looked_up))
        return self._mark(self.restored(resolved)) if is_intrinsic(resolved) else resolved

    def _looked_up(self, logical_id: str, attribute: str | None) -> str:
        return self._mark({"Ref": logical_id} if attribute is None else {"Fn::GetAtt": [logical_id, attribute]})

    def _mark(self, function: Mapping[str, Any]) -> str:
        self.functions.append(function)
        return f"\ue000{len(self.functions) - 1}\ue000"

    def restored(self, value: Any) -> Any:
        """Give a value in which each text that has marks is an intrinsic function."""
        if isinstance(value, list):
            return [self.restored(item) for item in value]
        if isinstance(value, Mapping):
            return {key: self.restored(item) for key, item in value.items()}
        return self.restored_text(value) if isinstance(value, str) and _MARK.search(value) else value

    def restored_text(self, text: str) -> Mapping[str, Any]:
        """Give the intrinsic function that a text with marks stands for."""
        whole = _MARK.fullmatch(text)
        if whole:
            return self.functions[int(whole[1])]
        parts = {f"Part{found[1]}": self.functions[int(found[1])] for found in _MARK.finditer(text)}
        # What else looks like a variable of Fn::Sub stands for itself.
        return {"Fn::Sub": [_MARK.sub(r"${Part\1}", text.replace("${", "${!")), parts]}
