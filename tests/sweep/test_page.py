"""docs/sweep.md: its commands are executed, and what it says must be allowed is enough."""

from __future__ import annotations

import json
import re
import shlex

import pytest

from tests.sweep.conftest import NOTHING, ROOT, Home
from tests.sweep.leaving import BUCKET, leave
from tests.sweep.test_command import dev_cloud, in_aws

PAGE = (ROOT / "docs" / "sweep.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ harness sweep ?(.*)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def actions() -> list[str]:
    """What the page's table of permissions names."""
    table = PAGE.partition("## What the tester must be allowed to do")[2].partition("\n\nDeleting")[0]
    return re.findall(r"`([a-z0-9-]+:[A-Za-z]+)`", table)


def test_the_commands_of_the_page_work(home: Home) -> None:
    """None of them is refused."""
    assert len(COMMANDS) == 6
    for command in COMMANDS:
        home.command(*shlex.split(command), **(in_aws(home) if "--stage" in command else {}))


def test_what_the_page_lets_the_tester_do_is_enough(
    home: Home, monkeypatch: pytest.MonkeyPatch, actions: list[str]
) -> None:
    """For a whole sweep of a stage in AWS, by ledger, tag and name."""
    cloud = dev_cloud(home, run="0f3a9c21", monkeypatch=monkeypatch)
    leave(cloud, run="0f3a9c21", stage="dev")
    s3 = home.client("s3")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    cloud.creating("object", "photo", within=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="photo", Body=b"1")
    cloud.ledger.close()
    iam = home.client("iam")
    iam.create_user(UserName="sweeper")
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
    # Nothing of a bucket is configured in AWS; here the run has done so.
    allowed["Statement"].append({"Effect": "Allow", "Action": "s3:*BucketNotification", "Resource": "*"})  # type: ignore[attr-defined]
    iam.put_user_policy(UserName="sweeper", PolicyName="sweeps", PolicyDocument=json.dumps(allowed))
    key = iam.create_access_key(UserName="sweeper")["AccessKey"]

    home.command("--stage=dev", **in_aws(home, key=key["AccessKeyId"], secret=key["SecretAccessKey"]))

    assert home.of_run("0f3a9c21") == NOTHING
    assert not {"Versions", "DeleteMarkers"} & set(s3.list_object_versions(Bucket=BUCKET))
