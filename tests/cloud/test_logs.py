"""The last lines of functions, and the tail of a log group."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.logs import LogLine, LogTail, last_lines

TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


class Log:
    """The log of a function."""

    def __init__(self, cloud: Cloud) -> None:
        self.function = f"f-{new_uuid()}"
        self.group = f"/aws/lambda/{self.function}"
        self._logs = cloud.client("logs")

    def create(self) -> None:
        self._logs.create_log_group(logGroupName=self.group)

    def write(self, *messages: str, stream: str = "one", at: float | None = None) -> None:
        with suppress(self._logs.exceptions.ResourceAlreadyExistsException):
            self._logs.create_log_stream(logGroupName=self.group, logStreamName=stream)
        stamp = int((time.time() if at is None else at) * 1000)
        events = [{"timestamp": stamp, "message": message} for message in messages]
        self._logs.put_log_events(logGroupName=self.group, logStreamName=stream, logEvents=events)


@pytest.fixture
def log(cloud: Cloud) -> Iterator[Log]:
    """A log that exists."""
    made = Log(cloud)
    made.create()
    yield made
    cloud.client("logs").delete_log_group(logGroupName=made.group)


def create_function(cloud: Cloud, **more: Any) -> str:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("main.py", "def handler(event, context): pass")
    name = f"f-{new_uuid()}"
    role = cloud.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Handler="main.handler",
        Role=role,
        Code={"ZipFile": content.getvalue()},
        **more,
    )
    return name


class Elsewhere(Cloud):
    """A cloud whose logs are served by somebody else."""

    def __init__(self, cloud: Cloud, *, logs: Any, embedded: bool = False) -> None:
        super().__init__(folder=cloud.folder, region=cloud.region, endpoint=cloud.endpoint, embedded=embedded)
        self._serving = logs

    def client(self, service: str, **config: Any) -> Any:
        if isinstance(self._serving, Exception):
            raise self._serving
        return self._serving


class Slow:
    """Logs that answer after half a second, and never come to an end."""

    def filter_log_events(self, **asking: Any) -> Any:
        time.sleep(0.5)
        return {"events": [{"eventId": new_uuid(), "timestamp": 0, "message": "again"}], "nextToken": "more"}


def test_the_last_lines_are_given(cloud: Cloud, log: Log) -> None:
    """Oldest first, and no more than asked for."""
    log.write(*(f"line {number}" for number in range(30)))

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 60, limit=3)

    assert {"Place": ["line 27", "line 28", "line 29"]} == lines


def test_the_last_lines_of_a_long_log_are_its_last(cloud: Cloud, log: Log) -> None:
    """Past the ten thousand events of a page."""
    now = time.time()
    for batch in range(3):
        log.write(*(f"line {batch} {number}" for number in range(5000)), at=now + batch)

    lines = last_lines(cloud, functions={"Place": log.function}, since=now - 60, limit=1, within=20)

    assert {"Place": ["line 2 4999"]} == lines


def test_lines_of_before_are_left_out(cloud: Cloud, log: Log) -> None:
    """What an earlier test made a function say is not shown."""
    log.write("old", at=time.time() - 100)
    log.write("new")

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 50)

    assert {"Place": ["new"]} == lines


def test_that_there_is_nothing_is_said(cloud: Cloud, log: Log) -> None:
    """A log group without a line since then."""
    log.write("old", at=time.time() - 100)

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 50)

    assert {"Place": ["(nothing in its log)"]} == lines


class Late:
    """Logs that have a line from the so-manieth look on; before that there may be no log group."""

    def __init__(self, *, looks: int, code: str = "") -> None:
        self.looked: list[float] = []
        self._looks = looks
        self._code = code

    def filter_log_events(self, **asking: Any) -> Any:
        from botocore.exceptions import ClientError

        self.looked.append(time.monotonic())
        if len(self.looked) >= self._looks:
            return {"events": [{"eventId": "1", "timestamp": 0, "message": "late"}]}
        if self._code:
            raise ClientError({"Error": {"Code": self._code, "Message": "not now"}}, "FilterLogEvents")
        return {"events": []}

    def get_function_configuration(self, **asking: Any) -> Any:
        return {}


@pytest.mark.parametrize("code", ["", "ResourceNotFoundException", "ThrottlingException"])
def test_lines_that_come_late_are_waited_for(cloud: Cloud, code: str) -> None:
    """CloudWatch has them some seconds after they were written, and at first there is no log group."""
    late = Late(looks=2, code=code)

    lines = last_lines(Elsewhere(cloud, logs=late), functions={"Place": "f"}, since=0)

    assert {"Place": ["late"]} == lines
    assert 2 == len(late.looked)


def test_that_there_is_nothing_yet_is_said(cloud: Cloud) -> None:
    """After so long as it may take; a second is between two looks, for an account may make few."""
    late = Late(looks=9)
    begun = time.monotonic()

    lines = last_lines(Elsewhere(cloud, logs=late), functions={"Place": "f"}, since=0)

    assert {"Place": ["(nothing in its log yet, after 3 s; CloudWatch is often later)"]} == lines
    assert [0, 1, 2, 2.5] == [pytest.approx(moment - begun, abs=0.4) for moment in late.looked]


class One:
    """Logs of which one has a line, and no other ever has."""

    def filter_log_events(self, **asking: Any) -> Any:
        talks = asking["logGroupName"] == "/aws/lambda/talks"
        return {"events": [{"eventId": "1", "timestamp": 0, "message": "here"}] if talks else []}


def test_silent_functions_keep_no_other_waiting(cloud: Cloud) -> None:
    """However many are silent, all logs are read before any of them is read again."""
    functions = {f"Silent{number}": f"silent-{number}" for number in range(8)} | {"Talks": "talks"}

    lines = last_lines(Elsewhere(cloud, logs=One()), functions=functions, since=0, within=1.0)

    assert ["here"] == lines["Talks"]


def test_in_the_embedded_cloud_there_is_one_more_look(cloud: Cloud) -> None:
    """There lines come at once or not at all, so no failure takes seconds longer."""
    late = Late(looks=9)
    begun = time.monotonic()

    lines = last_lines(Elsewhere(cloud, logs=late, embedded=True), functions={"Place": "f"}, since=0)

    assert {"Place": ["(nothing in its log)"]} == lines
    assert 2 == len(late.looked)
    assert time.monotonic() - begun < 1


def test_lines_of_lambda_itself_are_left_out(cloud: Cloud, log: Log) -> None:
    """Its report is kept; a message of several lines is several lines."""
    log.write("START RequestId: 1 Version: $LATEST\n", "a\nb\n", "END RequestId: 1", "REPORT RequestId: 1")

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 60)

    assert {"Place": ["a", "b", "REPORT RequestId: 1"]} == lines


def test_secrets_are_left_out(cloud: Cloud, log: Log) -> None:
    """What is secret by its name is not repeated in a report."""
    log.write('{"password": "hunter2"}')

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 60)

    assert {"Place": ['{"password": "***"}']} == lines


def test_a_signature_on_a_line_of_its_own_is_left_out(cloud: Cloud, log: Log) -> None:
    """A function that logs at DEBUG has botocore's log as well."""
    log.write(f"[DEBUG] Signature:\n{'0f' * 32}\n", "[DEBUG] Signature:", "1f" * 32)

    lines = last_lines(cloud, functions={"Place": log.function}, since=time.time() - 60)

    assert {"Place": ["[DEBUG] Signature:", "***", "[DEBUG] Signature:", "***"]} == lines


def test_a_function_that_never_ran_has_a_line_that_says_so(cloud: Cloud, log: Log) -> None:
    """The others are given all the same."""
    log.write("here")
    silent = create_function(cloud)
    functions = {"Place": log.function, "Notify": silent, "Other": "nowhere"}

    lines = last_lines(cloud, functions=functions, since=time.time() - 60)

    said = f"(the function {silent!r} has no log group: it has not run yet, or its role may not write logs)"
    assert {"Place": ["here"], "Notify": [said], "Other": [said.replace(silent, "nowhere")]} == lines


def test_a_function_may_write_to_another_log_group(cloud: Cloud, log: Log) -> None:
    """LoggingConfig names it, and the log streams there name the function."""
    function = create_function(cloud, LoggingConfig={"LogGroup": log.group})
    log.write("ours", stream=f"2026/01/02/{function}[$LATEST]1f0e")
    log.write("of another function", stream="2026/01/02/other[$LATEST]1f0e")
    log.write("whose, nobody knows", stream="2026/01/02/[$LATEST]1f0e")

    lines = last_lines(cloud, functions={"Place": function}, since=time.time() - 60)

    assert ["ours", "whose, nobody knows"] == sorted(lines["Place"])


def test_a_slow_answer_is_not_waited_for(cloud: Cloud) -> None:
    """It is said that there was none in time."""
    begun = time.monotonic()

    lines = last_lines(Elsewhere(cloud, logs=Slow()), functions={"Place": "f"}, since=0, within=0.1)

    assert {"Place": ["(its log could not be read within 0.1 s)"]} == lines
    assert time.monotonic() - begun < 0.4


def test_an_endless_log_is_read_for_as_long_as_allowed(cloud: Cloud) -> None:
    """What came in time is given, and it is said that there is more."""
    lines = last_lines(Elsewhere(cloud, logs=Slow()), functions={"Place": "f"}, since=0, within=0.7)

    assert {"Place": ["again", "(its log goes on: this much was read within 0.7 s)"]} == lines


def test_a_reading_ends_between_two_pages(cloud: Cloud) -> None:
    """A log that never ends has no thread that never ends."""

    class Busy:
        def __init__(self) -> None:
            self.pages = 0

        def filter_log_events(self, **asking: Any) -> Any:
            time.sleep(0.05)
            self.pages += 1
            return {"events": [], "nextToken": "more"}

    busy = Busy()
    last_lines(Elsewhere(cloud, logs=busy), functions={"Place": "f"}, since=0, within=0.2)
    time.sleep(0.1)
    pages = busy.pages
    time.sleep(0.2)

    assert pages == busy.pages


def test_no_functions_have_no_lines(cloud: Cloud) -> None:
    """Nothing is asked for."""
    assert {} == last_lines(Elsewhere(cloud, logs=RuntimeError()), functions={}, since=0)


def test_missing_credentials_are_said_in_a_line(cloud: Cloud) -> None:
    """Nothing is raised, whatever happens."""
    from botocore.exceptions import NoCredentialsError

    lines = last_lines(Elsewhere(cloud, logs=NoCredentialsError()), functions={"Place": "f"}, since=0)

    assert {"Place": ["(its log cannot be read: There are no credentials for the cloud.)"]} == lines


def test_a_refused_call_is_said_in_a_line(cloud: Cloud) -> None:
    """The sentence is the harness's own."""
    from botocore.exceptions import ClientError

    class Refusing:
        def filter_log_events(self, **asking: Any) -> Any:
            raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "FilterLogEvents")

    lines = last_lines(Elsewhere(cloud, logs=Refusing()), functions={"Place": "f"}, since=0)

    assert {"Place": ["(its log cannot be read: The credentials do not allow 'FilterLogEvents'.)"]} == lines


def test_anything_else_is_said_in_a_line(cloud: Cloud) -> None:
    """An error that nobody thought of is no exception."""

    class Broken:
        def filter_log_events(self, **asking: Any) -> Any:
            raise RuntimeError("out of order")

    lines = last_lines(Elsewhere(cloud, logs=Broken()), functions={"Place": "f"}, since=0)

    assert {"Place": ["(its log cannot be read: out of order)"]} == lines


def test_a_tail_gives_each_event_once(cloud: Cloud, log: Log) -> None:
    """In the order of their times, from all log streams."""
    tail = LogTail(cloud, group=log.group)
    now = round(time.time(), 3)
    log.write("b", at=now + 1)
    log.write("a", at=now, stream="two")
    first = tail.read()
    log.write("c", at=now + 2)

    second = tail.read()

    one, two = LogLine(time=now + 1, stream="one", message="b"), LogLine(time=now, stream="two", message="a")
    assert [two, one] == first
    assert ["c"] == [line.message for line in second]


def test_a_tail_gives_what_comes_late(cloud: Cloud, log: Log) -> None:
    """An event whose time is before those that were given already."""
    now = time.time()
    tail = LogTail(cloud, group=log.group, since=now - 60)
    log.write("on time", at=now)
    tail.read()
    log.write("late", at=now - 5)

    lines = tail.read()

    assert ["late"] == [line.message for line in lines]


def test_a_tail_begins_where_it_is_told(cloud: Cloud, log: Log) -> None:
    """By default it begins now."""
    now = time.time()
    log.write("before", at=now - 30)

    tails = [LogTail(cloud, group=log.group), LogTail(cloud, group=log.group, since=now - 60)]

    assert [[], ["before"]] == [[line.message for line in tail.read()] for tail in tails]


def test_a_tail_is_read_past_the_first_page(cloud: Cloud, log: Log) -> None:
    """A page has ten thousand events."""
    now = time.time()
    tail = LogTail(cloud, group=log.group, since=now - 60)
    for batch in range(3):
        log.write(*(f"{batch} {number}" for number in range(5000)), at=now + batch)

    lines = tail.read()

    assert 15_000 == len({line.message for line in lines}) == len(lines)


def test_a_tail_waits_for_its_group(cloud: Cloud) -> None:
    """Lambda creates it when a function runs first."""
    log = Log(cloud)
    tail = LogTail(cloud, group=log.group)
    before = (tail.read(), tail.is_there)
    log.create()
    log.write("first")

    after = ([line.message for line in tail.read()], tail.is_there)

    assert (([], False), (["first"], True)) == (before, after)


def test_a_tail_forgets_what_cannot_come_again(cloud: Cloud, log: Log) -> None:
    """The ids of old events are not kept for ever, and nothing is given twice for it."""
    now = time.time()
    tail = LogTail(cloud, group=log.group, since=now - 100)
    log.write("old", at=now - 90)
    tail.read()
    log.write("new", at=now)

    reads = [[line.message for line in tail.read()] for _ in range(3)]

    assert [["new"], [], []] == reads


def test_what_a_function_of_the_embedded_cloud_logs_is_given(cloud: Cloud) -> None:
    """Its events have no id there, and equal lines of one millisecond are several."""
    function = create_function(cloud)
    since = time.time() - 1
    for _ in range(2):
        cloud.client("lambda").invoke(FunctionName=function)

    lines = last_lines(cloud, functions={"One": function}, since=since)["One"]

    assert [True, True] == [line.startswith("REPORT RequestId: ") for line in lines]
