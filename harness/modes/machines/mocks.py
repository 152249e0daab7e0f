"""Mocks of tasks, in the file format of Step Functions Local.

https://docs.aws.amazon.com/step-functions/latest/dg/sfn-local-mock-cfg-file.html::

    {"StateMachines": {"Workflow": {"TestCases": {"Retried": {"Classify": "FailsTwice"}}}},
     "MockedResponses": {"FailsTwice": {"0-1": {"Throw": {"Error": "Busy", "Cause": "…"}},
                                        "2": {"Return": {"StatusCode": 200, "Payload": {}}}}}}
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness._text import did_you_mean, listed
from harness.cloud.machines import Responses
from harness.errors import MisusedStep
from harness.modes.machines.definitions import Deployed
from harness.modes.machines.execution import Mocks

__all__ = ["responses_of", "the_response"]

_ATTEMPTS = re.compile(r"\d+(-\d+)?")
_TO_THE_END = 1_000_000


def responses_of(mocks: Mocks, *, machine: Deployed) -> Responses:
    """Give what each mocked state comes to, attempt by attempt.

    Args:
        mocks: A file and a test case, or responses by state.
        machine: The machine whose states they are.

    Raises:
        MisusedStep: They are malformed, or name what does not exist.
    """
    __tracebackhide__ = True
    if isinstance(mocks, Mapping):
        responses: Responses = {state: _numbered(state, listed_ones) for state, listed_ones in mocks.items()}
    else:
        responses = _of_file(Path(mocks[0]), test_case=mocks[1], machine=machine)
    tasks = [name for name, state in machine.states.items() if state.get("Type") == "Task"]
    for state in responses:
        if state not in tasks:
            raise MisusedStep(
                f"The state {state!r} is mocked, and {machine.name!r} has no task of this name.",
                facts=[("its tasks", listed(tasks))],
                remedy=did_you_mean(state, tasks),
            )
    return responses


def _numbered(state: str, responses: Any) -> dict[str, Mapping[str, Any]]:
    __tracebackhide__ = True
    if isinstance(responses, str | Mapping) or not isinstance(responses, Sequence) or not responses:
        raise _malformed(f"mocks of {state!r}", "a list of responses is expected", responses)
    last = len(responses) - 1
    keys = [*(str(number) for number in range(last)), f"{last}-{_TO_THE_END}"]
    return {key: the_response(one, of=state) for key, one in zip(keys, responses, strict=True)}


def the_response(response: Any, *, of: str) -> Mapping[str, Any]:
    """Give a response, if it is one.

    Raises:
        MisusedStep: It is none.
    """
    __tracebackhide__ = True
    if not isinstance(response, Mapping) or len(response.keys() & {"Return", "Throw"}) != 1 or len(response) != 1:
        raise _malformed(f"mocks of {of!r}", 'a response is {"Return": …} or {"Throw": {"Error": …}}', response)
    if "Throw" in response and not (isinstance(response["Throw"], Mapping) and response["Throw"].get("Error")):
        raise _malformed(f"mocks of {of!r}", '"Throw" holds an "Error", and a "Cause" if you like', response)
    return response


def _of_file(file: Path, *, test_case: str, machine: Deployed) -> dict[str, Mapping[str, Mapping[str, Any]]]:
    __tracebackhide__ = True
    document = _read(file)
    of_machine = _chosen(document, ("StateMachines", machine.name), file=file, what="state machine")
    of_case = _chosen(of_machine, ("TestCases", test_case), file=file, what="test case")
    responses = {
        state: _chosen(document, ("MockedResponses", name), file=file, what="mocked response")
        for state, name in of_case.items()
    }
    for state, attempts in responses.items():
        for number, response in attempts.items():
            if not _ATTEMPTS.fullmatch(number):
                raise _malformed(file, 'attempts are numbered like "0" or "1-2"', number)
            the_response(response, of=state)
    return responses


def _read(file: Path) -> Mapping[str, Any]:
    __tracebackhide__ = True
    try:
        document = json.loads(file.read_bytes())
    except OSError as error:
        raise MisusedStep(f"The mocks {str(file)!r} cannot be read.", facts=[("reason", error.strerror)]) from None
    except ValueError as error:
        raise MisusedStep(f"The mocks {str(file)!r} are not JSON.", facts=[("reason", error)]) from None
    if not isinstance(document, Mapping):
        raise _malformed(file, "an object is expected", document)
    return document


def _chosen(within: Mapping[str, Any], path: tuple[str, str], *, file: Path, what: str) -> Mapping[str, Any]:
    __tracebackhide__ = True
    section, name = path
    known = within.get(section, {})
    if not isinstance(known, Mapping):
        raise _malformed(file, f"an object is expected in {section!r}", known)
    if name not in known:
        raise MisusedStep(
            f"The mocks {str(file)!r} have no {what} {name!r}.",
            facts=[(f"in {section}", listed(known))],
            remedy=did_you_mean(str(name), known),
        )
    found = known[name]
    if not isinstance(found, Mapping):
        raise _malformed(file, f"an object is expected in {name!r}", found)
    return found


def _malformed(where: object, expected: str, found: object) -> MisusedStep:
    return MisusedStep(f"The mocks are malformed: {expected}.", facts=[("in", where), ("found", repr(found))])
