"""The command line, as a user calls it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from dotenv import dotenv_values


def harness(project: pytest.Pytester, *arguments: str, code: int = 0) -> str:
    """Run `harness …` in the project and give what it printed."""
    outcome = subprocess.run(
        [Path(sys.executable).with_name("harness"), *arguments],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == code, outcome.stdout + outcome.stderr
    return outcome.stdout + outcome.stderr


def test_a_cloud_that_is_up_is_used_and_stays(project: pytest.Pytester) -> None:
    """`harness up` deploys; pytest deploys nothing more and leaves the cloud running; `harness down` stops it."""
    up = harness(project, "up")
    run = project.runpytest_subprocess("--mode=all")
    status = harness(project, "status")
    down = harness(project, "down")

    assert "hello-embedded: deployed, " in up
    run.assert_outcomes(passed=3)
    assert not any("creating" in line or "uploading" in line for line in run.outlines)
    assert "hello-embedded: CREATE_COMPLETE" in status
    assert "is stopped." in down
    assert harness(project, "status") == "No embedded cloud runs. Start it: harness up\n"


def test_up_twice_starts_one_cloud(project: pytest.Pytester) -> None:
    """The second call finds the first one's cloud, and an unchanged system is not deployed again."""
    harness(project, "up")

    second = harness(project, "up")

    assert "The embedded cloud runs already at http://127.0.0.1:" in second
    assert "creating" not in second
    assert "updating" not in second


def test_changed_code_is_deployed(project: pytest.Pytester) -> None:
    """`harness deploy` brings a changed handler into the stage."""
    harness(project, "up")
    code = project.path / "systems" / "hello" / "functions" / "hello.py"
    code.write_text(code.read_text().replace("['name']}\"", "['name']}!\""))
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def test_greets(stage):
                assert stage.request("GET", "/hello/Ann").json["words"] == "Hello Ann!"
            """
        }
    )

    deployed = harness(project, "deploy", "hello")
    run = project.runpytest_subprocess("--mode=http")

    assert "updating hello-embedded" in deployed
    assert "!" in code.read_text()
    run.assert_outcomes(passed=1)


def test_names_are_written_as_dotenv_files(project: pytest.Pytester) -> None:
    """One file holds the outputs, one the environment of each function; only the user may read them."""
    harness(project, "up")

    harness(project, "env")

    folder = project.path / "systems" / "hello"
    assert dotenv_values(folder / ".env")["Function"].startswith("hello-embedded-Hello")  # type: ignore[union-attr]
    assert dotenv_values(folder / ".env.Hello") == {"greeting": "Hello"}
    assert (folder / ".env.Hello").stat().st_mode & 0o777 == 0o600


def test_values_are_read_back_as_they_were(tmp_path: Path) -> None:
    """Quotes, dollars, backslashes and line ends survive."""
    from harness.cli.dotenv import write_dotenv
    from harness.cloud.names import Names

    outputs = {"A": 'it\'s ${HOME} \\n "x"', "B": "two\nlines", "C": "", "D": " # no comment "}

    (path,) = write_dotenv(Names(stack="s", account="1", region="r", outputs=outputs), folder=tmp_path)

    assert dotenv_values(path) == outputs


@pytest.mark.parametrize("command", ["deploy", "env"])
def test_without_a_cloud_nothing_is_deployed_or_written(project: pytest.Pytester, command: str) -> None:
    """The message says how to start one; the code is that of a broken environment."""
    text = harness(project, command, code=6)

    assert text.startswith("harness.StageError: No embedded cloud runs")
    assert "start it: harness up" in text


def test_an_unknown_system_is_refused(project: pytest.Pytester) -> None:
    """A misspelt name is answered with the right ones; the code is that of a usage error."""
    harness(project, "up")

    text = harness(project, "deploy", "helo", code=4)

    assert "harness.UnknownSystem: No system is called 'helo'." in text
    assert "did you mean 'hello'?" in text


def test_up_is_for_the_embedded_cloud_only(project: pytest.Pytester) -> None:
    """A stage in AWS is deployed, not started."""
    text = harness(project, "up", "--stage=dev", code=4)

    assert text == (
        "harness.UsageError: `harness up` is for the embedded cloud, but the stage is 'dev'.\n"
        "  stage: dev (from --stage)\n"
        "  deploy there: harness deploy --stage dev\n"
    )


def test_down_without_a_cloud_does_no_harm(project: pytest.Pytester) -> None:
    """Twice down is once down."""
    assert harness(project, "down") == "No embedded cloud runs.\n"


def test_help_names_every_command(project: pytest.Pytester) -> None:
    """A newcomer finds the commands."""
    text = harness(project, "--help")

    assert all(command in text for command in ("up", "down", "deploy", "status", "env"))


def test_any_other_endpoint_is_a_stage(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """With AWS_ENDPOINT_URL the harness starts no cloud: it deploys when told to, and tests what is there."""
    harness(project, "up")
    endpoint = next(word for word in harness(project, "status").split() if word.startswith("http://"))
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "TEST_STAGE": "dev",
        "AWS_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)

    absent = project.runpytest_subprocess("--mode=http")
    harness(project, "deploy")
    present = project.runpytest_subprocess("--mode=all")
    gone = harness(project, "down")
    for name in ("AWS_ENDPOINT_URL", "TEST_STAGE"):
        monkeypatch.delenv(name)

    assert absent.ret == 6
    absent.stdout.fnmatch_lines(["harness.NotDeployed: The stack 'hello-dev' is not deployed."])
    present.assert_outcomes(passed=3)
    assert "hello-dev: deleted." in gone
