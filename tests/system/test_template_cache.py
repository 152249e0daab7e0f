from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.system.model import System
from harness.system.reader import read

TEMPLATE = """
    Transform: AWS::Serverless-2016-10-31
    Parameters: {Stage: {Type: String, Default: dev}}
    Resources:
      Shop: {Type: AWS::Serverless::Function, Properties: {CodeUri: functions, Handler: a.b, Runtime: python3.12}}
      Flow: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: flow.json, Role: !Ref Stage}}
"""


@pytest.fixture
def template(written: Callable[..., Path]) -> Path:
    written('{"StartAt": "A"}', name="flow.json")
    return written(TEMPLATE)


@pytest.fixture
def read_again(template: Path) -> Callable[..., System]:
    return lambda **parameters: read(
        template, name="shop", parameters=parameters, cache=template.parent / "cache" / "templates"
    )


def entries(template: Path) -> list[Path]:
    """Give the entries of the cache, oldest first."""
    return sorted((template.parent / "cache" / "templates").iterdir(), key=lambda entry: entry.stat().st_mtime_ns)


def test_the_cache_gives_the_same_system(template: Path, read_again: Callable[..., System]) -> None:
    """A warm read is equal to a cold one, and leaves one entry."""
    cold = read_again()

    warm = read_again()

    assert (cold, 1) == (warm, len(entries(template)))


def test_a_warm_read_imports_neither_sam_nor_yaml(template: Path, read_again: Callable[..., System]) -> None:
    """What takes time to import is not imported."""
    read_again()
    program = (
        "import sys; from pathlib import Path; from harness.system.reader import read;"
        f"read(Path({str(template)!r}), name='shop', cache=Path({str(template.parent / 'cache' / 'templates')!r}));"
        "print([name for name in ('samtranslator', 'yaml', 'boto3') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "[]\n"


def test_other_parameters_are_another_entry(template: Path, read_again: Callable[..., System]) -> None:
    """A template is kept once for each set of parameters."""
    read_again()

    read_again(Stage="prod")

    assert len(entries(template)) == 2


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b"\xff", b'{"template": {"Resources": []}, "taken_in": {}}'])
def test_a_broken_entry_is_written_again(template: Path, read_again: Callable[..., System], broken: bytes) -> None:
    """What cannot be used is ignored."""
    cold = read_again()
    (entry,) = entries(template)
    entry.write_bytes(broken)

    again = read_again()

    assert cold == again
    assert "Shop" in json.loads(entry.read_bytes())["template"]["Resources"]


def test_a_file_that_is_taken_in_counts(template: Path, read_again: Callable[..., System]) -> None:
    """A changed definition is read although the template is the same."""
    read_again()
    (template.parent / "flow.json").write_text('{"StartAt": "B"}', encoding="utf-8")

    system = read_again()

    assert json.loads(definition(system)) == {"StartAt": "B"}


def definition(system: System) -> str:
    """Give the definition of the state machine, which SAM writes as lines of text."""
    written = system.resources["Flow"].properties["DefinitionString"]
    return str(written)
