"""The blocks of the documentation are read by what they are written for."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from harness.settings import read_settings

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def blocks(language: str, *, page: str = "*.md") -> list[str]:
    pages = [one for one in DOCS if one.match(page)]
    return [text for one in pages for kind, text in BLOCK.findall(one.read_text(encoding="utf-8")) if kind == language]


def test_every_language_has_a_test() -> None:
    """A block in another language would be passed over."""
    found = {kind for page in DOCS for kind, _ in BLOCK.findall(page.read_text(encoding="utf-8"))}

    assert found <= {"toml", "python", "console", "yaml"}


@pytest.mark.parametrize("text", blocks("toml"))
def test_settings_are_settings(text: str, tmp_path: Path) -> None:
    """What the page shows is read without complaint, and says what it seems to say."""
    (tmp_path / "pyproject.toml").write_text(text)

    systems = read_settings(tmp_path, environment={}).systems

    declared = tomllib.loads(text)["tool"]["harness"].get("systems", {})
    assert {name: dict(system.parameters) for name, system in systems.items()} == {
        name: entry["parameters"] for name, entry in declared.items()
    }
    assert [list(system.taps) for system in systems.values()] == [one.get("taps", []) for one in declared.values()]
    assert [system.test_queue for system in systems.values()] == [
        one.get("test_queue", "") for one in declared.values()
    ]


@pytest.mark.parametrize("text", blocks("python", page="settings.md"))
def test_the_marker_is_understood(text: str, pytester: pytest.Pytester) -> None:
    """A test with the marker of the page is deselected in another mode."""
    pytester.makefile(".yaml", template="Resources: {A: {Type: 'AWS::SQS::Queue'}}")
    pytester.makepyfile(f"import pytest\n{text}def test_it(stage): ...\n")

    outcome = pytester.runpytest_subprocess("--mode=http", "--stage=embedded", "-p", "no:cacheprovider")

    outcome.assert_outcomes(deselected=1)


def test_the_journal_is_as_described(tmp_path: Path) -> None:
    """The tests of the page pass in every mode, as tests of bigmouth."""
    for name in ("conftest.py", "harness", "pyproject.toml", "steps", "suites", "systems"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "suites").unlink()
    suite = shutil.copytree(ROOT / "suites" / "bigmouth", tmp_path / "suites" / "bigmouth")
    for number, text in enumerate(blocks("python", page="journal.md")):
        (suite / f"test_journal_{number}.py").write_text(text)

    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", *suite.glob("test_journal_*"), "--mode=all", "-q", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_"))},
        capture_output=True,
        text=True,
        check=False,
    )

    assert "6 passed" in outcome.stdout, outcome.stdout + outcome.stderr


def test_the_events_are_as_described() -> None:
    """The blocks of the page build on each other, and what they assert is true."""
    names: dict[str, object] = {}

    for text in blocks("python", page="events.md"):
        exec(text, names)

    assert {"events", "event", "record"} <= names.keys()


@pytest.mark.parametrize("text", blocks("yaml"))
def test_workflows_call_commands_that_there_are(text: str) -> None:
    """Each step that calls the harness uses options that its command knows."""
    steps = [step for job in yaml.safe_load(text)["jobs"].values() for step in job["steps"]]
    calls = [shlex.split(step["run"]) for step in steps if step.get("run", "").startswith("harness ")]
    harness = Path(sys.executable).with_name("harness")

    for call in calls:
        told = subprocess.run([harness, call[1], "--help"], capture_output=True, text=True, check=True).stdout
        assert {one for one in call if one.startswith("-")} <= set(re.findall(r"(?<![\w-])--?[a-z-]+", told)), call

    assert len(calls) == 2


def test_only_pages_with_a_test_hold_python() -> None:
    """A block of Python elsewhere would be passed over."""
    found = {page.name for page in DOCS if "```python" in page.read_text(encoding="utf-8")}

    assert {"events.md", "guards.md", "journal.md", "settings.md"} == found


@pytest.mark.parametrize("page", [*DOCS, ROOT / "README.md"], ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    """A link to a page of the project finds it."""
    missing = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / link).exists()]

    assert missing == []
