"""Runs to make reports of: with something broken in each area, green, empty, large, hostile."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from harness.report.record import (
    ActRecord,
    Cause,
    Denial,
    DriftRecord,
    EntryRecord,
    ErrorRecord,
    FailureRecord,
    RunRecord,
    StepRecord,
    TestRecord,
    VerdictRecord,
)
from tests.report.sample_system import BIGMOUTH

__all__ = ["MODES", "VERDICTS", "broken_run", "empty_run", "filled", "green_run", "large_run", "passed_test"]

MODES = ("handler", "invoke", "http")
BEGAN = 1_795_280_640.0
_PACE = {"handler": 1.0, "invoke": 2.6, "http": 3.4}

_ORDER = '{"orderId": "0f3c1c52-6a1e-4f0b-9f6e-2f6f5d3f7a11", "restaurantName": "Fangtasia"}'
_DETAIL = f'{{"source": "big-mouth", "detail-type": "order_placed", "detail": {_ORDER}}}'
_TRACE = """Traceback (most recent call last):
  File "systems/bigmouth/functions/place_order.py", line 21, in handler
    publish("order_placed", order)
  File "systems/bigmouth/functions/bus.py", line 14, in publish
    events.put_events(Entries=[entry])
botocore.exceptions.ClientError: An error occurred (AccessDeniedException) when calling the PutEvents operation: \
User: arn:aws:sts::000000000000:assumed-role/bigmouth-dev-PlaceOrderRole/s is not authorized to perform: \
events:PutEvents on resource: arn:aws:events:eu-west-1:000000000000:event-bus/bigmouth-dev"""
_DENIED = ErrorRecord(
    type="ClientError",
    message="An error occurred (AccessDeniedException) when calling the PutEvents operation",
    trace=_TRACE,
)
_LOG = (
    '{"level":"INFO","location":"handler:18","message":"placing order","service":"bigmouth","cold_start":true}',
    '{"level":"ERROR","location":"handler:24","message":"order not placed","service":"bigmouth"}',
)


@dataclass(frozen=True, kw_only=True)
class _Flow:
    """What the tests of one file do: a request, and the function behind it."""

    words: str
    what: str
    function: str
    status: int = 200
    sent: str = ""
    answer: str = ""
    token: bool = False
    signed: bool = False

    @property
    def reached(self) -> tuple[str, ...]:
        return (f"route:Api {self.what}", f"function:{self.function}")


_FLOWS = {
    "test_landing_page": _Flow(
        words="we open the landing page", what="GET /", function="GetIndex", answer="<!DOCTYPE html><title>Big Mouth"
    ),
    "test_restaurants": _Flow(
        words="we list the restaurants",
        what="GET /restaurants",
        function="GetRestaurants",
        answer='[{"name": "Fangtasia", "image": "https://example.com/fangtasia.png", "themes": ["true blood"]}]',
        signed=True,
    ),
    "test_search": _Flow(
        words="we search for cartoon",
        what="POST /restaurants/search",
        function="SearchRestaurants",
        sent='{"theme": "cartoon"}',
        answer="[]",
        token=True,
    ),
    "test_order": _Flow(
        words="we place an order",
        what="POST /orders",
        function="PlaceOrder",
        sent='{"restaurantName": "Fangtasia"}',
        answer='{"orderId": "0f3c1c52-6a1e-4f0b-9f6e-2f6f5d3f7a11"}',
        token=True,
    ),
}


def passed_test(path: str, mode: str, *, number: int = 0) -> TestRecord:
    """A test that passes, as it looks in a mode: of orders, unless its file says otherwise."""
    pace = _PACE[mode]
    flow = next((flow for name, flow in _FLOWS.items() if name in path), _FLOWS["test_order"])
    orders = flow.function == "PlaceOrder"
    return TestRecord(
        test=path,
        system="bigmouth",
        mode=mode,
        outcome="passed",
        began=BEGAN + number,
        seconds=round(0.21 * pace, 3),
        steps=_steps(flow, pace=pace),
        acts=(_act(flow, pace=pace),),
        entries=_entries(pace) if orders else (),
        logs={flow.function: _LOG[:1]},
        reached=_reached(flow, mode=mode),
    )


def _steps(flow: _Flow, *, pace: float) -> tuple[StepRecord, ...]:
    orders = flow.function == "PlaceOrder"
    then = "the bus carries the order" if orders else "it is answered"
    return (
        StepRecord(kind="given", words="a signed in customer", at=-1.2, seconds=0.31 * pace),
        StepRecord(kind="when", words=flow.words, at=0.004, seconds=0.045 * pace),
        *([StepRecord(kind="then", words="an order id comes back", at=0.05 * pace, seconds=0.001)] if orders else []),
        StepRecord(kind="then", words=then, at=0.052 * pace, seconds=(0.14 if orders else 0.001) * pace),
    )


def _act(flow: _Flow, *, pace: float) -> ActRecord:
    return ActRecord(
        verb="request",
        what=flow.what,
        at=0.006,
        seconds=0.042 * pace,
        api="Api",
        route=flow.what,
        token=flow.token,
        signed=flow.signed,
        sent=flow.sent,
        status=flow.status,
        answer=flow.answer,
        function=flow.function,
        log=_LOG[:1],
    )


def _entries(pace: float) -> tuple[EntryRecord, ...]:
    notified = _DETAIL.replace("order_placed", "restaurant_notified")
    return (
        EntryRecord(kind="bus", source="EventBus", name="order_placed", text=_DETAIL, at=0.12 * pace),
        EntryRecord(
            kind="topic", source="RestaurantNotificationTopic", name="", text=_ORDER, at=0.155 * pace, played=True
        ),
        EntryRecord(kind="bus", source="EventBus", name="restaurant_notified", text=notified, at=0.17 * pace),
    )


def _reached(flow: _Flow, *, mode: str) -> tuple[str, ...]:
    """What such a test reaches: the list of restaurants in two modes, the queue for tests in none."""
    if flow.function == "GetRestaurants" and mode == "http":
        return ()
    followed = ("rule:OrderPlaced", "function:NotifyRestaurant")
    return (*flow.reached, *(followed if flow.function == "PlaceOrder" else ()))


def _failed(record: TestRecord, cause: Cause | None, *, failure: str, **others: Any) -> TestRecord:
    kind, _, _ = failure.partition(":")
    steps = (
        *record.steps[:-1],
        dataclasses.replace(record.steps[-1], failed=True, seconds=record.steps[-1].seconds * 9),
    )
    causes = (cause,) if cause else ()
    changes = {"outcome": "failed", "failure": failure, "kind": kind, "causes": causes, "steps": steps, "entries": ()}
    return dataclasses.replace(record, **(changes | {"seconds": record.seconds * 6} | others))


_CAUSES = {
    "code": Cause(area="code", text="PlaceOrder raised KeyError: 'restaurantName' in place_order.py, line 17"),
    "packaging": Cause(
        area="packaging", text="SearchRestaurants cannot import 'fastjsonschema': it is not in its package"
    ),
    "environment": Cause(
        area="environment", text="PlaceOrder reads bus_name, which its environment does not have", proof="template"
    ),
    "permissions": Cause(area="permissions", text="PlaceOrder may not events:PutEvents on EventBus"),
    "limits": Cause(area="limits", text="GetRestaurants timed out after 1 s", proof="drift"),
    "wiring": Cause(area="wiring", text="no rule on EventBus matches detail-type 'order_placd'", proof="template"),
}
_TEXTS = {
    "code": "the code is wrong: it fails wherever it runs",
    "packaging": "the code passes, but not as it is packaged",
    "environment": "the code passes, but not with what is deployed around it",
    "permissions": "the code passes, but its role lacks a permission",
    "limits": "the code passes, but not within its timeout and memory",
    "wiring": "the function passes, but what leads to it does not",
    "harness": "it passes through the real front door and fails in handler mode: the harness may imitate AWS wrongly",
}
# Which test fails in which area, from which mode on.
_BROKEN = (
    ("suites/bigmouth/test_order.py::test_refuses_an_order_from_no_restaurant", "code", "handler"),
    ("suites/bigmouth/test_search.py::test_finds_four_cartoons", "packaging", "invoke"),
    ("suites/bigmouth/test_order.py::test_answers_an_id", "environment", "invoke"),
    ("suites/bigmouth/test_order.py::test_is_told_to_the_bus", "permissions", "invoke"),
    ("suites/bigmouth/test_order.py::test_goes_all_the_way", "permissions", "invoke"),
    ("suites/bigmouth/test_restaurants.py::test_answers_a_signed_call", "limits", "invoke"),
    ("suites/bigmouth/test_order.py::test_reaches_the_restaurant", "wiring", "http"),
    ("suites/bigmouth/test_landing_page.py::test_shows_the_day_and_its_settings", "harness", "handler"),
)
_GREEN = (
    "suites/bigmouth/test_landing_page.py::test_lists_eight_restaurants",
    "suites/bigmouth/test_order.py::test_refuses_nobody",
    "suites/bigmouth/test_restaurants.py::test_refuses_an_unsigned_call",
    "suites/bigmouth/test_search.py::test_refuses_nobody",
    "suites/bigmouth/test_search.py::test_refuses_a_tampered_token",
    "suites/bigmouth/test_search.py::test_refuses_an_expired_token",
    "suites/bigmouth/test_search.py::test_refuses_a_body_without_a_theme[empty]",
    "suites/bigmouth/test_search.py::test_refuses_a_body_without_a_theme[null]",
)


def _fails(area: str, mode: str, *, first: str) -> bool:
    """Whether a fault of this area shows in a mode: from the first one on; one of the harness only there."""
    return mode == first if area == "harness" else MODES.index(mode) >= MODES.index(first)


def _broken_test(path: str, mode: str, area: str) -> TestRecord:
    base, cause = passed_test(path, mode), _CAUSES.get(area)
    what = base.acts[0].what
    refused = f'AssertionError: {what} -> 502 {{"message": "Internal server error"}}\nassert 502 == 200'
    if area == "wiring":
        never = "NeverHappened: RestaurantNotificationTopic never carried the order.\n  waited: 15 s\n  seen: nothing"
        return _failed(base, cause, failure=never, entries=base.entries[:1], failures=(_FAILURE,))
    if area == "permissions":
        denial = Denial(
            function="PlaceOrder", role="bigmouth-dev-PlaceOrderRole", action="events:PutEvents", resource="EventBus"
        )
        return _failed(base, cause, failure=refused, acts=(_answered_502(base.acts[0]),), denials=(denial,))
    return _failed(base, cause, failure=refused, acts=(_answered_502(base.acts[0]),))


_FAILURE = FailureRecord(
    function="NotifyRestaurant",
    error=ErrorRecord(type="KeyError", message="'restaurant_notification_topic'", trace=_TRACE),
    log=_LOG,
    times=3,
)


def _answered_502(act: ActRecord) -> ActRecord:
    return dataclasses.replace(act, status=502, answer='{"message": "Internal server error"}', error=_DENIED, log=_LOG)


def _verdict(path: str, area: Any, first: str) -> VerdictRecord:
    outcomes = {mode: "failed" if _fails(area, mode, first=first) else "passed" for mode in MODES}
    causes = (_CAUSES[area],) if area in _CAUSES else ()
    text = ": ".join([_TEXTS[area], *(cause.text for cause in causes)])
    return VerdictRecord(
        test=path, system="bigmouth", outcomes=outcomes, first=first, area=area, text=text, causes=causes
    )


VERDICTS = tuple(_verdict(*one) for one in _BROKEN)


def broken_run() -> RunRecord:
    """A run of bigmouth with a test broken in each area, one skipped, drift, and something left behind."""
    broken = [
        _broken_test(path, mode, area) if _fails(area, mode, first=first) else passed_test(path, mode)
        for path, area, first in _BROKEN
        for mode in MODES
    ]
    green = [passed_test(path, mode, number=number) for number, path in enumerate(_GREEN) for mode in MODES]
    skipped = [
        dataclasses.replace(
            passed_test("suites/bigmouth/test_search.py::test_in_japanese", mode), outcome="skipped", steps=()
        )
        for mode in MODES
    ]
    return dataclasses.replace(
        _run([*broken, *green, *skipped]),
        deselected=("suites/bigmouth/test_load.py::test_hundred_orders: marked slow",),
        drift=(
            DriftRecord(
                system="bigmouth", kind="function", name="GetRestaurants", what="timeout", template="6", deployed="1"
            ),
            DriftRecord(
                system="bigmouth",
                kind="route",
                name="POST /orders",
                what="authorizer",
                template="Customers",
                deployed="none",
            ),
        ),
        left=("queue harness-7f3a-tap, created 17:04:12",),
    )


def green_run() -> RunRecord:
    """A run in which every test passes in every mode."""
    return _run([passed_test(path, mode) for path in _GREEN for mode in MODES])


def empty_run() -> RunRecord:
    """A run that tested nothing."""
    return RunRecord(version="0.1.0", modes=("handler",))


def large_run(tests: int) -> RunRecord:
    """A run of so many tests, in forty files, of which every 97th fails in http."""
    records = []
    for number in range(tests):
        path = f"suites/bigmouth/test_part_{number % 40}.py::test_that_number_{number}_is_answered"
        for mode in MODES:
            one = passed_test(path, mode, number=number)
            records.append(_broken_test(path, mode, "wiring") if number % 97 == 0 and mode == "http" else one)
    return _run(records)


def _run(tests: Sequence[TestRecord]) -> RunRecord:
    return RunRecord(
        version="0.1.0",
        runs=("7f3a9c",),
        began=BEGAN,
        seconds=41.3,
        stage="dev-ann",
        cloud="embedded",
        region="eu-west-1",
        modes=MODES,
        systems=(BIGMOUTH,),
        tests=tuple(tests),
        drift=(),
        left=(),
    )


def filled(record: Any, text: str) -> Any:
    """The same record with this text before every text in it."""
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return dataclasses.replace(
            record, **{one.name: filled(getattr(record, one.name), text) for one in dataclasses.fields(record)}
        )
    if isinstance(record, str):
        return text + record
    if isinstance(record, tuple):
        return tuple(filled(one, text) for one in record)
    if isinstance(record, dict):
        return {text + name: filled(value, text) for name, value in record.items()}
    return record
