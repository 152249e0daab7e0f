"""Credentials that end while a run is on."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import ForeignPlace, NoCredentials
from tests.weather.proxy import Proxy


def credentials_file(path: Path, *, token: str, key: str = "000000000000") -> None:
    path.write_text(
        f"[default]\naws_access_key_id = {key}\naws_secret_access_key = test\naws_session_token = {token}\n"
    )


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of credentials, and none in the environment."""
    path = tmp_path / "credentials"
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    credentials_file(path, token="first")
    return path


@pytest.fixture
def elsewhere(proxy: Proxy, file: Path) -> Cloud:
    """A cloud that the harness did not start."""
    return Cloud(folder=file.parent, region="us-east-1", endpoint=proxy.endpoint)


def test_new_ones_in_the_file_are_found(proxy: Proxy, elsewhere: Cloud, file: Path) -> None:
    """Somebody has signed in again, while the run was on."""
    elsewhere.client("sns").list_topics()
    proxy.inject("expired", "ListTables")
    credentials_file(file, token="second")

    elsewhere.client("dynamodb").list_tables()

    assert 2 == proxy.counts.asked["ListTables"]
    assert "second" == elsewhere.credentials()[2]


def test_those_of_another_account_are_refused(proxy: Proxy, elsewhere: Cloud, file: Path) -> None:
    """They are asked for their account before anything is written with them, and are not kept."""
    assert "000000000000" == elsewhere.account
    proxy.inject("expired", "CreateTopic", times=None)
    credentials_file(file, token="second", key="210987654321")

    with pytest.raises(ForeignPlace) as caught, translated(elsewhere):
        elsewhere.client("sns").create_topic(Name="theirs")

    assert (1, 6) == (proxy.counts.asked["CreateTopic"], caught.value.exit_code)
    assert ("000000000000", "first") == elsewhere.credentials()[::2]
    assert str(caught.value) == (
        "The credentials have expired, and those that stand in their place now are of the account '210987654321'.\n"
        "  identity: arn:aws:iam::210987654321:root\n"
        "  profile: none, but what the environment offers\n"
        "  account of the run: 000000000000\n"
        "  nothing was done with them: sign in again to the account of the run"
    )


def test_those_of_the_same_account_are_taken(proxy: Proxy, elsewhere: Cloud, file: Path) -> None:
    """STS is asked once for the new ones, and the ledger goes on naming the account that it named."""
    assert "000000000000" == elsewhere.account
    proxy.inject("expired", "ListTables")
    credentials_file(file, token="second")

    elsewhere.client("dynamodb").list_tables()

    assert (2, "second") == (proxy.counts.asked["GetCallerIdentity"], elsewhere.credentials()[2])
    assert "000000000000" == elsewhere.account


def test_new_ones_that_have_expired_as_well(proxy: Proxy, elsewhere: Cloud, file: Path) -> None:
    """They are not taken, and it is said what to do."""
    assert "000000000000" == elsewhere.account
    proxy.inject("expired", times=None)
    credentials_file(file, token="second")

    with pytest.raises(NoCredentials, match="have expired"):
        elsewhere.client("sns").list_topics()

    assert "first" == elsewhere.credentials()[2]


def test_the_same_ones_are_not_tried_again(proxy: Proxy, elsewhere: Cloud) -> None:
    """One clear error, that says what to do; a run ends with exit code 6."""
    proxy.inject("expired", "ListTables", times=None)

    with pytest.raises(NoCredentials) as caught, translated(elsewhere):
        elsewhere.client("dynamodb").list_tables()

    assert (1, 6) == (proxy.counts.asked["ListTables"], caught.value.exit_code)
    assert str(caught.value) == (
        "The credentials have expired.\n"
        "  region: us-east-1\n"
        f"  endpoint: {proxy.endpoint}\n"
        "  call: ListTables\n"
        "  code: ExpiredTokenException\n"
        "  Sign in again (`aws sso login`)."
    )


@pytest.mark.parametrize(
    ("service", "call"), [("sns", "list_topics"), ("s3", "list_buckets"), ("lambda", "list_functions")]
)
def test_each_protocol_says_it(proxy: Proxy, elsewhere: Cloud, service: str, call: str) -> None:
    """In each the service says it in its own words, and the harness in one."""
    proxy.inject("expired", times=None)

    with pytest.raises(NoCredentials, match="have expired"), translated(elsewhere):
        getattr(elsewhere.client(service), call)()


def test_a_file_that_has_gone(proxy: Proxy, elsewhere: Cloud, file: Path) -> None:
    """Signing out is no way to get new ones."""
    elsewhere.client("sns").list_topics()
    file.unlink()
    proxy.inject("expired", times=None)

    with pytest.raises(NoCredentials, match="have expired"), translated(elsewhere):
        elsewhere.client("sns").list_topics()


def test_nobody_knows_when_plain_keys_end(elsewhere: Cloud) -> None:
    """Only botocore's own are told to end."""
    assert elsewhere.credentials_end is None


def test_it_is_known_when_those_of_a_process_end(
    proxy: Proxy, tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function that runs with a copy of the tester's own is given new ones before that."""
    keys = {"Version": 1, "AccessKeyId": "AKIA", "SecretAccessKey": "s", "SessionToken": "t"}
    (tmp_path / "keys").write_text(json.dumps({**keys, "Expiration": "2999-01-01T00:00:00Z"}))
    (tmp_path / "config").write_text(f"[profile work]\ncredential_process = /bin/cat {tmp_path / 'keys'}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    cloud = Cloud(folder=tmp_path, region="us-east-1", endpoint=proxy.endpoint, profile="work")

    cloud.credentials()

    assert datetime(2999, 1, 1, tzinfo=UTC).timestamp() == cloud.credentials_end
