"""The command line, as a user calls it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from dotenv import dotenv_values

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud


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


def test_two_ups_at_once_start_one_cloud(project: pytest.Pytester) -> None:
    """The second waits for the first and uses its cloud."""
    command = [Path(sys.executable).with_name("harness"), "up"]

    ups = [subprocess.Popen(command, cwd=project.path, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = sorted(up.communicate()[0].splitlines()[0].partition(" (")[0] for up in ups)

    endpoint = said[1].rpartition(" ")[2]
    assert said == [f"The embedded cloud runs already at {endpoint}", f"The embedded cloud runs at {endpoint}"]
    assert len(list((project.path / ".harness" / "clouds").iterdir())) == 1


def test_pytest_in_another_region_has_a_cloud_of_its_own(project: pytest.Pytester) -> None:
    """IAM is global: a second stage in the same cloud would take the roles of the first one's functions away."""
    harness(project, "up", "--region=us-east-1")
    folder = project.path / ".harness"
    running = embedded.find(folder)
    assert running is not None
    stacks = embedded_cloud(running.endpoint, folder=folder, region="eu-west-1").client("cloudformation")

    other = project.runpytest_subprocess("--mode=invoke", "--region=eu-west-1")
    same = project.runpytest_subprocess("--mode=invoke", "--region=us-east-1")

    other.assert_outcomes(passed=1)
    assert any("creating hello-embedded" in line for line in other.outlines)
    assert stacks.describe_stacks()["Stacks"] == []
    same.assert_outcomes(passed=1)
    assert not any("creating" in line or "updating" in line for line in same.outlines)


def test_a_cloud_of_another_region_is_refused(project: pytest.Pytester) -> None:
    """Nothing is deployed into it, and nothing is read from it as if it were the other region's."""
    harness(project, "up", "--region=us-east-1")
    running = embedded.find(project.path / ".harness")
    assert running is not None

    texts = {harness(project, command, "--region=eu-west-1", code=4) for command in ("up", "deploy", "status", "env")}

    (text,) = texts
    assert text == (
        "harness.UsageError: The embedded cloud that runs plays 'us-east-1', not 'eu-west-1'.\n"
        f"  runs at: {running.endpoint}\n"
        "  region: eu-west-1 (from --region)\n"
        "  stop it first: harness down\n"
    )


def test_a_cloud_that_does_not_answer_is_stopped_all_the_same(project: pytest.Pytester) -> None:
    """The other commands say that it is there; `harness down` stops it by its process."""
    harness(project, "up")
    running = embedded.find(project.path / ".harness")
    assert running is not None
    os.killpg(running.pid, signal.SIGSTOP)

    texts = {harness(project, command, code=6) for command in ("up", "status")}
    down = harness(project, "down")

    (text,) = texts
    assert text == (
        f"harness.StageError: The embedded cloud at {running.endpoint!r} runs but does not answer.\n"
        f"  process: {running.pid}\n  log: {running.log}\n  stop it: harness down\n"
    )
    assert down == f"The embedded cloud at {running.endpoint} is stopped.\n"
    assert not embedded.runs(running)


def test_down_leaves_the_process_of_somebody_else_alone(project: pytest.Pytester, state: Path) -> None:
    """A recorded id that was given to another process since is forgotten."""
    folder = project.path / ".harness"
    running = embedded.start(folder, region="us-east-1")
    embedded.stop(running)
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as stranger:
        embedded.remember(replace(running, pid=stranger.pid, lifeline=-1), folder=folder)

        down = harness(project, "down")
        alive = stranger.poll() is None
        stranger.kill()

    assert down == "No embedded cloud runs.\n"
    assert alive
    assert embedded.remembered(folder) is None


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


def test_dotenv_files_are_of_the_stage_as_it_is_now(project: pytest.Pytester) -> None:
    """Also where somebody has changed it by hand since it was deployed."""
    harness(project, "up")
    harness(project, "env")
    folder = project.path / "systems" / "hello"
    name = dotenv_values(folder / ".env")["Function"]
    running = embedded.find(project.path / ".harness")
    assert running is not None
    client = embedded_cloud(running.endpoint, folder=project.path, region="us-east-1").client("lambda")
    client.update_function_configuration(FunctionName=name, Environment={"Variables": {"NEW": "1"}})

    harness(project, "env")

    assert dotenv_values(folder / ".env.Hello") == {"NEW": "1"}


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


def test_a_reader_who_has_read_enough_is_no_error(project: pytest.Pytester) -> None:
    """`harness … | head -1` shows no traceback."""
    command = f"set -o pipefail; {Path(sys.executable).with_name('harness')} status | true"

    outcome = subprocess.run(["bash", "-c", command], cwd=project.path, capture_output=True, text=True, check=False)

    assert outcome.returncode in {0, 141}
    assert "Traceback" not in outcome.stdout + outcome.stderr


def test_down_without_a_cloud_does_no_harm(project: pytest.Pytester) -> None:
    """Twice down is once down."""
    assert harness(project, "down") == "No embedded cloud runs.\n"


def test_help_names_every_command(project: pytest.Pytester) -> None:
    """A newcomer finds the commands."""
    text = harness(project, "--help")

    assert all(command in text for command in ("up", "down", "deploy", "status", "env"))


@pytest.mark.parametrize("command", ["deploy", "down"])
def test_a_protected_stage_is_left_alone(project: pytest.Pytester, command: str) -> None:
    """What is called prod is neither deployed nor deleted from here."""
    text = harness(project, command, "--stage=prod", code=4)

    assert f"harness.StageProtected: `harness {command}` does not touch the stage 'prod'." in text


@pytest.mark.parametrize("command", ["deploy", "down"])
def test_a_stack_of_somebody_else_is_left_alone(
    project: pytest.Pytester, cloud: Cloud, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """A stack of the same name that the harness has not deployed is neither updated nor deleted."""
    cloudformation = cloud.client("cloudformation")
    template = '{"Resources": {"Queue": {"Type": "AWS::SQS::Queue"}}}'
    cloudformation.create_stack(StackName="hello-theirs", TemplateBody=template)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="hello-theirs", WaiterConfig={"Delay": 0})
    elsewhere = {"AWS_ENDPOINT_URL": str(cloud.endpoint), "AWS_REGION": cloud.region, "TEST_STAGE": "theirs"}
    for name, value in {**elsewhere, "AWS_ACCESS_KEY_ID": cloud.account, "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)

    text = harness(project, command, code=6)
    (stack,) = cloudformation.describe_stacks(StackName="hello-theirs")["Stacks"]
    cloudformation.delete_stack(StackName="hello-theirs")

    assert "harness.StageError: The stack 'hello-theirs' was not deployed by the harness" in text
    assert stack["StackStatus"] == "CREATE_COMPLETE"


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
