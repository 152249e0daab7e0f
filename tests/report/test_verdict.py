"""What the modes say together about a test, and how it is told."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from harness.report.record import ActRecord, Area, Cause, Denial, TestRecord
from harness.report.verdict import lines, verdicts

DENIED = Cause(area="permissions", text="PlaceOrder may not events:PutEvents on EventBus")
BUG = Cause(area="code", text="PlaceOrder failed with KeyError: 'id' (place_order.py, line 9)")
OPEN = Cause(area="wiring", text="POST /orders has no authorizer in the template", proof="template")
DRIFT = Cause(area="wiring", text="POST /orders has no authorizer in the deployed API", proof="drift")

MEMORY = Cause(area="limits", text="PlaceOrder is deployed with another memory: 256 MB", proof="drift")
ROLE = Cause(area="permissions", text="PlaceOrder is deployed with another role: a; the template says b", proof="drift")
UNCALLED = Cause(area="permissions", text="API Gateway may not invoke PlaceOrder where it is deployed", proof="drift")
VARIABLE = Cause(area="environment", text="PlaceOrder is deployed without the variable 'bus_name'", proof="drift")
TOKEN = Cause(area="wiring", text="POST /orders takes the tokens of UserPool in the template", proof="template")
CLOSED = Cause(area="wiring", text="POST /orders is in the template and not in the deployed API")
QUEUE = Denial(function="PlaceOrder", role="role", action="sqs:CreateQueue", resource="")
LOGGED = Cause(area="permissions", text="PlaceOrder may not sqs:CreateQueue, as its log says")

LETTERS = {"P": "passed", "F": "failed", "E": "error", "S": "skipped", "X": "xfailed"}
MODES = ("handler", "invoke", "http")


def ran(outcomes: str, *, test: str = "test_a", causes: dict[str, tuple[Cause, ...]] | None = None) -> list[TestRecord]:
    """Give the records of a test: a letter for handler, invoke, http; a dash where it did not run."""
    return [
        TestRecord(
            test=test,
            system="bigmouth",
            mode=mode,
            outcome=LETTERS[letter],
            causes=(causes or {}).get(mode, ()),  # type: ignore[arg-type]
        )
        for mode, letter in zip(MODES, outcomes, strict=True)
        if letter != "-"
    ]


# Another test, which ran in two modes.
OTHERS = ran("PP-", test="test_other")


def concluded(outcomes: str, causes: dict[str, tuple[Cause, ...]] | None = None) -> tuple[str, Area, str]:
    [verdict] = verdicts([*OTHERS, *ran(outcomes, causes=causes)])
    return verdict.first, verdict.area, verdict.text


@pytest.mark.parametrize(
    ("outcomes", "first", "area", "said"),
    [
        ("FFF", "handler", "code", "it fails in every mode, so the code is wrong, or the test"),
        ("F-F", "handler", "code", "it fails in every mode"),
        ("F--", "handler", "code", "it fails in handler, the only mode in which it ran"),
        ("FSS", "handler", "code", "it fails in handler, the only mode in which it ran"),
        ("PFF", "invoke", "packaging", "the code passes in this process and fails where it is deployed"),
        ("PF-", "invoke", "packaging", "packaging, environment, permissions or limits of a function"),
        ("-FF", "invoke", "packaging", "handler did not run it, which would tell whether the code is wrong"),
        ("PPF", "http", "wiring", "the deployed functions do their work when they are called, so what leads to them"),
        ("P-F", "http", "wiring", "the code is right, so what leads to them is wrong: routes, authorizers, validation"),
        ("--F", "http", "wiring", "only http ran it: routes, authorizers, validation, rules or subscriptions"),
        ("PPE", "http", "wiring", "the deployed functions do their work"),
        ("XPF", "http", "wiring", "the deployed functions do their work"),
        (
            "FPP",
            "handler",
            "harness",
            "it passes in invoke and http, so the deployed code does it: the tester's packages",
        ),
        ("F-P", "handler", "harness", "or the harness imitates AWS wrongly: then please report it"),
        ("FFP", "handler", "harness", "it passes in http, so the deployed code does it"),
        ("FPF", "handler", "harness", "two faults, or one that comes and goes: it passes in invoke only"),
        ("PFP", "invoke", "harness", "it passes in http with the same deployed functions: the event or the front door"),
        ("-FP", "invoke", "harness", "may differ from AWS's: then please report it; or the test may not always fail"),
        ("FPP", "handler", "harness", "than what is deployed, the test may not always fail, or the harness imitates"),
        ("FP-", "handler", "harness", "it passes in invoke, so the deployed code does it"),
        ("X-F", "http", "wiring", "it is expected to fail in handler: routes, authorizers, validation"),
        ("XXF", "http", "wiring", "it is expected to fail in handler and invoke: routes, authorizers, validation"),
        ("XFF", "invoke", "packaging", "it is expected to fail in handler, which would tell whether the code is wrong"),
        ("FXX", "handler", "code", "it fails in every mode (in invoke and http as expected), so the code is wrong"),
        ("FPX", "handler", "harness", "it passes in invoke, so the deployed code does it"),
    ],
)
def test_the_first_mode_that_fails_tells_where_to_look(outcomes: str, first: str, area: Area, said: str) -> None:
    """Where no evidence names anything."""
    assert (first, area) == concluded(outcomes)[:2]
    assert said in concluded(outcomes)[2]


@pytest.mark.parametrize("kind", ["NeverHappened", "TimedOut"])
@pytest.mark.parametrize("outcomes", ["FPP", "FFP", "PFP"])
def test_what_waited_in_vain_may_not_always_fail(outcomes: str, kind: str) -> None:
    """That is the likeliest where the real doors let it pass, so it is said first; the rest still is."""
    records = [replace(one, kind=kind) if one.is_broken else one for one in ran(outcomes)]

    [verdict] = verdicts(records)

    assert "harness" == verdict.area
    assert ": the test may not always fail, as what it waited for may have come too late; else the" in verdict.text
    assert verdict.text.endswith(": then please report it")


@pytest.mark.parametrize(
    ("outcomes", "where"),
    [("EEE", "every mode"), ("E-F", "every mode"), ("E--", "handler, the only mode in which it ran")],
)
def test_a_fixture_that_fails_says_nothing_of_the_code(outcomes: str, where: str) -> None:
    """Nothing was asked of the system: the test has no act."""
    records = [replace(one, failure="KeyError: 'name'\n  trace") for one in ran(outcomes)]

    [verdict] = [one for one in verdicts([*OTHERS, *records]) if one.test == "test_a"]

    assert ("harness", f"a fixture fails in {where}, and nothing was asked of the system: KeyError: 'name'") == (
        verdict.area,
        verdict.text,
    )


def test_a_fixture_that_has_asked_the_system_is_concluded_as_a_test() -> None:
    """What it did is evidence."""
    act = ActRecord(verb="request", what="POST /orders", at=0, seconds=1, status=502)

    [verdict] = verdicts([replace(one, acts=(act,)) for one in ran("EEE")])

    assert ("code", "it fails in every mode, so the code is wrong, or the test") == (verdict.area, verdict.text)


@pytest.mark.parametrize("outcomes", ["".join(one) for one in itertools.product("PF-", repeat=3) if "F" in one])
def test_every_combination_has_a_conclusion(outcomes: str) -> None:
    """The first mode that fails is that of the order of modes."""
    first, _, text = concluded(outcomes)

    assert MODES[outcomes.index("F")] == first
    assert text
    assert not text.endswith(".")


@pytest.mark.parametrize("outcomes", ["FFF", "PFF", "PPF", "FPP", "PFP"])
def test_evidence_overrides_the_order_of_modes(outcomes: str) -> None:
    """A denial is one of permissions, whichever mode shows it first."""
    first = MODES[outcomes.index("F")]

    assert (first, DENIED.area, DENIED.text) == concluded(outcomes, {first: (DENIED,)})


def test_an_error_of_the_code_is_none_where_the_code_passes() -> None:
    """The area is that of the mode, and the error is still told."""
    _, area, text = concluded("PFF", {"invoke": (BUG,)})

    assert "packaging" == area
    assert text.endswith(f"limits of a function: {BUG.text}")


def test_the_template_explains_nothing_that_passes_with_the_real_doors() -> None:
    """All modes have the same template."""
    _, area, text = concluded("FPP", {"handler": (OPEN,)})

    assert "harness" == area
    assert text.endswith(OPEN.text)
    assert ("http", "wiring", OPEN.text) == concluded("PPF", {"http": (OPEN,)})


@pytest.mark.parametrize("kind", ["RoleNotAssumed", "StageProtected", "LedgerNotWritten"])
def test_an_environment_that_is_not_ready_is_said_so(kind: str) -> None:
    """No mode has tried anything; neither has one where a guard stood before it."""
    records = ran("FFF")
    failure = f"{kind}: The role of 'PlaceOrder' cannot be assumed.\n  role: a"
    records = [
        TestRecord(test="a", system="b", mode=one.mode, outcome="error", kind=kind, failure=failure) for one in records
    ]

    [verdict] = verdicts(records)

    assert "harness" == verdict.area
    assert f"handler could not test: {kind}: The role of 'PlaceOrder' cannot be assumed" == verdict.text


def test_an_environment_may_say_nothing() -> None:
    """Then there is nothing to repeat."""
    records = [TestRecord(test="a", system="b", mode=mode, outcome="error", kind="NotDeployed") for mode in MODES]

    assert "handler could not test: it does not say why" == verdicts(records)[0].text


def test_causes_of_all_modes_are_brought_together() -> None:
    """Each once: what the first mode has seen, then what others have, then what only the template says."""
    causes = {"handler": (OPEN, BUG), "invoke": (BUG, DENIED), "http": (DENIED, DRIFT)}

    [verdict] = verdicts(ran("FFF", causes=causes))

    assert (BUG, DENIED, OPEN, DRIFT) == verdict.causes
    assert ("code", {"handler": "failed", "invoke": "failed", "http": "failed"}) == (
        verdict.area,
        verdict.outcomes,
    )


def test_what_is_deployed_explains_no_failure_of_handler_mode() -> None:
    """Nothing deployed takes part there; it is told last."""
    causes = {"handler": (BUG,), "invoke": (BUG, DRIFT), "http": (BUG, DRIFT)}

    [verdict] = verdicts(ran("FFF", causes=causes))

    assert ("code", BUG.text, (BUG, DRIFT)) == (verdict.area, verdict.text, verdict.causes)
    assert ("handler", "code", "it fails in every mode, so the code is wrong, or the test") == concluded(
        "FFF", {"http": (DRIFT,)}
    )
    assert ("http", "wiring", DRIFT.text) == concluded("PPF", {"http": (DRIFT,)})


@pytest.mark.parametrize("drift", [MEMORY, ROLE, VARIABLE])
@pytest.mark.parametrize("outcomes", ["PPF", "-PF"])
def test_a_function_that_works_in_invoke_is_deployed_well_enough(outcomes: str, drift: Cause) -> None:
    """So the refused token is the cause, and the difference is told last."""
    [verdict] = verdicts([*OTHERS, *ran(outcomes, causes={"http": (drift, TOKEN)})])

    assert ("wiring", TOKEN.text, (TOKEN, drift)) == (verdict.area, verdict.text, verdict.causes)
    assert "routes, authorizers, validation, rules or subscriptions" in concluded(outcomes, {"http": (drift,)})[2]
    assert drift.text not in concluded(outcomes, {"http": (drift,)})[2]


@pytest.mark.parametrize(("outcomes", "drift"), [("PFF", MEMORY), ("PFF", ROLE), ("P-F", MEMORY), ("PPF", UNCALLED)])
def test_a_function_that_has_not_worked_may_be_deployed_otherwise(outcomes: str, drift: Cause) -> None:
    """And who may start it matters to http alone."""
    first = MODES[outcomes.index("F")]

    assert (first, drift.area, drift.text) == concluded(outcomes, {first: (drift,)})


def test_another_value_of_a_variable_is_only_likely() -> None:
    """It may be as good as the first; what was seen comes before it."""
    _, area, text = concluded("PFF", {"invoke": (VARIABLE,)})
    [verdict] = verdicts(ran("PFF", causes={"invoke": (VARIABLE, BUG)}))

    assert "environment" == area
    assert f"packaging, environment, permissions or limits of a function: {VARIABLE.text}" in text
    assert (BUG, VARIABLE) == verdict.causes


@pytest.mark.parametrize("outcomes", ["PPF", "FFF"])
def test_a_denial_in_a_log_alone_decides_nothing(outcomes: str) -> None:
    """It is told as a further cause, and last."""
    first = MODES[outcomes.index("F")]
    records = [
        replace(one, denials=(QUEUE,)) if one.is_broken else one
        for one in ran(outcomes, causes={first: (LOGGED, OPEN)})
    ]

    [verdict] = verdicts(records)

    assert ((OPEN, LOGGED), "wiring", OPEN.text) == (verdict.causes, verdict.area, verdict.text)


def test_a_denial_in_a_log_is_not_told_again() -> None:
    """Another mode knows it from the error that ended the invocation."""
    sure = replace(LOGGED, text="PlaceOrder may not sqs:CreateQueue: the template lets it on Jobs only")
    records = [replace(one, denials=(QUEUE,)) for one in ran("FFF", causes={"handler": (LOGGED,), "invoke": (sure,)})]

    [verdict] = verdicts(records)

    assert ((sure,), sure.text) == (verdict.causes, verdict.text)


def test_what_leads_to_a_function_explains_nothing_that_fails_before() -> None:
    """Two faults: the first mode that fails has seen the first of them."""
    [verdict] = verdicts(ran("PFF", causes={"invoke": (BUG,), "http": (CLOSED,)}))

    assert ((BUG, CLOSED), "packaging") == (verdict.causes, verdict.area)
    assert ("invoke", "wiring", CLOSED.text) == concluded("PFF", {"invoke": (OPEN,), "http": (CLOSED,)})


def test_an_expected_failure_tells_nothing_of_the_code() -> None:
    """It is no pass, so an error of the code may be the cause."""
    assert ("http", "code", BUG.text) == concluded("X-F", {"http": (BUG,)})


def test_one_mode_alone_has_no_verdict() -> None:
    """There is nothing to compare; a mode in which all was skipped does not count."""
    assert [] == verdicts([*ran("F--"), *ran("PSS", test="test_b")])


def test_what_passes_has_no_verdict() -> None:
    """Neither has what was skipped."""
    assert [] == verdicts([*ran("PPP"), *ran("SSS", test="test_b"), *ran("XPP", test="test_c")])


def test_a_failure_of_one_job_counts() -> None:
    """Merged runs may hold a test twice, in either order."""
    passed, failed = ran("PPP"), ran("PPF")

    assert ["failed", "failed"] == [
        verdicts(one)[0].outcomes["http"] for one in ([*passed, *failed], [*failed, *passed])
    ]


def test_an_unknown_mode_comes_last() -> None:
    """A later version may have more of them."""
    later = TestRecord(test="test_a", system="bigmouth", mode="canary", outcome="failed")

    [verdict] = verdicts([later, *ran("PPP")])

    assert ["handler", "invoke", "http", "canary"] == list(verdict.outcomes)
    assert "canary" == verdict.first


def test_a_cause_stands_once() -> None:
    """Below it a few of the tests, and how many more there are; what explains most comes first."""
    denied = [
        record for number in range(15) for record in ran("PFF", test=f"test_{number}", causes={"invoke": (DENIED,)})
    ]
    records = [*ran("FFF", test="test_bug", causes={"handler": (BUG,)}), *denied]

    assert [
        "permissions: PlaceOrder may not events:PutEvents on EventBus",
        "  handler passed · invoke failed · http failed   test_0",
        "  handler passed · invoke failed · http failed   test_1",
        "  handler passed · invoke failed · http failed   test_2",
        "  … and 12 more tests with the same conclusion",
        "code: PlaceOrder failed with KeyError: 'id' (place_order.py, line 9)",
        "  handler failed · invoke failed · http failed   test_bug",
    ] == list(lines(verdicts(records)))


def test_further_causes_stand_below_the_first() -> None:
    """Those that all of these tests have."""
    first = ran("PPF", causes={"http": (DENIED, DRIFT, BUG)})
    second = ran("-PF", test="test_b", causes={"http": (DENIED, DRIFT)})

    assert [
        "permissions: PlaceOrder may not events:PutEvents on EventBus",
        "  or wiring: POST /orders has no authorizer in the deployed API",
        "  handler passed · invoke passed · http failed   test_a",
        "  invoke passed · http failed                    test_b",
    ] == list(lines(verdicts([*first, *second])))


def test_systems_are_named_where_there_are_several() -> None:
    """The same words may be about another function there."""
    other = [TestRecord(test="test_b", system="photos", mode=mode, outcome="failed") for mode in MODES]

    shown = list(lines(verdicts([*ran("FFF"), *other])))

    assert ["bigmouth, code: it fails in every mode, so the code is wrong, or the test"] == shown[:1]
    assert ["photos, code: it fails in every mode, so the code is wrong, or the test"] == shown[2:3]


def test_nothing_is_said_of_nothing() -> None:
    """A green run has no verdict."""
    assert [] == list(lines([]))
