"""`harness gate`, as a CI job calls it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.report.document import read
from tests.edge.conftest import HANDLER, SUITE, TEMPLATE
from tests.faults.projects import LINUX, another_cloud

# Names of tests say by -k which of them a run takes.
SUITES = {
    "test_hello": SUITE,
    "test_faults": """
import os, signal

import pytest

def test_fails(stage):
    assert stage.mode != "http"

def test_plain_fails():
    assert False

@pytest.mark.skip(reason="why not")
def test_skips(stage): ...

@pytest.mark.modes("http", reason="looks at the front door")
def test_elsewhere(stage): ...

def test_leaves(stage):
    stage.cloud.client("sqs").create_queue(QueueName=f"harness-tap-{stage.journal.run}-planted")

def test_leaves_of_another_run(stage):
    stage.cloud.client("sqs").create_queue(QueueName="harness-tap-00000000-planted")

def test_is_killed(stage):
    os.kill(os.getpid(), signal.SIGKILL)
""",
    "test_long": """
import time
from pathlib import Path

def test_takes_long(stage):
    Path("begun").touch()
    time.sleep(60)
    Path("ended").touch()
""",
}
# So that a run creates something.
TAPPED = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: gated}}
  Topic: {Type: AWS::SNS::Topic}
"""
PASSED = {"tests": True, "drift": True, "surface": True, "left": True}


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What came of a gate: its exit code, what it printed, and the JSON that it wrote."""

    code: int
    output: str
    document: dict[str, Any]

    @property
    def conditions(self) -> dict[str, bool]:
        return {one["name"]: one["passed"] for one in self.document["gate"]["conditions"]}

    def lines(self, condition: str) -> list[str]:
        found: list[str] = next(one for one in self.document["gate"]["conditions"] if one["name"] == condition)["lines"]
        return found


@dataclass(frozen=True)
class Gated:
    """A project of one system whose suite is gated."""

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def popen(self, *arguments: str, **given: Any) -> subprocess.Popen[str]:
        """Start `harness …`."""
        plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_", "PYTEST_"))}
        return subprocess.Popen(
            [Path(sys.executable).with_name("harness"), *arguments],
            cwd=self.folder,
            env=plain | self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **given,
        )

    def harness(self, *arguments: str, code: int = 0) -> str:
        """Run `harness …` and give what it printed."""
        with self.popen(*arguments) as process:
            output = process.communicate(timeout=120)[0]
        assert process.returncode == code, output
        return output

    def gate(self, *arguments: str, only: str = "greets", code: int = 0) -> Judged:
        """Run `harness gate …` over some of the tests."""
        report = self.folder / "gate.json"
        report.unlink(missing_ok=True)
        output = self.harness("gate", "--json", str(report), *arguments, "--", "-k", only, code=code)
        return Judged(code=code, output=output, document=json.loads(report.read_text()))

    @property
    def cloud(self) -> Cloud:
        """The cloud that runs."""
        running = embedded.find(self.folder / ".harness")
        assert running is not None
        return embedded_cloud(running.endpoint, folder=self.folder / ".harness", region="us-east-1")

    @property
    def runs(self) -> bool:
        """Whether a cloud runs, or is written down."""
        clouds = self.folder / ".harness" / "clouds"
        return (self.folder / ".harness" / "cloud.json").exists() or (clouds.exists() and any(clouds.iterdir()))


@pytest.fixture(scope="module")
def cold(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Gated:
    """The project while no cloud runs; what is built for its functions is built once."""
    folder = tmp_path_factory.mktemp("gated")
    (folder / "systems/hello/functions").mkdir(parents=True)
    (folder / "suites/hello").mkdir(parents=True)
    (folder / "systems/hello/template.yaml").write_text(TEMPLATE.replace("Resources:", TAPPED))
    (folder / "systems/hello/functions/hello.py").write_text(HANDLER)
    for name, text in SUITES.items():
        (folder / f"suites/hello/{name}.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:cacheprovider\n")
    (folder / ".harness").mkdir(mode=0o700)
    (folder / ".harness/runtime").symlink_to(state / "runtime")
    return Gated(folder)


@pytest.fixture
def warm(cold: Gated) -> Iterator[Gated]:
    """The project while a cloud runs that `harness up` has started."""
    cold.harness("up")
    yield cold
    cold.harness("down")


def test_all_green_passes(cold: Gated) -> None:
    """In a cloud of its own, of which nothing remains; the reports say what passed."""
    page, summary = cold.folder / "page.html", cold.folder / "summary.md"

    judged = cold.gate("hello", "--surface-fail-under", "100", "--report", str(page), "--summary", str(summary))

    assert PASSED == judged.conditions
    # One of those that are not selected makes sense at the front door only, and is left out in the other modes.
    unselected = f"{judged.document['unselected']} tests were not selected (-k, -m, --deselect)"
    left_out = f"{unselected}; 1 test ran in no mode, with a reason"
    assert judged.output.endswith(
        f"gate: tests    passed  1 test in handler, invoke, http; {left_out}\n"
        "gate: drift    passed  none\n"
        "gate: surface  passed  100 % reached, 100 % asked for\n"
        "gate: left     passed  nothing\n"
        "gate: passed\n"
    )
    assert summary.read_text().startswith("## ✅ The gate passes: 1 test passes in every mode\n")
    assert page.read_text().lower().startswith("<!doctype html>")
    assert not cold.runs


def test_the_report_is_one_that_can_be_read(cold: Gated) -> None:
    """It is the run, with what the gate has looked for."""
    cold.gate("--mode", "handler")

    run = read(cold.folder / "gate.json")

    assert (("handler",), (), ()) == (run.modes, run.drift, run.left)
    assert ["handler"] == [test.mode for test in run.tests]


def test_workers_test_inside(cold: Gated) -> None:
    """Each in a cloud of its own; their records come together."""
    judged = cold.gate("-n", "2")

    assert PASSED == judged.conditions
    assert 3 == judged.document["summary"]["outcomes"]["passed"]
    assert not cold.runs


def test_shards_are_merged_and_judged_together(cold: Gated) -> None:
    """One with workers, of half the modes each; neither reaches the whole with all its modes."""
    for name, arguments in {"one": ["--mode", "handler", "-n", "2"], "two": ["--mode", "invoke,http"]}.items():
        cold.harness("gate", *arguments, "--json", f"{name}.json", "--", "-k", "greets or elsewhere")

    said = cold.harness("merge", "one.json", "two.json", "--gate", "--shards", "2", "--surface-fail-under", "100")
    alone = cold.harness("merge", "one.json", "--gate", "--shards", "2", code=1)

    assert said.startswith("gate: tests    passed  2 tests in handler, invoke, http; ")
    assert said.endswith("gate: passed\n")
    assert "1 of 2 reports are there\n" in alone
    assert "test_greets: did not run in invoke, http, and nothing says why\n" in alone


def test_a_test_that_fails_in_one_mode_fails(cold: Gated) -> None:
    """Code 1; the line says in which mode."""
    judged = cold.gate("--mode", "handler,http", only="test_fails", code=1)

    assert PASSED | {"tests": False} == judged.conditions
    assert ["suites/hello/test_faults.py::test_fails: failed in http"] == judged.lines("tests")
    assert "gate: tests    FAILED  1 of 1 test does not pass in every mode; " in judged.output
    assert judged.output.endswith("gate: FAILED\n")


def test_a_test_that_is_skipped_fails(cold: Gated) -> None:
    """Though pytest ends with 0."""
    judged = cold.gate("--mode", "handler", only="skips or greets", code=1)

    assert ["suites/hello/test_faults.py::test_skips: skipped in handler"] == judged.lines("tests")


def test_a_test_that_is_deselected_with_a_reason_does_not_fail(cold: Gated) -> None:
    """The marker says why it has nothing to say in the other modes."""
    judged = cold.gate(only="elsewhere")

    assert PASSED == judged.conditions


def test_a_test_without_a_stage_that_fails_fails(cold: Gated) -> None:
    """It ran once, in no mode."""
    judged = cold.gate("--mode", "handler", only="plain or greets", code=1)

    assert ["suites/hello/test_faults.py::test_plain_fails: failed"] == judged.lines("tests")
    assert {"failed": 1} == judged.document["summary"]["without_a_stage"]


def test_tests_that_were_not_selected_are_counted(cold: Gated) -> None:
    """What a marker leaves out is told with its reason instead."""
    judged = cold.gate("--mode", "handler", only="greets")

    # Of test_faults those that fail, skip, leave and are killed, and the one of test_long.
    assert 7 == judged.document["unselected"]


def test_no_test_at_all_fails(cold: Gated) -> None:
    """An empty suite has shown nothing."""
    judged = cold.gate("--mode", "handler", only="nothing_of_the_kind", code=1)

    assert ["hello: no test ran"] == judged.lines("tests")


def test_drift_fails(warm: Gated) -> None:
    """Code 8: the tests pass, and somebody has changed the stage by hand."""
    function = warm.cloud.client("lambda").list_functions()["Functions"][0]["FunctionName"]
    warm.cloud.client("lambda").update_function_configuration(FunctionName=function, Timeout=17)

    judged = warm.gate(code=8)

    assert PASSED | {"drift": False} == judged.conditions
    assert ["hello: function Hello: timeout: the template says 3 s, deployed is 17 s"] == judged.lines("drift")
    assert ["17 s"] == [one["deployed"] for one in judged.document["drift"]]


def test_a_surface_below_the_threshold_fails(cold: Gated) -> None:
    """Code 8; what was never reached is told."""
    judged = cold.gate("--mode", "handler", "--surface-fail-under", "50", only="elsewhere or leaves", code=8)

    assert not judged.conditions["surface"]
    assert ["hello: route:ServerlessRestApi GET /hello/{name}", "hello: function:Hello"] == sorted(
        judged.lines("surface"), reverse=True
    )


@pytest.mark.parametrize("mode", ["handler", "http"])
def test_what_was_left_behind_fails(cold: Gated, mode: str) -> None:
    """Code 8; in the account of the muted stage as in that of the other."""
    judged = cold.gate("--mode", mode, only="leaves and not another", code=8)

    (run,) = judged.document["runs"]
    assert PASSED | {"left": False} == judged.conditions
    assert [f"queue harness-tap-{run}-planted"] == judged.document["left"]


def test_what_another_run_has_created_does_not_fail(cold: Gated) -> None:
    """It may be alive."""
    judged = cold.gate("--mode", "http", only="leaves_of_another_run")

    assert [] == judged.document["left"]


def test_a_pytest_that_is_killed_fails(cold: Gated) -> None:
    """What it was killed by is told, and what it left is found, for the cloud was its own."""
    judged = cold.gate("--mode", "http", only="is_killed", code=1)

    assert ["pytest was ended by SIGKILL", "hello: no test ran"] == judged.lines("tests")
    assert ["queue", "rule", "subscription"] == [line.partition(" ")[0] for line in judged.document["left"]]
    assert not cold.runs


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory, state: Path) -> Iterator[embedded.Running]:
    """A cloud that other tests do not share: a run that is killed leaves things in it."""
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "runtime").symlink_to(state / "runtime")
    running = embedded.start(folder, region="us-east-1")
    yield running
    embedded.stop(running)


def test_a_stage_at_another_endpoint_is_gated(cold: Gated, elsewhere: embedded.Running) -> None:
    """It is deployed by other means, nothing is started, and it is looked after as one in AWS."""
    place = Gated(cold.folder, environment=another_cloud(elsewhere.endpoint))
    place.harness("deploy", "--stage", "dev")

    judged = place.gate("--stage", "dev", "-n", "2", only="greets or elsewhere")

    assert PASSED == judged.conditions
    assert ("dev", "AWS") == (judged.document["stage"], judged.document["cloud"])
    assert 1 == len(judged.document["runs"])  # that of the controller, to which its workers belong
    assert not cold.runs


def test_a_run_that_was_killed_in_a_shared_stage_leaves_what_nobody_knows(
    cold: Gated, elsewhere: embedded.Running
) -> None:
    """It has told no id, and what lies there may be of a run that is alive."""
    place = Gated(cold.folder, environment=another_cloud(elsewhere.endpoint))
    place.harness("deploy", "--stage", "dev")

    judged = place.gate("--stage", "dev", "--mode", "http", only="is_killed", code=1)

    assert judged.document["left"] is None
    assert [] == judged.document["drift"]


def test_a_stage_that_is_not_there_is_told(cold: Gated, elsewhere: embedded.Running) -> None:
    """With the code of the environment, which pytest gives too."""
    place = Gated(cold.folder, environment=another_cloud(elsewhere.endpoint))

    judged = place.gate("--stage", "nowhere", "--mode", "http", code=6)

    assert "harness.NotDeployed: " in judged.output
    assert ["pytest ended with code 6: the environment must be put right", "hello: no test ran"] == judged.lines(
        "tests"
    )


def test_a_usage_error_of_pytest_is_handed_on(cold: Gated) -> None:
    """With its code, and what it said."""
    output = cold.harness("gate", "--", "--no-such-option", code=4)

    assert "unrecognized arguments: --no-such-option" in output
    assert not cold.runs


def test_a_system_that_there_is_not_is_refused(cold: Gated) -> None:
    """Before anything is started."""
    assert cold.harness("gate", "hallo", code=4) == (
        "harness.UnknownSystem: No system is called 'hallo'.\n"
        f"  systems of {cold.folder}: hello\n"
        "  did you mean 'hello'?\n"
    )


@pytest.mark.parametrize("text", ["many", "101", "-1", "nan"])
def test_a_threshold_that_is_no_percentage_is_refused(cold: Gated, text: str) -> None:
    """Before anything is started."""
    assert cold.harness("gate", f"--surface-fail-under={text}", code=4) == (
        f"harness.UsageError: --surface-fail-under is {text!r}, which is no percentage.\n"
        "  write a number from 0 to 100\n"
    )


@pytest.mark.parametrize("other", ["--stage=dev", "--region", "--profile=ann", "--mode"])
def test_another_place_behind_the_dashes_is_refused(cold: Gated, other: str) -> None:
    """The tests would run there, and drift would be looked for elsewhere."""
    option = other.partition("=")[0]

    assert cold.harness("gate", "--", other, code=4) == (
        f"harness.UsageError: {option} stands behind --, where only pytest would follow it.\n"
        f"  write it before: harness gate {option}=… -- …\n"
    )


def test_a_report_that_cannot_be_written_is_refused(cold: Gated) -> None:
    """Before anything is started."""
    assert cold.harness("gate", "--json", str(cold.folder), code=4) == (
        f"harness.UsageError: --json names the folder {str(cold.folder)!r}.\n  name a file\n"
    )


@LINUX
@pytest.mark.parametrize("told", [signal.SIGINT, signal.SIGTERM])
def test_a_gate_that_is_told_to_end_leaves_nothing(cold: Gated, told: signal.Signals) -> None:
    """Neither by Ctrl-C nor by what a CI job sends when it is cancelled: code 130, no process, no cloud."""
    (cold.folder / "begun").unlink(missing_ok=True)
    gate = cold.popen("gate", "--mode", "http", "--", "-k", "takes_long", start_new_session=True)
    deadline = time.monotonic() + 60
    while not (cold.folder / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)

    # As a terminal does, which tells the whole group.
    os.killpg(gate.pid, told)
    output = gate.communicate(timeout=30)[0]

    assert 130 == gate.returncode, output
    assert not (cold.folder / "ended").exists()
    assert not cold.runs
    assert [] == working_in(cold.folder)


def working_in(folder: Path) -> list[str]:
    """Give the processes that work in a folder."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            if link.resolve().is_relative_to(folder):
                found.append(link.parent.name)
        except OSError:  # It has just ended.
            continue
    return found
