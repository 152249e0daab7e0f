from __future__ import annotations

import signal
import sys
import threading
import time
from types import FrameType

import pytest

from harness.runtime.deadline import Deadline, DeadlinePassed, debugged
from tests.runtime.conftest import Build

SLEEP = """
    import time
    calls = []
    def handler(event, context):
        calls.append(1)
        time.sleep(event)
        return len(calls)
"""
SHORT = {"timeout": 0.05}


def test_a_slow_handler_is_interrupted(build: Build) -> None:
    """The error is Lambda's, and says where the handler was."""
    orders = build(SLEEP, declared={"timeout": 0.05})

    invocation = orders.invoke(5, request_id="r")

    assert invocation.error is not None
    assert ("Sandbox.Timedout", "RequestId: r Error: Task timed out after 0.05 seconds") == (
        invocation.error.type,
        invocation.error.message,
    )
    assert "time.sleep(event)" in invocation.error.trace
    assert invocation.seconds < 2


def test_after_the_deadline_the_environment_is_cold(build: Build) -> None:
    """Lambda kills the process, so module state is gone."""
    orders = build(SLEEP, declared=SHORT)
    orders.invoke(0)
    orders.invoke(5)

    assert orders.invoke(0).payload == 1


def test_except_exception_does_not_swallow_the_deadline(build: Build) -> None:
    """It is no Exception."""
    orders = build(
        "import time\ndef handler(event, context):\n    try: time.sleep(5)\n    except Exception: pass",
        declared=SHORT,
    )

    invocation = orders.invoke({})

    assert invocation.error is not None
    assert (invocation.error.type, invocation.seconds < 2) == ("Sandbox.Timedout", True)


def test_a_swallowed_deadline_is_told_afterwards(build: Build) -> None:
    """A bare except gets the handler to its end, but not to a result."""
    orders = build(
        "import time\ndef handler(event, context):\n    try: time.sleep(5)\n    except: return 'done'",
        declared=SHORT,
    )

    invocation = orders.invoke({})

    assert invocation.error is not None
    assert (None, "Sandbox.Timedout") == (invocation.payload, invocation.error.type)


def test_a_deadline_that_is_swallowed_comes_again(build: Build) -> None:
    """A handler that tries again for ever is interrupted all the same."""
    orders = build(
        "import time\ndef handler(event, context):\n    try: time.sleep(5)\n    except: pass\n    time.sleep(30)",
        declared=SHORT,
    )

    assert orders.invoke({}).seconds < 5


def test_a_thread_is_told_afterwards(build: Build) -> None:
    """Elsewhere than in the main thread nothing can be interrupted."""
    orders = build(SLEEP, declared=SHORT)
    orders.invoke(0)
    types: list[str] = []
    thread = threading.Thread(target=lambda: types.append(orders.invoke(0.1).error.type))

    thread.start()
    thread.join()

    assert ["Sandbox.Timedout"] == types


def test_the_start_has_a_limit_of_its_own(build: Build) -> None:
    """An import may take longer than the handler."""
    orders = build("import time\ntime.sleep(0.1)\ndef handler(event, context): return 'up'", declared=SHORT)

    assert orders.invoke({}).payload == "up"


def test_a_start_beyond_its_limit_times_out(build: Build) -> None:
    """An endless import is interrupted, with the message of the function's deadline."""
    orders = build("import time\ntime.sleep(5)", declared=SHORT, init_timeout=0.1)

    error = orders.invoke({}, request_id="r").error

    assert error is not None
    assert error.message == "RequestId: r Error: Task timed out after 0.05 seconds"


def test_a_long_start_uses_up_the_deadline(build: Build) -> None:
    """Beyond its own limit Lambda starts the function within the invocation, and its deadline counts."""
    app = "import time\ntime.sleep(0.2)\ndef handler(event, context): return context.get_remaining_time_in_millis()"
    orders = build(app, declared={"timeout": 1}, init_timeout=0.1)

    assert orders.invoke({}).payload <= 800


def test_the_deadline_of_an_outer_function_passes_through(build: Build) -> None:
    """The function around is the one that timed out."""
    inner = build("import time\ndef handler(event, context): time.sleep(5)", declared={"timeout": 4})

    with pytest.raises(DeadlinePassed) as raised, Deadline(0.05) as outer:
        inner.invoke({})

    assert raised.value.deadline is outer
    assert outer.passed


class Bell:
    """Counts the alarms of the process."""

    def __init__(self) -> None:
        self.rings: list[float] = []

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.rings.append(time.perf_counter())


@pytest.fixture
def bell() -> Bell:
    bell = Bell()
    before = signal.signal(signal.SIGALRM, bell)
    yield bell
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_an_alarm_set_before_goes_on(bell: Bell) -> None:
    """It has its remaining time and its interval back, and its handler."""
    signal.setitimer(signal.ITIMER_REAL, 30, 7)

    with Deadline(1):
        time.sleep(0.05)

    remaining, interval = signal.getitimer(signal.ITIMER_REAL)
    assert (True, 7) == (29 < remaining < 29.96, interval)
    assert signal.getsignal(signal.SIGALRM) is bell


@pytest.mark.parametrize(("interval", "rings"), [(0, 1), (0.1, 2)])
def test_an_alarm_set_before_rings_in_time(bell: Bell, interval: float, rings: int) -> None:
    """It is not put off until the function is done: a test's own time limit holds."""
    signal.setitimer(signal.ITIMER_REAL, 0.05, interval)

    with Deadline(5) as deadline:
        time.sleep(0.2)

    assert (rings, False) == (len(bell.rings), deadline.passed)


def test_nothing_rings_afterwards(bell: Bell) -> None:
    """Without an alarm before there is none after."""
    with Deadline(0.05):
        pass
    time.sleep(0.1)

    assert [] == bell.rings
    assert (0.0, 0.0) == signal.getitimer(signal.ITIMER_REAL)


def test_a_debugger_on_the_stack_lifts_the_deadline(build: Build) -> None:
    """Whoever thinks at a prompt has all the time."""
    orders = build(
        """
        import time, types
        prompt = types.ModuleType("pdb")
        exec("def wait(): time.sleep(0.2)", prompt.__dict__ | {"__name__": "pdb"}, shared := {})
        shared["wait"].__globals__["time"] = time
        def handler(event, context):
            shared["wait"]()
            return "thought"
        """,
        declared=SHORT,
    )

    assert orders.invoke({}).payload == "thought"


def test_a_debugger_as_the_trace_function_lifts_the_deadline() -> None:
    """A debugger that steps traces every line."""
    import bdb

    class Stepping(bdb.Bdb):
        def user_line(self, frame: FrameType) -> None:
            pass

    stepping = Stepping()
    stepping.reset()
    before = sys.gettrace()
    sys.settrace(stepping.trace_dispatch)
    try:
        lifted = debugged(None)
    finally:
        sys.settrace(before)

    assert lifted


class Tracer:
    """A tracer that is no debugger, as coverage's."""

    def __call__(self, *_: object) -> None:
        return None


def test_another_tracer_is_no_debugger() -> None:
    """Coverage traces as well, and a deadline holds under coverage."""
    before = sys.gettrace()
    sys.settrace(Tracer())
    try:
        lifted = debugged(None)
    finally:
        sys.settrace(before)

    assert not lifted


def test_a_lifted_deadline_stays_lifted() -> None:
    """A second alarm, of the test itself, does not bring it back."""
    deadline = Deadline(0.05)
    shared: dict[str, object] = {}
    exec("def wait(sleep): sleep(0.1)", {"__name__": "pdb"}, shared)

    with deadline:
        shared["wait"](time.sleep)  # type: ignore[operator]
        time.sleep(0.1)

    assert not deadline.passed
