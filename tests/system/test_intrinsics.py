from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.system.intrinsics import Scope, holds, is_intrinsic, resolve, scope_of
from harness.system.model import System

KNOWN = {("Table", None): "shop-table", ("Table", "Arn"): "arn:table", ("Nested", "Outputs.Url"): "https://nested"}

SCOPE = Scope(
    parameters={"Service": "shop", "Stage": "prod", "Zones": ["a", "b", "c"]},
    mappings={"Sizes": {"prod": {"memory": 1024, "zones": ["x", "y"]}}},
    conditions={
        "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
        "IsDev": {"Fn::Not": [{"Condition": "IsProd"}]},
        "HasTable": {"Fn::Equals": [{"Ref": "Unknown"}, "x"]},
        "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
        "Either": {"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "IsProd"}]},
        "Short": {"Fn::Equals": ["a"]},
        "Odd": {"Fn::Contains": [["a"], "a"]},
    },
    pseudo={"AWS::Region": "eu-west-1", "AWS::StackName": "shop-prod"},
    lookup=lambda logical_id, attribute: KNOWN.get((logical_id, attribute)),
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", "text"),
        ({"Ref": "Service"}, "shop"),
        ({"Ref": "AWS::Region"}, "eu-west-1"),
        ({"Ref": "Table"}, "shop-table"),
        ({"Ref": "AWS::NoValue"}, None),
        ({"Fn::GetAtt": ["Table", "Arn"]}, "arn:table"),
        ({"Fn::GetAtt": "Table.Arn"}, "arn:table"),
        ({"Fn::GetAtt": ["Nested", "Outputs.Url"]}, "https://nested"),
        ({"Fn::Sub": "${Service}-${AWS::Region}-${Table}-${Table.Arn}"}, "shop-eu-west-1-shop-table-arn:table"),
        ({"Fn::Sub": "${!Literal}-${ Service }"}, "${Literal}-shop"),
        ({"Fn::Sub": ["${A}-${Service}", {"A": {"Fn::Select": [0, {"Ref": "Zones"}]}}]}, "a-shop"),
        ({"Fn::Sub": ["${On}", {"On": True}]}, "true"),
        ({"Fn::Join": ["/", ["a", {"Ref": "Service"}, 3]]}, "a/shop/3"),
        ({"Fn::Join": [",", {"Ref": "Zones"}]}, "a,b,c"),
        ({"Fn::Join": ["-", ["a", {"Ref": "AWS::NoValue"}, "b"]]}, "a-b"),
        ({"Fn::Select": ["1", {"Fn::Split": ["-", {"Ref": "AWS::StackName"}]}]}, "prod"),
        ({"Fn::Select": [1, [{"Ref": "Unknown"}, "b"]]}, "b"),
        ({"Fn::Split": ["-", "a-b"]}, ["a", "b"]),
        ({"Fn::If": ["IsProd", {"Ref": "Service"}, "other"]}, "shop"),
        ({"Fn::If": ["IsDev", "x", {"Keep": {"Ref": "Unknown"}}]}, {"Keep": {"Ref": "Unknown"}}),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "Stage"}, "memory"]}, 1024),
        ({"Fn::FindInMap": ["Sizes", "dev", "memory", {"DefaultValue": 128}]}, 128),
        ({"Fn::Base64": {"Ref": "Service"}}, "c2hvcA=="),
        ({"Fn::Equals": ["true", True]}, True),
        ({"Fn::Equals": [["a", "b", "c"], {"Ref": "Zones"}]}, True),
        ({"Fn::Not": [{"Fn::Equals": ["a", "b"]}]}, True),
        ({"Fn::And": [{"Condition": "IsProd"}, {"Condition": "Either"}]}, True),
        ({"Fn::Or": [{"Condition": "IsDev"}, {"Condition": "Both"}]}, False),
        ([1, {"Ref": "AWS::NoValue"}, {"Ref": "Stage"}], [1, "prod"]),
        ({"A": {"Ref": "AWS::NoValue"}, "B": {"C": {"Ref": "Stage"}}}, {"B": {"C": "prod"}}),
        (
            {"Effect": "Allow", "Condition": {"Bool": {"x": "true"}}},
            {"Effect": "Allow", "Condition": {"Bool": {"x": "true"}}},
        ),
    ],
)
def test_resolves(value: Any, expected: Any) -> None:
    """What the scope knows takes the place of the intrinsic function."""
    resolved = resolve(value, SCOPE)

    assert expected == resolved


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Unknown"},
        {"Ref": ["Service"]},
        {"Fn::GetAtt": ["Table", "StreamArn"]},
        {"Fn::GetAtt": ["Table", {"Ref": "Unknown"}]},
        {"Fn::Sub": "${Service}-${Unknown}"},
        {"Fn::Sub": "${Zones}"},
        {"Fn::Join": ["-", ["a", {"Fn::If": ["HasTable", "x", "y"]}]]},
        {"Fn::Join": ["-", [{"a": {"Ref": "Unknown"}}]]},
        {"Fn::Join": ["-", "text"]},
        {"Fn::Join": "text"},
        {"Fn::Select": [9, ["a"]]},
        {"Fn::Split": ["-", {"Ref": "AWS::NoValue"}]},
        {"Fn::If": ["HasTable", "x", "y"]},
        {"Fn::If": ["Missing", "x", "y"]},
        {"Fn::FindInMap": ["Sizes", "dev", "memory"]},
        {"Fn::ImportValue": "other"},
        {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "HasTable"}]},
    ],
)
def test_leaves_what_it_does_not_know(value: Any) -> None:
    """What cannot be resolved stays in the form of the intrinsic function."""
    resolved = resolve(value, SCOPE)

    assert value == resolved


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("IsProd", True),
        ("IsDev", False),
        ("Both", False),
        ("Either", True),
        ("HasTable", None),
        ("Short", None),
        ("Odd", None),
    ],
)
def test_says_whether_a_condition_holds(condition: str, expected: bool | None) -> None:  # noqa: FBT001 - an expected value
    """A condition holds, does not, or cannot be judged yet."""
    answer = holds(condition, SCOPE)

    assert expected is answer


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"Ref": "A"}, True), ({"Fn::Sub": "a"}, True), ({"A": 1}, False), ({}, False), ("a", False)],
)
def test_knows_an_intrinsic_function(value: Any, expected: bool) -> None:  # noqa: FBT001 - an expected value
    """A mapping with one key that is a function's name is one."""
    answer = is_intrinsic(value)

    assert expected is answer


def test_a_deployed_system_resolves_its_issuer() -> None:
    """The scope of a system knows its parameters and what the stage looks up."""
    system = System(
        name="shop",
        template=Path("template.yaml"),
        cloudformation={"Parameters": {"Ids": {"Type": "CommaDelimitedList"}}, "Resources": {}},
        parameters={"Ids": "a, b"},
    )
    issuer = {"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}"}

    scope = scope_of(system, pseudo={"AWS::Region": "eu-west-1"}, lookup=lambda *_: "eu-west-1_abc")

    assert resolve(issuer, scope) == "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc"
    assert resolve({"Ref": "Ids"}, scope) == ["a", "b"]
