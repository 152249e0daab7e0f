"""The first answer of the cloud: who one is, and what time it is there."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.doctor import clock
from harness.doctor.reaching import reach
from harness.errors import NoCredentials, UnreachableEndpoint


def test_who_one_is_is_told(cloud: Cloud) -> None:
    """With account and region, so that a wrong one is seen."""
    found = reach(cloud)

    assert "arn:aws:iam::000000000000:root" == found.arn
    assert [
        f"ok     cloud: {cloud.endpoint} answers",
        "ok     identity: you are arn:aws:iam::000000000000:root in account 000000000000, region us-east-1",
        "ok     clock: it agrees with the cloud's",
    ] == [line for check in found.checks for line in check.lines()]


def test_the_clock_is_compared_with_the_answer(cloud: Cloud) -> None:
    """It is this machine's that is wrong."""
    [*_, found] = reach(cloud, now=lambda: time.time() + 100).checks

    assert re.fullmatch(r"The clock of this machine is 1\d\d s ahead of the cloud's\.", found.findings[0].sentence)


def test_a_clock_that_is_ahead_is_told() -> None:
    """From a minute on, with what to do."""
    assert [
        "wrong  clock: The clock of this machine is 90 s ahead of the cloud's.",
        "         a signature counts for: 300 s",
        "         let the machine set its clock: timedatectl set-ntp true (Linux), sntp -sS time.apple.com (macOS)",
    ] == list(clock.check(90.4).lines())


def test_a_clock_that_is_behind_is_told() -> None:
    """The other way round."""
    [finding] = clock.check(-301.0).findings

    assert "The clock of this machine is 301 s behind the cloud's." == finding.sentence


def test_a_clock_that_is_a_little_off_is_good_enough() -> None:
    """But it is told."""
    assert ["ok     clock: 59 s behind the cloud's"] == list(clock.check(-59.0).lines())


@pytest.fixture
def stranger(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Somebody whose signature the cloud does not take."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    return Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)


def test_a_signature_that_is_too_old_is_the_clocks_fault(stranger: Cloud) -> None:
    """A wrong clock looks like a wrong key; the date of the refusal tells them apart."""
    found = reach(stranger, now=lambda: time.time() - 400)

    assert "" == found.arn
    assert ["clock"] == [check.name for check in found.checks if check.findings]


def test_a_wrong_key_is_no_matter_of_the_clock(stranger: Cloud) -> None:
    """Nothing can be looked at with it."""
    with pytest.raises(NoCredentials, match="The cloud does not know the credentials"):
        reach(stranger)


def test_a_profile_that_there_is_not_is_told(cloud: Cloud, tmp_path: Path) -> None:
    """With what to do, as every error."""
    wrong = Cloud(folder=tmp_path, region=cloud.region, profile="nobody-has-it")

    with pytest.raises(NoCredentials) as raised:
        reach(wrong)

    assert """\
The config profile (nobody-has-it) could not be found.
  region: us-east-1
  endpoint: AWS
  Correct AWS_PROFILE, or see `aws configure list-profiles`.""" == str(raised.value)


def test_a_cloud_that_does_not_answer_is_an_error(tmp_path: Path) -> None:
    """There is nothing to look at."""
    nowhere = Cloud(folder=tmp_path, region="us-east-1", endpoint="http://127.0.0.1:9", embedded=True)

    with pytest.raises(UnreachableEndpoint, match="Nothing answers at"):
        reach(nowhere)
