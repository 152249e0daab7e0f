"""What the harness and the embedded cloud agree on about state machines: mocks of tasks, and a worker's name.

A mock is named after its execution, so that it is there before the first task, and nobody else's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness._files import write
from harness.cloud.account import Cloud
from harness.cloud.ports import port_in

__all__ = ["DOES_NOT_WAIT", "Responses", "read_mocks", "write_mocks"]

# A worker of this name that asks for a task of an activity is answered at once, with one or with none: whoever serves
# several things in one thread cannot wait a minute for one of them.
DOES_NOT_WAIT = "harness-does-not-wait"


# By state: the attempts ("0", "1-2") and what each comes to ({"Return": …} or {"Throw": {"Error": …, "Cause": …}}).
Responses = Mapping[str, Mapping[str, Mapping[str, Any]]]

_FOLDER = "mocks"


def write_mocks(responses: Responses, *, cloud: Cloud, execution: str) -> None:
    """Write down what tasks of an execution come to, before it is started.

    Args:
        responses: By state.
        cloud: An embedded cloud.
        execution: The name that the execution will have.
    """
    port = port_in(cloud.endpoint)
    place = cloud.folder / "clouds" / port / _FOLDER / f"{execution}.json"
    write(place, json.dumps(responses).encode())


def read_mocks(home: Path, *, execution: str) -> Responses:
    """Give what was written down for an execution; nothing when nothing was.

    Args:
        home: The folder of the cloud.
        execution: The name of the execution.
    """
    try:
        found: Responses = json.loads((home / _FOLDER / f"{execution}.json").read_bytes())
    except FileNotFoundError:
        return {}
    return found
