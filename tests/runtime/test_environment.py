from __future__ import annotations

import bdb
import decimal
import gc
import os
import sys
import threading
import warnings
from pathlib import Path

import pytest

from harness.errors import HandlerNotFound, MisusedStep
from harness.runtime.environment import ExecutionEnvironment
from harness.system.model import Function
from tests.runtime.conftest import Build

COUNTING = """
    count = 0
    def handler(event, context):
        global count
        count += 1
        return count
"""


def test_a_handler_gets_the_event_and_its_result_comes_back(build: Build) -> None:
    """The event and the result go through JSON: a tuple arrives as a list."""
    orders = build("def handler(event, context): return {'got': event, 'kind': type(event['items']).__name__}")

    invocation = orders.invoke({"items": (1, 2)})

    assert {"got": {"items": [1, 2]}, "kind": "list"} == invocation.payload
    assert (None, "Orders") == (invocation.error, invocation.function)


def test_module_state_stays_warm(build: Build) -> None:
    """A second invocation finds the module as the first one left it."""
    orders = build(COUNTING)

    orders.invoke({})

    assert orders.invoke({}).payload == 2


def test_a_cold_start_drops_module_state(build: Build) -> None:
    """After a cold start the module is imported anew."""
    orders = build(COUNTING)
    orders.invoke({})

    orders.cold_start()

    assert orders.invoke({}).payload == 1


def test_a_cold_start_sees_new_code(build: Build) -> None:
    """Code that was edited is read again at the cold start."""
    orders = build(COUNTING)
    orders.invoke({})
    (orders.function.code / "app.py").write_text("def handler(event, context):\n    return 'a longer new text'\n")

    orders.cold_start()

    assert orders.invoke({}).payload == "a longer new text"


def test_a_request_id_is_made_or_taken(build: Build) -> None:
    """The request id is Lambda's kind of id, or the one that the caller wants."""
    orders = build("def handler(event, context): return context.aws_request_id")

    made, taken = orders.invoke({}), orders.invoke({}, request_id="mine")

    assert made.payload == made.request_id
    assert len(made.request_id) == 36
    assert ("mine", "mine") == (taken.payload, taken.request_id)


def test_the_context_is_lambdas(build: Build) -> None:
    """The context has the attributes of Lambda's, in Lambda's types."""
    orders = build(
        """
        def handler(event, c):
            c.log("noted")
            return [c.function_name, c.function_version, c.invoked_function_arn, c.memory_limit_in_mb,
                    c.log_group_name, c.client_context, c.identity.cognito_identity_id, c.tenant_id, repr(c)]
        """,
        declared={"memory": 512},
        name="Orders",
    )

    invocation = orders.invoke({}, request_id="r")

    arn = "arn:aws:lambda:eu-west-1:123456789012:function:Orders"
    assert ["Orders", "$LATEST", arn, "512", "/aws/lambda/Orders", None, None, None] == invocation.payload[:-1]
    assert invocation.payload[-1].startswith("LambdaContext([aws_request_id=r,log_group_name=/aws/lambda/Orders,")
    assert "identity=CognitoIdentity([cognito_identity_id=None,cog" in invocation.payload[-1]
    assert invocation.log == "noted"


def test_the_remaining_time_is_that_of_the_clock(build: Build) -> None:
    """The deadline is the function's timeout away, and never negative."""
    times = iter([1000.0, 1000.0, 1001.5, 1007.0])
    orders = build(
        "def handler(event, c): return [c.get_remaining_time_in_millis(), c.get_remaining_time_in_millis()]",
        clock=lambda: next(times),
    )

    assert [1500, 0] == orders.invoke({}).payload


def test_an_exception_becomes_an_error(build: Build) -> None:
    """An exception has Lambda's words, and a trace that starts at the handler."""
    orders = build("def handler(event, context): return event['missing']")

    error = orders.invoke({}).error

    assert error is not None
    assert ("KeyError", "'missing'") == (error.type, error.message)
    assert isinstance(error.exception, KeyError)
    assert "app.py" in error.trace.splitlines()[1]
    assert error.trace.endswith("KeyError: 'missing'\n")


def test_an_exception_of_the_module_becomes_an_error(build: Build) -> None:
    """What the module raises at the cold start is the function's error, as in Lambda."""
    orders = build("import os\nos.environ['TABLE']\ndef handler(event, context): pass")

    error = orders.invoke({}).error

    assert error is not None
    assert ("KeyError", "'TABLE'") == (error.type, error.message)
    assert "app.py" in error.trace.splitlines()[1]


def test_a_failed_start_is_tried_again(build: Build) -> None:
    """The module is imported anew at the next invocation, with everything that it had imported."""
    orders = build(
        "import tries\nif len(tries.made) < 1: raise ValueError(tries.made)\ndef handler(event, context): return 'up'",
        files={"tries.py": "import pathlib\nmade = pathlib.Path('tries').read_text()\n", "tries": ""},
    )
    first = orders.invoke({})
    (orders.function.code / "tries").write_text("x")

    second = orders.invoke({})

    assert first.error is not None
    assert second.payload == "up"


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "without providing a reason"),
        ("0", "without providing a reason"),
        ("3", "with error: exit status 3"),
        ("'no'", "with error: exit status 1"),
    ],
)
def test_an_exit_is_lambdas_exit_error(build: Build, code: str, reason: str) -> None:
    """A handler that ends its process does not end the test run, and starts cold afterwards."""
    orders = build(f"import sys\ncalls = []\ndef handler(event, context): calls.append(1); sys.exit({code})")

    error = orders.invoke({}, request_id="r").error

    assert error is not None
    assert ("Runtime.ExitError", f"RequestId: r Error: Runtime exited {reason}") == (error.type, error.message)
    assert isinstance(error.exception, SystemExit)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        ("KeyboardInterrupt()", KeyboardInterrupt),
        ("__import__('bdb').BdbQuit()", bdb.BdbQuit),
        ("__import__('pytest').exit.Exception('over')", pytest.exit.Exception),
        ("__import__('pytest').fail.Exception('failed')", pytest.fail.Exception),
    ],
)
def test_what_the_tester_ends_passes_through(build: Build, raised: str, kind: type[BaseException]) -> None:
    """The end of a session, of a run or of a test is not the function's error; the process is restored."""
    orders = build(f"def handler(event, context): raise {raised}", variables={"ONLY": "here"})

    with pytest.raises(kind):
        orders.invoke({})

    assert "ONLY" not in os.environ


class Gate:
    """Lets a handler act on environments: it is reached through a shared module."""

    environment: ExecutionEnvironment


GATE = "sys.modules['tests.runtime.test_environment'].Gate.environment"


def test_two_functions_stack(build: Build) -> None:
    """A handler that causes an invocation of another function is in again afterwards, and neither sees the other."""
    see = "def see(): return [os.environ['WHO'], own.NAME, 'only_inner' in sys.modules, 'only_outer' in sys.modules]"
    start = f"import os, sys, own\n{see}\n"
    Gate.environment = build(
        f"{start}import only_inner\ndef handler(event, context): return see()",
        files={"own.py": "NAME = 'i'", "only_inner.py": ""},
        variables={"WHO": "inner"},
    )
    outer = build(
        f"{start}import only_outer\ndef handler(e, c): return [{GATE}.invoke({{}}).payload, see()]",
        files={"own.py": "NAME = 'o'", "only_outer.py": ""},
        variables={"WHO": "outer"},
    )

    assert [["inner", "i", True, False], ["outer", "o", False, True]] == outer.invoke({}).payload


def test_a_function_cannot_invoke_itself(build: Build) -> None:
    """The error says so instead of waiting for ever."""
    orders = build(f"import sys\ndef handler(event, context): {GATE}.invoke({{}})")
    Gate.environment = orders

    error = orders.invoke({}).error

    assert error is not None
    assert str(error.exception) == (
        "The function 'Orders' is running already in this process.\n"
        "  Lambda would start a second environment for it; here a function cannot invoke itself."
    )


def test_a_running_function_cannot_start_cold(build: Build) -> None:
    """Its modules cannot be taken away from under it."""
    orders = build(f"import sys\ndef handler(event, context): {GATE}.cold_start()")
    Gate.environment = orders

    error = orders.invoke({}).error

    assert error is not None
    assert str(error.exception) == "The function 'Orders' is running and cannot start cold."


def test_a_closed_environment_says_so(build: Build) -> None:
    """An invocation after the end is a mistake of the test."""
    orders = build(COUNTING)
    orders.close()

    with pytest.raises(MisusedStep) as raised:
        orders.invoke({})

    assert str(raised.value) == "The environment of function 'Orders' is closed."


def test_code_elsewhere_cannot_run_here() -> None:
    """A function without code on this machine has no environment."""
    function = Function(name="Orders", handler="app.handler", code=None)

    with pytest.raises(HandlerNotFound) as raised:
        ExecutionEnvironment(function, variables={}, account="123456789012", region="eu-west-1")

    assert str(raised.value) == (
        "The code of function 'Orders' is not on this machine.\n"
        "  handler: app.handler\n"
        "  Only functions with a local code folder run in this process."
    )


def test_another_thread_waits_for_its_turn(build: Build) -> None:
    """An invocation from another thread runs when the running one is over."""
    orders = build("import time\ndef handler(event, context): time.sleep(0.05); return 'slow'")
    bills = build("def handler(event, context): return 'billed'", name="Bills")
    payloads: list[object] = []
    thread = threading.Thread(target=lambda: payloads.append(bills.invoke({}).payload))

    thread.start()
    payloads.append(orders.invoke({}).payload)
    thread.join()

    assert {"slow", "billed"} == set(payloads)


def test_a_handler_has_context_variables_of_its_own(build: Build) -> None:
    """What it sets in the decimal context stays with it and does not reach the test."""
    orders = build(
        """
        import decimal
        def handler(event, context):
            before = decimal.getcontext().prec
            decimal.getcontext().prec = 7
            return before
        """
    )

    precisions = [orders.invoke({}).payload, orders.invoke({}).payload]

    assert ([28, 7], 28) == (precisions, decimal.getcontext().prec)


def test_the_process_gets_back_what_it_had(build: Build) -> None:
    """Directory, arguments, path, finders and streams are the same after a handler that changes them all."""
    orders = build(
        """
        import os, sys
        def handler(event, context):
            here = os.getcwd()
            os.chdir("/")
            os.environ["LEFT"] = "behind"
            sys.path.append("/nowhere"); sys.argv = ["changed"]; sys.path = list(sys.path); sys.meta_path.pop(0)
            sys.stdout = sys.__stdout__
            return here
        """
    )
    before = (Path.cwd(), dict(os.environ), list(sys.path), sys.argv, list(sys.meta_path), sys.stdout)

    payload = orders.invoke({}).payload

    assert str(orders.function.code) == payload
    assert before[:-1] == (Path.cwd(), dict(os.environ), list(sys.path), sys.argv, list(sys.meta_path))


def test_what_a_handler_changes_stays_with_it(build: Build) -> None:
    """A warm environment is a process that goes on: directory, variables, path and arguments are kept."""
    orders = build(
        """
        import os, sys
        def handler(event, context):
            seen = [os.getcwd(), os.environ.get("LEFT"), sys.path[-1], sys.argv]
            os.chdir("/"); os.environ["LEFT"] = "behind"; sys.path.append("/nowhere"); sys.argv = ["changed"]
            return seen
        """
    )
    orders.invoke({})

    assert ["/", "behind", "/nowhere", ["changed"]] == orders.invoke({}).payload


def test_a_directory_that_is_gone_gives_way_to_the_code_root(build: Build, tmp_path: Path) -> None:
    """A handler whose directory a test takes away starts in its code root again."""
    folder = tmp_path / "short-lived"
    folder.mkdir()
    orders = build("import os\ndef handler(event, context): before = os.getcwd(); os.chdir(event); return before")
    orders.invoke(str(folder))
    folder.rmdir()

    assert str(orders.function.code) == orders.invoke("/").payload


def test_a_handler_may_take_its_own_directory_away(build: Build, tmp_path: Path) -> None:
    """A working directory that is gone at the end is nothing to keep."""
    folder = tmp_path / "short-lived"
    folder.mkdir()
    orders = build(
        "import os\ndef handler(event, context):\n    os.chdir(event)\n    os.rmdir(event)\n    return 'gone'"
    )

    assert orders.invoke(str(folder)).payload == "gone"
    assert Path.cwd().exists()


def test_a_process_without_a_directory_is_left_as_it_was(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a function cannot get in, the process keeps everything that it had."""
    orders = build(COUNTING, variables={"ONLY": "here"})
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    before = dict(os.environ), list(sys.path), list(sys.meta_path)

    with pytest.raises(FileNotFoundError):
        orders.invoke({})

    assert before == (dict(os.environ), list(sys.path), list(sys.meta_path))


def test_a_directory_that_the_handler_takes_away_costs_nothing_else(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process cannot go back to its directory, but has back all the rest."""
    orders = build("import os\ndef handler(event, context): os.rmdir(event)")
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    before = dict(os.environ), list(sys.path), list(sys.meta_path), sys.stdout

    with pytest.raises(FileNotFoundError):
        orders.invoke(str(tmp_path / "gone"))

    assert before == (dict(os.environ), list(sys.path), list(sys.meta_path), sys.stdout)


def test_a_socket_that_a_function_leaves_open_is_no_warning(build: Build) -> None:
    """Lambda ends the process and closes nothing; here a cold start must not fail a test that is strict."""
    orders = build("import socket\nheld = socket.socket()\ndef handler(event, context): pass")
    orders.invoke({})

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        orders.cold_start()
        gc.collect()

    assert [] == caught
