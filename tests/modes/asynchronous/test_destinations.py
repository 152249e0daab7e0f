"""Where a letter goes, and what is said when it cannot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.names import FunctionNames, Names
from harness.errors import ResultLost
from harness.modes.asynchronous import Letter
from harness.modes.destinations import Destinations
from harness.runtime.credentials import Credentials
from harness.system.model import Function, Resource, System

PLACE = "eu-west-1:123456789012"
SYSTEM = System(
    name="s",
    template=Path("template.yaml"),
    cloudformation={},
    functions={name: Function(name=name, handler="h.handler", code=None) for name in ("Bill", "Told")},
    resources={
        "Bill": Resource(name="Bill", type="AWS::Lambda::Function"),
        "Bucket": Resource(name="Bucket", type="AWS::S3::Bucket"),
        "Bus": Resource(name="Bus", type="AWS::Events::EventBus"),
        "Queue": Resource(name="Queue", type="AWS::SQS::Queue"),
        "Stream": Resource(name="Stream", type="AWS::Kinesis::Stream"),
        "Topic": Resource(name="Topic", type="AWS::SNS::Topic"),
    },
)
NAMES = Names(
    stack="s",
    account="123456789012",
    region="eu-west-1",
    physical={
        "Bucket": "bucket-1",
        "Bus": "bus-1",
        "Queue": "https://sqs/123456789012/queue-1",
        "Topic": f"arn:aws:sns:{PLACE}:topic-1",
    },
    functions={
        name: FunctionNames(name=name.lower(), arn=f"arn:aws:lambda:{PLACE}:function:{name.lower()}", role="arn:role")
        for name in ("Bill", "Told")
    },
)
RECORD = {"requestContext": {"condition": "RetriesExhausted", "functionArn": "arn:bill"}, "requestPayload": {}}


class Calls:
    """A session whose clients remember what they were asked, and refuse it if they are to."""

    def __init__(self, *, refusing: str = "", failing: Mapping[str, Any] | None = None) -> None:
        self.made: list[tuple[str, str, dict[str, Any]]] = []
        self.keys: list[dict[str, Any]] = []
        self.refusing = refusing
        self.failing = failing

    def client(self, service: str, **keys: Any) -> Any:
        self.keys.append(keys)
        return _Client(self, service)


class _Client:
    def __init__(self, calls: Calls, service: str) -> None:
        self._calls, self._service = calls, service

    def __getattr__(self, name: str) -> Any:
        def call(**asked: Any) -> Any:
            if self._calls.refusing:
                raise ClientError({"Error": {"Code": self._calls.refusing, "Message": "You may not."}}, name)
            self._calls.made.append((self._service, name, asked))
            failed = [self._calls.failing] if self._calls.failing else []
            return {"FailedEntryCount": len(failed), "Entries": failed, "QueueUrl": "https://sqs/theirs"}

        return call


class There:
    """A cloud whose session is a double."""

    partition, embedded, endpoint = "aws", False, None

    def __init__(self, calls: Calls) -> None:
        self.session = calls

    def client(self, service: str) -> Any:
        return self.session.client(service)

    def configuration(self) -> None:
        """As a client's own."""


class Destined:
    """Destinations, and what came of them."""

    def __init__(self, calls: Calls) -> None:
        self.started: list[tuple[str, Any, tuple[str, ...], str]] = []
        self.told: list[str] = []
        self.asked = 0
        cloud: Any = There(calls)
        self.bring = Destinations(
            SYSTEM,
            cloud=cloud,
            names=NAMES,
            credentials=self._credentials,
            start=self._start,
            play=lambda _letter, **_path: False,
            tell=self.told.append,
        )

    def _credentials(self, _function: str) -> Credentials:
        self.asked += 1
        return Credentials(access_key="A", secret_key="S", token="T")

    def _start(self, function: str, event: Any, *, path: tuple[str, ...], by: str) -> None:
        self.started.append((function, event, path, by))


def letter(to: str, **more: Any) -> Letter:
    fields: dict[str, Any] = {"body": RECORD, "succeeded": False, "attributes": {}, "attempts": 3, "error": "E: no"}
    return Letter(function="Bill", to=to, **fields | more)


@pytest.mark.parametrize(
    ("to", "service", "call", "sent"),
    [
        ("Queue", "sqs", "send_message", {"QueueUrl": "https://sqs/123456789012/queue-1", "MessageBody": "…"}),
        ("Topic", "sns", "publish", {"TopicArn": f"arn:aws:sns:{PLACE}:topic-1", "Message": "…"}),
        (f"arn:aws:sqs:{PLACE}:theirs", "sqs", "send_message", {"QueueUrl": "https://sqs/theirs"}),
        (f"arn:aws:sns:{PLACE}:theirs", "sns", "publish", {"TopicArn": f"arn:aws:sns:{PLACE}:theirs"}),
        ("Bucket", "s3", "put_object", {"Bucket": "bucket-1"}),
        ("arn:aws:s3:::theirs", "s3", "put_object", {"Bucket": "theirs"}),
        ("Told", "lambda", "invoke", {"InvocationType": "DryRun"}),
    ],
)
def test_a_letter_goes_where_it_belongs(to: str, service: str, call: str, sent: dict[str, Any]) -> None:
    """By the role of the function."""
    calls = Calls()

    Destined(calls).bring(letter(to), path=("Bill",))

    made = calls.made[-1]
    assert (service, call) == made[:2]
    shown = {name: "…" if value == json.dumps(RECORD) else value for name, value in made[2].items()}
    assert sent.items() <= shown.items()
    assert {"A"} == {keys["aws_access_key_id"] for keys in calls.keys if keys}


def test_a_bus_gets_an_event() -> None:
    """Lambda says it, and names both."""
    calls = Calls()

    Destined(calls).bring(letter("Bus"), path=("Bill",))

    [(_, _, asked)] = calls.made
    [entry] = asked["Entries"]
    assert ("bus-1", "lambda", "Lambda Function Invocation Result - Failure") == (
        entry["EventBusName"],
        entry["Source"],
        entry["DetailType"],
    )
    assert [f"arn:aws:events:{PLACE}:event-bus/bus-1", "arn:bill"] == entry["Resources"]


def test_a_function_that_is_told_runs_here() -> None:
    """Once Lambda has said that the role may invoke it."""
    destined = Destined(Calls())

    destined.bring(letter("Told"), path=("Bus", "Bill"))

    assert [("Told", RECORD, ("Bus", "Bill"), "Bill, by its destination")] == destined.started


def test_a_function_of_another_stack_does_not_run() -> None:
    """That is told."""
    destined = Destined(Calls())

    destined.bring(letter(f"arn:aws:lambda:{PLACE}:function:theirs"), path=("Bill",))

    theirs = f"arn:aws:lambda:{PLACE}:function:theirs"
    sentence = f"Bill tells {theirs}, a function that the template does not declare: it does not run"
    assert [sentence] == destined.told


@pytest.mark.parametrize("to", ["Stream", '{"Fn::ImportValue": "theirs"}'])
def test_what_is_not_known_is_not_told(to: str) -> None:
    """And that is said."""
    destined = Destined(Calls())

    destined.bring(letter(to), path=("Bill",))

    assert [f"Bill tells {to}, which the harness does not know: it is not told"] == destined.told


def test_the_credentials_of_a_role_are_asked_for_once() -> None:
    """They are good for an hour."""
    destined = Destined(Calls())

    for _ in range(2):
        destined.bring(letter("Queue"), path=("Bill",))

    assert destined.asked == 1


@pytest.mark.parametrize(
    ("to", "action", "resource"),
    [
        ("Bucket", "s3:PutObject", "arn:aws:s3:::bucket-1"),
        ("Bus", "events:PutEvents", f"arn:aws:events:{PLACE}:event-bus/bus-1"),
        ("Queue", "sqs:SendMessage", f"arn:aws:sqs:{PLACE}:queue-1"),
        ("Told", "lambda:InvokeFunction", f"arn:aws:lambda:{PLACE}:function:told"),
        ("Topic", "sns:Publish", f"arn:aws:sns:{PLACE}:topic-1"),
    ],
)
def test_what_the_role_may_not_is_lost(to: str, action: str, resource: str) -> None:
    """Function, role, action and resource are named."""
    destined = Destined(Calls(refusing="AccessDenied"))

    with pytest.raises(ResultLost) as caught:
        destined.bring(letter(to), path=("Bill",))

    assert str(caught.value) == (
        f"How the function 'Bill' ended cannot be told to {to!r}.\n"
        "  it: failed with E: no, attempts: 3\n"
        "  role: arn:role\n"
        f"  action: {action}\n"
        f"  resource: {resource}\n"
        "  code: AccessDenied\n"
        "  reason: You may not.\n"
        "  let the function's role do it; Lambda would drop it, and count it in its metric DestinationDeliveryFailures"
    )
    assert [] == destined.started


def test_an_entry_that_a_bus_refuses_is_lost() -> None:
    """PutEvents answers 200 for it."""
    calls = Calls(failing={"ErrorCode": "InternalFailure", "ErrorMessage": "Not now."})

    with pytest.raises(ResultLost) as caught:
        Destined(calls).bring(letter("Bus", succeeded=True, error=""), path=("Bill",))

    assert {"it": "succeeded, attempts: 3", "code": "InternalFailure", "reason": "Not now."}.items() <= dict(
        caught.value.facts
    ).items()


def test_what_is_no_refusal_is_not_taken_for_one() -> None:
    """A bug of ours is not the system's failure."""
    destined = Destined(Calls())

    with pytest.raises(TypeError):
        destined.bring(letter("Queue", body={"not": {"json"}}), path=("Bill",))
