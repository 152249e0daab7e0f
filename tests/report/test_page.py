"""The page as text: what it embeds, what it escapes, what it admits, how large it is."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from base64 import b64encode
from typing import Any

import pytest
from bs4 import BeautifulSoup

from harness.report.gating import judged
from harness.report.page import page
from harness.report.record import RunRecord
from tests.report.samples import MODES, VERDICTS, broken_run, empty_run, filled, green_run, large_run, passed_test

HOSTILE = "</script></noscript></style><img src=x onerror=alert(1)><!--<script>&quot;'\"`${x}\u2028\ud800"


def block(document: str, identity: str) -> Any:
    """What a block of JSON of the page says."""
    found = re.search(rf'<script type="application/json" id="{identity}">(.*?)</script>', document, re.DOTALL)
    assert found, identity
    return json.loads(found[1])


def content_of(document: str, name: str) -> str:
    """The one inline style or program of the page."""
    (found,) = re.findall(rf"<{name}(?: type=\"module\")?>(.*?)</{name}>", document, re.DOTALL)
    return str(found)


def test_is_one_document_that_names_no_other() -> None:
    """Nothing in it refers to anything outside, but for the names of XML."""
    document = page(broken_run(), verdicts=VERDICTS)

    program = content_of(document, "script") + content_of(document, "style")
    addresses = set(re.findall(r"https?://[^\s'\"]+", program))
    assert {"http://www.w3.org/2000/svg"} == addresses
    assert [] == re.findall(r"<(?:link|img|iframe|object)\b|\bsrc=|@import|innerHTML|fetch\(|\beval\(", document)


@pytest.mark.parametrize("name", ["script", "style"])
def test_policy_admits_just_what_stands_there(name: str) -> None:
    """The hash in the policy is the hash of the inline block."""
    document = page(green_run(), verdicts=())

    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', document)
    found = b64encode(hashlib.sha256(content_of(document, name).encode()).digest()).decode()
    assert f"{name}-src 'sha256-{found}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy


def test_hostile_texts_stay_texts() -> None:
    """Markup in every text of a run makes no element, in the blocks and in the plain table."""
    clean = BeautifulSoup(page(broken_run(), verdicts=VERDICTS), "html.parser")
    run = filled(broken_run(), HOSTILE)

    document = page(run, verdicts=[filled(one, HOSTILE) for one in VERDICTS])

    hostile = BeautifulSoup(document, "html.parser")
    assert [one.name for one in clean.find_all()] == [one.name for one in hostile.find_all()]
    assert "<img" not in document


def test_hostile_texts_come_back_as_they_were() -> None:
    """Escaping changes nothing that the page's own script reads."""
    run = filled(green_run(), HOSTILE)

    document = page(run, verdicts=())

    assert run.stage == block(document, "overview")["stage"]
    assert run.tests[0].acts[0].answer == block(document, "test-0")[run.tests[0].mode]["acts"][0]["answer"]


def test_can_be_written_to_a_file() -> None:
    """A lone surrogate, left of bytes that were no UTF-8, is written as an escape."""
    run = dataclasses.replace(green_run(), stage="dev-\udc80")

    document = page(run, verdicts=())

    assert document.encode()
    assert "dev-\udc80" == block(document, "overview")["stage"]


@pytest.mark.parametrize(
    ("run", "headline"),
    [
        (broken_run(), "8 of 17 tests fail, 1 skipped"),
        (green_run(), "8 tests pass in every mode"),
        (empty_run(), "No test ran"),
        (RunRecord(modes=("http",), tests=(passed_test("t.py::test_a", "http"),)), "1 test passes in http mode"),
    ],
)
def test_headline(run: RunRecord, headline: str) -> None:
    """The headline says how many tests pass, and in how many modes."""
    document = BeautifulSoup(page(run, verdicts=()), "html.parser")

    assert document.title
    assert headline == document.title.string


@pytest.mark.parametrize(
    "run",
    [
        dataclasses.replace(green_run(), ended="pytest was interrupted"),
        RunRecord(
            modes=("http",), tests=(dataclasses.replace(passed_test("t.py::test_a", "http"), outcome="skipped"),)
        ),
    ],
    ids=["ended", "skipped"],
)
def test_state_is_not_good_where_something_is_unsaid(run: RunRecord) -> None:
    """The page takes the colour of its mark from it."""
    found = block(page(run, verdicts=()), "overview")

    assert "good" != found["state"]


def test_gate_that_does_not_pass_is_the_headline() -> None:
    """With its conditions below it."""
    run = dataclasses.replace(green_run(), left=("queue a",), unselected=2)

    found = block(page(run, verdicts=(), gate=judged(run, modes=MODES)), "overview")

    assert "The gate does not pass (left): 8 tests pass in every mode" == found["headline"]
    assert [True, True, True, False] == [one["passed"] for one in found["gate"]]
    assert "2 tests were not selected (-k, -m, --deselect)" == found["unselected"]


def test_reader_without_javascript_gets_a_table() -> None:
    """Each test stands there with its outcome in each mode, and each verdict in words."""
    document = BeautifulSoup(page(broken_run(), verdicts=VERDICTS), "html.parser")

    assert document.noscript
    rows = {row.td.get_text(): [cell.get_text() for cell in row("td")[1:]] for row in document.noscript("tr")[1:]}
    assert 17 == len(rows)
    assert ["passed", "passed", "failed"] == rows["suites/bigmouth/test_order.py::test_reaches_the_restaurant"]
    assert "permissions: PlaceOrder may not events:PutEvents on EventBus" in document.noscript.get_text()


def test_test_that_did_not_run_in_a_mode() -> None:
    """The plain table says of a mode in which a test did not run that it did not."""
    run = dataclasses.replace(green_run(), tests=(passed_test("t.py::test_a", "http"),))

    document = BeautifulSoup(page(run, verdicts=()), "html.parser")

    assert document.noscript
    cells = [cell.get_text() for cell in document.noscript("tr")[1]("td")]
    assert ["t.py::test_a", "not run", "not run", "passed"] == cells


def test_test_without_a_stage_has_no_column() -> None:
    """The plain table says its outcome once, and no mode is made of it."""
    plain = dataclasses.replace(passed_test("t.py::test_a", "http"), system="", mode="", outcome="failed")
    run = dataclasses.replace(green_run(), tests=(*green_run().tests, plain))

    document = page(run, verdicts=())

    rows = BeautifulSoup(document, "html.parser").find_all("tr")
    assert ["t.py::test_a", "failed"] == [cell.get_text() for cell in rows[-1]("td")]
    assert list(MODES) == block(document, "overview")["modes"]


def test_failure_counts_where_a_test_comes_twice() -> None:
    """Of two records of one test in one mode, as in merged runs, the one that failed is shown."""
    good = passed_test("t.py::test_a", "http")
    bad = dataclasses.replace(good, outcome="failed")

    document = page(RunRecord(modes=("http",), tests=(bad, good)), verdicts=())

    assert [{"http": ["failed", good.seconds]}] == [one["modes"] for one in block(document, "overview")["tests"]]


def test_names_what_a_test_without_a_verdict_failed_with() -> None:
    """A run in one mode has no verdicts; the page has the cause that the evidence names."""
    run = broken_run()
    run = dataclasses.replace(run, modes=("http",), tests=tuple(one for one in run.tests if one.mode == "http"))

    document = page(run, verdicts=())

    named = {one["test"]: one.get("cause") for one in block(document, "overview")["tests"]}
    cause = named["suites/bigmouth/test_order.py::test_is_told_to_the_bus"]
    assert "PlaceOrder may not events:PutEvents on EventBus" == cause["text"]
    assert named["suites/bigmouth/test_order.py::test_refuses_nobody"] is None


def test_tells_who_reached_what() -> None:
    """Each thing of the surface has the modes in which it was reached, and the tests that did."""
    document = page(broken_run(), verdicts=VERDICTS)

    (system,) = block(document, "overview")["systems"]
    found = system["reached"]["function:GetRestaurants"]
    assert ["handler", "invoke"] == found["modes"]
    assert 2 == found["times"] == len(found["tests"])


def test_what_may_have_been_reached_is_not_told_as_reached() -> None:
    """Only a grant of the template speaks for it."""
    run = broken_run()
    unsure = dataclasses.replace(
        passed_test("t.py::test_a", "http"), system="bigmouth", reached=("function:GetIndex?",)
    )

    (system,) = block(page(dataclasses.replace(run, tests=(unsure,)), verdicts=()), "overview")["systems"]

    assert not system.get("reached")


def test_leaves_out_what_is_empty() -> None:
    """What a test did not do takes no room; a time of zero does."""
    record = dataclasses.replace(passed_test("t.py::test_a", "http"), acts=(), began=0.0)

    document = page(RunRecord(tests=(record,)), verdicts=())

    told = block(document, "test-0")["http"]
    assert 0.0 == told["began"]
    assert {"acts", "failure", "denials"}.isdisjoint(told)


def test_two_thousand_tests() -> None:
    """A run of 2,000 tests in three modes is a file of less than 16 MB, with a block for each test."""
    document = page(large_run(2_000), verdicts=())

    assert 16_000_000 > len(document)
    assert set(MODES) == set(block(document, "test-1999"))
