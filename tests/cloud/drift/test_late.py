"""A cloud that does not answer in time: whoever looks for drift explains a failure, and must not hang."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.drift import differences
from harness.cloud.drift.hands import Hands
from harness.cloud.drift.place import Absent, Place
from harness.errors import NoCredentials, UsageError
from harness.project import Project
from harness.settings import read_settings

from .conftest import Stage, StageOf
from .silent import silence
from .test_events import RULES

LATE = "answer: the template says they are there, deployed is unknown: no answer in time"


@pytest.fixture
def silent(tmp_path: Path) -> Iterator[Cloud]:
    """A cloud that takes every connection and says nothing."""
    with silence() as endpoint:
        yield embedded_cloud(endpoint, folder=tmp_path, region="us-east-1")


@pytest.fixture
def stage(stage_of: StageOf) -> Stage:
    """A function and rules that start it."""
    return stage_of(RULES, functions=("Work",))


class Partly(Cloud):
    """A cloud one service of which does not answer."""

    def __init__(self, well: Cloud, *, service: str, silent: Cloud) -> None:
        super().__init__(folder=well.folder, region=well.region, endpoint=well.endpoint, embedded=True)
        self._service, self._silent = service, silent

    def client(self, service: str, **config: Any) -> Any:
        if service == self._service:
            return self._silent.client(service, **config)
        return super().client(service, **config)


def test_a_cloud_that_never_answers_is_told_in_time(stage: Stage, silent: Cloud) -> None:
    """In one line; the bound has room for making the clients on a busy machine."""
    began = time.monotonic()
    found = differences(stage.system, cloud=silent, names=stage.names, within=0.5)
    took = time.monotonic() - began

    assert [f"unread resources of events, lambda, sqs: {LATE}"] == list(map(str, found))
    assert took < 4.0


def test_what_is_answered_in_time_is_told_all_the_same(stage: Stage, silent: Cloud) -> None:
    """Queues do not answer, functions do."""
    stage.client("lambda").update_function_configuration(FunctionName=stage["Work"], Timeout=30)

    found = differences(
        stage.system, cloud=Partly(stage.cloud, service="sqs", silent=silent), names=stage.names, within=4.0
    )

    assert [
        "function Work: timeout: the template says 6 s, deployed is 30 s",
        # Whether things are there at all is asked of both in one go.
        f"unread resources of events, sqs: {LATE}",
    ] == list(map(str, found))


def test_what_is_late_is_unread(stage: Stage, silent: Cloud) -> None:
    """Nobody should take it for the cause of a failure."""
    found = differences(stage.system, cloud=silent, names=stage.names, within=0.1)

    assert [(True, True)] == [(one.is_unread, one.is_late) for one in found]


def test_a_call_that_has_no_answer_is_late_and_no_error(stage: Stage, silent: Cloud) -> None:
    """Its own time is over before that of all, and other services may have answered."""
    client = silent.client("events", read_timeout=0.2, retries={"mode": "standard", "max_attempts": 1})
    with ThreadPoolExecutor(1) as pool:
        place = Place(stage.system, cloud=silent, names=stage.names, pool=pool)
        found = place.ask("rules", action="events:ListRules", call=client.list_rules)

    assert Absent.UNREAD is found
    assert [f"unread resources of events: {LATE}"] == list(map(str, place.unread()))


def test_nothing_is_asked_after_the_time(stage: Stage) -> None:
    """A thread that was stuck goes no further."""
    asked: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        place = Place(stage.system, cloud=stage.cloud, names=stage.names, pool=pool)
        place.unread()
        found = place.ask("rules", action="events:ListRules", call=lambda: asked.append("rules"))

    assert (Absent.UNREAD, []) == (found, asked)


def test_a_profile_that_there_is_not_is_told(stage: Stage, tmp_path: Path) -> None:
    """In our words, before anything is asked."""
    wrong = Cloud(folder=tmp_path, region="us-east-1", endpoint=stage.cloud.endpoint, profile="nobody-has-it")

    with pytest.raises(NoCredentials, match=r"The config profile \(nobody-has-it\) could not be found"):
        differences(stage.system, cloud=wrong, names=stage.names)


def test_a_process_does_not_wait_for_a_call_that_hangs() -> None:
    """At its end, when the result is wanted no more."""
    hanging = (
        "import time; from harness.cloud.drift.hands import Hands; hands = Hands(1); "
        "hands.submit(time.sleep, 300); time.sleep(0.2); hands.shutdown()"
    )

    ended = subprocess.run([sys.executable, "-c", hanging], check=False, timeout=60)

    assert 0 == ended.returncode


def test_nothing_more_is_taken_on_after_the_end() -> None:
    """It would wait for ever; a second end does no harm."""
    hands = Hands(1)
    hands.shutdown()
    hands.shutdown()

    with pytest.raises(RuntimeError, match=r"^Nothing more is asked: the time is over\.$"):
        hands.submit(print)


def test_what_a_call_raises_is_handed_on() -> None:
    """To whoever asks for its result; the thread goes on, and passes over what was given up."""
    with Hands(1) as hands:
        held = hands.submit(time.sleep, 0.2)
        given_up = hands.submit(print)
        is_given_up = given_up.cancel()
        failed, following = hands.submit(int, "x"), hands.submit(int, "1")
        held.result(timeout=10)

        assert (True, ValueError, 1) == (is_given_up, type(failed.exception(timeout=10)), following.result(timeout=10))


def test_a_project_looks_for_drift_once_also_in_vain(tmp_path: Path) -> None:
    """The next failing test does not wait for it again: it gets the same error, of one place in the code."""
    project = Project(read_settings(tmp_path, environment={}))
    with pytest.raises(UsageError) as first:
        project.drift("nowhere")

    with pytest.raises(UsageError) as second:
        project.drift("nowhere")

    assert first.value is second.value
    assert ["test_a_project_looks_for_drift_once_also_in_vain", "drift"] == [one.name for one in second.traceback]
