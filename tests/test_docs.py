"""The blocks of the documentation are read by what they are written for."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from harness.settings import read_settings

DOCS = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def blocks(language: str) -> list[str]:
    return [text for page in DOCS for kind, text in BLOCK.findall(page.read_text(encoding="utf-8")) if kind == language]


def test_every_language_has_a_test() -> None:
    """A block in another language would be passed over."""
    found = {kind for page in DOCS for kind, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}

    assert found <= {"toml", "python", "console"}


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_are_settings(text: str, tmp_path: Path) -> None:
    """What the page shows is read without complaint, and says what it seems to say."""
    (tmp_path / "pyproject.toml").write_text(text)

    systems = read_settings(tmp_path, environment={}).systems

    declared = tomllib.loads(text)["tool"]["harness"]["systems"]
    assert {name: dict(system.parameters) for name, system in systems.items()} == {
        name: entry["parameters"] for name, entry in declared.items()
    }


@pytest.mark.parametrize("text", blocks("python"))
def test_the_marker_is_understood(text: str, pytester: pytest.Pytester) -> None:
    """A test with the marker of the page is deselected in another mode."""
    pytester.makefile(".yaml", template="Resources: {A: {Type: 'AWS::SQS::Queue'}}")
    pytester.makepyfile(f"import pytest\n{text}def test_it(stage): ...\n")

    outcome = pytester.runpytest_subprocess("--mode=http", "--stage=embedded", "-p", "no:cacheprovider")

    outcome.assert_outcomes(deselected=1)


@pytest.mark.parametrize("page", [*DOCS, DOCS[0].parent.parent / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a page of the project finds it."""
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]

    assert missing == []
