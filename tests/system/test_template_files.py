from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import MalformedTemplate, NoTemplate
from harness.system.template import contents, parse, parse_any

SHORT = b"""
Version: 2012-10-17
Responses: {200: ok}
Base: &base {A: 1}
Merged: {<<: *base, B: 2}
Values:
  - !Ref A
  - !GetAtt A.Outputs.B
  - !GetAtt [A, B]
  - !Sub "${A}"
  - !Sub ["${A}", {A: !Ref B}]
  - !Condition C
  - !If [C, 1, !Ref "AWS::NoValue"]
  - !Transform {Name: AWS::Include}
"""

LONG = {
    "Version": "2012-10-17",
    "Responses": {"200": "ok"},
    "Base": {"A": 1},
    "Merged": {"A": 1, "B": 2},
    "Values": [
        {"Ref": "A"},
        {"Fn::GetAtt": ["A", "Outputs.B"]},
        {"Fn::GetAtt": ["A", "B"]},
        {"Fn::Sub": "${A}"},
        {"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]},
        {"Condition": "C"},
        {"Fn::If": ["C", 1, {"Ref": "AWS::NoValue"}]},
        {"Fn::Transform": {"Name": "AWS::Include"}},
    ],
}


def test_short_tags_become_long() -> None:
    """YAML gives what the same template in JSON gives."""
    document = parse_any(SHORT, path=Path("template.yaml"))

    assert document == LONG


def test_a_tag_executes_nothing() -> None:
    """A tag of Python is an error, as any tag that is no short one."""
    text = b"A: !!python/object/apply:os.getcwd []"

    with pytest.raises(MalformedTemplate) as caught:
        parse_any(text, path=Path("template.yaml"))

    assert "could not determine a constructor for the tag" in str(caught.value)


@pytest.mark.parametrize("name", ["a.json", "a.template", "a.yaml"])
def test_json_is_read_under_any_name(name: str) -> None:
    """What starts with a brace is read as JSON."""
    text = b'{"Resources": {"A": {"Type": "T"}}}'

    document = parse(text, path=Path(name))

    assert document == {"Resources": {"A": {"Type": "T"}}}


def test_yaml_may_start_with_a_brace() -> None:
    """A flow mapping of YAML is not mistaken for JSON."""
    text = b"{Resources: {A: {Type: T}}}"

    document = parse(text, path=Path("a.yaml"))

    assert document == {"Resources": {"A": {"Type": "T"}}}


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        (
            "a.yaml",
            b"Resources:\n  A: ]",
            "The template 'a.yaml' is not YAML.\n  line: 2\n  column: 6\n  problem: did not find expected node content",
        ),
        (
            "a.yaml",
            b"A: \x01",
            "The template 'a.yaml' is not YAML.\n  line: 1\n  column: 4\n  problem: control characters are not allowed",
        ),
        (
            "a.yaml",
            b"A: \xff",
            "The template 'a.yaml' is not YAML.\n  line: 1\n  column: 4\n  problem: invalid leading UTF-8 octet",
        ),
        (
            "a.json",
            b'{"A": }',
            "The template 'a.json' is not JSON.\n  line: 1\n  column: 7\n  problem: Expecting value",
        ),
        (
            "a.json",
            b'{"A": "\xff"}',
            "The template 'a.json' is not JSON.\n  line: 1\n  column: 8\n  problem: invalid start byte",
        ),
        ("a.yaml", b"A: 1", "The template has no Resources.\n  template: a.yaml"),
        ("a.yaml", b"- 1", "The template has no Resources.\n  template: a.yaml"),
        ("a.yaml", b"Resources: {A: {}}", "The resource 'A' has no Type.\n  template: a.yaml"),
        ("a.yaml", b"Resources: {A: 1}", "The resource 'A' has no Type.\n  template: a.yaml"),
    ],
)
def test_tells_where_a_template_is_malformed(name: str, text: bytes, expected: str) -> None:
    """The error has the line, the column and the problem."""
    with pytest.raises(MalformedTemplate) as caught:
        parse(text, path=Path(name))

    assert expected == str(caught.value)


def test_lists_the_templates_that_are_there(written: Callable[..., Path]) -> None:
    """A missing template is an error that lists its neighbours."""
    folder = written("Resources: {}").parent
    missing = folder / "templat.yaml"

    with pytest.raises(NoTemplate) as caught:
        contents(missing)

    assert (
        f"There is no template at '{missing}'.\n  templates in {folder}: template.yaml\n  did you mean 'template.yaml'?"
    ) == str(caught.value)


def test_a_folder_is_no_template(written: Callable[..., Path]) -> None:
    """For a folder the error lists what is in it."""
    folder = written("Resources: {}").parent

    with pytest.raises(NoTemplate) as caught:
        contents(folder)

    assert f"There is no template at '{folder}'.\n  templates in {folder}: template.yaml" == str(caught.value)


def test_a_missing_folder_has_no_templates(tmp_path: Path) -> None:
    """Where there is no folder there is nothing to list."""
    with pytest.raises(NoTemplate) as caught:
        contents(tmp_path / "a" / "b.yaml")

    assert f"There is no template at '{tmp_path}/a/b.yaml'.\n  templates in {tmp_path}/a: none" == str(caught.value)
