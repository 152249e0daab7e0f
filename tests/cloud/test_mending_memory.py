"""The memory of functions in the embedded cloud: what takes more than its function has is killed, as in Lambda."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.logs import lines_of

from .test_mending import function, role

__all__ = ["function", "role"]

GROWS = "kept = []\n    while True: kept.append(b'x' * 1_000_000)"
# The memory is taken and given back within one call, while no other thread of the function runs.
BRIEFLY = "return len(b'x' * event['bytes'])"
CLIENTS = "import boto3; return len([boto3.client(name) for name in ('dynamodb', 'ssm', 'events', 'sns', 's3', 'sqs')])"
KILLED = re.compile(r"RequestId: [0-9a-f-]{36} Error: Runtime exited with error: signal: killed")


def invoked(cloud: Cloud, name: str, **event: Any) -> tuple[Any, str]:
    """Give what a function answered, and the end of its log."""
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event), LogType="Tail")
    return json.load(answer["Payload"]), base64.b64decode(answer.get("LogResult", "")).decode()


@pytest.mark.parametrize(("code", "event"), [(GROWS, {}), (BRIEFLY, {"bytes": 200_000_000})], ids=["grows", "briefly"])
def test_what_takes_more_than_its_memory_is_killed(
    cloud: Cloud, function: Callable[..., str], code: str, event: dict[str, int]
) -> None:
    """Lambda gives 128 MB unless the template says more."""
    payload, log = invoked(cloud, function(code), **event)

    assert payload["errorType"] == "Runtime.ExitError"
    assert KILLED.fullmatch(payload["errorMessage"])
    assert "Memory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\tError Type: Runtime.OutOfMemory" in log


def test_what_takes_too_much_as_it_is_imported_is_killed(cloud: Cloud, function: Callable[..., str]) -> None:
    """A table that is built before the handler counts too."""
    name = function("", code="print('builds')\ntable = [b'x' * 1_000_000 for _ in range(200)]\nhandler = print\n")

    payload, log = invoked(cloud, name)

    assert KILLED.fullmatch(payload["errorMessage"])
    assert log.startswith("builds\n")


def test_the_next_invocation_starts_anew(cloud: Cloud, function: Callable[..., str]) -> None:
    """What was killed leaves nothing behind that the next one stumbles over."""
    name = function(BRIEFLY)
    invoked(cloud, name, bytes=200_000_000)

    payload, _ = invoked(cloud, name, bytes=3)

    assert payload == 3


def test_more_memory_admits_more(cloud: Cloud, function: Callable[..., str]) -> None:
    """The limit is what the function's configuration says."""
    name, client = function(BRIEFLY), cloud.client("lambda")
    client.update_function_configuration(FunctionName=name, MemorySize=512)
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0})

    payload, _ = invoked(cloud, name, bytes=200_000_000)

    assert payload == 200_000_000


def test_clients_of_aws_fit_into_the_least_memory(cloud: Cloud, function: Callable[..., str]) -> None:
    """128 MB are enough for boto3 in Lambda, and so they are here."""
    payload, _ = invoked(cloud, function(CLIENTS))

    assert payload == 6


@pytest.mark.parametrize(
    ("code", "event", "report"),
    [
        ("return 1", {}, r"Memory Size: 128 MB\tMax Memory Used: [2-9]\d MB"),
        (
            BRIEFLY,
            {"bytes": 200_000_000},
            r"Memory Size: 128 MB\tMax Memory Used: 128 MB\tStatus: error\t.*OutOfMemory",
        ),
    ],
    ids=["quiet", "killed"],
)
def test_the_report_tells_the_memory_of_the_function(
    cloud: Cloud, function: Callable[..., str], code: str, event: dict[str, int], report: str
) -> None:
    """Each invocation has one, in CloudWatch; it tells the memory of this function, not that of the greediest one."""
    began, name = time.time(), function(code)
    invoked(cloud, name, **event)

    reports = [line for line in lines_of(cloud, function=name, since=began) if line.startswith("REPORT ")]

    assert len(reports) == 1
    assert re.search(report + "$", reports[0])


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os; os._exit(3)", "Runtime exited with error: exit status 3"),
        ("import os; os._exit(0)", "Runtime exited without providing a reason"),
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
            "Runtime exited with error: signal: segmentation fault",
        ),
    ],
)
def test_a_function_that_ends_its_process_fails_in_lambda_s_words(
    cloud: Cloud, function: Callable[..., str], code: str, reason: str
) -> None:
    """No memory is blamed for it."""
    payload, log = invoked(cloud, function(code))

    assert payload["errorType"] == "Runtime.ExitError"
    assert payload["errorMessage"].endswith(f" Error: {reason}")
    assert "OutOfMemory" not in log
