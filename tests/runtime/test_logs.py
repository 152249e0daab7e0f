from __future__ import annotations

import contextlib
import io
import logging
import re
import sys

import pytest

from harness.runtime.streams import Relay
from tests.runtime.conftest import Build


def test_prints_go_where_the_process_prints(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Pytest captures them, and the invocation has them too."""
    orders = build(
        "import sys\ndef handler(event, context):\n"
        "    print('out'); print('err', file=sys.stderr); sys.stdout.writelines(['a', 'b']); return sys.stdout.encoding"
    )

    invocation = orders.invoke({})

    assert ("out\nab", "err\n") == capsys.readouterr()
    assert ("out\nerr\nab", "utf-8") == (invocation.log, invocation.payload.lower())


def test_each_invocation_has_its_own_log(build: Build) -> None:
    """What an earlier one printed is not in it."""
    orders = build("def handler(event, context): print(event)")
    orders.invoke(1)

    assert orders.invoke(2).log == "2\n"


KEPT = """
    import logging, sys
    logger = logging.getLogger("kept")
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.propagate = False
    def handler(event, context): logger.warning("said %s", event)
"""


def test_a_kept_stream_writes_to_the_running_test(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """A logger of the cold start prints into the test that runs, not into the one that was."""
    orders = build(KEPT)
    with io.StringIO() as closed_later, contextlib.redirect_stdout(closed_later):
        orders.invoke(1)

    orders.invoke(2)

    assert capsys.readouterr().out == "said 2\n"


def test_records_have_lambdas_form(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    """The log holds them as CloudWatch would, and pytest gets them as records."""
    orders = build("import logging\ndef handler(event, context): logging.warning('low %s', event)")

    log = orders.invoke(3, request_id="r").log

    assert re.fullmatch(r"\[WARNING\]\t\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\tr\tlow 3\n", log)
    assert ["low 3"] == caplog.messages


def test_records_are_printed_where_nobody_else_takes_them(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Without a root handler of the process Lambda's own prints."""
    orders = build("import logging\ndef handler(event, context): logging.warning('low')")
    handlers, logging.root.handlers = logging.root.handlers, []

    try:
        log = orders.invoke(3).log
    finally:
        logging.root.handlers = handlers

    assert log == capsys.readouterr().out
    assert log.endswith("\tlow\n")


def test_a_handler_of_the_process_keeps_its_level(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    """A record below it is not handed on."""
    caplog.handler.setLevel(logging.ERROR)
    orders = build("import logging\ndef handler(event, context): logging.warning('low')")

    log = orders.invoke(3).log

    assert ([], True) == (caplog.messages, "low" in log)


def test_a_record_that_does_not_fit_harms_nobody(build: Build, capsys: pytest.CaptureFixture[str]) -> None:
    """Logging complains on stderr and the handler goes on."""
    orders = build("import logging\ndef handler(event, context): logging.warning('%d', 'x'); return 'on'")

    invocation = orders.invoke({})

    assert invocation.payload == "on"
    assert "--- Logging error ---" in capsys.readouterr().err


def test_the_root_level_is_the_functions(build: Build) -> None:
    """A level that one function sets is neither the process's nor another function's, and stays warm."""
    level = "import logging\ndef handler(event, context): return logging.root.getEffectiveLevel()"
    loud = build("import logging\nlogging.getLogger().setLevel('DEBUG')\n" + level.split("\n", 1)[1])
    quiet = build(level)

    levels = [loud.invoke({}).payload, quiet.invoke({}).payload, loud.invoke({}).payload]

    assert [logging.DEBUG, logging.WARNING, logging.DEBUG] == levels
    assert logging.root.level == logging.WARNING


def test_the_processs_level_holds_for_a_function_without_one(build: Build, caplog: pytest.LogCaptureFixture) -> None:
    """Asking pytest for more shows more, in loggers that have been quiet before as well."""
    orders = build(
        "import logging\nlogger = logging.getLogger('mine')\ndef handler(event, context): logger.info('more')"
    )
    orders.invoke({})

    with caplog.at_level(logging.INFO):
        orders.invoke({})

    assert ["more"] == caplog.messages


def test_loggers_of_one_name_are_apart(build: Build) -> None:
    """Two functions with a logger of the same name have one handler each, and the process has none."""
    app = """
        import logging
        logger = logging.getLogger("the.service")
        logger.addHandler(logging.NullHandler())
        def handler(event, context):
            return [len(logger.handlers), logging.getLogger("the.service") is logger]
    """
    orders, bills = build(app), build(app)

    assert [[1, True]] * 3 == [one.invoke({}).payload for one in (orders, bills, orders)]
    assert "the.service" not in logging.root.manager.loggerDict


def test_root_handlers_of_the_process_are_out_of_reach(build: Build) -> None:
    """A function that clears or formats the root's handlers does so with Lambda's."""
    orders = build(
        """
        import logging
        root = logging.getLogger()
        names = [type(one).__name__ for one in root.handlers]
        root.handlers[0].setFormatter(logging.Formatter("own %(message)s"))
        def handler(event, context):
            root.warning("x")
            root.handlers.clear()
            return names
        """
    )
    before = list(logging.root.handlers)

    first, second = orders.invoke({}), orders.invoke({})

    # Without any handler Python writes to stderr as its last resort.
    assert (["LambdaHandler"], "own x", "x\n") == (first.payload, first.log, second.log)
    assert before == logging.root.handlers


def test_settings_of_shared_loggers_hold_while_the_function_runs(build: Build) -> None:
    """A library's logger has the process's settings again afterwards."""
    shared = logging.getLogger("shared.library")
    shared.setLevel(logging.ERROR)
    orders = build(
        """
        import logging
        shared = logging.getLogger("shared.library")
        shared.setLevel("DEBUG"); shared.addHandler(logging.NullHandler()); shared.disabled = True
        logging.getLogger("shared")
        def handler(event, context):
            return [shared.level, len(shared.handlers), shared.disabled, shared.parent.name]
        """
    )

    payloads = [orders.invoke({}).payload, orders.invoke({}).payload]

    assert [[logging.DEBUG, 1, True, "shared"]] * 2 == payloads
    assert (logging.ERROR, [], False, "root") == (shared.level, shared.handlers, shared.disabled, shared.parent.name)


def test_streams_that_somebody_else_put_back_are_left(build: Build) -> None:
    """A debugger has pytest take its streams back in the middle of a handler."""
    orders = build("import sys\ndef handler(event, context): sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__")
    before = sys.stdout, sys.stderr

    try:
        orders.invoke({})
        after = sys.stdout, sys.stderr
    finally:
        sys.stdout, sys.stderr = before

    assert (sys.__stdout__, sys.__stderr__) == after


def test_a_kept_stream_works_when_the_function_is_out(capsys: pytest.CaptureFixture[str]) -> None:
    """A thread of the function prints where the process prints."""
    relay = Relay("stdout", [])

    relay.write("late")

    assert capsys.readouterr().out == "late"
