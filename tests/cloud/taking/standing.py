"""Where each kind of thing stands, and a server in front of the cloud that has bad moments."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from harness.cloud.account import Cloud
from harness.ledger import Kind, Thing

__all__ = ["KINDS", "LOST", "Answer", "Front", "Standing", "refusal"]

KINDS: tuple[Kind, ...] = ("client", "user", "object", "item", "notification", "subscription", "rule", "queue")
QUEUE = "arn:aws:sqs:us-east-1:000000000000:"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A pool, a bucket, a table, a topic and a bus, in which things of the harness stand."""

    cloud: Cloud
    where: dict[str, str]

    def thing(self, kind: Kind, name: str) -> Thing:
        """Note a thing and bring it."""
        noted = self.cloud.creating(kind, self.named(kind, name), within=self.where.get(kind, ""))
        self.bring(kind, noted.name)
        return noted

    @staticmethod
    def named(kind: Kind, name: str) -> str:
        """Give the name of a thing as a ledger has it."""
        return {"item": json.dumps({"id": {"S": name}}), "subscription": QUEUE + name}.get(kind, name)

    def bring(self, kind: Kind, name: str) -> None:
        within, client = self.where.get(kind, ""), self.cloud.client
        match kind:
            case "client":
                client("cognito-idp").create_user_pool_client(UserPoolId=within, ClientName=name)
            case "user":
                client("cognito-idp").admin_create_user(UserPoolId=within, Username=name, MessageAction="SUPPRESS")
            case "object":
                client("s3").put_object(Bucket=within, Key=name, Body=b"1")
            case "item":
                client("dynamodb").put_item(TableName=within, Item=json.loads(name))
            case "notification":
                self._notify([*self._notifications(), {"Id": name, "QueueArn": QUEUE + name, "Events": ["s3:*"]}])
            case "subscription":
                client("sns").subscribe(TopicArn=within, Protocol="sqs", Endpoint=name)
            case "rule":
                client("events").put_rule(Name=name, EventBusName=within, EventPattern='{"source": ["shop"]}')
                targets = [{"Id": "harness", "Arn": f"{QUEUE}one"}, {"Id": "another", "Arn": f"{QUEUE}other"}]
                client("events").put_targets(Rule=name, EventBusName=within, Targets=targets)
            case "queue":
                client("sqs").create_queue(QueueName=name)

    def _notifications(self) -> list[Any]:
        s3 = self.cloud.client("s3")
        found = s3.get_bucket_notification_configuration(Bucket=self.where["notification"])
        return list(found.get("QueueConfigurations", []))

    def _notify(self, queues: list[Any]) -> None:
        self.cloud.client("s3").put_bucket_notification_configuration(
            Bucket=self.where["notification"],
            NotificationConfiguration={"QueueConfigurations": queues},
            SkipDestinationValidation=True,
        )

    def there(self, kind: Kind) -> list[str]:
        """Give the names of the things of a kind that are there."""
        within, client = self.where.get(kind, ""), self.cloud.client
        names: list[str] = []
        match kind:
            case "client":
                clients = client("cognito-idp").list_user_pool_clients(UserPoolId=within, MaxResults=60)
                names = [one["ClientName"] for one in clients["UserPoolClients"]]
            case "user":
                names = [one["Username"] for one in client("cognito-idp").list_users(UserPoolId=within)["Users"]]
            case "object":
                names = [one["Key"] for one in client("s3").list_objects_v2(Bucket=within).get("Contents", [])]
            case "item":
                names = [json.dumps(one) for one in client("dynamodb").scan(TableName=within)["Items"]]
            case "notification":
                names = [one["Id"] for one in self._notifications()]
            case "subscription":
                found = client("sns").list_subscriptions_by_topic(TopicArn=within)
                names = [one["Endpoint"] for one in found["Subscriptions"]]
            case "rule":
                names = [one["Name"] for one in client("events").list_rules(EventBusName=within)["Rules"]]
            case "queue":
                urls = client("sqs").list_queues(QueueNamePrefix="harness-tap-0f3a9c21-").get("QueueUrls", [])
                names = [url.rpartition("/")[2] for url in urls]
        return sorted(names)

    def raze(self, kind: Kind) -> None:
        """Take away that in which the things of a kind stand, and them with it."""
        within, client = self.where.get(kind, ""), self.cloud.client
        match kind:
            case "client" | "user":
                client("cognito-idp").delete_user_pool(UserPoolId=within)
            case "object" | "notification":
                for name in self.there("object"):
                    client("s3").delete_object(Bucket=within, Key=name)
                client("s3").delete_bucket(Bucket=within)
            case "item":
                client("dynamodb").delete_table(TableName=within)
            case "subscription":
                client("sns").delete_topic(TopicArn=within)
            case "rule":
                for name in self.there("rule"):
                    client("events").remove_targets(Rule=name, EventBusName=within, Ids=["harness", "another"])
                    client("events").delete_rule(Name=name, EventBusName=within)
                client("events").delete_event_bus(Name=within)


@dataclass(frozen=True)
class Answer:
    """What is answered in place of the cloud."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


# The cloud does what it was asked for, and nobody hears of it.
LOST = "lost"


def refusal(status: int, code: str, message: str = "not now") -> Answer:
    """Give an answer of a service that speaks JSON."""
    return Answer(status, json.dumps({"__type": code, "message": message}).encode())


@dataclass
class Front:
    """A server in front of the cloud: it hands on what it is asked, but for some.

    Args:
        behind: The address of the cloud.
        instead: Gives what to do with the call of an operation, by how often it has come before; None to hand it on.
    """

    behind: str
    instead: Callable[[str, int], Answer | str | None] = lambda _operation, _times: None
    asked: list[str] = field(default_factory=list)
    lock: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        front = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                front.handle(self)

            do_GET = do_POST = do_PUT = do_DELETE = handle_one  # noqa: N815 - so they are called

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so it is called
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        operation = _operation(request, body)
        with self.lock:
            times = self.asked.count(operation)
            self.asked.append(operation)
        answer = self.instead(operation, times)
        if not isinstance(answer, Answer):
            lost, answer = answer == LOST, self._handed_on(request, body)
            if lost:
                request.close_connection = True
                return
        request.send_response_only(answer.status)
        for name, value in (*answer.headers, ("Content-Length", str(len(answer.body)))):
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(answer.body)

    def _handed_on(self, request: BaseHTTPRequestHandler, body: bytes) -> Answer:
        connection = http.client.HTTPConnection(urlsplit(self.behind).netloc, timeout=20)
        # The Host stays: it is signed.
        connection.putrequest(request.command, request.path, skip_host=True, skip_accept_encoding=True)
        for name, value in request.headers.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        got = connection.getresponse()
        headers = tuple(one for one in got.getheaders() if one[0].lower().startswith("x-amz"))
        answer = Answer(got.status, got.read(), headers)
        connection.close()
        return answer


def _operation(request: BaseHTTPRequestHandler, body: bytes) -> str:
    target = request.headers.get("X-Amz-Target", "")
    if target:
        return target.rpartition(".")[2]
    action = parse_qs(body.decode(errors="replace")).get("Action")
    return action[0] if action else f"{request.command} {urlsplit(request.path).path}"
