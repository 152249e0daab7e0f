"""The JSON of a report: it holds to its schema, and comes back as it was."""

from __future__ import annotations

import dataclasses
import json
import re
import types
import typing
from pathlib import Path
from typing import Any

import pytest

from harness.errors import MalformedReport
from harness.report import gating, record
from harness.report.document import document, read
from harness.report.gating import judged
from harness.report.plain import to_json
from harness.report.record import SCHEMA, RunRecord
from harness.report.surface import share
from tests.report.samples import MODES, VERDICTS, broken_run, empty_run, green_run

SCHEMA_FILE = Path(record.__file__).with_name("schema.json")
RECORDS = [
    one
    for module in (record, gating)
    for one in (getattr(module, name) for name in module.__all__)
    if dataclasses.is_dataclass(one) and isinstance(one, type)
]

# What a document says besides the fields of a record.
ADDED: dict[type, set[str]] = {RunRecord: {"verdicts", "summary", "gate"}, gating.Gate: {"passed"}}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """The schema as it is shipped."""
    found: dict[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return found


def written(path: Path, content: Any) -> Path:
    """Write JSON."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "run",
    [broken_run(), green_run(), empty_run(), dataclasses.replace(broken_run(), left=("<é\n\x00\u2028>",))],
    ids=["broken", "green", "empty", "odd"],
)
def test_a_run_comes_back_as_it_was(tmp_path: Path, run: RunRecord) -> None:
    """Written and read, with all that is derived, it is the same run."""
    gate = judged(run, modes=MODES, surface=90.0, ended="pytest was ended by SIGKILL")
    path = written(tmp_path / "report.json", document(run, verdicts=VERDICTS, gate=gate))

    found = read(path)

    assert run == found


def test_a_run_of_which_nobody_looked_for_drift_comes_back(tmp_path: Path) -> None:
    """None is not the same as nothing."""
    path = written(tmp_path / "report.json", document(empty_run(), verdicts=()))

    found = read(path)

    assert (None, None) == (found.drift, found.left)


def test_what_a_consumer_would_count_is_counted() -> None:
    """Tests, outcomes by system and mode, areas, and how much was reached."""
    run = broken_run()

    found = document(run, verdicts=VERDICTS)["summary"]

    assert found == {
        "headline": "8 of 17 tests fail, 1 skipped",
        "state": "bad",
        "tests": 17,
        "passed": 8,
        "skipped": 1,
        "broken": 8,
        "outcomes": {"failed": 15, "passed": 33, "skipped": 3},
        "systems": {
            "bigmouth": {
                "handler": {"failed": 2, "passed": 14, "skipped": 1},
                "invoke": {"failed": 6, "passed": 10, "skipped": 1},
                "http": {"failed": 7, "passed": 9, "skipped": 1},
            }
        },
        "without_a_stage": {},
        "areas": {
            "code": 1, "packaging": 1, "environment": 1, "permissions": 2, "limits": 1, "wiring": 1, "harness": 1,
        },
        "surface": round(share(run), 2),
        "drift": 2,
        "left": 1,
    }  # fmt: skip


def test_a_test_without_a_stage_is_counted_apart() -> None:
    """It has neither system nor mode, and reaches no surface."""
    plain = record.TestRecord(test="test_plain", system="", mode="", outcome="passed")

    found = document(RunRecord(tests=(plain,)), verdicts=())["summary"]

    assert ({}, {"passed": 1}, None) == (found["systems"], found["without_a_stage"], found["surface"])


def test_a_run_that_did_not_end_in_order_is_not_good() -> None:
    """The document says so, and comes back with it."""
    found = document(dataclasses.replace(green_run(), ended="pytest was interrupted", unselected=3), verdicts=())

    assert ("bad", "pytest was interrupted", 3) == (found["summary"]["state"], found["ended"], found["unselected"])


def test_verdicts_are_told() -> None:
    """As the records that they are."""
    found = document(broken_run(), verdicts=VERDICTS)

    assert [to_json(one) for one in VERDICTS] == found["verdicts"]


def test_a_gate_is_told() -> None:
    """With what it asked for, and what came of each condition."""
    run = dataclasses.replace(green_run(), systems=())
    gate = judged(run, modes=MODES, surface=30.0)

    found = document(run, verdicts=(), gate=gate)["gate"]

    assert found == {
        "passed": True,
        "modes": ["handler", "invoke", "http"],
        "surface": 30.0,
        "ended": "",
        "conditions": [
            {"name": "tests", "passed": True, "text": "8 tests in handler, invoke, http", "lines": []},
            {"name": "drift", "passed": True, "text": "none", "lines": []},
            {"name": "surface", "passed": True, "text": "100 % reached, 30 % asked for", "lines": []},
            {"name": "left", "passed": True, "text": "nothing", "lines": []},
        ],
    }


def test_no_gate_is_null() -> None:
    """Where none was asked."""
    assert document(green_run(), verdicts=())["gate"] is None


def described(schema: dict[str, Any], kind: type) -> dict[str, Any]:
    """Give what the schema says of a record: the run's fields stand at the top."""
    found: dict[str, Any] = schema if kind is RunRecord else schema["$defs"][kind.__name__]
    return found


@pytest.mark.parametrize("kind", RECORDS)
def test_the_schema_has_the_fields_of_each_record(schema: dict[str, Any], kind: type) -> None:
    """No more and no fewer; a document adds its own to a run and to a gate."""
    added = ADDED.get(kind, set())

    found = described(schema, kind)["properties"]

    assert {one.name for one in dataclasses.fields(kind)} | added == found.keys()


@pytest.mark.parametrize("kind", RECORDS)
def test_the_schema_has_the_types_of_each_record(schema: dict[str, Any], kind: type) -> None:
    """Each field is described by what its annotation says."""
    hints = typing.get_type_hints(kind)

    found = described(schema, kind)["properties"]

    assert {name: expected(hint) for name, hint in hints.items()} == {name: undescribed(found[name]) for name in hints}


def expected(hint: Any) -> dict[str, Any]:
    """Give the schema of a type."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is types.UnionType:
        inner = expected(next(one for one in arguments if one is not types.NoneType))
        return {**inner, "type": [inner["type"], "null"]} if "type" in inner else {"anyOf": [inner, {"type": "null"}]}
    if origin is tuple:
        return {"type": "array", "items": expected(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": expected(arguments[1])}
    if dataclasses.is_dataclass(hint):
        return {"$ref": f"#/$defs/{getattr(hint, '__name__', '')}"}
    return {"type": {str: "string", float: "number", int: "integer", bool: "boolean"}[hint]}


def undescribed(part: dict[str, Any]) -> dict[str, Any]:
    """Give a schema without what is for people, and without the bounds of a number."""
    return {name: value for name, value in part.items() if name not in ("description", "minimum")}


@pytest.mark.parametrize("kind", [one for one in RECORDS if one is not RunRecord])
def test_what_has_no_default_is_required(schema: dict[str, Any], kind: type) -> None:
    """An older report may lack the others."""
    without = {one.name for one in dataclasses.fields(kind) if not has_default(one)}

    found = set(described(schema, kind).get("required", ())) - ADDED.get(kind, set())

    assert without == found


def has_default(field: Any) -> bool:
    return field.default is not dataclasses.MISSING or field.default_factory is not dataclasses.MISSING


def test_the_schema_says_its_version(schema: dict[str, Any]) -> None:
    """In its id."""
    assert f"urn:serverless-harness:report:{SCHEMA}" == schema["$id"]


def test_every_field_of_a_run_and_a_test_is_explained(schema: dict[str, Any]) -> None:
    """A property without words would have to be guessed."""
    parts = [schema["properties"], schema["$defs"]["TestRecord"]["properties"]]

    silent = [name for part in parts for name, one in part.items() if not {"description", "$ref"} & one.keys()]

    assert silent == []


def test_what_a_newer_version_adds_is_passed_over(tmp_path: Path) -> None:
    """A field more does not make another schema."""
    run = green_run()
    content = document(run, verdicts=())
    content["weather"] = "fine"
    content["tests"][0]["mood"] = {"good": True}

    found = read(written(tmp_path / "report.json", content))

    assert run == found


def test_what_an_older_version_did_not_know_has_its_default(tmp_path: Path) -> None:
    """Such as the summary and the gate."""
    content = {"schema": 1, "modes": ["http"], "tests": []}

    found = read(written(tmp_path / "report.json", content))

    assert RunRecord(modes=("http",)) == found


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    """It says who wrote it and what is known."""
    path = written(tmp_path / "report.json", document(green_run(), verdicts=()) | {"schema": 7, "version": "9.9"})

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == (
        f"The report {str(path)!r} is of schema 7, which this version of the harness does not know.\n"
        f"  known: up to {SCHEMA}\n"
        "  written by: harness 9.9\n"
        "  read it with that version of the harness, or a later one"
    )


def test_a_field_of_another_type_is_refused(tmp_path: Path) -> None:
    """It says where."""
    content = document(green_run(), verdicts=())
    content["tests"][1]["mode"] = 3
    path = written(tmp_path / "report.json", content)

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == (
        f"The file {str(path)!r} is no report of the harness.\n"
        f"  schema: {SCHEMA}\n"
        "  where: data.tests[1].mode\n"
        "  fault: must be string\n"
        "  write one: pytest --report-json=FILE, or harness gate --json=FILE"
    )


def test_another_object_is_refused(tmp_path: Path) -> None:
    """It says what is missing."""
    path = written(tmp_path / "package.json", {"name": "shop"})

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == (
        f"The file {str(path)!r} is no report of the harness.\n"
        f"  schema: {SCHEMA}\n"
        "  where: data\n"
        "  fault: must contain ['modes', 'schema', 'tests'] properties\n"
        "  write one: pytest --report-json=FILE, or harness gate --json=FILE"
    )


def test_what_is_no_object_is_refused(tmp_path: Path) -> None:
    """It says what it is."""
    path = written(tmp_path / "list.json", [1])

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == f"The file {str(path)!r} is no report of the harness.\n  holds: list"


def test_what_is_not_json_is_refused(tmp_path: Path) -> None:
    """It says where it stops to be."""
    path = tmp_path / "report.html"
    path.write_text("<html>")

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == (
        f"The file {str(path)!r} is not JSON.\n  fault: Expecting value: line 1 column 1 (char 0)"
    )


def test_what_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    """Such as the report of a shard that never ran."""
    path = tmp_path / "none.json"

    with pytest.raises(MalformedReport) as raised:
        read(path)

    assert str(raised.value) == f"The report {str(path)!r} cannot be read: No such file or directory."


def test_every_field_stands_in_the_documentation(schema: dict[str, Any]) -> None:
    """In the table of its object, and no other does."""
    text = (Path(__file__).parents[2] / "docs/reports.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in text.split("\n### ")[1:])
    objects = {"A report": schema, **schema["$defs"]}

    told = {name: re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) for name, section in sections.items()}

    assert {name: list(one.get("properties", ())) for name, one in objects.items()} == told
