"""Variables of a state machine's definition that stand without quotes, as numbers do: ``"TimeoutSeconds": ${Seconds}``.

CloudFormation puts values into the text of a definition before anybody reads it as JSON, so such a text is right.
To be read here it gets quotes, which are taken away again where it is text in the plain template.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-stepfunctions-statemachine.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["quoted", "with_bare_variables"]

# A text in quotes, which stays, or a variable outside of one.
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\$\{(\w+)\}')
# A character that no template has; SAM writes it as an escape.
_QUOTED = re.compile(r'"(?:\ue001|\\ue001)(\w+)(?:\ue001|\\ue001)"')


def quoted(text: str) -> str:
    """Give the text of a definition with quotes around its bare variables.

    >>> json.loads(quoted('{"a": ${Seconds}, "b": "${Name}"}'))["b"]
    '${Name}'
    """
    return _TOKEN.sub(lambda found: f'"\ue001{found[1]}\ue001"' if found[1] else found[0], text)


def with_bare_variables(resource: dict[str, Any]) -> dict[str, Any]:
    """Give a state machine whose definition has its variables as they were, in its text; any other as it is."""
    properties = resource.get("Properties") or {}
    text = _text_of(properties) if resource["Type"] == "AWS::StepFunctions::StateMachine" else ""
    if not _QUOTED.search(text):
        return resource
    kept = {name: value for name, value in properties.items() if name != "Definition"}
    return {**resource, "Properties": {**kept, "DefinitionString": _QUOTED.sub(r"${\1}", text)}}


def _text_of(properties: Mapping[str, Any]) -> str:
    if "Definition" in properties:
        return json.dumps(properties["Definition"], indent=2)
    definition = properties.get("DefinitionString")
    if not isinstance(definition, Mapping) or "Fn::Join" not in definition:
        return ""
    # So does SAM write a text, line by line.
    delimiter, lines = definition["Fn::Join"]
    return str(delimiter).join(line for line in lines if isinstance(line, str))
