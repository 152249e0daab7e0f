"""Copies of systems that are broken on purpose, runs of their suites, and what a run leaves behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

REPOSITORY = Path(__file__).parents[2]
MODES = {"handler", "invoke", "http"}

# What most tests plant their faults in; a copy tells its own.
TEMPLATE = "systems/bigmouth/template.yaml"
FUNCTIONS = "systems/bigmouth/functions"

# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
OF_REST_APIS = 'event["requestContext"]["authorizer"]["claims"]'
# https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
OF_HTTP_APIS = 'event["requestContext"]["authorizer"]["jwt"]["claims"]'

LINUX = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads the list of processes from /proc")

# What the tester's shell sets must not reach the run that is looked at.
_NOT_PASSED_ON = ("AWS_", "TEST_", "PYTEST_")
_OUR_COVERAGE = "COVERAGE_"
_LONGEST_RUN = 120.0

_SOON = 'within=5.0 if stage.mode == "http" else 1.5'
_SAYS_ITSELF = r"(?:[^()]|\([^()]*\))*\bwithin="
# The waits in the steps of a system, and shorter ones. A message is a dead letter after twelve seconds in http mode.
_WAITS = (
    (rf'(journal\.expect\(\s*"\w+",)(?!{_SAYS_ITSELF})', rf"\1 {_SOON},"),
    (r"(stage\.item\(.+ until=.+)\)$", rf"\1, {_SOON})"),
    (r"within=_UNTIL_DEAD", 'within=15.0 if stage.mode == "http" else 1.5'),
    (r"within=stage\.journal\.patience\.after_retries", _SOON),
    (r"^_STARTED_WITHIN = .+$", "_STARTED_WITHIN = 6.0"),
)

Process = subprocess.Popen[str]


def another_cloud(endpoint: str) -> dict[str, str]:
    """Give the settings with which a cloud that the harness did not start is tested, as one tests in AWS."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "000000000000",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a run of pytest in a copy.

    Args:
        code: The exit code.
        output: What it printed.
        outcomes: ``passed``, ``failed`` or ``error`` by test (``order.answers_an_id``) and mode.
    """

    code: int
    output: str
    outcomes: Mapping[tuple[str, str], str]

    @property
    def broken(self) -> dict[str, set[str]]:
        """The modes in which each test did not pass; tests that passed in all modes are left out."""
        found: dict[str, set[str]] = {}
        for (test, mode), outcome in self.outcomes.items():
            if outcome != "passed":
                found.setdefault(test, set()).add(mode)
        return found

    def under(self, test: str, mode: str) -> str:
        """Everything that pytest shows of one failure."""
        module, _, name = test.partition(".")
        failures = re.split(r"^-+ generated xml file", self.output, flags=re.MULTILINE)[0]
        blocks = re.split(r"^_{3,} (?:ERROR at setup of )?", failures, flags=re.MULTILINE)
        return "".join(
            block for block in blocks if block.startswith(f"test_{name}[{mode}] _") and f"test_{module}.py" in block
        )


@dataclass(frozen=True)
class Copy:
    """A project of its own with a copy of a system, its steps and its suite.

    Args:
        folder: The root of the project.
        system: The name of the system.
        environment: What is set for its processes, such as the cloud that is tested.
        called: What its report is called; runs beside each other in one folder have a report each.
    """

    folder: Path
    system: str = "bigmouth"
    environment: Mapping[str, str] = field(default_factory=dict)
    called: str = "report"

    @classmethod
    def of(cls, system: str, folder: Path, *, warm: Path) -> Copy:
        """Make a copy of a system whose packages and interpreter are built already."""
        left_out = shutil.ignore_patterns("__pycache__", ".*")
        for name in (f"systems/{system}", f"steps/{system}", f"suites/{system}"):
            shutil.copytree(REPOSITORY / name, folder / name, ignore=left_out)
        shutil.copy(REPOSITORY / "steps/__init__.py", folder / "steps")
        shutil.copy(REPOSITORY / "conftest.py", folder)
        settings = (REPOSITORY / "pyproject.toml").read_text()
        table = rf"^\[tool\.(?:pytest\b|harness\.systems\.{system}\]).*\n(?:[^\[\n].*\n)*"
        tables = re.findall(table, settings, flags=re.MULTILINE)
        (folder / "pyproject.toml").write_text("\n".join(tables))
        (folder / ".harness").mkdir(mode=0o700)
        for part in warm.iterdir():
            (folder / ".harness" / part.name).symlink_to(part)
        return cls(folder, system=system)

    @property
    def template(self) -> str:
        """The file of the system's template in the project."""
        return f"systems/{self.system}/template.yaml"

    @property
    def functions(self) -> str:
        """The folder of the system's functions in the project."""
        return f"systems/{self.system}/functions"

    def plant(self, file: str, text: str, fault: str) -> None:
        """Put a fault in the place of a text which the file holds once."""
        path = self.folder / file
        before = path.read_text()
        assert before.count(text) == 1, f"{file} holds {text!r} {before.count(text)} times"
        path.write_text(before.replace(text, fault))

    def hurry(self) -> None:
        """Let little time pass for what is expected: who plants a fault knows that it does not come at all.

        In http mode a function that has failed starts cold, and what it has logged must be there.
        """
        path = self.folder / f"steps/{self.system}/then.py"
        text = path.read_text()
        for wait, shorter in _WAITS:
            text = re.sub(wait, shorter, text, flags=re.MULTILINE)
        path.write_text(text)

    def line_of(self, module: str, text: str) -> int:
        """Give the number of the only line of a function's module that holds a text."""
        lines = (self.folder / self.functions / module).read_text().splitlines()
        [number] = [number for number, line in enumerate(lines, start=1) if text in line]
        return number

    @property
    def report(self) -> Path:
        """Where a run writes what came of it."""
        return self.folder / f"{self.called}.xml"

    def start(self, *python: str) -> Process:
        """Start Python in the project with these arguments; what it prints and reads goes through pipes."""
        # Two measurements in one process disturb each other.
        left_out = (*_NOT_PASSED_ON, _OUR_COVERAGE) if "coverage" in python else _NOT_PASSED_ON
        return subprocess.Popen(
            [sys.executable, *python],
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith(left_out)}
            | dict(self.environment),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # Ctrl-C reaches a whole group of processes, which must not be ours.
        )

    def start_suite(self, *options: str, mode: str, under: Sequence[str] = ()) -> Process:
        """Start pytest on the suite of the system, also under another program such as ``coverage run``."""
        self.report.unlink(missing_ok=True)
        suite = ("-m", "pytest", "suites", f"--mode={mode}", f"--junitxml={self.report}", "-p", "no:cacheprovider")
        return self.start(*under, *suite, *options)

    def run_suite(self, *options: str, mode: str = "all", typed: str = "", under: Sequence[str] = ()) -> Run:
        """Run the suite, type something at it, and read what came of it."""
        return self.finished(self.start_suite(*options, mode=mode, under=under), typed=typed)

    def finished(self, process: Process, *, typed: str = "") -> Run:
        """Wait for the end of a run and read what came of it."""
        output, _ = process.communicate(typed, timeout=_LONGEST_RUN)
        return Run(code=process.returncode, output=output, outcomes=_outcomes(self.report))

    def harness(self, *command: str) -> str:
        """Run a command of the harness and give what it printed."""
        run = self.finished(self.start(str(Path(sysconfig.get_path("scripts"), "harness")), *command))
        assert run.code == 0, run.output
        return run.output

    def processes(self) -> list[str]:
        """Give the commands of the processes that work in this project or were started by one that did."""
        return [" ".join(command) for command in _commands(str(self.folder))]

    def processes_after(self, seconds: float) -> list[str]:
        """Give the processes that are still there when so much time has passed; none comes back at once."""
        deadline = time.monotonic() + seconds
        while (found := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found


def _outcomes(report: Path) -> dict[tuple[str, str], str]:
    if not report.exists():
        return {}
    outcomes: dict[tuple[str, str], str] = {}
    for case in ET.parse(report).getroot().iter("testcase"):
        module = case.attrib.get("classname", "").rpartition(".test_")[2]
        if not module:
            continue  # An interrupted test has no name in the report.
        name, _, mode = case.attrib["name"].removeprefix("test_").removesuffix("]").partition("[")
        bad = [child.tag for child in case if child.tag in {"failure", "error", "skipped"}]
        outcomes[f"{module}.{name}", mode] = {"failure": "failed"}.get(bad[0], bad[0]) if bad else "passed"
    return outcomes


def _commands(folder: str) -> Iterator[list[str]]:
    """Find processes by their command, their working directory and their environment."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_text().split("\0")
            traces = [*command, str((process / "cwd").readlink()), (process / "environ").read_text(errors="replace")]
        except OSError:
            continue  # It ended meanwhile, or is somebody else's.
        if any(folder in trace for trace in traces):
            yield command
