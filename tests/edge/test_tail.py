"""`harness tail`, as a user calls it: real processes, real signals, a real embedded cloud."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness.cli.ending import Ending
from harness.cli.shown import Shown, shown_log_line
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.embedded import find
from harness.cloud.logs import LogLine


class Shop(Protocol):
    folder: Path
    cloud: Cloud

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]: ...
    def run(self, *arguments: str, given: str = "", code: int = 0, **environment: str) -> tuple[str, str]: ...
    def made(self) -> list[str]: ...


@contextmanager
def listening(shop: Shop, *arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A tail whose taps are open."""
    with shop.popen("tail", *arguments, **environment) as process:
        assert process.stderr is not None
        said = process.stderr.readline()
        assert said.startswith("listening to "), said + process.stderr.read()
        yield process
        process.terminate()


def line_of(process: subprocess.Popen[str]) -> str:
    """Give the next line of stdout."""
    assert process.stdout is not None
    return process.stdout.readline().rstrip("\n")


def put_event(shop: Shop, detail_type: str, *, bus: str = "shop", **detail: Any) -> str:
    """Put an event on a bus without the command line and give its id."""
    entry = {"EventBusName": bus, "Source": "tests", "DetailType": detail_type, "Detail": json.dumps(detail)}
    (answer,) = shop.cloud.client("events").put_events(Entries=[entry])["Entries"]
    return str(answer["EventId"])


def shown(**parts: Any) -> Shown:
    return Shown(**{"kind": "bus", "source": "Bus", "sent": 0.0, "attributes": {}, "body": {}} | parts)


def test_an_event_is_shown_as_a_line_of_json(shop: Shop) -> None:
    """The parts of an entry are named as in the journal."""
    with listening(shop, "Bus", "--json") as tail:
        event = put_event(shop, "order_placed", orderId="1")
        entry = json.loads(line_of(tail))

    assert ["kind", "source", "id", "detail_type", "sent", "attributes", "body"] == list(entry)
    assert ("bus", "Bus", event, "order_placed") == tuple(list(entry.values())[:4])
    assert entry["sent"] == pytest.approx(time.time(), abs=10)
    assert entry["attributes"]["detail-type"] == "order_placed"
    assert entry["body"] == {"orderId": "1"}


@pytest.mark.parametrize(
    ("place", "options", "expected"),
    [
        ("Bus", ["--source=a", "--detail-type=b"], {"kind": "bus", "detail_type": "b"}),
        ("default", ["--source=a", "--detail-type=b"], {"kind": "bus", "detail_type": "b"}),
        ("Topic", ["--attribute=to=ann"], {"kind": "topic", "attributes": {"to": "ann"}}),
        ("Queue", ["--attribute=to=ann"], {"kind": "queue", "attributes": {"to": "ann"}}),
    ],
)
def test_what_is_put_is_shown(shop: Shop, place: str, options: list[str], expected: dict[str, Any]) -> None:
    """The two commands speak of the same id."""
    n = time.time_ns()
    pattern = {"$or": [{"detail": {"n": [n]}}, {"body": {"n": [n]}}]}
    with listening(shop, place, "--json", "--pattern", json.dumps(pattern)) as tail:
        said, _ = shop.run("put", place, json.dumps({"n": n}), *options)
        entry = json.loads(line_of(tail))

    assert {"id": said.strip(), "source": place, "body": {"n": n}} | expected == {
        name: entry[name] for name in ("id", "source", "body", *expected)
    }


def test_a_line_to_read_has_time_source_type_and_body(shop: Shop) -> None:
    """What is secret by its name is not shown, and there are no colours outside a terminal."""
    with listening(shop) as tail:
        put_event(shop, "order_placed", orderId="1", password="hunter2")
        line = line_of(tail)

    assert re.fullmatch(r'\d\d:\d\d:\d\d\.\d{3} Bus order_placed \{"orderId": "1", "password": "\*\*\*"\}', line), line


def test_all_buses_and_topics_are_listened_to(shop: Shop) -> None:
    """They are those of the template; the default bus is shared by all and must be asked for."""
    _, said = shop.run("tail", "--for=0.1")

    assert said == "listening to Bus, Topic. Ctrl-C ends it.\n"


def test_a_table_and_a_stream_are_listened_to(shop: Shop) -> None:
    """A record of a table tells which change it was."""
    names = {name[0]: name[1] for name in physical_ids(shop)}
    with listening(shop, "Table", "Stream") as tail:
        shop.cloud.client("dynamodb").put_item(TableName=names["Table"], Item={"id": {"S": "a"}})
        table = line_of(tail)
        shop.cloud.client("kinesis").put_record(StreamName=names["Stream"], Data=b'{"n": 1}', PartitionKey="p")
        stream = line_of(tail)

    assert table.endswith(' Table INSERT {"Keys": {"id": "a"}, "NewImage": {"id": "a"}}')
    assert stream.endswith(' Stream {"n": 1}')


def physical_ids(shop: Shop) -> list[tuple[str, str]]:
    """Give pairs of logical and physical ids."""
    found = shop.cloud.client("cloudformation").list_stack_resources(StackName="shop-embedded")
    return [(one["LogicalResourceId"], one["PhysicalResourceId"]) for one in found["StackResourceSummaries"]]


def test_only_what_the_pattern_matches_is_shown(shop: Shop) -> None:
    """It is asked of the whole event."""
    with listening(shop, "Bus", '--pattern={"detail-type": [{"prefix": "order_"}], "detail": {"n": [2]}}') as tail:
        for detail_type, n in (("order_placed", 1), ("other", 2), ("order_paid", 2)):
            put_event(shop, detail_type, n=n)
        line = line_of(tail)

    assert line.endswith(' Bus order_paid {"n": 2}')


def test_a_log_group_that_is_not_there_is_named(shop: Shop) -> None:
    """Once, and it is waited for."""
    printed, said = shop.run("tail", "/shop/typo", "--for=0.5")

    assert printed == ""
    assert said == (
        "listening to /shop/typo. Ctrl-C ends it.\n"
        "there is no log group '/shop/typo' yet: its lines are shown when it comes.\n"
    )


def test_a_log_group_is_listened_to(shop: Shop) -> None:
    """It need not exist when the command starts."""
    logs, when = shop.cloud.client("logs"), round(time.time() * 1000) + 60_000
    with listening(shop, "/shop/log", "--json") as tail:
        logs.create_log_group(logGroupName="/shop/log")
        logs.create_log_stream(logGroupName="/shop/log", logStreamName="s")
        events = [{"timestamp": when, "message": '{"level": "INFO", "token": "t"}\n'}]
        logs.put_log_events(logGroupName="/shop/log", logStreamName="s", logEvents=events)
        entry = json.loads(line_of(tail))

    assert entry == {
        "kind": "log",
        "source": "/shop/log",
        "id": "",
        "detail_type": "",
        "sent": when / 1000,
        "attributes": {"stream": "s"},
        "body": {"level": "INFO", "token": "***"},
    }


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_and_nothing_stays_behind(shop: Shop, number: signal.Signals) -> None:
    """The rules, the subscription and the queue of the taps are taken away; the exit code is 0."""
    with listening(shop, "Bus", "Topic", "default", "Stream") as tail:
        made = shop.made()

        tail.send_signal(number)
        out, error = tail.communicate(timeout=10)

    assert len(made) == 4
    assert (tail.returncode, out, error) == (0, "", "")
    assert shop.made() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_the_taps_open_leaves_nothing_behind(shop: Shop, number: signal.Signals) -> None:
    """It is heeded when all that was made is known."""
    with shop.popen("tail", "Bus", "Topic", "default") as tail:
        while not shop.made():
            assert tail.poll() is None

        tail.send_signal(number)
        tail.communicate(timeout=10)

    assert tail.returncode == 0
    assert shop.made() == []


def test_further_signals_do_not_disturb_the_tidying_up(shop: Shop) -> None:
    """Whoever presses Ctrl-C again and again gets the same."""
    with listening(shop, "Bus", "Topic", "default") as tail:
        while shop.made() and tail.poll() is None:
            tail.send_signal(signal.SIGINT)
        tail.communicate(timeout=10)

    assert shop.made() == []


def test_a_reader_who_reads_no_more_ends_it(shop: Shop) -> None:
    """`| head -1` ends it after the first line, though no second one comes; nothing stays behind."""
    harness = Path(sys.executable).with_name("harness")
    command = f"{harness} tail Bus --json 2>said | head -1"
    with subprocess.Popen(["bash", "-c", command], cwd=shop.folder, stdout=subprocess.PIPE, text=True) as pipe:
        while not (shop.folder / "said").exists() or not (shop.folder / "said").read_text():
            time.sleep(0.05)
        put_event(shop, "order_placed")
        out, _ = pipe.communicate(timeout=10)

    assert json.loads(out)["detail_type"] == "order_placed"
    assert (shop.folder / "said").read_text() == "listening to Bus. Ctrl-C ends it.\n"
    assert shop.made() == []


def test_a_reader_who_does_not_read_does_not_keep_it(shop: Shop) -> None:
    """A full pipe holds the writer; a signal ends it all the same, and nothing stays behind."""
    with listening(shop, "Bus") as tail:
        for _ in range(6):
            put_event(shop, "large", text="x" * 60_000)
        time.sleep(1)

        tail.send_signal(signal.SIGTERM)
        code = tail.wait(timeout=10)

    assert code == 0
    assert shop.made() == []


def test_it_ends_by_itself_after_the_time(shop: Shop) -> None:
    """With --for a script needs no signal."""
    before = time.monotonic()

    shop.run("tail", "Bus", "--for=0.5")

    assert time.monotonic() - before > 0.5
    assert shop.made() == []


def test_colours_are_for_terminals(shop: Shop) -> None:
    """The same line on a terminal has them, unless NO_COLOR says otherwise."""
    near, far = pty.openpty()
    command = [Path(sys.executable).with_name("harness"), "tail", "Bus"]
    with subprocess.Popen(command, cwd=shop.folder, stdout=far, stderr=subprocess.PIPE, text=True) as tail:
        assert tail.stderr is not None
        tail.stderr.readline()
        put_event(shop, "order_placed")
        line = os.read(near, 1000).decode()
        tail.terminate()

    assert "\x1b[36mBus\x1b[0m \x1b[33morder_placed\x1b[0m {}" in line


def test_an_unknown_source_is_refused(shop: Shop) -> None:
    """A misspelt name is answered with the right ones, and nothing is made."""
    _, error = shop.run("tail", "Bus", "Buss", code=4)

    assert error == (
        "harness.UnknownResource: No bus, topic, queue, stream, table or function is called 'Buss'.\n"
        f"  declared in {shop.folder}/systems/shop/template.yaml: "
        "Bus, FifoQueue, Queue, Silent, Stream, Table, Topic, default\n"
        "  did you mean 'Bus'?\n"
    )
    assert shop.made() == []


def test_what_cannot_be_tapped_leaves_nothing_behind(shop: Shop) -> None:
    """The bus was tapped before the table was found to have no stream."""
    _, error = shop.run("tail", "Bus", "Silent", code=6)

    assert error.startswith("harness.TapNotOpen: The table 'Silent' has no stream.\n")
    assert shop.made() == []


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (
            "--pattern={",
            (
                "harness.UsageError: The pattern '{' is no JSON: "
                "Expecting property name enclosed in double quotes: line 1 column 2 (char 1).\n"
            ),
        ),
        (
            "--pattern=[]",
            (
                "harness.UsageError: The pattern '[]' is no JSON object.\n"
                """  like: --pattern '{"detail-type": ["order_placed"]}'\n"""
            ),
        ),
        (
            '--pattern={"source": "a"}',
            (
                "harness.MisusedStep: A pattern cannot have 'a' at 'source'.\n"
                "  allowed: a list of values and operators, or an object with at least one field\n"
            ),
        ),
        ("--for=soon", "harness.UsageError: --for takes a number of seconds, not 'soon'.\n"),
        ("--for=0", "harness.UsageError: --for takes a number of seconds, not '0'.\n"),
    ],
)
def test_what_makes_no_sense_is_refused(tmp_path: Path, shop: Shop, option: str, text: str) -> None:
    """Before anything else is looked at."""
    _, error = shop.run("tail", "Bus", option, code=4)

    assert error == text


@pytest.mark.parametrize(
    ("command", "purpose"), [(["tail"], "to listen to"), (["put", "Bus", "{}"], "to put anything into")]
)
def test_without_a_cloud_there_is_nothing_to_speak_to(
    project: pytest.Pytester, command: list[str], purpose: str
) -> None:
    """None is started: it would be empty."""
    outcome = project.run(Path(sys.executable).with_name("harness"), *command)

    assert outcome.ret == 6
    assert outcome.errlines == [
        f"harness.StageError: No embedded cloud runs {purpose}.",
        "  start it: harness up",
        "  or: --stage=dev",
    ]


@pytest.mark.parametrize("command", [["tail"], ["put", "Bus", "{}"]])
def test_of_several_systems_one_is_named(project: pytest.Pytester, command: list[str]) -> None:
    """The error lists them."""
    project.mkdir("systems/other")
    (project.path / "systems" / "other" / "template.yaml").write_text("Resources: {}")

    outcome = project.run(Path(sys.executable).with_name("harness"), *command)

    assert outcome.ret == 4
    assert outcome.errlines == [
        f"harness.UsageError: The project at {str(project.path)!r} has 2 systems, and none is named.",
        "  systems: hello, other",
        "  name one: --system=NAME",
    ]


def test_a_project_without_a_system_is_told_so(tmp_path: Path) -> None:
    """The remedy says where a template belongs."""
    command = [Path(sys.executable).with_name("harness"), "tail"]

    outcome = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert outcome.returncode == 4
    assert outcome.stderr == (
        f"harness.UsageError: The project at {str(tmp_path)!r} has no systems, and none is named.\n"
        "  systems: none\n  put a template at systems/<name>/template.yaml\n"
    )


def test_a_system_is_chosen_by_its_name(shop: Shop) -> None:
    """A misspelt one is answered with the right ones."""
    _, said = shop.run("tail", "Bus", "--system=shop", "--for=0.1")
    _, error = shop.run("tail", "Bus", "--system=shops", code=4)

    assert said == "listening to Bus. Ctrl-C ends it.\n"
    assert error.startswith("harness.UnknownSystem: No system is called 'shops'.\n")


def test_a_function_is_listened_to_until_its_cloud_is_stopped(project: pytest.Pytester) -> None:
    """Its log is shown under its logical id; a system without bus and topic needs a named source."""
    harness = Path(sys.executable).with_name("harness")
    project.run(harness, "up")
    without = project.run(harness, "tail")
    running = find(project.path / ".harness")
    assert running is not None
    command = [harness, "tail", "Hello"]
    with subprocess.Popen(command, cwd=project.path, stdout=-1, stderr=-1, text=True) as tail:
        assert tail.stderr is not None
        tail.stderr.readline()
        invoke(embedded_cloud(running.endpoint, folder=project.path, region="us-east-1"))
        line = line_of(tail)
        project.run(harness, "down")
        _, error = tail.communicate(timeout=60)

    assert without.ret == 4
    assert without.errlines == [
        "harness.UsageError: The system 'hello' has no bus and no topic, and no source is named.",
        "  can be named: Hello, default",
        "  name one: harness tail SOURCE",
    ]
    assert " Hello " in line, error
    # Its log group came with that line, and nobody was told that it was missing.
    assert error.startswith("harness.StageError: The embedded cloud has been stopped")
    assert (tail.returncode, error) == (6, gone(running.endpoint))


def gone(endpoint: str) -> str:
    """Give what is said when the cloud has been stopped."""
    return (
        "harness.StageError: The embedded cloud has been stopped while it was listened to.\n"
        f"  endpoint: {endpoint}\n  start it again: harness up\n"
    )


def invoke(cloud: Cloud) -> None:
    """Invoke the only function."""
    functions = cloud.client("lambda")
    (name,) = (one["FunctionName"] for one in functions.list_functions()["Functions"])
    functions.invoke(FunctionName=name, Payload=b'{"pathParameters": {"name": "Ann"}}')


def test_taps_whose_cloud_is_stopped_end_the_command(tmp_path: Path, shop: Shop) -> None:
    """Nobody waits for what cannot come any more; there is nothing left that could be taken away."""
    folder = tmp_path / "systems" / "small"
    folder.mkdir(parents=True)
    (folder / "template.yaml").write_text("Resources: {Bus: {Type: AWS::Events::EventBus, Properties: {Name: b}}}")
    harness = Path(sys.executable).with_name("harness")
    subprocess.run([harness, "up"], cwd=tmp_path, check=True, capture_output=True)
    running = find(tmp_path / ".harness")
    assert running is not None
    with subprocess.Popen([harness, "tail"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as tail:
        assert tail.stderr is not None
        tail.stderr.readline()
        subprocess.run([harness, "down"], cwd=tmp_path, check=True, capture_output=True)
        _, error = tail.communicate(timeout=60)

    assert (tail.returncode, error) == (6, gone(running.endpoint))


@pytest.fixture
def prod(shop: Shop) -> Iterator[dict[str, str]]:
    """A stage called prod, and the environment that names it."""
    cloudformation = shop.cloud.client("cloudformation")
    parts = {"Queue": {"Type": "AWS::SQS::Queue"}, "Stream": {"Type": "AWS::Kinesis::Stream"}}
    cloudformation.create_stack(StackName="shop-prod", TemplateBody=json.dumps({"Resources": parts}))
    cloudformation.get_waiter("stack_create_complete").wait(StackName="shop-prod", WaiterConfig={"Delay": 0})
    key = {"AWS_ACCESS_KEY_ID": shop.cloud.account, "AWS_SECRET_ACCESS_KEY": "test"}
    yield {"AWS_ENDPOINT_URL": str(shop.cloud.endpoint), "AWS_REGION": "us-east-1", "TEST_STAGE": "prod"} | key
    cloudformation.delete_stack(StackName="shop-prod")


def test_a_protected_stage_is_only_read(shop: Shop, prod: dict[str, str]) -> None:
    """A tap of a bus or a topic is made there, and one of a queue moves its messages; streams and logs are read."""
    _, error = shop.run("tail", "Queue", code=4, **prod)
    _, said = shop.run("tail", "Stream", "/shop/log", "--for=0.1", **prod)

    assert error == (
        "harness.StageProtected: `harness tail` does not touch the stage 'prod'.\n"
        "  stage: prod (from TEST_STAGE)\n"
        "  protected: prod (default)\n"
        "  its log groups, streams and tables can be listened to\n"
    )
    assert said == "listening to /shop/log, Stream. Ctrl-C ends it.\n"


def test_a_message_does_not_steer_the_terminal() -> None:
    """Control characters are shown, not obeyed; a line stays a line."""
    line = shown_log_line(LogLine(time=0.0, stream="s", message="a\x1b[2J\tb\nc\x85d\n"), source="/log").as_line()

    assert line.endswith(" /log a\\x1b[2J\tb\\nc\\x85d")


def test_a_body_that_json_has_no_words_for_is_shown() -> None:
    """Bytes are base64, a set is a list."""
    entry = shown(body={"bytes": b"\x00", "set": {2, 1}, "seals": {b"\x01"}})

    assert json.loads(entry.as_json())["body"] == {"bytes": "AA==", "set": [1, 2], "seals": ["AQ=="]}


def test_a_line_of_json_stays_json_when_a_secret_is_taken_out() -> None:
    """A text that was cut off in the middle of a secret cannot be told from its end."""
    entry = shown(body={"log": '{"password": "hun'})

    assert json.loads(entry.as_json())["body"] == '{"log": "{\\"password\\": \\"***'


def test_a_secret_in_a_text_is_not_shown() -> None:
    """Neither as JSON nor as a line."""
    entry = shown(kind="log", body='got {"token": "abc"}')

    assert json.loads(entry.as_json())["body"] == 'got {"token": "***"}'
    assert entry.as_line().endswith(' Bus got {"token": "***"}')


def test_a_signal_that_came_before_interrupts_what_may_be_interrupted() -> None:
    """Outside it is only remembered, and what the process did about the signal before is restored."""
    before = signal.getsignal(signal.SIGTERM)
    with Ending() as ending:
        signal.raise_signal(signal.SIGTERM)
        was_asked = ending.asked

        with pytest.raises(KeyboardInterrupt), ending.at_once():
            raise AssertionError

    assert was_asked
    assert signal.getsignal(signal.SIGTERM) == before


def test_a_signal_interrupts_once() -> None:
    """The second one must not disturb the tidying up that the first one has begun."""
    with Ending() as ending, pytest.raises(KeyboardInterrupt), ending.at_once():
        interrupted_twice()


def interrupted_twice() -> None:
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        signal.raise_signal(signal.SIGINT)


def test_what_the_parent_ignores_stays_ignored() -> None:
    """`nohup harness tail` goes on when its terminal is closed."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Ending() as ending:
            signal.raise_signal(signal.SIGHUP)
            was_asked = ending.asked
    finally:
        signal.signal(signal.SIGHUP, before)

    assert not was_asked


def test_help_shows_an_example(shop: Shop) -> None:
    """A newcomer copies it."""
    said, _ = shop.run("tail", "--help")

    assert """harness tail EventBus --pattern '{"detail-type": ["order_placed"]}'\n""" in said
