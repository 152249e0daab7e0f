"""Every block of the README is executed: code as it stands, commands with the output that is shown."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.cloud import embedded

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(
    r"^```(\w+)\n(.*?)^```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
ORDER_TEST, STEP = (text for language, text in BLOCKS if language == "python")
RUN, ACCEPTANCE, TOX, AWS, FAILURE, INSTALL = (text for language, text in BLOCKS if language == "console")
COPIED = ("pyproject.toml", "conftest.py", "README.md", "LICENSE", "harness", "steps", "suites", "systems", "tox.ini")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """A copy of the project, with what has been built for its functions."""
    for name in COPIED:
        source = ROOT / name
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, tmp_path / name)
    for name in ("packages", "archives", "runtime"):
        if (ROOT / ".harness" / name).exists():
            shutil.copytree(ROOT / ".harness" / name, tmp_path / ".harness" / name, symlinks=True)
    yield tmp_path
    running = embedded.find(tmp_path / ".harness")
    if running is not None:
        embedded.stop(running)


def environment(**more: str) -> dict[str, str]:
    """The tester's environment with this interpreter first on the path, and none of the tester's AWS settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_", "TOX", "COV"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return kept | {"PATH": path, "AWS_EC2_METADATA_DISABLED": "true"} | more


def commands(block: str) -> list[str]:
    return [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]


def shown(block: str) -> str:
    return "".join(f"{line}\n" for line in block.splitlines() if not line.startswith("$ "))


def run(command: str, *, folder: Path, code: int = 0, **more: str) -> str:
    outcome = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment(**more), capture_output=True, text=True, check=False
    )
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    return outcome.stdout


def assert_shows(expected: str, output: str) -> None:
    """The output holds the lines that are shown, in order; an ellipsis stands for anything."""
    pattern = ".*?".join(re.escape(part) for part in expected.strip("\n").split("…"))
    assert re.search(pattern, output, re.DOTALL), output


def test_there_is_no_block_that_nobody_executes() -> None:
    """A block in another language would be passed over."""
    assert {language for language, _ in BLOCKS} == {"python", "console"}


def test_it_is_short() -> None:
    """A README is read in one go."""
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 150


def functions(*files: str) -> list[str]:
    """The functions of files, each in a form in which spaces and line breaks do not count."""
    texts = [(ROOT / file).read_text(encoding="utf-8") for file in files]
    return [ast.dump(part) for text in texts for part in ast.parse(text).body if isinstance(part, ast.FunctionDef)]


def test_the_tests_that_are_shown_are_tests() -> None:
    """Each test of the README is one of the suite."""
    shown_tests = [ast.dump(part) for part in ast.parse(ORDER_TEST).body]

    assert shown_tests
    assert set(shown_tests) <= set(functions("suites/bigmouth/test_order.py"))


def test_the_steps_that_are_shown_are_steps() -> None:
    """Each step of the README is one of the vocabulary."""
    steps = [ast.dump(part) for part in ast.parse(STEP).body]

    assert steps
    assert set(steps) <= set(functions("steps/bigmouth/when.py", "steps/bigmouth/then.py"))


def test_the_run_shows_what_is_shown(project: Path) -> None:
    """One test passes in three modes."""
    (command,) = commands(RUN)

    output = run(command, folder=project)

    assert_shows(shown(RUN), output)


def test_the_failure_shows_what_is_shown(project: Path) -> None:
    """A missing permission is found in handler mode, at its line."""
    template = project / "systems" / "bigmouth" / "template.yaml"
    before = template.read_text(encoding="utf-8")
    template.write_text(before.replace("Action: dynamodb:Scan", "Action: dynamodb:DescribeTable"), encoding="utf-8")
    (command,) = commands(FAILURE)

    output = run(command, folder=project, code=1)

    assert_shows(shown(FAILURE), output)
    assert "restaurants.py" in output


def test_the_same_test_runs_against_another_cloud(project: Path, running: embedded.Running) -> None:
    """Nobody's AWS account is at hand here: another endpoint takes its place, through the same settings."""
    elsewhere = {
        "AWS_ENDPOINT_URL": running.endpoint,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }
    deploy, test = commands(AWS)

    run(deploy, folder=project, **elsewhere)
    output = run(test, folder=project, **elsewhere)

    assert_shows(shown(AWS), output)


def test_ci_runs_the_second_command() -> None:
    """`tox` cannot run inside itself: it is what runs this test and what CI runs, acceptance included."""
    (command,) = commands(TOX)

    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == command
    assert re.search(r"env_list = .*acceptance", (ROOT / "tox.ini").read_text(encoding="utf-8"))


def test_the_first_command_works_from_a_fresh_clone(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """With nothing installed but Python: a new virtual environment, then the command as it is shown."""
    (command,) = commands(ACCEPTANCE)
    shutil.rmtree(project / ".harness", ignore_errors=True)
    fresh = tmp_path_factory.mktemp("fresh")
    subprocess.run([sys.executable, "-m", "venv", fresh], check=True)

    output = run(command, folder=project, PATH=f"{fresh / 'bin'}{os.pathsep}{os.environ['PATH']}")

    assert "bigmouth  http     15 passed" in output
    assert "congratulations" in output


def test_the_extra_that_is_installed_exists() -> None:
    """The name and the extra of the install command are the project's own."""
    (command,) = commands(INSTALL)

    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")

    assert command.endswith('"serverless-harness[embedded]"')
    assert 'name = "serverless-harness"' in text
    assert "\nembedded = [" in text
