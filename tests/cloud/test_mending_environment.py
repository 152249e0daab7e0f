"""The environment variables that a function finds in the embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.mending.environment import variables_of

from .test_mending import function, role

__all__ = ["function", "role"]

LOOK = "import os, time; return dict(os.environ) | {'zone': time.tzname[0]}"


def seen(cloud: Cloud, name: str) -> dict[str, Any]:
    answer = cloud.client("lambda").invoke(FunctionName=name)
    found: dict[str, Any] = json.load(answer["Payload"])
    return found


def given(cloud: Cloud, name: str, **variables: str) -> None:
    client = cloud.client("lambda")
    client.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    client.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0})


def test_the_settings_of_the_cloud_are_not_a_function_s(cloud: Cloud, function: Callable[..., str]) -> None:
    """A variable that the template forgets is missing, as in AWS."""
    names = seen(cloud, function(LOOK)).keys()

    settings = "AUTH BIND_HOST COGNITO_EMAIL_ENABLED GATEWAY_PORT IOT_MTLS_ENABLED LOG_LEVEL S3_DATA_DIR STATE_DIR"
    assert not names & {*settings.split(), "SFTP_ENABLED"}
    assert not [name for name in names if name.startswith(("MINISTACK_", "HARNESS_", "_HARNESS"))]


def test_a_function_keeps_its_own_variables(cloud: Cloud, function: Callable[..., str]) -> None:
    """Also those that are called like a setting of the cloud's."""
    name = function(LOOK)
    given(cloud, name, LOG_LEVEL="TRACE", TZ="Asia/Tokyo", LANG="C")

    found = seen(cloud, name)

    assert (found["LOG_LEVEL"], found["TZ"], found["zone"], found["LANG"]) == ("TRACE", "Asia/Tokyo", "JST", "C")


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TZ", ":UTC"),
        ("zone", "UTC"),
        ("LANG", "en_US.UTF-8"),
        ("_HANDLER", "f.handler"),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_python3.12"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime"),
    ],
)
def test_a_function_finds_what_lambda_sets(
    cloud: Cloud, function: Callable[..., str], variable: str, value: str
) -> None:
    """The clock, the language, and what tells of the function."""
    assert seen(cloud, function(LOOK))[variable] == value


def test_a_function_finds_the_name_of_its_log(cloud: Cloud, function: Callable[..., str]) -> None:
    """It is the function's own name unless the function has another log group."""
    name = function(LOOK)

    assert seen(cloud, name)["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{name}"


def test_a_log_group_of_its_own_counts() -> None:
    """LoggingConfig names it."""
    config = {"FunctionName": "f", "LoggingConfig": {"LogGroup": "/mine"}}

    assert variables_of(config)["AWS_LAMBDA_LOG_GROUP_NAME"] == "/mine"
