"""`harness merge`, as the last CI job calls it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.report.document import document, read
from harness.report.gating import judged
from harness.report.record import DriftRecord, Outcome, RunRecord, SurfaceRecord, SystemRecord, TestRecord

MODES = ("handler", "invoke", "http")
TEST = "suites/shop/test_order.py::test_order"
RULES = SystemRecord(
    name="shop", surface=tuple(SurfaceRecord(id=f"rule:{name}", kind="rule", name=name) for name in "AB")
)


def shard(mode: str, *, outcome: Outcome = "passed", reached: tuple[str, ...] = ()) -> RunRecord:
    """The run of a CI job that tests in one mode."""
    test = TestRecord(test=TEST, system="shop", mode=mode, outcome=outcome, began=1.0, reached=reached)
    return RunRecord(
        runs=(mode,), began=1.0, seconds=2.0, stage="dev", cloud="AWS", modes=(mode,), systems=(RULES,), tests=(test,),
        drift=(), left=(),
    )  # fmt: skip


SHARDS = (shard("handler", reached=("rule:A",)), shard("invoke"), shard("http", reached=("rule:B",)))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., list[str]]:
    """Writes the reports of shards and gives where."""

    def reports(*runs: RunRecord, ended: str = "") -> list[str]:
        paths = [tmp_path / f"shard-{number}.json" for number, _ in enumerate(runs)]
        for path, run in zip(paths, runs, strict=True):
            gate = judged(run, modes=run.modes, ended=ended)
            path.write_text(json.dumps(document(run, verdicts=(), gate=gate)))
        return [path.name for path in paths]

    return reports


@pytest.fixture
def merge(tmp_path: Path) -> Callable[..., str]:
    """Runs `harness merge …` where no project is, and gives what it printed."""

    def run(*arguments: str, code: int = 0) -> str:
        outcome = subprocess.run(
            [Path(sys.executable).with_name("harness"), "merge", *arguments],
            cwd=tmp_path,
            # A profile in the shell is none of its business.
            env=os.environ | {"AWS_PROFILE": "somebody", "AWS_ENDPOINT_URL": "", "TEST_STAGE": "", "TEST_MODE": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == code, outcome.stdout + outcome.stderr
        return outcome.stdout + outcome.stderr

    return run


def test_shards_become_one_report(write: Callable[..., list[str]], merge: Callable[..., str], tmp_path: Path) -> None:
    """As JSON, as a page and as a summary; without a gate nothing is judged."""
    said = merge(*write(*SHARDS), "--json", "all.json", "--report", "all.html", "--summary", "all.md")

    run = read(tmp_path / "all.json")
    assert "" == said
    assert list(MODES) == [test.mode for test in run.tests]
    assert MODES == run.modes
    assert json.loads((tmp_path / "all.json").read_text())["gate"] is None
    assert (tmp_path / "all.md").read_text().startswith("## ✅ 1 test passes in every mode\n")
    assert (tmp_path / "all.html").read_text().lower().startswith("<!doctype html>")


def test_shards_pass_together(write: Callable[..., list[str]], merge: Callable[..., str], tmp_path: Path) -> None:
    """Each has reached a half of the surface in a mode of its own."""
    said = merge(*write(*SHARDS), "--gate", "--surface-fail-under", "100", "--shards", "3", "--json", "all.json")

    assert said == (
        "gate: tests    passed  1 test in handler, invoke, http\n"
        "gate: drift    passed  none\n"
        "gate: surface  passed  100 % reached, 100 % asked for\n"
        "gate: left     passed  nothing\n"
        "gate: passed\n"
    )
    assert json.loads((tmp_path / "all.json").read_text())["gate"]["passed"]


def test_a_shard_that_is_missing_fails(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """A mode that nobody has tested in is missed; so is one of the reports."""
    said = merge(*write(*SHARDS[:2]), "--gate", "--shards", "3", code=1)

    assert "        2 of 3 reports are there\n" in said
    assert f"        {TEST}: did not run in http, and nothing says why\n" in said


def test_modes_that_are_not_asked_for_are_not_missed(
    write: Callable[..., list[str]], merge: Callable[..., str]
) -> None:
    """As where the project tests in two only."""
    said = merge(*write(*SHARDS[:2]), "--gate", "--mode", "handler,invoke")

    assert said.startswith("gate: tests    passed  1 test in handler, invoke\n")


def test_what_fails_in_one_shard_fails(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """The tests come first: code 1, though there is drift as well."""
    drift = DriftRecord(system="shop", kind="rule", name="A", what="state", template="enabled", deployed="disabled")
    broken = replace(shard("http", outcome="failed"), drift=(drift,))

    said = merge(*write(*SHARDS[:2], broken), "--gate", code=1)

    assert f"        {TEST}: failed in http\n" in said
    assert "        shop: rule A: state: the template says enabled, deployed is disabled\n" in said


def test_what_nobody_looked_for_fails(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """A plain run of pytest looks neither for drift nor for what was left behind."""
    plain = [replace(one, drift=None, left=None) for one in SHARDS]

    said = merge(*write(*plain), "--gate", code=8)

    assert "gate: drift    FAILED  nobody has looked whether the stage is as the template says\n" in said
    assert "gate: left     FAILED  nobody has looked whether anything was left behind\n" in said


def test_a_shard_that_did_not_end_in_order_fails(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """Its tests that are known have passed; what it said of itself is told."""
    said = merge(*write(*SHARDS, ended="pytest was ended by SIGKILL"), "--gate", code=1)

    assert "shard-0.json: pytest was ended by SIGKILL; shard-1.json: pytest was ended by SIGKILL" in said


def test_an_end_that_was_not_in_order_is_the_headline_of_all(
    write: Callable[..., list[str]], merge: Callable[..., str], tmp_path: Path
) -> None:
    """Also where no gate is asked for."""
    merge(*write(replace(SHARDS[0], ended="pytest was interrupted"), *SHARDS[1:]), "--summary", "all.md")

    head = (tmp_path / "all.md").read_text().splitlines()[0]
    assert "## ❌ 1 test passes in every mode, but shard-0.json: pytest was interrupted" == head


def test_a_copy_of_a_report_is_no_other_shard(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """It tells of the same run."""
    reports = write(SHARDS[0], SHARDS[0])

    said = merge(*reports, "--gate", "--mode", "handler", "--shards", "2", code=1)

    assert "        1 of 2 reports are there, and 1 more tells of a run that another tells of\n" in said


def test_a_system_of_the_project_that_nobody_tested_fails(
    write: Callable[..., list[str]], merge: Callable[..., str], tmp_path: Path
) -> None:
    """Its surface is in no report, so no share of it would be missed."""
    for name in ("shop", "bank"):
        (tmp_path / "systems" / name).mkdir(parents=True)
        (tmp_path / "systems" / name / "template.yaml").write_text("Resources: {}")
    reports = write(*SHARDS)

    said = merge(*reports, "--gate", "--surface-fail-under", "100", code=1)
    named = merge(*reports, "--gate", "--surface-fail-under", "100", "--system", "shop")

    assert "        bank: no test ran\n" in said
    assert named.endswith("gate: passed\n")


def test_a_system_is_asked_for_where_no_project_is(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """The reports are all that there is."""
    said = merge(*write(*SHARDS), "--gate", "--system", "bank", code=1)

    assert "        bank: no test ran\n" in said


def test_a_merge_of_which_nothing_comes_is_refused(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """Silence would look like success."""
    assert merge(*write(*SHARDS), code=4) == (
        "harness.UsageError: Nothing is to come of it: neither a report nor a gate is asked for.\n"
        "  say where to: --json FILE, --report FILE, --summary FILE\n"
        "  or: --gate\n"
    )


def test_a_report_that_cannot_be_written_is_told_after_the_gate(
    write: Callable[..., list[str]], merge: Callable[..., str]
) -> None:
    """What was judged is known all the same; the code is that of the environment."""
    said = merge(*write(*SHARDS), "--gate", "--json", "/dev/full", code=6)

    assert "gate: passed\nharness.StageError: A report could not be written.\n" in said


def test_a_test_that_ran_twice_is_remarked(write: Callable[..., list[str]], merge: Callable[..., str]) -> None:
    """The worst counts, or with --latest the latest: a shard was run again."""
    failed, again = shard("http", outcome="failed"), shard("http")
    again = replace(again, tests=(replace(again.tests[0], began=9.0),))
    reports = write(*SHARDS[:2], failed, again)

    worst, latest = merge(*reports, "--gate", code=1), merge(*reports, "--gate", "--latest")

    assert f"merge: {TEST} ran 2 times in http: failed, passed; failed, the worst, counts\n" in worst
    assert f"merge: {TEST} ran 2 times in http: failed, passed; passed, the latest, counts\n" in latest


def test_a_file_that_is_no_report_is_refused(merge: Callable[..., str], tmp_path: Path) -> None:
    """And nothing is written."""
    (tmp_path / "shard.json").write_text("")

    said = merge("shard.json", "--json", "all.json", code=4)

    assert said == (
        "harness.MalformedReport: The file 'shard.json' is not JSON.\n"
        "  fault: Expecting value: line 1 column 1 (char 0)\n"
    )
    assert not (tmp_path / "all.json").exists()


@pytest.mark.parametrize(
    ("option", "value"), [("--surface-fail-under", "'90'"), ("--mode", "'http'"), ("--shards", "3")]
)
def test_what_has_an_effect_in_a_gate_only_is_refused(merge: Callable[..., str], option: str, value: str) -> None:
    """Lest somebody believes that there is a gate."""
    said = merge("shard.json", option, value.strip("'"), code=4)

    assert said == f"harness.UsageError: {option} is {value}, but no gate is asked for.\n  add --gate\n"


def test_a_report_is_merged_into_itself(
    write: Callable[..., list[str]], merge: Callable[..., str], tmp_path: Path
) -> None:
    """What is written over was read before."""
    first, *others = write(*SHARDS)

    merge(first, *others, "--json", first)

    assert 3 == len(read(tmp_path / first).tests)
