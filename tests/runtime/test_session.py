from __future__ import annotations

import boto3
import pytest

from harness.runtime.credentials import Credentials
from tests.runtime.conftest import Build

KEY = """
    import boto3
    def handler(event, context):
        boto3.client("sqs")
        return [boto3.DEFAULT_SESSION.get_credentials().access_key, boto3.DEFAULT_SESSION.region_name]
"""


def test_each_function_has_a_default_session(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """boto3.client uses the function's own keys and region, whatever ran before."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", "the tester's")
    orders = build(KEY, credentials=lambda: Credentials(access_key="O", secret_key="s"))
    bills = build(KEY, credentials=lambda: Credentials(access_key="B", secret_key="s"), region="eu-north-1")

    payloads = [one.invoke({}).payload for one in (orders, bills, orders)]

    assert [["O", "eu-west-1"], ["B", "eu-north-1"], ["O", "eu-west-1"]] == payloads
    assert boto3.DEFAULT_SESSION == "the tester's"


def test_the_session_is_warm_until_a_cold_start(build: Build) -> None:
    """The session is made once in each environment."""
    orders = build(
        "import boto3\ndef handler(event, context):\n    before = boto3.DEFAULT_SESSION is None\n"
        "    boto3.setup_default_session()\n    return before"
    )
    warm = [orders.invoke({}).payload, orders.invoke({}).payload]

    orders.cold_start()

    assert [True, False, True] == [*warm, orders.invoke({}).payload]
