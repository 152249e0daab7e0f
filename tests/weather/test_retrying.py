"""What is tried again, for how long, and what is said afterwards."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, ResponseStreamingError

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.retrying import TRIES, counted, longest, never_twice, pauses
from harness.cloud.taking.patience import patient
from harness.errors import AnswerLost, UnreachableEndpoint
from tests.weather.proxy import Fault, Proxy

PAGE = (Path(__file__).parents[2] / "docs" / "weather.md").read_text(encoding="utf-8")
CALLS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "CreateQueue": ("sqs", "create_queue", {"QueueName": "weather"}),
    "CreateTopic": ("sns", "create_topic", {"Name": "weather"}),
    "ListTables": ("dynamodb", "list_tables", {}),
    "ListUserPools": ("cognito-idp", "list_user_pools", {"MaxResults": 1}),
    "ListStreams": ("kinesis", "list_streams", {}),
    "CreateBucket": ("s3", "create_bucket", {"Bucket": "weather"}),
    "ListMetrics": ("cloudwatch", "list_metrics", {}),
    "GET /restapis": ("apigateway", "get_rest_apis", {}),
    "GET /2015-03-31/functions": ("lambda", "list_functions", {}),
}


@pytest.fixture
def elsewhere(proxy: Proxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The same cloud as one that the harness did not start, and that may come back."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "000000000000")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return Cloud(folder=tmp_path, region="us-east-1", endpoint=proxy.endpoint)


@pytest.mark.parametrize("operation", CALLS)
@pytest.mark.parametrize("fault", ["throttled", "failed", "broken", "lost"])
def test_a_call_is_made_again(proxy: Proxy, rough: Cloud, operation: str, fault: Fault) -> None:
    """Whatever its protocol, and in the form in which the service itself says that something is wrong."""
    service, name, arguments = CALLS[operation]
    proxy.inject(fault, operation)

    getattr(rough.client(service), name)(**arguments)

    assert (2, 1) == (proxy.counts.asked[operation], proxy.counts.injected[operation, fault])
    assert (2 if fault == "lost" else 1) == proxy.counts.carried_out[operation]


def test_a_call_without_an_answer_is_made_again(proxy: Proxy, rough: Cloud) -> None:
    """After the time for reading an answer is over."""
    proxy.inject("silent", "ListTables")

    rough.client("dynamodb", read_timeout=0.3).list_tables()

    assert {"ListTables": 2} == dict(proxy.counts.asked)


def test_the_bound(proxy: Proxy, rough: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call is made six times; its last error is told."""
    proxy.inject("throttled", "ListTables", times=None)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _seconds: None)

    with pytest.raises(ClientError) as caught:
        rough.client("dynamodb").list_tables()

    assert TRIES == proxy.counts.asked["ListTables"]
    assert "ProvisionedThroughputExceededException" == caught.value.response["Error"]["Code"]


def test_the_pauses_add_up() -> None:
    """The bound that docs/weather.md states."""
    assert 31.0 == sum(pauses(chance=lambda: 1.0))
    assert (211.0, 5491.0) == (longest(), longest(910.0))


@pytest.mark.parametrize(("many", "mode"), [(False, "standard"), (True, "adaptive")])
def test_the_bound_of_taking_away(elsewhere: Cloud, *, many: bool, mode: str) -> None:
    """The row that docs/weather.md has for it."""
    config = patient(elsewhere, "sqs", many=many).meta.config
    tries, answered = config.retries["total_max_attempts"], config.read_timeout
    added = sum(pauses(tries=tries, chance=lambda: 1.0))

    row = f"{tries} tries, {added:.0f} s of pauses at most (the longest 20 s), {answered} s for an answer: "
    assert f"| taking away, in AWS | {row}{longest(answered, tries=tries):.0f} s for a call" in PAGE
    assert mode == config.retries["mode"]


def test_a_cloud_that_is_away_for_seconds(proxy: Proxy, elsewhere: Cloud) -> None:
    """Refused connections are tried again, so that a restart goes unnoticed."""
    began = time.monotonic()

    with proxy.away(0.5):
        elsewhere.client("dynamodb").list_tables()

    assert 0.5 <= time.monotonic() - began
    assert 1 == proxy.counts.carried_out["ListTables"]


def test_an_embedded_cloud_that_has_gone(proxy: Proxy, rough: Cloud) -> None:
    """Its state is lost, so it is not waited for."""
    proxy.close()
    began = time.monotonic()

    with pytest.raises(UnreachableEndpoint) as caught, translated(rough):
        rough.client("dynamodb").list_tables()

    assert time.monotonic() - began < 3
    assert str(caught.value) == (
        f"Nothing answers at {proxy.endpoint!r}.\n"
        "  region: us-east-1\n"
        f"  endpoint: {proxy.endpoint}\n"
        "  boto3: EndpointConnectionError\n"
        "  Start it with `harness up`."
    )


@pytest.mark.parametrize("fault", ["lost", "broken"])
def test_what_must_not_happen_twice(proxy: Proxy, rough: Cloud, fault: Fault) -> None:
    """From here a connection that broke before a call was carried out looks like one that broke after it."""
    proxy.inject(fault, "ListTables")

    with pytest.raises(AnswerLost) as caught, never_twice("the tables were listed"):
        rough.client("dynamodb").list_tables()

    assert 1 == proxy.counts.asked["ListTables"]
    assert str(caught.value) == (
        "The answer was lost, so nobody knows whether the tables were listed.\n"
        "  boto3: ConnectionClosedError\n"
        "  it was not tried again, for that might do it twice: run the test again"
    )


@pytest.mark.parametrize("fault", ["throttled", "failed"])
def test_what_has_not_happened_may_happen(proxy: Proxy, rough: Cloud, fault: Fault) -> None:
    """A service that says that it did nothing is asked again, whatever must not happen twice."""
    proxy.inject(fault, "ListTables")

    with never_twice("the tables were listed"):
        rough.client("dynamodb").list_tables()

    assert 1 == proxy.counts.carried_out["ListTables"]


def test_a_body_that_breaks_off() -> None:
    """The head of an answer says that the call was carried out."""
    with pytest.raises(AnswerLost, match="nobody knows whether it ran"), never_twice("it ran"):
        raise ResponseStreamingError(error=OSError())


def test_a_cloud_that_is_not_there_has_done_nothing(proxy: Proxy, rough: Cloud) -> None:
    """So the error stays that of a cloud that does not answer."""
    proxy.close()

    with pytest.raises(UnreachableEndpoint), translated(rough), never_twice("the tables were listed"):
        rough.client("dynamodb").list_tables()


def test_answers_are_counted(proxy: Proxy, rough: Cloud) -> None:
    """Those that do not say whether a call was carried out, and no throttles."""
    for fault in ("lost", "failed", "throttled"):
        proxy.inject(fault, "CreateBucket")

    with counted() as answers:
        rough.client("s3").create_bucket(Bucket="counted")

    assert (1, 1, 2) == (answers.lost, answers.failed, answers.unknown)


def test_what_nobody_counts(proxy: Proxy, rough: Cloud) -> None:
    """Outside of such a block a call that breaks is tried again, and no more is made of it."""
    proxy.inject("lost", "ListTables", times=TRIES)
    client = rough.client("dynamodb", retries={"total_max_attempts": 2, "mode": "standard"})

    with pytest.raises(ConnectionClosedError):
        client.list_tables()

    assert 2 == proxy.counts.asked["ListTables"]
