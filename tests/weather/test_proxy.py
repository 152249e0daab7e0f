"""The proxy itself: what it forwards unchanged, and by what it knows what is asked."""

from __future__ import annotations

from harness.cloud.account import Cloud
from tests.weather.asked import asked_of
from tests.weather.proxy import Proxy, Weather


def test_signatures_stay_valid(proxy: Proxy, rough: Cloud, cloud: Cloud) -> None:
    """The cloud checks those of roles, whose scope holds the host that the client has signed."""
    trust = '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}]}'
    role = cloud.client("iam").create_role(RoleName="signing", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    keys = rough.client("sts").assume_role(RoleArn=role, RoleSessionName="one")["Credentials"]

    sts = rough.session.client(
        "sts",
        endpoint_url=proxy.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    who = sts.get_caller_identity()["Arn"]

    cloud.client("iam").delete_role(RoleName="signing")
    assert who.endswith("assumed-role/signing/one")


def test_bodies_come_through(proxy: Proxy, rough: Cloud) -> None:
    """Large ones, in both directions, and none."""
    s3, body = rough.client("s3"), b"rain " * 500_000
    s3.create_bucket(Bucket="bodies")

    s3.put_object(Bucket="bodies", Key="a b/é", Body=body)
    found = s3.get_object(Bucket="bodies", Key="a b/é")["Body"].read()
    size = s3.head_object(Bucket="bodies", Key="a b/é")["ContentLength"]
    s3.delete_object(Bucket="bodies", Key="a b/é")
    s3.delete_bucket(Bucket="bodies")

    assert (body, len(body)) == (found, size)


def test_the_front_door_is_let_alone() -> None:
    """It is the business of the system under test: it has neither throttles nor 500s of ours."""
    asked = asked_of("POST", "/_aws/execute-api/abc/dev/orders", headers={"Host": "127.0.0.1"}, body=b"{}")

    assert ("POST front door", False) == (asked.operation, asked.is_call)


def test_the_weather_is_drawn(proxy: Proxy, rough: Cloud) -> None:
    """About as often as it says; and the same seed brings the same weather."""
    proxy.change(Weather(throttled=0.3), seed=5)
    for _ in range(10):
        rough.client("dynamodb").list_tables()
    first = proxy.counts.injected["ListTables", "throttled"]
    proxy.change(Weather(throttled=0.3), seed=5)

    for _ in range(10):
        rough.client("dynamodb").list_tables()

    assert first == proxy.counts.injected["ListTables", "throttled"] > 0
