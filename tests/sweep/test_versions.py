"""A bucket that keeps versions, swept by somebody who may not delete them, and then by somebody who may."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sweep.conftest import Home
from tests.sweep.leaving import BUCKET
from tests.sweep.test_command import dev_cloud, limited


def versions(home: Home) -> list[str]:
    """Give what is kept under any key."""
    found = home.client("s3").list_object_versions(Bucket=BUCKET)
    return [kind for kind in ("Versions", "DeleteMarkers") for _ in found.get(kind, [])]


def typed(command: str, home: Home, *, key: str, secret: str) -> None:
    """Type a command into a new shell in the project's folder, which knows nothing but who the tester is."""
    who = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    subprocess.run(["sh", "-c", command], cwd=home.root, env={"PATH": path, "HOME": str(home.root)} | who, check=True)


def test_versions_that_stay_are_told_with_the_sweep_that_deletes_them(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not written off: the ledger keeps them, and the command does what it says."""
    s3, cloud = home.client("s3"), dev_cloud(home, run="0f3a9c21", monkeypatch=monkeypatch)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    cloud.creating("object", "photo", within=BUCKET)
    for body in (b"1", b"2"):
        s3.put_object(Bucket=BUCKET, Key="photo", Body=body)
    cloud.ledger.close()

    outcome = home.command("--stage=dev", code=6, **limited(home, "s3:DeleteObjectVersion"))
    told, command = outcome.stdout.splitlines()[-2:]
    there = versions(home)
    typed(command, home, key="000000000000", secret="test")

    assert told.startswith(
        "Not taken away: object 'photo' of 'photos': Its versions stay: the credentials do not allow "
        "'s3:DeleteObjectVersion' ("
    )
    assert f"  AWS_ENDPOINT_URL={home.running.endpoint} harness sweep --stage dev --region us-east-1" == command
    assert (["Versions", "Versions", "DeleteMarkers"], []) == (there, versions(home))
