from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.runtime.conftest import Build

ALL = "import os\ndef handler(event, context): return dict(os.environ)"


def test_a_handler_sees_only_its_own_variables(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of this machine's settings, those of AWS above all, none comes through."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://elsewhere")
    monkeypatch.setenv("SOMETHING", "else")

    seen = build(ALL, variables={"TABLE": "orders"}).invoke({}).payload

    assert seen["TABLE"] == "orders"
    assert {"AWS_PROFILE", "AWS_ENDPOINT_URL", "SOMETHING"}.isdisjoint(seen)
    assert (os.devnull, os.devnull) == (seen["AWS_CONFIG_FILE"], seen["AWS_SHARED_CREDENTIALS_FILE"])


def test_what_tools_need_comes_through(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coverage, debuggers and pytest find their settings."""
    names = ["HOME", "PYTHONBREAKPOINT", "COVERAGE_FILE", "PYDEVD_USE_CYTHON", "HTTPS_PROXY"]
    for name in names:
        monkeypatch.setenv(name, "kept")

    seen = build(ALL).invoke({}).payload

    assert ["kept"] * 5 == [seen[name] for name in names]
    assert seen["PYTEST_CURRENT_TEST"] == os.environ["PYTEST_CURRENT_TEST"]


def test_the_reserved_variables_are_lambdas(build: Build) -> None:
    """Lambda's own variables are there and win over the template's."""
    orders = build(ALL, variables={"AWS_REGION": "mars"}, name="Orders", declared={"runtime": "python3.13"})

    seen = orders.invoke({}, request_id="0a1b2c3d-0000-1111-2222-333344445555").payload

    expected = {
        "_HANDLER": "app.handler",
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "AWS_LAMBDA_FUNCTION_NAME": "Orders",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Orders",
        "LAMBDA_TASK_ROOT": str(orders.function.code),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "TZ": ":UTC",
        "LANG": "en_US.UTF-8",
        "_X_AMZN_TRACE_ID": "Root=1-0a1b2c3d-000011112222333344445555;Parent=0a1b2c3d00001111;Sampled=0",
    }
    assert expected == {name: seen[name] for name in expected}
    assert "/[$LATEST]" in seen["AWS_LAMBDA_LOG_STREAM_NAME"]


def test_a_template_may_change_the_defaults(build: Build) -> None:
    """What Lambda does not reserve is the template's to set."""
    seen = build(ALL, variables={"LANG": "C", "AWS_XRAY_SDK_ENABLED": "true"}).invoke({}).payload

    assert ("C", "true") == (seen["LANG"], seen["AWS_XRAY_SDK_ENABLED"])


def test_layers_have_their_programs_on_the_path(build: Build, tmp_path: Path) -> None:
    """A layer's bin folder stands where Lambda has /opt/bin."""
    seen = build(ALL, declared={"layers": (tmp_path,)}).invoke({}).payload

    assert f"/usr/local/bin:/usr/bin/:/bin:{tmp_path}/bin" == seen["PATH"]


CHILD = ["/bin/sh", "-c", 'echo "$TABLE/$SOMETHING"']


def test_child_processes_inherit_the_functions_variables(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """The C library has them as well, and has the process's own back afterwards."""
    monkeypatch.setenv("SOMETHING", "else")
    orders = build(
        "import subprocess\ndef handler(event, context): return subprocess.check_output(event).decode()",
        variables={"TABLE": "orders"},
    )

    inside = orders.invoke(CHILD).payload
    outside = subprocess.check_output(CHILD).decode()

    assert ("orders/\n", "/else\n") == (inside, outside)


def test_a_change_of_the_process_reaches_the_next_invocation(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes through is looked up each time; what the handler set is still there."""
    orders = build(
        "import os\ndef handler(event, context):\n"
        "    before = [os.environ.get('MINE'), os.environ['HOME']]\n    os.environ['MINE'] = 'set'\n    return before"
    )
    orders.invoke({})

    monkeypatch.setenv("HOME", "/elsewhere")

    assert ["set", "/elsewhere"] == orders.invoke({}).payload


HOUR = "import time\ndef handler(event, context): return time.localtime(0).tm_hour"


def test_a_function_lives_in_utc(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """Local time is UTC inside and the process's own outside."""
    monkeypatch.setenv("TZ", "XYZ-5")
    time.tzset()
    try:
        inside, outside = build(HOUR).invoke({}).payload, time.localtime(0).tm_hour
    finally:
        monkeypatch.undo()
        time.tzset()

    assert (0, 5) == (inside, outside)


def test_a_function_may_have_a_time_zone(build: Build) -> None:
    """A zone that the handler sets holds for it and is undone."""
    orders = build(
        "import os, time\ndef handler(event, context):\n"
        "    before = time.localtime(0).tm_hour\n    os.environ['TZ'] = 'XYZ-5'\n    time.tzset()\n    return before"
    )
    here = time.localtime(0).tm_hour

    hours = [orders.invoke({}).payload, time.localtime(0).tm_hour, orders.invoke({}).payload]

    assert [0, here, 5] == hours
