"""The chain of mode handler: what is published goes on in this process, and nowhere else."""

from __future__ import annotations

import builtins
import os
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from harness.errors import EndlessChain, FunctionFailed, NotHandedOn
from harness.stage import Stage

from .conftest import Opened
from .seeing import ran, said

BOOK = {"id": "o-1", "kind": "book", "total": 20}
CHAIN = ("Order", "Bill", "Ship", "Mail")


@contextmanager
def planted(stage: Stage, *functions: str) -> Iterator[None]:
    """Let the deployed copies of functions say that they are the deployed ones."""
    client = stage.cloud.client("lambda")
    before: dict[str, dict[str, Any]] = {}
    for function in functions:
        name = stage.names.functions[function].name
        before[name] = client.get_function_configuration(FunctionName=name)["Environment"]
        variables = before[name]["Variables"] | {"PLANTED": "yes"}
        client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    yield
    for name, environment in before.items():
        client.update_function_configuration(FunctionName=name, Environment=environment)


def test_what_is_deployed_has_no_part(handler: Stage) -> None:
    """Every function of the chain runs in this process, in the thread in which a debugger stops."""
    with planted(handler, *CHAIN):
        handler.request("POST", "/orders", json=BOOK)

        assert sorted(CHAIN) == ran(handler, *CHAIN)
    told = [said(handler, function) for function in CHAIN]
    assert [(os.getpid(), True, "")] * 4 == [(one["process"], one["main"], one["planted"]) for one in told]


def test_in_http_mode_what_is_deployed_runs(http: Stage) -> None:
    """The same plant shows there, so that the test above can fail."""
    with planted(http, *CHAIN):
        http.request("POST", "/orders", json=BOOK)

        assert sorted(CHAIN) == ran(http, *CHAIN)
    assert ["yes"] * 4 == [said(http, function)["planted"] for function in CHAIN]


def test_a_failure_has_the_frames_of_the_handler_and_no_others(handler: Stage) -> None:
    """The exception itself is the cause; all else that the event starts runs."""
    with pytest.raises(FunctionFailed) as caught:
        handler.publish("Bus", source="break", detail_type="told", detail={"by": 0})

    cause = caught.value.__cause__
    assert isinstance(cause, ZeroDivisionError)
    assert ["handler", "divided"] == [frame.name for frame in traceback.extract_tb(cause.__traceback__)]
    assert ["Witness"] == ran(handler)


def test_a_failure_says_what_started_it(handler: Stage) -> None:
    """And what the function has logged."""
    with pytest.raises(FunctionFailed) as caught:
        handler.publish("Bus", source="break", detail_type="told", detail={"by": 0})

    assert str(caught.value) == (
        "The function 'Broken' failed with ZeroDivisionError: division by zero.\n"
        '  started by: BreakRule, by Bus told {"by": 0}\n'
        "  attempts: 3\n"
        "  its log: \n"
        "    about to divide"
    )


def test_a_failure_at_the_end_of_a_chain_shows_the_chain(handler: Stage) -> None:
    """Functions and what they have published in turn."""
    handler.request("POST", "/orders", json={"id": "o-1"})

    with pytest.raises(FunctionFailed) as caught:
        handler.settle()

    assert str(caught.value) == (
        "The function 'Bill' failed with KeyError: 'kind'.\n"
        '  started by: BillPlaced, by Bus order_placed {"id": "o-1"}\n'
        "  attempts: 3\n"
        "  chain: Order → Bus order_placed → Bill\n"
        "  its log: \n"
        "    Bill has said it"
    )


def test_what_is_no_json_is_handed_to_no_function(handler: Stage) -> None:
    """Lambda would refuse it; the other target of the rule has its event all the same."""
    with pytest.raises(NotHandedOn) as caught:
        handler.publish("Bus", source="text", detail_type="told", detail={"id": 1})

    assert str(caught.value) == (
        "The input template gives 'order 1', which is no JSON: Expecting value: line 1 column 1 (char 0).\n"
        "  rule: TextRule\n"
        "  target: Own\n"
        '  event: Bus told {"id": 1}\n'
        "  EventBridge would hand nothing on"
    )
    assert ["Witness"] == ran(handler)


def looped(stage: Stage) -> EndlessChain:
    stage.publish("Bus", source="loop", detail_type="first", detail={"turn": 1})
    with pytest.raises(EndlessChain) as caught:
        stage.settle()
    return caught.value


def test_a_loop_is_cut_off(handler: Stage) -> None:
    """Long before a wait would end, and with the functions and events that go round."""
    began = time.monotonic()

    error = looped(handler)

    assert time.monotonic() - began < 12
    assert str(error) == (
        "Functions go on starting each other: 16 one after the other.\n"
        "  chain: Bus first → Loop → Bus again → Loop → Bus again → Loop → … → Loop → Bus again → Loop → Bus again\n"
        "  which of them publishes what starts it again? Lambda ends only some such loops, and bills them all"
    )
    assert ["Loop"] * 16 == ran(handler)


@pytest.mark.parametrize("passed", [True, False])
def test_nothing_of_a_loop_reaches_the_next_test(handler: Stage, opened: Opened, *, passed: bool) -> None:
    """Whether the end of the test met the loop or the test itself."""
    handler.publish("Bus", source="loop", detail_type="first", detail={"turn": 1})
    if passed:
        with pytest.raises(EndlessChain):
            handler.over(passed=True)
    else:
        handler.over(passed=False)
    opened.project.began = time.time()

    assert [] == ran(handler)


def test_a_passed_test_waits_for_what_it_has_set_off(handler: Stage) -> None:
    """A bug in a consumer makes the very test red that set it off."""
    handler.request("POST", "/orders", json={"id": "o-1"})

    with pytest.raises(FunctionFailed, match="The function 'Bill' failed with KeyError: 'kind'"):
        handler.over(passed=True)


def test_that_holds_for_what_comes_by_way_of_a_topic(handler: Stage) -> None:
    """No function has run yet when the test ends."""
    handler.publish("Bus", source="queues", detail_type="told", detail={})

    handler.over(passed=True)

    assert {"Relayed", "Forwarded"} <= {entry.body["function"] for entry in handler.journal.entries("Seen")}


def test_nothing_of_a_failed_test_reaches_the_next_one(handler: Stage, opened: Opened) -> None:
    """Also what is still on its way when it ends."""
    handler.request("POST", "/orders", json=BOOK)

    handler.over(passed=False)
    opened.project.began = time.time()

    assert [] == ran(handler)


def test_a_handler_that_waits_starts_no_other(handler: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it publishes meanwhile starts its functions when it has ended."""
    waited = []

    def called_back() -> None:
        handler.publish("Bus", source="fixed", detail_type="told", detail={})
        handler.journal.expect_none("Seen", body={"function": "Fixed"})
        waited.append("within")

    monkeypatch.setattr(builtins, "called_back", called_back, raising=False)
    handler.publish("Bus", source="patient", detail_type="told", detail={})
    handler.settle()

    assert ["within"] == waited
    assert ["Patient", "Fixed"] == [entry.body["function"] for entry in handler.journal.entries("Seen")]


def test_what_a_thread_publishes_later_starts_functions_too(handler: Stage) -> None:
    """The thread has outlived its handler; the test waits for what it does."""
    handler.publish("Bus", source="late", detail_type="told", detail={})

    assert os.getpid() == said(handler, "Fixed")["process"]


def test_a_function_of_another_stack_is_told_of_once(handler: Stage, opened: Opened) -> None:
    """Nothing else comes of it."""
    for _ in range(2):
        handler.publish("Bus", source="elsewhere", detail_type="told", detail={})

    sentence = (
        "ElsewhereRule leads to arn:aws:lambda:us-east-1:000000000001:function:theirs, a function that the template "
        "does not declare: it does not run"
    )
    assert [sentence] == [line for line in opened.told if line.startswith("ElsewhereRule") and "000000001" in line]


def test_what_runs_deployed_all_the_same_is_told_when_the_stage_opens(opened: Opened) -> None:
    """A state machine that starts a function without waiting for it cannot leave that to this process."""
    sentence = "FlowRule leads to the state machine Flow: in handler mode the functions behind it run deployed"

    assert [sentence] == [line for line in opened.told if line.startswith("FlowRule")]


def test_in_invoke_mode_it_is_told_of_once(invoke: Stage, opened: Opened) -> None:
    """There the bus is played."""
    for _ in range(2):
        invoke.publish("Bus", source="elsewhere", detail_type="told", detail={})

    sentence = (
        "ElsewhereRule leads to arn:aws:lambda:us-east-1:000000000000:function:theirs, which is not played in this mode"
    )
    assert [sentence] == [line for line in opened.told if line.startswith("ElsewhereRule") and "000000000:" in line]


def test_each_function_that_fails_is_named(handler: Stage) -> None:
    """One is raised, the others are noted."""
    with pytest.raises(FunctionFailed, match="'Broken'") as caught:
        handler.publish("Bus", source="both", detail_type="told", detail={"by": 0})

    assert ["And: The function 'BrokenToo' failed with ZeroDivisionError: division by zero."] == (
        caught.value.__notes__
    )


def test_several_threads_may_publish(handler: Stage) -> None:
    """One of them starts the functions, and none waits in vain."""
    with ThreadPoolExecutor(4) as pool:
        publishing = [
            pool.submit(handler.publish, "Bus", source="fixed", detail_type="told", detail={"n": n}) for n in range(8)
        ]
        assert all(one.result() for one in publishing)
    handler.settle()

    assert ["Fixed"] * 8 == ran(handler)
