"""The verbs of a stage, whatever the mode."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import MisusedStep, NeverHappened, NotJson, StageError, UnknownResource
from harness.journal.journal import Journal
from harness.journal.taps import Taps
from harness.modes.exchange import Request, Response
from harness.modes.machines.execution import Execution, StateResult
from harness.modes.messages import (
    BusEvent,
    ItemChange,
    Outgoing,
    QueueMessage,
    StreamRecord,
    TopicMessage,
    Upload,
)
from harness.people import User
from harness.runtime.invocation import Invocation
from harness.stage import Stage
from harness.system.model import Api, Function, Resource, System


class Recording:
    """A mode that remembers what it was asked."""

    name = "recording"
    deliver = None
    ran = False

    def __init__(self, *, logged: Sequence[str] = (), pending: Sequence[str] = ()) -> None:
        self.logged = list(logged)
        self.failed: deque[Invocation] = deque()
        self.pending = list(pending)
        self.called: list[tuple[str, Any, bool]] = []
        self.published: list[Outgoing] = []
        self.requests: list[Request] = []
        self.started: set[str] = set()
        self.begun: list[str] = []
        self.closed = False

    def request(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(status_code=200, request=request)

    def query(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(status_code=200, request=request)

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        self.published += batch
        return ["an id" for _ in batch]

    def logs(self, functions: Iterable[str], *, since: float) -> dict[str, list[str]]:
        return {}

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        self.called.append((function, event, asynchronous))

    def start(self, machine: str, given: Any = None, *, within: float | None = None, mocks: Any = None) -> Execution:
        self.begun.append(machine)
        return Execution(arn="an arn", status="SUCCEEDED", input=given)

    def test_state(self, machine: str, state: str, given: Any = None, *, mock: Any = None) -> StateResult:
        self.begun.append(f"{machine}.{state}")
        return StateResult(status="SUCCEEDED", output=given)

    def lines(self, function: str, *, since: float) -> list[str]:
        return self.logged

    def unfinished(self) -> list[str]:
        return self.pending

    def over(self) -> None:
        raise AssertionError("nothing ran in this process")

    def cold_start(self, function: str) -> None:
        self.begun.append(function)

    def forget(self) -> None:
        self.failed.clear()
        self.started.clear()

    def close(self) -> None:
        self.closed = True


def stage_of(mode: Recording, tmp_path: Path, *, apis: tuple[str, ...] = ("Api",)) -> Stage:
    system = System(
        name="shop",
        template=Path("template.yaml"),
        cloudformation={},
        functions={"Order": Function(name="Order", handler="order.handler", code=None)},
        apis={name: Api(name=name, kind="rest", stage="dev", routes=()) for name in apis},
        resources={
            "Bus": Resource(name="Bus", type="AWS::Events::EventBus"),
            "Topic": Resource(name="Topic", type="AWS::SNS::Topic"),
            "Queue": Resource(name="Queue", type="AWS::SQS::Queue"),
            "Stream": Resource(name="Stream", type="AWS::Kinesis::Stream"),
            "Table": Resource(name="Table", type="AWS::DynamoDB::Table"),
            "Bucket": Resource(name="Bucket", type="AWS::S3::Bucket"),
        },
    )
    physical = {
        "Table": "t-1",
        "Bus": "b-1",
        "Topic": "arn:aws:sns:r:1:t",
        "Queue": "q-1",
        "Stream": "s-1",
        "Bucket": "k-1",
    }
    names = Names(stack="shop-dev", account="1", region="r", outputs={"Url": "u"}, physical=physical)
    cloud = Cloud(folder=tmp_path, region="r")
    journal = Journal(Taps(system, cloud=cloud, names=names, run="r1"), began=lambda: 0.0)
    return Stage("dev", system=system, cloud=cloud, names=names, mode=mode, journal=journal)


def asked(tmp_path: Path, *arguments: Any, **options: Any) -> Request:
    mode = Recording()
    stage_of(mode, tmp_path).request(*arguments, **options)
    return mode.requests[0]


def test_json_is_sent_with_its_content_type(tmp_path: Path) -> None:
    """A value becomes a body, and the header says what it is."""
    request = asked(tmp_path, "post", "/orders", json={"name": "Ann"})

    assert (request.method, request.path, request.body) == ("POST", "/orders", b'{"name": "Ann"}')
    assert request.headers["content-type"] == "application/json"
    assert request.api == "Api"


def test_a_content_type_of_ones_own_is_kept(tmp_path: Path) -> None:
    """A test may send JSON under another name."""
    request = asked(tmp_path, "POST", "/", json={}, headers={"content-type": "application/vnd.api+json"})

    assert request.headers.getlist("Content-Type") == ["application/vnd.api+json"]


@pytest.mark.parametrize(("body", "sent"), [("tekst é", "tekst é".encode()), (b"\x00\xff", b"\x00\xff"), (None, b"")])
def test_a_body_is_sent_as_it_is(tmp_path: Path, body: bytes | str | None, sent: bytes) -> None:
    """Text is sent in UTF-8, bytes as they are."""
    assert asked(tmp_path, "POST", "/", body=body).body == sent


def test_the_query_of_the_path_comes_first(tmp_path: Path) -> None:
    """Names may repeat, and empty values stay."""
    request = asked(tmp_path, "GET", "/list?tag=a&tag=b&empty=", query=[("tag", "c")])

    assert request.path == "/list"
    assert request.query == (("tag", "a"), ("tag", "b"), ("empty", ""), ("tag", "c"))


@pytest.mark.parametrize(
    ("path", "encoded"),
    [("/a b/é", "/a%20b/%C3%A9"), ("/a%20b", "/a%20b"), ("orders", "/orders"), ("/x:y@z", "/x:y@z")],
)
def test_a_path_is_encoded_once(tmp_path: Path, path: str, encoded: str) -> None:
    """What is encoded already is left alone."""
    assert asked(tmp_path, "GET", path).path == encoded


def test_a_user_sends_the_id_token(tmp_path: Path) -> None:
    """That is what a Cognito authorizer of a REST API reads."""
    user = User(username="ann", email="a@example.com", id_token="t.o.k")

    assert asked(tmp_path, "GET", "/", user=user).headers["authorization"] == "t.o.k"


def test_every_mode_sends_the_same_headers(tmp_path: Path) -> None:
    """A handler that reads its caller's headers sees no difference between modes."""
    headers = dict(asked(tmp_path, "GET", "/").headers)

    assert headers == {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "serverless-harness"}


def test_two_bodies_are_refused(tmp_path: Path) -> None:
    """A request has one body."""
    with pytest.raises(MisusedStep) as caught:
        asked(tmp_path, "POST", "/", json={}, body="x")

    assert str(caught.value) == "A request has one body, but both json and body are given.\n  give one of them"


def test_an_unknown_api_is_refused(tmp_path: Path) -> None:
    """A misspelt API is answered with the right ones."""
    with pytest.raises(UnknownResource, match="No API is called 'Ap'"):
        asked(tmp_path, "GET", "/", api="Ap")


def test_with_several_apis_one_must_be_named(tmp_path: Path) -> None:
    """The error lists them."""
    stage = stage_of(Recording(), tmp_path, apis=("Admin", "Shop"))

    with pytest.raises(MisusedStep) as caught:
        stage.request("GET", "/")

    assert str(caught.value) == (
        "The system 'shop' has 2 APIs, and the request names none.\n"
        "  declared in template.yaml: Admin, Shop\n"
        '  name one: stage.request(…, api="…")'
    )


def test_names_are_looked_up(tmp_path: Path) -> None:
    """Outputs and physical ids are there by their names, and a wrong one lists the right ones."""
    stage = stage_of(Recording(), tmp_path)

    assert (stage.output("Url"), stage.physical_id("Table")) == ("u", "t-1")
    with pytest.raises(UnknownResource, match="No output is called 'Ur'"):
        stage.output("Ur")
    with pytest.raises(UnknownResource, match="No resource is called 'Tabel'"):
        stage.physical_id("Tabel")


def test_a_cold_start_names_a_function(tmp_path: Path) -> None:
    """The mode is told which; an unknown one is refused before."""
    mode = Recording()

    stage_of(mode, tmp_path).cold_start("Order")

    assert mode.begun == ["Order"]


def test_closing_closes_the_mode(tmp_path: Path) -> None:
    """The stage itself stays deployed."""
    mode = Recording()
    stage = stage_of(mode, tmp_path)

    stage.close()

    assert mode.closed
    assert repr(stage) == "<Stage dev of shop, mode recording>"


def test_the_latest_exchanges_are_kept(tmp_path: Path) -> None:
    """They are the evidence under a failure; a run of thousands does not keep them all."""
    stage = stage_of(Recording(), tmp_path)

    for number in range(210):
        stage.request("GET", f"/{number}")

    kept = [response.request.path for response in stage.exchanges if response.request]
    assert (len(kept), kept[-1]) == (200, "/209")


def test_an_answer_that_is_no_json_shows_itself() -> None:
    """The error holds the status, the content type and the body."""
    response = Response(status_code=502, headers={"Content-Type": "text/html"}, content=b"<h1>Bad</h1>")

    with pytest.raises(NotJson) as caught:
        _ = response.json

    assert str(caught.value) == (
        "The answer with status 502 is not JSON: Expecting value: line 1 column 1 (char 0).\n"
        "  content type: text/html\n"
        "  body: <h1>Bad</h1>"
    )


def test_html_is_parsed() -> None:
    """A page is there as BeautifulSoup gives it."""
    response = Response(status_code=404, content="<ul><li>é</li></ul>".encode())

    assert [item.text for item in response.html.select("ul > li")] == ["é"]


@pytest.mark.parametrize(
    ("content_type", "content", "text"),
    [
        ("text/plain; charset=iso-8859-1", b"\xe9", "é"),
        ("text/plain", "é".encode(), "é"),
        ("text/plain; charset=nonsense", "é".encode(), "é"),
    ],
)
def test_text_is_read_in_its_charset(content_type: str, content: bytes, text: str) -> None:
    """The content type names it; UTF-8 otherwise."""
    assert Response(status_code=200, headers={"Content-Type": content_type}, content=content).text == text


def test_an_event_is_published(tmp_path: Path) -> None:
    """The mode gets the event with all its parts, its detail as JSON has it."""
    mode = Recording()

    identity = stage_of(mode, tmp_path).publish(
        "Bus", source="shop", detail_type="sold", detail={"sizes": (1, 2)}, resources=["arn:a"], time=5.0
    )

    detail = {"sizes": [1, 2]}
    assert "an id" == identity
    assert [
        BusEvent(bus="Bus", source="shop", detail_type="sold", detail=detail, resources=("arn:a",), time=5.0)
    ] == mode.published


def test_the_default_bus_can_be_named(tmp_path: Path) -> None:
    """No template declares it, and every account has it."""
    mode = Recording()

    stage_of(mode, tmp_path).publish("default", source="shop", detail_type="sold", detail={})

    assert ["default"] == [event.bus for event in mode.published if isinstance(event, BusEvent)]


def test_a_message_is_published(tmp_path: Path) -> None:
    """The mode gets the message as text, its attributes as SNS takes them."""
    mode = Recording()

    stage_of(mode, tmp_path).notify("Topic", {"id": 1}, subject="News", attributes={"size": 3}, group="g")

    attributes = {"size": {"DataType": "Number", "StringValue": "3"}}
    assert [
        TopicMessage(topic="Topic", message='{"id": 1}', subject="News", attributes=attributes, group="g")
    ] == mode.published


def test_an_unknown_bus_is_refused(tmp_path: Path) -> None:
    """The error lists the buses that there are."""
    with pytest.raises(UnknownResource) as refused:
        stage_of(Recording(), tmp_path).publish("Bsu", source="shop", detail_type="sold", detail={})

    assert ("No bus is called 'Bsu'.\n  declared in template.yaml: Bus, default\n  did you mean 'Bus'?") == str(
        refused.value
    )


def test_an_unknown_topic_is_refused(tmp_path: Path) -> None:
    """A bus is no topic."""
    with pytest.raises(UnknownResource) as refused:
        stage_of(Recording(), tmp_path).notify("Bus", "hello")

    assert "No topic is called 'Bus'.\n  declared in template.yaml: Topic" == str(refused.value)


def test_a_detail_is_an_object(tmp_path: Path) -> None:
    """EventBridge takes nothing else."""
    with pytest.raises(MisusedStep) as refused:
        stage_of(Recording(), tmp_path).publish("Bus", source="shop", detail_type="sold", detail=["x"])  # type: ignore[arg-type]

    assert "The detail ['x'] is no JSON object.\n  EventBridge takes objects only" == str(refused.value)


def test_a_detail_can_be_written_as_json(tmp_path: Path) -> None:
    """What JSON does not know is refused before anything is published."""
    with pytest.raises(MisusedStep, match="cannot be written as JSON: Object of type set"):
        stage_of(Recording(), tmp_path).publish("Bus", source="shop", detail_type="sold", detail={"x": {1}})


def test_messages_are_sent_together(tmp_path: Path) -> None:
    """Each body is a message; what is no text goes as JSON."""
    mode = Recording()

    ids = stage_of(mode, tmp_path).send("Queue", "a", {"id": 1}, attributes={"size": 3}, group="g")

    attributes = {"size": {"DataType": "Number", "StringValue": "3"}}
    assert ["an id", "an id"] == ids
    assert [
        QueueMessage(queue="Queue", body="a", attributes=attributes, group="g"),
        QueueMessage(queue="Queue", body='{"id": 1}', attributes=attributes, group="g"),
    ] == mode.published


def test_nothing_to_send_is_refused(tmp_path: Path) -> None:
    """A forgotten message shall not pass for one that was sent."""
    with pytest.raises(MisusedStep) as refused:
        stage_of(Recording(), tmp_path).send("Queue")

    assert "Nothing is sent.\n  give at least one message" == str(refused.value)


def test_one_deduplication_id_is_for_one_message(tmp_path: Path) -> None:
    """SQS would drop the second without a word."""
    with pytest.raises(MisusedStep) as refused:
        stage_of(Recording(), tmp_path).send("Queue", "a", "b", group="g", deduplication="d")

    assert ("2 messages have one deduplication id, 'd': SQS would take the first only.\n  send them one by one") == str(
        refused.value
    )


def test_an_unknown_queue_is_refused(tmp_path: Path) -> None:
    """The error lists the queues."""
    with pytest.raises(UnknownResource) as refused:
        stage_of(Recording(), tmp_path).send("Qeue", "a")

    assert "No queue is called 'Qeue'.\n  declared in template.yaml: Queue\n  did you mean 'Queue'?" == str(
        refused.value
    )


def test_records_are_put_in_order(tmp_path: Path) -> None:
    """Bytes as they are, text in UTF-8, anything else as JSON."""
    mode = Recording()

    stage_of(mode, tmp_path).put_record("Stream", b"\x00", "é", {"id": 1}, key="k")

    data = [b"\x00", "é".encode(), b'{"id": 1}']
    assert [StreamRecord(stream="Stream", data=one, key="k") for one in data] == mode.published


def test_items_change(tmp_path: Path) -> None:
    """Each verb is one operation of DynamoDB."""
    mode = Recording()
    stage = stage_of(mode, tmp_path)

    stage.write("Table", {"id": 1, "n": 2})
    stage.update("Table", {"id": 1}, {"n": 3})
    stage.delete("Table", {"id": 1})

    assert [
        ItemChange(table="Table", operation="put", item={"id": 1, "n": 2}),
        ItemChange(table="Table", operation="update", item={"id": 1}, changes={"n": 3}),
        ItemChange(table="Table", operation="delete", item={"id": 1}),
    ] == mode.published


def test_an_object_is_uploaded(tmp_path: Path) -> None:
    """Text is kept in UTF-8."""
    mode = Recording()

    stage_of(mode, tmp_path).upload("Bucket", "a b.txt", "é", content_type="text/plain", metadata={"by": "me"})

    assert [
        Upload(bucket="Bucket", key="a b.txt", content="é".encode(), content_type="text/plain", metadata={"by": "me"})
    ] == mode.published


def test_an_unknown_bucket_is_refused(tmp_path: Path) -> None:
    """A table is no bucket."""
    with pytest.raises(UnknownResource) as refused:
        stage_of(Recording(), tmp_path).upload("Table", "a")

    assert "No bucket is called 'Table'.\n  declared in template.yaml: Bucket" == str(refused.value)


def test_a_function_is_called(tmp_path: Path) -> None:
    """It gets an empty object when nothing else is given."""
    mode = Recording()

    stage_of(mode, tmp_path).call("Order", asynchronous=True)

    assert [("Order", {}, True)] == mode.called


def test_an_unknown_function_is_not_called(tmp_path: Path) -> None:
    """The error lists the functions."""
    with pytest.raises(UnknownResource, match="No function is called 'Odrer'"):
        stage_of(Recording(), tmp_path).call("Odrer")


def test_a_line_is_waited_for(tmp_path: Path) -> None:
    """All lines that hold the text come back."""
    mode = Recording(logged=["got 1", "other", "got 2"])

    assert ["got 1", "got 2"] == stage_of(mode, tmp_path).logs("Order", contains="got")


def test_a_line_that_does_not_come_is_told(tmp_path: Path) -> None:
    """With the last lines that came instead."""
    mode = Recording(logged=[f"line {number}" for number in reversed(range(2, 9))])

    with pytest.raises(NeverHappened) as never:
        stage_of(mode, tmp_path).logs("Order", contains="got", within=0.0)

    assert (
        "Order has logged no line with 'got' within 0 s.\n"
        "  its last lines: \n    line 6\n    line 5\n    line 4\n    line 3\n    line 2"
    ) == str(never.value)


def test_a_silent_function_is_told(tmp_path: Path) -> None:
    """Nothing at all is a hint of its own."""
    with pytest.raises(NeverHappened) as never:
        stage_of(Recording(), tmp_path).logs("Order", within=0.0)

    assert (
        "Order has logged no line with '' within 0 s.\n  its last lines: none: it did not run, or logged nothing"
    ) == str(never.value)


def test_what_never_ends_is_named(tmp_path: Path) -> None:
    """Settling is bounded, and says what is not done."""
    mode = Recording(pending=["3 messages are in the queue Queue"])

    with pytest.raises(StageError) as refused:
        stage_of(mode, tmp_path).settle(within=0.1)

    assert (
        "The stage has not become quiet within 0.1 s.\n"
        "  not done: 3 messages are in the queue Queue\n"
        "  does a function fail again and again? see its log: harness tail; or wait longer: within=…"
    ) == str(refused.value)


def test_each_verb_is_noted_with_its_time(tmp_path: Path) -> None:
    """It is what lies under a failure, and what a report draws."""
    stage = stage_of(Recording(), tmp_path)

    stage.request("GET", "/orders")

    act = stage.acts[0]
    assert (act.verb, act.what, act.failed) == ("request", "GET /orders", False)
    assert act.response is stage.exchanges[0]
    assert act.began > 0


def test_a_verb_that_fails_is_noted_too(tmp_path: Path) -> None:
    """With nothing that came back."""

    class Failing(Recording):
        def request(self, request: Request) -> Response:
            raise ValueError(request.path)

    stage = stage_of(Failing(), tmp_path)
    with pytest.raises(ValueError, match="/orders"):
        stage.request("GET", "/orders")

    assert [(act.what, act.failed) for act in stage.acts] == [("GET /orders", True)]
    assert stage.exchanges == []


def test_what_a_test_did_is_forgotten_after_it(tmp_path: Path) -> None:
    """The next one begins with nothing."""
    mode = Recording()
    stage = stage_of(mode, tmp_path)
    stage.request("GET", "/orders")
    mode.started.add("Order")

    stage.forget()

    assert (list(stage.acts), stage.exchanges, stage.started) == ([], [], set())
