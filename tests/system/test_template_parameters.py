from __future__ import annotations

from collections.abc import Callable

import pytest

from harness.errors import MalformedTemplate
from harness.system.model import System

TEMPLATE = """
    Parameters:
      Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
      Count: {Type: Number, Default: 3}
      On: {Type: String, Default: true, AllowedValues: [true, false]}
      Zones: {Type: CommaDelimitedList, Default: "a, b"}
      Subnets: {Type: "List<String>", Default: [x, y]}
      Setting: {Type: "AWS::SSM::Parameter::Value<String>", Default: /shop/setting}
    Conditions:
      IsSet: !Equals [!Ref Setting, x]
    Resources:
      Topic:
        Type: AWS::SNS::Topic
        Condition: IsSet
        Properties: {A: !Ref Stage, B: !Ref Count, C: !Ref On, D: !Ref Zones, E: !Ref Subnets, F: !Ref Setting}
"""


def test_every_parameter_has_a_value(system_of: Callable[..., System]) -> None:
    """Values are text; what is not given has its default."""
    system = system_of(TEMPLATE, parameters={"Stage": "prod"})

    assert system.parameters == {
        "Stage": "prod",
        "Count": "3",
        "On": "true",
        "Zones": "a, b",
        "Subnets": "x,y",
        "Setting": "/shop/setting",
    }


def test_references_to_parameters_are_resolved(system_of: Callable[..., System]) -> None:
    """A list parameter gives a list; what lies in the Parameter Store stays a reference, and its condition is open."""
    system = system_of(TEMPLATE)

    assert system.resources["Topic"].properties == {
        "A": "dev",
        "B": "3",
        "C": "true",
        "D": ["a", "b"],
        "E": ["x", "y"],
        "F": {"Ref": "Setting"},
    }


def test_an_unknown_parameter_is_refused(system_of: Callable[..., System]) -> None:
    """The error names the parameters that exist."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of(TEMPLATE, parameters={"Stag": "prod"})

    path = caught.value.facts[0][0].removeprefix("declared in ")
    assert (
        "The template has no parameter 'Stag'.\n"
        f"  declared in {path}: Count, On, Setting, Stage, Subnets, Zones\n"
        "  did you mean 'Stage'?"
    ) == str(caught.value)


def test_a_value_that_is_not_allowed_is_refused(system_of: Callable[..., System]) -> None:
    """The error names the values that are allowed."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of(TEMPLATE, parameters={"Stage": "pro"})

    path = caught.value.facts[1][1]
    assert (
        f"The parameter 'Stage' cannot be 'pro'.\n  allowed: dev, prod\n  declared in: {path}\n  did you mean 'prod'?"
    ) == str(caught.value)


def test_a_parameter_needs_a_value(system_of: Callable[..., System]) -> None:
    """Without a value and without a default the template cannot be read."""
    text = "Parameters: {Stage: {Type: String}}\nResources: {Topic: {Type: AWS::SNS::Topic}}"

    with pytest.raises(MalformedTemplate) as caught:
        system_of(text)

    path = caught.value.facts[0][1]
    assert (
        "The parameter 'Stage' has neither a value nor a default.\n"
        f"  declared in: {path}\n"
        "  Give it a value where the system is declared."
    ) == str(caught.value)
