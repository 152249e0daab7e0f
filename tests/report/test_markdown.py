"""The summary for the page of a CI job."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.report.gating import judged
from harness.report.markdown import escaped, summary
from harness.report.record import (
    Cause,
    DriftRecord,
    Outcome,
    RunRecord,
    SurfaceRecord,
    SystemRecord,
    TestRecord,
    VerdictRecord,
)
from tests.report.samples import MODES, VERDICTS, broken_run, empty_run, filled, green_run, large_run

HOSTILE = "|`*_@ann</td><script>alert(1)</script> [x](https://evil.example) #12 \\\n\n# big\n- 1. <img src=x>&lt;"
LIMIT = 100_000


def ran(mode: str, *, test: str = "test_a.py::test_it", outcome: Outcome = "passed", failure: str = "") -> TestRecord:
    """A test in a mode."""
    return TestRecord(test=test, system="shop", mode=mode, outcome=outcome, failure=failure)


def run_of(*tests: TestRecord) -> RunRecord:
    """A run in which nothing else is wrong."""
    return RunRecord(modes=("handler", "http"), tests=tests, drift=(), left=())


def headline(run: RunRecord, *, modes: tuple[str, ...] | None = None) -> str:
    """Give the first line of a summary, with a gate where modes are given."""
    gate = judged(run, modes=modes) if modes else None
    return summary(run, verdicts=(), gate=gate).splitlines()[0]


def test_a_green_run() -> None:
    """It is as short as what there is to say."""
    run = replace(
        run_of(ran("handler"), ran("http")),
        version="1", began=1_795_280_640.0, seconds=41.3, stage="dev", cloud="AWS", region="eu-west-1",
    )  # fmt: skip

    found = summary(run, verdicts=())

    assert found == (
        "## ✅ 1 test passes in every mode\n"
        "\n"
        "| system | handler | http |\n"
        "|---|---|---|\n"
        "| shop | 1 passed | 1 passed |\n"
        "\n"
        "<sub>stage dev · AWS · eu-west-1 · modes handler, http · 2026-11-21 17:04:00 UTC · 41 s · harness 1</sub>\n"
    )


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        (empty_run(), "## ❌ No test ran"),
        (run_of(ran("http"), ran("http", test="b")), "## ✅ 2 tests pass wherever they ran"),
        (run_of(ran("http", outcome="error"), ran("http", test="b")), "## ❌ 1 of 2 tests fails"),
        (broken_run(), "## ❌ 8 of 17 tests fail, 1 skipped"),
        (run_of(ran("http", outcome="skipped")), "## ⚪ 1 test skipped"),
        (
            replace(run_of(ran("handler"), ran("http")), ended="pytest was <b>ended</b>"),
            "## ❌ 1 test passes in every mode, but pytest was &lt;b&gt;ended&lt;/b&gt;",
        ),
    ],
    ids=["empty", "green", "error", "broken", "skipped", "ended"],
)
def test_the_headline_says_the_worst(run: RunRecord, expected: str) -> None:
    """How many tests fail of how many."""
    assert expected == headline(run)


def test_the_headline_of_a_gate_names_what_fails() -> None:
    """The tests may pass and the gate does not."""
    run = run_of(ran("handler"), ran("http"))

    assert "## ✅ The gate passes: 1 test passes in every mode" == headline(run, modes=("http",))
    assert "## ❌ The gate does not pass (drift, left): 1 test passes in every mode" == headline(
        replace(run, drift=None, left=None), modes=("http",)
    )


def test_the_conditions_of_a_gate_are_a_table() -> None:
    """Below it is what has no part of its own: tests that are skipped or missing."""
    run = run_of(ran("handler", outcome="failed"), ran("http"), ran("handler", test="test_b"))
    gate = judged(run, modes=("handler", "http"), surface=90.0)

    found = summary(run, verdicts=(), gate=gate)

    assert (
        "| condition | | found |\n"
        "|---|---|---|\n"
        "| tests | ❌ failed | 2 of 2 tests do not pass in every mode |\n"
        "| drift | ✅ passed | none |\n"
        "| surface | ✅ passed | 100 % reached, 90 % asked for |\n"
        "| left | ✅ passed | nothing |\n"
        "\n"
        "- test\\_b: did not run in http, and nothing says why\n"
        "\n"
        "| system |"
    ) in found


def test_verdicts_are_a_table() -> None:
    """The conclusion first, then what the evidence names besides."""
    verdict = VerdictRecord(
        test="test_a.py::test_it",
        system="shop",
        outcomes={"handler": "passed", "http": "failed"},
        first="http",
        area="wiring",
        text="no rule matches",
        causes=(Cause(area="wiring", text="no rule matches"), Cause(area="wiring", text="a queue is full")),
    )

    found = summary(run_of(ran("handler"), ran("http", outcome="failed")), verdicts=[verdict])

    assert (
        "### Verdict\n"
        "\n"
        "| test | handler | http | where | why |\n"
        "|---|---|---|---|---|\n"
        "| test\\_a.py::test\\_it | passed | failed | wiring | **no rule matches**<br>a queue is full |\n"
    ) in found
    assert "### Failures" not in found


def test_failures_without_a_verdict_are_a_table() -> None:
    """After a run in one mode: what the evidence names, and the first line of the failure."""
    broken = ran("http", outcome="failed", failure="AssertionError: 502\nassert 502 == 200")
    broken = replace(broken, causes=(Cause(area="code", text="it raised KeyError"),))

    found = summary(run_of(broken), verdicts=())

    assert (
        "### Failures\n"
        "\n"
        "| test | mode | why |\n"
        "|---|---|---|\n"
        "| test\\_a.py::test\\_it | http | **it raised KeyError**<br>AssertionError: 502 |\n"
    ) in found


def test_what_was_never_reached_is_listed() -> None:
    """With how much was."""
    surface = tuple(SurfaceRecord(id=f"rule:{name}", kind="rule", name=name) for name in "ABC")
    test = replace(ran("http"), reached=("rule:A", "rule:B"))

    found = summary(replace(run_of(test), systems=(SystemRecord(name="shop", surface=surface),)), verdicts=())

    assert "### Surface: 66.6 % reached, never reached\n\n- shop: rule:C\n" in found


def test_a_surface_that_was_reached_is_a_line() -> None:
    """There is nothing to list."""
    surface = (SurfaceRecord(id="rule:A", kind="rule", name="A"),)
    test = replace(ran("http"), reached=("rule:A",))

    found = summary(replace(run_of(test), systems=(SystemRecord(name="shop", surface=surface),)), verdicts=())

    assert "### Surface: 100 % reached\n\n<sub>" in found


def test_drift_is_a_table() -> None:
    """What the template says beside what is deployed."""
    drift = DriftRecord(
        system="shop", kind="rule", name="Placed", what="state", template="enabled", deployed="disabled"
    )

    found = summary(replace(run_of(ran("http")), drift=(drift,)), verdicts=())

    assert (
        "### Drift\n\n| what | of it | template | deployed |\n|---|---|---|---|\n"
        "| shop: rule Placed | state | enabled | disabled |\n"
    ) in found


def test_what_was_left_behind_and_what_was_deselected_are_lists() -> None:
    """A line each."""
    run = replace(run_of(ran("http")), left=("queue a",), deselected=("deselected in http: b: why",))

    found = summary(run, verdicts=())

    assert "### Left behind\n\n- queue a\n\n### Deselected\n\n- deselected in http: b: why\n" in found


def test_a_test_without_a_stage_has_no_system_and_no_mode() -> None:
    """It is in no column, and counted all the same."""
    plain = TestRecord(test="plain", system="", mode="", outcome="failed", failure="it broke")

    found = summary(run_of(ran("handler"), plain), verdicts=())

    assert (
        "| system | handler | http |\n|---|---|---|\n| shop | 1 passed |  |\n\nTests without a stage: 1 failed.\n"
    ) in found
    assert "| plain | no stage | it broke |\n" in found


def test_a_run_of_tests_without_a_stage_has_no_table() -> None:
    """There is neither a system nor a mode."""
    found = summary(run_of(TestRecord(test="plain", system="", mode="", outcome="passed")), verdicts=())

    assert found == "## ✅ 1 test passes\n\nTests without a stage: 1 passed.\n\n<sub>modes handler, http</sub>\n"


def test_parameters_that_were_left_out_alike_are_told_together() -> None:
    """Nobody reads a line for each."""
    lines = tuple(f"deselected in http: test_it[{number}]: why" for number in range(200))

    found = summary(replace(run_of(ran("http")), deselected=lines), verdicts=())

    assert "### Deselected\n\n- deselected in http: test\\_it, with 200 sets of parameters: why\n" in found


def test_tests_that_were_not_selected_are_counted() -> None:
    """So that nobody takes a part for the whole."""
    found = summary(replace(run_of(ran("http")), unselected=12), verdicts=())

    assert "\n12 tests were not selected (-k, -m, --deselect).\n" in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", "a&#124;b"),
        ("`code`", "\\`code\\`"),
        ("*bold* _it_ ~no~ $x$", "\\*bold\\* \\_it\\_ \\~no\\~ \\$x\\$"),
        ("[x](y)", "\\[x\\](y)"),
        ("<b>&amp;</b>", "&lt;b&gt;&amp;amp;&lt;/b&gt;"),
        ("a\r\n\tb\x00\x1bc\u2028d", "a b c d"),
        ("@ann", "@&#8203;ann"),
        ("#12", "&#35;12"),
        ("# title", "&#35; title"),
        ("- item", "\\- item"),
        ("12. item", "12\\. item"),
        ("=== x", "\\=\\=\\= x"),
        ("-5 - 3", "-5 - 3"),
        ("https://x.example www.x.example", "https&#58;//x.example www&#46;x.example"),
        ("back\\slash\\|", "back\\\\slash\\\\&#124;"),
    ],
)
def test_texts_are_shown_as_they_are(text: str, expected: str) -> None:
    """Nothing in them has a meaning in Markdown."""
    assert expected == escaped(text)


def test_nothing_hostile_gets_through() -> None:
    """Whatever a system under test puts into names and messages."""
    run, verdicts = filled(broken_run(), HOSTILE), [filled(one, HOSTILE) for one in VERDICTS]
    gate = judged(run, modes=MODES, surface=90.0, ended=HOSTILE)

    found = summary(run, verdicts=verdicts, gate=gate)

    for text in ("<script", "<img", "</td>", "@ann", "(https:", "https://", " #12", "\n# big", "|`"):
        assert text not in found, text


def test_every_row_of_a_hostile_table_has_its_cells() -> None:
    """As many as its head."""
    run, verdicts = filled(broken_run(), HOSTILE), [filled(one, HOSTILE) for one in VERDICTS]

    lines = summary(run, verdicts=verdicts, gate=judged(run, modes=MODES)).splitlines()

    tables = [
        {line.count("|") for line in block.splitlines()}
        for block in "\n".join(lines).split("\n\n")
        if block.startswith("|")
    ]
    assert len(tables) >= 4
    assert all(len(counts) == 1 for counts in tables)


def all_broken(text: str) -> tuple[RunRecord, list[VerdictRecord]]:
    """Two thousand tests that fail in every mode, with all that can be said of them."""
    tests = [
        replace(one, outcome="failed", failure=text * 20, causes=(Cause(area="code", text=text * 20),) * 5)
        for one in large_run(2000).tests
    ]
    verdicts = [
        replace(VERDICTS[0], test=f"suites/test_{number}.py::test{text}", text=text * 20) for number in range(2000)
    ]
    drift = DriftRecord(system="s", kind="rule", name=text, what=text, template=text * 5, deployed=text * 5)
    lines = tuple(f"{text} {number}" for number in range(2000))
    run = replace(large_run(2000), tests=tuple(tests), drift=(drift,) * 500, left=lines, deselected=lines)
    return run, verdicts


@pytest.mark.parametrize("text", ["words ", HOSTILE, "@", "é|"], ids=["words", "hostile", "at", "wide"])
def test_two_thousand_failures_are_less_than_100_kb(text: str) -> None:
    """GitHub takes 1 MiB, and nobody reads as much."""
    run, verdicts = all_broken(text)
    gate = judged(run, modes=MODES, surface=100.0, ended=text * 100)

    found = summary(run, verdicts=verdicts, gate=gate)

    assert len(found.encode()) < LIMIT
    assert "\n\n… and " in found


def test_two_thousand_failures_without_a_verdict_are_less_than_100_kb() -> None:
    """As after a run in one mode."""
    run, _ = all_broken("words ")

    found = summary(run, verdicts=())

    assert len(found.encode()) < LIMIT


def test_what_is_left_out_is_counted() -> None:
    """So that nobody takes the part for the whole."""
    lines = tuple(f"queue {number:04}" for number in range(1500))

    found = summary(replace(run_of(ran("http")), left=lines), verdicts=())

    shown = found.count("- queue")
    assert 200 < shown < 1500
    assert f"\n\n… and {1500 - shown:,} more\n" in found


def test_a_green_run_of_the_samples_has_no_tables_of_faults() -> None:
    """Neither verdict nor failures nor drift."""
    found = summary(green_run(), verdicts=())

    assert not {"### Verdict", "### Failures", "### Drift", "### Left behind"} & set(found.splitlines())
