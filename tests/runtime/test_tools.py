"""Whole pytest runs: breakpoints and coverage in a handler; Powertools where it is installed."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.runtime.conftest import Build

ROOT = Path(__file__).parents[2]
TEST = """
    import sys
    sys.path.insert(0, {root!r})
    from pathlib import Path
    from harness.runtime.environment import ExecutionEnvironment
    from harness.system.model import Function

    def test_it():
        function = Function(name="Orders", handler="app.handler", code=Path({code!r}), timeout=0.2)
        orders = ExecutionEnvironment(function, variables={{"WHO": "orders"}}, account="1" * 12, region="eu-west-1")
        invocation = orders.invoke({{"n": 20}})
        assert invocation.error is None, invocation.error
        assert invocation.payload == {expected}
"""
APP = """
    import os
    def handler(event, context):
        total = event["n"]
        {line}
        total += 1
        return total
"""


def project(pytester: pytest.Pytester, line: str, *, expected: int) -> None:
    code = pytester.mkdir("code")
    pytester.makepyfile(**{"code/app": APP.format(line=line)})
    pytester.makepyfile(test_orders=TEST.format(root=str(ROOT), code=str(code), expected=expected))


def test_a_breakpoint_in_a_handler_reaches_pytests_debugger(pytester: pytest.Pytester) -> None:
    """The prompt is in the handler's frame and in its environment, and lifts the deadline."""
    project(pytester, "breakpoint()", expected=43)
    commands = b"import time; time.sleep(0.3)\np 'WHO is ' + os.environ['WHO']\ntotal = 42\nc\n"

    result = pytester.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", stdin=commands)

    result.stdout.fnmatch_lines(["*code/app.py*handler*", "*WHO is orders*", "*1 passed*"])


def test_leaving_the_debugger_ends_the_run(pytester: pytest.Pytester) -> None:
    """`q` is the tester's wish and no error of the function."""
    project(pytester, "breakpoint()", expected=21)

    result = pytester.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", stdin=b"q\n")

    result.stdout.fnmatch_lines(["*_pytest.outcomes.Exit: Quitting debugger*"])


def test_trace_lands_in_the_handler(pytester: pytest.Pytester) -> None:
    """pdb.set_trace is the same."""
    project(pytester, "import pdb; pdb.set_trace()", expected=43)

    result = pytester.run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", stdin=b"total = 42\nc\n")

    result.stdout.fnmatch_lines(["*1 passed*"])


def test_coverage_counts_the_lines_of_a_handler(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers are measured like any other code."""
    for name in [name for name in os.environ if name.startswith("COV")]:
        monkeypatch.delenv(name)  # This run may be measured itself.
    project(pytester, "os.getcwd()", expected=21)
    pytester.makefile(".rc", cov="[run]\nsource =\n    code\n")
    start = [sys.executable, "-m", "coverage"]

    pytester.run(*start, "run", "--rcfile=cov.rc", "-m", "pytest", "-q")
    pytester.run(*start, "json", "-q", "-o", "report.json")

    files = json.loads(Path("report.json").read_text())["files"]
    assert [100.0] == [one["summary"]["percent_covered"] for name, one in files.items() if name.endswith("app.py")]


POWERTOOLS = """
    from aws_lambda_powertools import Logger, Tracer
    logger, tracer = Logger(service="shop"), Tracer(service="shop")
    logger.append_keys(who=__file__.split("/")[-2][:6])
    @tracer.capture_lambda_handler
    @logger.inject_lambda_context
    def handler(event, context):
        logger.info("called", extra={"n": event})
        return len(logger.handlers)
"""


def test_powertools_loggers_of_one_service_are_apart(build: Build, tmp_path: Path) -> None:
    """Each function has one handler, its own keys and its own cold start."""
    packages = tmp_path / "packages"
    for name in ("aws_lambda_powertools", "aws_xray_sdk", "jmespath", "wrapt"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        shutil.copytree(Path(str(spec.origin)).parent, packages / name)
    orders = build(POWERTOOLS, name="Orders", packages=[packages], declared={"timeout": 30})
    bills = build(POWERTOOLS, name="Bills!", packages=[packages], declared={"timeout": 30})

    invocations = [one.invoke(n) for n, one in enumerate((orders, bills, orders))]

    entries = [json.loads(one.log) for one in invocations]
    assert [1, 1, 1] == [one.payload for one in invocations]
    assert [("Orders", 0, True), ("Bills!", 1, True), ("Orders", 2, False)] == [
        (one["who"], one["n"], one["cold_start"]) for one in entries
    ]
    assert [one.request_id for one in invocations] == [one["function_request_id"] for one in entries]
