"""Two workers of pytest-xdist that publish to one bus of one stage: each sees everything, and each thing once."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from tests.faults.projects import Copy, Run
from tests.parallel.leftovers import left_in

TESTS, EVENTS = 40, 5

TEMPLATE = """
Resources:
  Bus: {Type: AWS::Events::EventBus, Properties: {Name: crowded}}
"""
# Both workers listen before either publishes, and until both have published.
CONFTEST = """
import json, os, time
from dataclasses import replace
from pathlib import Path
import pytest

def meet(where):
    Path(f"{where}-{os.environ['PYTEST_XDIST_WORKER']}").touch()
    deadline = time.monotonic() + 60
    while len(list(Path.cwd().glob(f"{where}-*"))) < 2:
        assert time.monotonic() < deadline, f"the other worker has not come to {where}"
        time.sleep(0.02)

@pytest.fixture(scope="session", autouse=True)
def listened(stage):
    # What stands for AWS here is as fast as the embedded cloud.
    stage.journal.patience = replace(stage.journal.patience, grace=0.1)
    meet("listening")
    yield
    meet("published")
    stage.settle()
    seen = [entry.body for entry in stage.journal.entries("Bus", since=0)]
    Path(f"seen-by-{os.environ['PYTEST_XDIST_WORKER']}.json").write_text(json.dumps(seen))
"""
SUITE = f"""
import os
import pytest

@pytest.mark.parametrize("mark", range({TESTS}))
def test_hears_its_own(stage, mark):
    for number in range({EVENTS}):
        stage.publish("Bus", source="crowd", detail_type="said", detail={{"mark": mark, "number": number}})

    heard = stage.journal.expect("Bus", detail_type="said", detail={{"mark": mark}}, times={EVENTS})

    assert sorted(entry.body["number"] for entry in heard) == list(range({EVENTS}))
    stage.journal.expect("Bus", detail={{"mark": mark, "number": 0}}, times=1)
"""


@dataclass(frozen=True, kw_only=True)
class Crowd:
    """The run, and what each worker's journal had seen in the end."""

    run: Run
    seen: list[list[tuple[int, int]]]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory, elsewhere: Mapping[str, str]) -> Crowd:
    """Forty tests with five events each, by two workers, at a stage of a cloud that the harness did not start."""
    copy = Copy(tmp_path_factory.mktemp("crowd"), environment=elsewhere)
    (copy.folder / "systems/crowd").mkdir(parents=True)
    (copy.folder / "suites/crowd").mkdir(parents=True)
    (copy.folder / "systems/crowd/template.yaml").write_text(TEMPLATE)
    (copy.folder / "suites/crowd/conftest.py").write_text(CONFTEST)
    (copy.folder / "suites/crowd/test_crowd.py").write_text(SUITE)
    (copy.folder / "pyproject.toml").write_text('[tool.pytest.ini_options]\nfilterwarnings = ["error"]\n')
    copy.harness("deploy", "crowd", "--stage", "dev")
    run = copy.run_suite("-n", "2", "--stage=dev", mode="http")
    return Crowd(run=run, seen=[seen_in(path) for path in sorted(copy.folder.glob("seen-by-*.json"))])


def seen_in(path: Path) -> list[tuple[int, int]]:
    return [(each["mark"], each["number"]) for each in json.loads(path.read_text())]


def test_each_test_hears_exactly_its_own(crowd: Crowd) -> None:
    """No message is stolen by the other worker, none comes twice."""
    assert crowd.run.code == 0, crowd.run.output
    assert len(crowd.run.outcomes) == TESTS


def test_each_worker_sees_everything_once(crowd: Crowd) -> None:
    """The bus is one for both: what the other worker publishes is seen as well."""
    everything = Counter((mark, number) for mark in range(TESTS) for number in range(EVENTS))

    assert [everything, everything] == [Counter(seen) for seen in crowd.seen]


def test_the_workers_leave_nothing(crowd: Crowd, cloud: Cloud) -> None:
    """Neither rules nor queues."""
    assert crowd.run.code == 0, crowd.run.output

    assert left_in(cloud).taps == []
