"""Several runs as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.report.merging import distinct, merged, remarks
from harness.report.record import (
    DriftRecord,
    EdgeRecord,
    NodeRecord,
    Outcome,
    RunRecord,
    SurfaceRecord,
    SystemRecord,
    TestRecord,
)
from tests.report.samples import green_run

DRIFT = DriftRecord(system="shop", kind="rule", name="Placed", what="state", template="enabled", deployed="disabled")


def ran(
    test: str = "test_a.py::test_it",
    *,
    mode: str = "http",
    outcome: Outcome = "passed",
    began: float = 0.0,
    system: str = "shop",
) -> TestRecord:
    """A test as its record says it ran."""
    return TestRecord(test=test, system=system, mode=mode, outcome=outcome, began=began)


def shard(*tests: TestRecord, stage: str = "dev", drift: tuple[DriftRecord, ...] | None = ()) -> RunRecord:
    """The run of one CI job."""
    return RunRecord(stage=stage, tests=tests, drift=drift)


def test_one_run_alone_stays_as_it_is() -> None:
    """Merging adds nothing."""
    run = green_run()

    assert run == merged([run])


def test_a_report_that_is_given_twice_counts_once() -> None:
    """As where a pattern of a shell finds it twice."""
    run = green_run()

    assert run == merged([run, run])
    assert [] == list(remarks([run, run]))


def test_different_tests_stand_side_by_side() -> None:
    """Shards by file."""
    one, other = ran("test_a.py::test_it"), ran("test_b.py::test_it")

    assert (one, other) == merged([shard(one), shard(other)]).tests


def test_different_modes_of_a_test_stand_side_by_side() -> None:
    """Shards by mode."""
    one, other = ran(mode="handler"), ran(mode="http", outcome="failed")

    assert (one, other) == merged([shard(one), shard(other)]).tests


def test_tests_of_the_same_name_of_different_systems_are_different() -> None:
    """Shards by system."""
    one, other = ran(system="shop"), ran(system="bank")

    assert (one, other) == merged([shard(one), shard(other)]).tests


@pytest.mark.parametrize("others", [("passed", "failed"), ("failed", "passed")])
def test_the_worst_counts_of_a_test_that_ran_twice(others: tuple[Outcome, Outcome]) -> None:
    """Whichever came first: of two jobs with different Pythons both must pass."""
    first, second = (ran(outcome=outcome, began=began) for began, outcome in enumerate(others))

    (counts,) = merged([shard(first), shard(second)]).tests

    assert "failed" == counts.outcome


def test_a_skip_counts_before_a_pass() -> None:
    """A test that was skipped somewhere has not passed everywhere."""
    (counts,) = merged([shard(ran()), shard(ran(outcome="skipped"))]).tests

    assert "skipped" == counts.outcome


def test_of_equal_outcomes_the_later_counts() -> None:
    """Its evidence is the fresher one."""
    early, late = ran(outcome="failed", began=1.0), ran(outcome="failed", began=2.0)

    assert (late,) == merged([shard(late), shard(early)]).tests


def test_the_latest_counts_where_that_is_asked() -> None:
    """As one wants where a shard was run again."""
    early, late = ran(outcome="failed", began=1.0), ran(outcome="passed", began=2.0)

    assert (late,) == merged([shard(late), shard(early)], latest=True).tests


def test_a_test_that_ran_twice_is_remarked() -> None:
    """With what counts, and by which rule."""
    runs = [shard(ran(outcome="failed", began=2.0)), shard(ran(outcome="passed", began=1.0))]

    assert [
        "test_a.py::test_it ran 2 times in http: passed, failed; failed, the worst, counts",
    ] == list(remarks(runs))
    assert [
        "test_a.py::test_it ran 2 times in http: passed, failed; failed, the latest, counts",
    ] == list(remarks(runs, latest=True))


def test_stages_that_differ_are_remarked_and_joined() -> None:
    """Jobs may each have a stage of their own, and a cloud."""
    runs = [
        RunRecord(stage="dev-1", cloud="AWS", region="eu-west-1", version="1.0"),
        RunRecord(stage="embedded", cloud="embedded", region="us-east-1", version="1.1"),
    ]

    found = merged(runs)

    assert ("dev-1, embedded", "AWS, embedded") == (found.stage, found.cloud)
    assert ("eu-west-1, us-east-1", "1.0, 1.1") == (found.region, found.version)
    assert [
        "the reports are of 2 stages: dev-1, embedded",
        "the reports are of 2 clouds: AWS, embedded",
        "the reports are of 2 regions: eu-west-1, us-east-1",
        "the reports are of 2 versions of the harness: 1.0, 1.1",
    ] == list(remarks(runs))


def test_the_time_is_from_the_first_to_the_last() -> None:
    """Jobs run beside each other."""
    runs = [RunRecord(began=100.0, seconds=10.0), RunRecord(began=104.0, seconds=20.0)]

    found = merged(runs)

    assert (100.0, 24.0) == (found.began, found.seconds)


def test_a_run_that_never_began_has_no_say_in_the_time() -> None:
    """Zero is no time of day."""
    runs = [RunRecord(), RunRecord(began=104.0, seconds=20.0)]

    found = merged(runs)

    assert (104.0, 20.0) == (found.began, found.seconds)


def test_modes_are_in_their_order() -> None:
    """Whatever the order of the shards is."""
    runs = [RunRecord(modes=("http",)), RunRecord(modes=("invoke", "handler")), RunRecord(modes=("later",))]

    assert ("handler", "invoke", "http", "later") == merged(runs).modes


def test_runs_and_deselected_are_told_once() -> None:
    """Each shard may say the same."""
    runs = [
        RunRecord(runs=("a1", "a2"), deselected=("deselected in http: test_x: why",)),
        RunRecord(runs=("b1", "a1"), deselected=("deselected in http: test_x: why", "other")),
    ]

    found = merged(runs)

    assert ("a1", "a2", "b1") == found.runs
    assert ("deselected in http: test_x: why", "other") == found.deselected


def test_copies_of_a_run_are_no_other_run() -> None:
    """A report that is given twice, and one that was merged of others, tell of the same processes."""
    one, other, unknown = RunRecord(runs=("a", "b")), RunRecord(runs=("c",)), RunRecord(stage="dev")

    assert [one, other, unknown] == distinct([one, other, unknown, RunRecord(runs=("b",)), unknown])


def test_ends_and_what_was_not_selected_are_told_of_all() -> None:
    """A copy counts once."""
    runs = [RunRecord(runs=(name,), unselected=3, ended=f"{name} was killed") for name in ("a", "b", "a")]

    found = merged(runs)

    assert (6, "a was killed; b was killed") == (found.unselected, found.ended)


def test_a_test_without_a_stage_runs_in_each_shard() -> None:
    """That is worth a word only where it made a difference."""
    plain, broken = ran(mode="", system=""), ran(mode="", system="", outcome="failed", began=1.0)

    assert [] == list(remarks([shard(plain), shard(replace(plain, began=2.0))]))
    assert ["test_a.py::test_it ran 2 times: passed, failed; failed, the worst, counts"] == list(
        remarks([shard(plain), shard(broken)])
    )


def test_a_test_without_a_stage_has_no_stage_to_drift() -> None:
    """Nobody need have looked for it."""
    assert () == merged([shard(ran(), drift=()), shard(ran(mode="", system=""), drift=None)]).drift


def test_surfaces_of_a_system_are_joined() -> None:
    """They may have read different versions of its template."""
    rule, other = (
        SurfaceRecord(id=f"rule:{name}", kind="rule", name=name, leads_to=(f"function:{name}",)) for name in "AB"
    )
    one = SystemRecord(
        name="shop",
        surface=(rule,),
        nodes=(NodeRecord(id="A", kind="function", label="A"),),
        edges=(EdgeRecord(source="A", target="B", kind="uses"),),
    )
    two = SystemRecord(
        name="shop",
        template="template.yaml",
        surface=(replace(rule, leads_to=("function:C",)), other),
        nodes=(NodeRecord(id="A", kind="function", label="other"), NodeRecord(id="B", kind="table", label="B")),
        edges=(*one.edges, EdgeRecord(source="A", target="C", kind="uses")),
    )

    (found,) = merged([RunRecord(systems=(one,)), RunRecord(systems=(two,))]).systems

    assert "template.yaml" == found.template
    assert (replace(rule, leads_to=("function:A", "function:C")), other) == found.surface
    assert ["A", "B"] == [node.label for node in found.nodes]
    assert two.edges == found.edges


def test_systems_stand_side_by_side() -> None:
    """Shards by system."""
    shop, bank = SystemRecord(name="shop"), SystemRecord(name="bank")

    assert (shop, bank) == merged([RunRecord(systems=(shop,)), RunRecord(systems=(bank,))]).systems


def test_drift_of_all_is_told_once() -> None:
    """Two shards of one stage find the same."""
    runs = [shard(ran(), drift=(DRIFT,)), shard(ran(), drift=(DRIFT,)), shard(ran(), drift=())]

    assert (DRIFT,) == merged(runs).drift


def test_drift_that_was_found_counts_though_others_have_not_looked() -> None:
    """What is known is known."""
    assert (DRIFT,) == merged([shard(ran(), drift=None), shard(ran(), drift=(DRIFT,))]).drift


def test_one_look_for_drift_is_enough_for_a_stage() -> None:
    """The jobs share it."""
    assert () == merged([shard(ran(), drift=None), shard(ran(mode="invoke"), drift=())]).drift


@pytest.mark.parametrize(
    "other", [shard(ran(system="bank"), drift=()), shard(ran(), stage="dev-2", drift=())], ids=["system", "stage"]
)
def test_a_stage_in_which_nobody_looked_for_drift_is_unknown(other: RunRecord) -> None:
    """Another system's, and another stage's, say nothing of it."""
    assert merged([shard(ran(), drift=None), other]).drift is None


def test_nobody_looked_for_drift() -> None:
    """Nor was anything tested."""
    assert merged([RunRecord(), RunRecord()]).drift is None


def test_what_was_left_is_told_once() -> None:
    """And counts though others have not looked."""
    runs = [RunRecord(left=("queue a",)), RunRecord(left=("queue a", "queue b")), RunRecord()]

    assert ("queue a", "queue b") == merged(runs).left


def test_nothing_was_left_when_all_have_looked() -> None:
    """Each run leaves things of its own."""
    assert () == merged([RunRecord(left=()), RunRecord(left=())]).left
    assert merged([RunRecord(left=()), RunRecord()]).left is None
