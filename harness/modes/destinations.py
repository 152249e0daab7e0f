"""Where Lambda tells how asynchronous invocations ended: queues, topics, buses and functions."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of
from harness.cloud.names import Names
from harness.errors import ResultLost
from harness.events.destinations import bus_event
from harness.modes.asynchronous import Letter
from harness.runtime.credentials import Credentials
from harness.system.model import System

__all__ = ["Destinations"]

# Keys of a role are renewed this long before they end.
_RENEW = 300.0
_KINDS = {
    "AWS::Events::EventBus": "events",
    "AWS::S3::Bucket": "s3",
    "AWS::SNS::Topic": "sns",
    "AWS::SQS::Queue": "sqs",
}
_ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "s3": "s3:PutObject",
}

# Plays a letter where the mode plays what is told, and says whether it has.
Play = Callable[..., bool]


class Destinations:
    """Brings letters where they belong, with the permissions of the role of the function that they are about.

    Lambda itself does so with the function's execution role
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html), so a role that may not drops
    them. A function that is told of another one is run here, and Lambda is asked whether that would be allowed.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
        credentials: Gives those of a function's role.
        start: Runs a function of the system as an asynchronous invocation.
        play: Plays a letter where the mode plays what is told, and says whether it has.
        tell: Called with a sentence when a function that is told does not run.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of a stage
        self,
        system: System,
        *,
        cloud: Cloud,
        names: Names,
        credentials: Callable[[str], Credentials],
        start: Callable[..., None],
        play: Play,
        tell: Callable[[str], None],
    ) -> None:
        self._system = system
        self._cloud = cloud
        self._names = names
        self._credentials = credentials
        self._start = start
        self._play = play
        self._tell = tell
        self._known: dict[str, Credentials] = {}

    def __call__(self, letter: Letter, /, *, path: tuple[str, ...]) -> None:
        """Bring a letter where it belongs.

        Raises:
            ResultLost: The service does not take it from the function's role.
        """
        __tracebackhide__ = True
        if self._play(letter, path=path):
            return
        kind = self._kind(letter.to)
        if kind not in _ACTIONS:
            self._tell(f"{letter.function} tells {letter.to}, which the harness does not know: it is not told")
            return
        send = {
            "events": self._bus,
            "lambda": self._ask,
            "s3": self._bucket,
            "sns": self._topic,
            "sqs": self._queue,
        }[kind]
        try:
            send(letter)
        except Exception as fault:
            if not code_of(fault):
                raise
            raise self._lost(letter, kind, reason=message_of(fault), code=code_of(fault)) from None
        if kind == "lambda":
            self._run(letter, path=path)

    def _kind(self, to: str) -> str:
        if to in self._system.functions:
            return "lambda"
        if to in self._system.resources:
            return _KINDS.get(self._system.resources[to].type, "")
        return to.split(":")[2] if to.startswith("arn:") else ""

    def _client(self, service: str, function: str) -> Any:
        """Give the client of a service as the role of a function has it."""
        known = self._known.get(function)
        if known is None or known.expire_within(_RENEW, now=time.time()):
            known = self._known[function] = self._credentials(function)
        return self._cloud.session.client(
            service,
            endpoint_url=self._cloud.endpoint,
            aws_access_key_id=known.access_key,
            aws_secret_access_key=known.secret_key,
            aws_session_token=known.token or None,
            config=self._cloud.configuration(),
        )

    def _queue(self, letter: Letter) -> None:
        sqs = self._client("sqs", letter.function)
        url = self._names.physical.get(letter.to) or url_of(letter.to, cloud=self._cloud)
        sqs.send_message(QueueUrl=url, MessageBody=letter.text, MessageAttributes=dict(letter.attributes))

    def _topic(self, letter: Letter) -> None:
        topic = self._names.physical.get(letter.to, letter.to)
        self._client("sns", letter.function).publish(
            TopicArn=topic, Message=letter.text, MessageAttributes=dict(letter.attributes)
        )

    def _bus(self, letter: Letter) -> None:
        told = bus_event(letter.body, bus_arn=self._arn(letter.to))
        entry = {
            "EventBusName": self._names.physical.get(letter.to, letter.to),
            "Source": told["source"],
            "DetailType": told["detail-type"],
            "Detail": json.dumps(told["detail"], ensure_ascii=False),
            "Resources": told["resources"],
        }
        answer = self._client("events", letter.function).put_events(Entries=[entry])
        if answer["FailedEntryCount"]:
            result = answer["Entries"][0]
            raise self._lost(letter, "events", reason=result.get("ErrorMessage", ""), code=result.get("ErrorCode", ""))

    def _bucket(self, letter: Letter) -> None:
        """Put the record into a bucket, under a key that is unlike any other.

        https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
        """
        now = time.gmtime()
        day, moment = time.strftime("%Y/%m/%d", now), time.strftime("%Y-%m-%dT%H.%M.%S", now)
        key = f"aws/lambda/async/{self._names.functions[letter.function].name}/{day}/{moment}-{new_uuid()}"
        bucket = self._names.physical.get(letter.to) or letter.to.rpartition(":")[2]
        self._client("s3", letter.function).put_object(Bucket=bucket, Key=key, Body=letter.text.encode())

    def _ask(self, letter: Letter) -> None:
        """Ask Lambda whether the role may invoke the function that is told."""
        self._client("lambda", letter.function).invoke(
            FunctionName=self._arn(letter.to), InvocationType="DryRun", Payload=letter.text.encode()
        )

    def _run(self, letter: Letter, *, path: tuple[str, ...]) -> None:
        __tracebackhide__ = True
        if letter.to in self._system.functions:
            self._start(letter.to, letter.body, path=path, by=f"{letter.function}, by its destination")
        else:
            self._tell(
                f"{letter.function} tells {letter.to}, a function that the template does not declare: it does not run"
            )

    def _arn(self, name: str) -> str:
        deployed = self._names.functions.get(name)
        if deployed is not None:
            return deployed.arn
        physical = self._names.physical.get(name, name)
        if physical.startswith("arn:"):
            return physical
        place = f"{self._names.region}:{self._names.account}"
        kind = self._kind(name)
        if kind == "sqs":
            return f"arn:{self._cloud.partition}:sqs:{place}:{physical.rpartition('/')[2]}"
        if kind == "s3":
            return f"arn:{self._cloud.partition}:s3:::{physical}"
        return f"arn:{self._cloud.partition}:events:{place}:event-bus/{physical}"

    def _lost(self, letter: Letter, kind: str, *, reason: str, code: str) -> ResultLost:
        ended = "succeeded" if letter.succeeded else f"failed with {letter.error}"
        metric = "DeadLetterErrors" if letter.attributes else "DestinationDeliveryFailures"
        return ResultLost(
            f"How the function {letter.function!r} ended cannot be told to {letter.to!r}.",
            facts=[
                ("it", f"{ended}, attempts: {letter.attempts}"),
                ("role", self._names.functions[letter.function].role),
                ("action", _ACTIONS[kind]),
                ("resource", self._arn(letter.to)),
                ("code", code),
                ("reason", reason),
            ],
            remedy=f"let the function's role do it; Lambda would drop it, and count it in its metric {metric}",
        )


def url_of(queue: str, *, cloud: Cloud) -> str:
    """Give the URL of a queue that the template does not declare, by its ARN."""
    *_, account, name = queue.split(":")
    answer = cloud.client("sqs").get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)
    return str(answer["QueueUrl"])
