"""What to type to take a thing away by hand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from harness.cloud.taking import command
from harness.ledger import Kind, Thing

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:harness-tap-0f3a9c21-77aa-1-Bus"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"


def thing(kind: Kind, name: str, within: str = "", **more: str) -> Thing:
    place = {"account": "123456789012", "region": "eu-west-1", "stage": "dev"}
    return Thing(kind=kind, name=name, within=within, **place | more)


@pytest.mark.parametrize(
    ("kind", "name", "within", "expected"),
    [
        (
            "user",
            "ann",
            "pool",
            "aws --region eu-west-1 cognito-idp admin-delete-user --user-pool-id pool --username ann",
        ),
        ("object", "a b", "photos", "aws --region eu-west-1 s3api delete-object --bucket photos --key 'a b'"),
        ("object", "--x", "photos", "aws --region eu-west-1 s3api delete-object --bucket photos --key=--x"),
        (
            "item",
            '{"id": {"S": "1"}}',
            "orders",
            """aws --region eu-west-1 dynamodb delete-item --table-name orders --key '{"id": {"S": "1"}}'""",
        ),
        (
            "rule",
            "harness-tap-1",
            "bus",
            (
                "aws --region eu-west-1 events remove-targets --rule harness-tap-1 --event-bus-name bus --ids harness "
                "&& aws --region eu-west-1 events delete-rule --name harness-tap-1 --event-bus-name bus"
            ),
        ),
        (
            "queue",
            "harness-tap-1",
            "",
            (
                'aws --region eu-west-1 sqs delete-queue --queue-url "$(aws --region eu-west-1 sqs get-queue-url '
                '--queue-name harness-tap-1 --query QueueUrl --output text)"'
            ),
        ),
        ("notification", "harness-tap-1", "photos", "harness sweep --stage dev --region eu-west-1"),
        ("items", "orders", "key", "harness sweep --stage dev --region eu-west-1"),
        ("parameter", "/secret", "key", "harness sweep --stage dev --region eu-west-1"),
    ],
)
def test_each_kind_has_its_command(kind: Kind, name: str, within: str, expected: str) -> None:
    """What is more than a call is left to the sweep."""
    assert expected == command(thing(kind, name, within))


def test_the_place_is_named() -> None:
    """A profile, a region, an address, and in the embedded cloud the account, which is no secret."""
    embedded = Thing(
        kind="user", name="ann", within="p", account="000000000001", region="us-east-1", endpoint="http://127.0.0.1:1",
        embedded=True,
    )  # fmt: skip

    of_profile = command(thing("user", "ann", "p", profile="my team"))

    what = "cognito-idp admin-delete-user --user-pool-id p --username ann"
    assert f"aws --profile 'my team' --region eu-west-1 {what}" == of_profile
    assert command(embedded) == (
        "AWS_ACCESS_KEY_ID=000000000001 AWS_SECRET_ACCESS_KEY=test "
        f"aws --region us-east-1 --endpoint-url http://127.0.0.1:1 {what}"
    )


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"profile": "my team"}, "harness sweep --stage dev --profile 'my team' --region eu-west-1"),
        (
            {"endpoint": "http://127.0.0.1:1"},
            "AWS_ENDPOINT_URL=http://127.0.0.1:1 harness sweep --stage dev --region eu-west-1",
        ),
        ({"stage": ""}, "harness sweep"),
    ],
)
def test_the_sweep_names_the_place(more: dict[str, str], expected: str) -> None:
    """Whatever is set in the shell in which it is typed; without a stage a place would be refused."""
    assert expected == command(thing("parameter", "/secret", "key", **more))


def test_the_sweep_of_an_embedded_cloud_names_its_stage() -> None:
    """Settings may name another one; the address may be that of another cloud by then."""
    there = Thing(kind="cloud", name="4566", within="f", region="r", endpoint="http://127.0.0.1:1", embedded=True)

    assert "harness sweep --stage embedded" == command(there)


def test_of_versions_that_stay_only_the_harness_knows() -> None:
    """A deletion by hand would only put one more marker over them."""
    photo = thing("object", "photo", "photos")

    assert "harness sweep --stage dev --region eu-west-1" == command(photo, why="Its versions stay: not allowed.")


# Stands for the AWS CLI: it tells who it is and what it was asked, and finds two of everything.
AWS = """#!/bin/sh
echo "${AWS_ACCESS_KEY_ID:-nobody} $*" >> "$ASKED"
case "$*" in *list-*) printf 'one\\ttwo\\n';; *get-queue-url*) echo http://queue;; esac
"""


def typed(line: str, folder: Path) -> list[str]:
    """Type a line into a shell, and give what the AWS CLI was asked."""
    (folder / "aws").write_text(AWS)
    (folder / "aws").chmod(0o700)
    asked = folder / "asked"
    environment = {"PATH": f"{folder}:{os.environ['PATH']}", "ASKED": str(asked)}
    subprocess.run(["sh", "-c", line], check=True, env=environment)
    return asked.read_text().splitlines()


def test_a_client_is_found_by_its_name(tmp_path: Path) -> None:
    """Each of that name goes."""
    asked = typed(command(thing("client", "harness-five-minutes-1", "pool")), tmp_path)

    assert asked == [
        (
            "nobody --region eu-west-1 cognito-idp list-user-pool-clients --user-pool-id pool "
            "--query UserPoolClients[?ClientName=='harness-five-minutes-1'].ClientId --output text"
        ),
        "nobody --region eu-west-1 cognito-idp delete-user-pool-client --user-pool-id pool --client-id one",
        "nobody --region eu-west-1 cognito-idp delete-user-pool-client --user-pool-id pool --client-id two",
    ]


def test_a_subscription_is_found_by_its_queue(tmp_path: Path) -> None:
    """In the embedded cloud both commands say who asks."""
    there = Thing(kind="subscription", name=QUEUE, within=TOPIC, account="000000000001", region="r", embedded=True)

    asked = typed(command(there), tmp_path)

    assert asked == [
        (
            f"000000000001 --region r sns list-subscriptions-by-topic --topic-arn {TOPIC} "
            f"--query Subscriptions[?Endpoint=='{QUEUE}'].SubscriptionArn --output text"
        ),
        "000000000001 --region r sns unsubscribe --subscription-arn one",
        "000000000001 --region r sns unsubscribe --subscription-arn two",
    ]


def test_a_queue_is_found_by_its_name(tmp_path: Path) -> None:
    """Its URL is asked for."""
    asked = typed(command(thing("queue", "harness-tap-1")), tmp_path)

    assert "nobody --region eu-west-1 sqs delete-queue --queue-url http://queue" == asked[-1]


def test_a_name_may_hold_quotes(tmp_path: Path) -> None:
    """The shell and the query of the AWS CLI both get it as it is."""
    asked = typed(command(thing("client", "o'neil", "pool")), tmp_path)

    assert asked[0].endswith("--query UserPoolClients[?ClientName=='o\\'neil'].ClientId --output text")
