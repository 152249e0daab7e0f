"""What the modes share that reach deployed functions."""

from __future__ import annotations

import uuid
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.faults import translated

__all__ = ["drop_memory"]


def drop_memory(cloud: Cloud, function: str) -> None:
    """Make Lambda start a deployed function anew at its next invocation.

    A change of a function's configuration retires its execution environments, so its description is changed, and
    changed back (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html). The embedded cloud
    retires them only when something else is set too, so the timeout is set to what it was.
    """
    functions = cloud.client("lambda")
    with translated(cloud):
        found = functions.get_function_configuration(FunctionName=function)
        functions.update_function_configuration(
            FunctionName=function, Timeout=found["Timeout"], Description=f"cold start {uuid.uuid4()}"
        )
        _wait(functions, function, cloud=cloud)
        functions.update_function_configuration(FunctionName=function, Description=found.get("Description", ""))
        _wait(functions, function, cloud=cloud)


def _wait(functions: Any, name: str, *, cloud: Cloud) -> None:
    pause = {"Delay": 0 if cloud.embedded else 1}
    functions.get_waiter("function_updated_v2").wait(FunctionName=name, WaiterConfig=pause)
