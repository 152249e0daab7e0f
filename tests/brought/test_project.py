"""What a project has put into a cloud that goes on: gone when it closes, and found when its process was killed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import boto3
import pytest
from botocore.exceptions import ClientError

from harness.brought import putting_item, putting_object
from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud
from harness.cloud.leases import leased
from harness.cloud.names import Names
from harness.cloud.taking import take_away
from harness.errors import LedgerNotWritten, NotAllowed
from harness.ledger import books
from harness.modes.messages import ItemChange, Upload
from harness.modes.sending import put
from harness.project import Project
from harness.settings import read_settings

from .conftest import DEPOT, REGION, noted, rows

PUTS = """
import sys
from pathlib import Path
from harness.project import Project
from harness.settings import read_settings

project = Project(read_settings(Path(sys.argv[1]), environment={}), tell=lambda _: None, run=sys.argv[2])
for mode in ("handler", "invoke", "http"):
    stage = project.stage("depot", mode=mode)
    stage.upload("Bucket", mode)
    stage.write("Table", {"id": mode, "at": b"1"})
print("holds", flush=True)
sys.stdin.read()
project.close()
"""


@pytest.fixture(scope="module")
def root(state: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A project whose cloud goes on, as after `harness up`."""
    found = tmp_path_factory.mktemp("goes-on")
    shutil.copytree(DEPOT, found / "systems" / "depot")
    folder = found / ".harness"
    folder.mkdir(mode=0o700)
    # Its Python is built once.
    shutil.copytree(state / "runtime", folder / "runtime", symlinks=True)
    going_on = embedded.start(folder, region=REGION, outlives=True)
    embedded.remember(going_on, folder=folder)
    yield found
    embedded.stop(going_on)


def puts(root: Path, *, is_killed: bool = False, run: str = "") -> None:
    """Let a process put things, and kill it, or let it close its project.

    Args:
        root: The project.
        is_killed: Whether it is killed.
        run: The run that another process began.
    """
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", PUTS, str(root), run], text=True, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == "holds\n"
        if is_killed:
            process.kill()


def clouds(root: Path) -> list[Cloud]:
    """Give the cloud that goes on, account by account: its own, and those that were leased for muted stages."""
    folder = root / ".harness"
    running = embedded.find(folder)
    assert running is not None
    accounts = [EMBEDDED_ACCOUNT, *leased(folder, cloud=str(running.port))]
    return [embedded_cloud(running.endpoint, folder=folder, region=REGION, account=one) for one in accounts]


def there(root: Path) -> list[str]:
    """Give what is in all buckets and tables of all accounts."""
    found: list[str] = []
    for cloud in clouds(root):
        s3, dynamodb = cloud.client("s3"), cloud.client("dynamodb")
        for bucket in s3.list_buckets()["Buckets"]:
            found += [one["Key"] for one in s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])]
        for table in dynamodb.list_tables()["TableNames"]:
            found += [one["id"]["S"] for one in dynamodb.scan(TableName=table)["Items"]]
    return sorted(found)


def test_what_was_put_goes_when_the_project_closes(root: Path) -> None:
    """In each mode, in each account."""
    puts(root)

    assert [] == there(root)
    assert [] == books(root / ".harness")


def test_what_one_process_of_several_has_put_stays_until_the_run_ends(root: Path) -> None:
    """Another one may still test with it."""
    project = Project(read_settings(root, environment={}), tell=lambda _: None)
    project.ledger.hold()

    puts(root, run=project.run)
    meanwhile = there(root)
    project.close()

    assert sorted(["handler", "invoke", "http"] * 2) == meanwhile
    assert ([], []) == (there(root), books(root / ".harness"))


def test_what_a_killed_process_has_put_goes_by_its_ledger(root: Path) -> None:
    """In each mode an object and an item, counted in the cloud."""
    puts(root, is_killed=True)
    before = there(root)
    by_account = {cloud.account: cloud for cloud in clouds(root)}
    (book,) = books(root / ".harness")

    for one in book.left:
        take_away(one.thing, cloud=by_account[one.thing.account])

    assert sorted(["handler", "invoke", "http"] * 2) == before
    assert [] == there(root)
    book.path.unlink()


def names(cloud: Cloud, place: str) -> Names:
    return Names(stack="depot", account=cloud.account, region=cloud.region, physical={"Place": place})


def test_without_a_ledger_no_object_is_put(here: Cloud) -> None:
    """What is written down nowhere is found by nobody."""
    here.client("s3").create_bucket(Bucket="unwritten")
    here.folder.joinpath("ledger").write_text("no folder")

    with pytest.raises(LedgerNotWritten):
        put([Upload(bucket="Place", key="a", content=b"")], cloud=here, names=names(here, "unwritten"))

    assert 0 == here.client("s3").list_objects_v2(Bucket="unwritten")["KeyCount"]


@pytest.mark.parametrize("operation", ["put", "update"])
def test_without_a_ledger_no_item_is_put(here: Cloud, table: str, operation: Literal["put", "update"]) -> None:
    """Nor made by an update."""
    here.folder.joinpath("ledger").write_text("no folder")

    with pytest.raises(LedgerNotWritten):
        put([ItemChange(table="Place", operation=operation, item={"id": "a"})], cloud=here, names=names(here, table))

    assert {} == rows(here, table)


def test_whoever_may_not_look_does_not_put(cloud: Cloud, tmp_path: Path) -> None:
    """Whether an object was there before cannot be told, and so not whether it may be taken away."""
    cloud.client("s3").create_bucket(Bucket="hidden")
    limited = Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)
    cloud.client("iam").create_user(UserName="blind")
    access = cloud.client("iam").create_access_key(UserName="blind")["AccessKey"]
    limited.session = boto3.Session(access["AccessKeyId"], access["SecretAccessKey"], region_name=cloud.region)

    with pytest.raises(NotAllowed, match="The credentials do not allow 'HeadObject'"):
        putting_object(limited, bucket="hidden", key="a")

    assert [] == noted(limited)


class Odd(Cloud):
    """A cloud that answers to whoever looks for an object or an item with an error of a code."""

    code = ""

    def client(self, service: str, **config: Any) -> Any:
        return Failing(super().client(service, **config), code=self.code)


class Failing:
    """A client that answers with an error to whoever looks."""

    def __init__(self, client: Any, *, code: str) -> None:
        self._client = client
        self._code = code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def head_object(self, **_asked: Any) -> Any:
        raise self._client.exceptions.ClientError({"Error": {"Code": self._code}}, "HeadObject")

    def get_item(self, **_asked: Any) -> Any:
        raise self._client.exceptions.ClientError({"Error": {"Code": self._code}}, "GetItem")


def odd(here: Cloud, *, code: str) -> Cloud:
    found = Odd(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True)
    found.code = code
    return found


def test_a_key_that_s3_does_not_take_is_left_to_it(here: Cloud) -> None:
    """PutObject says why; HeadObject says 400."""
    strict = odd(here, code="400")

    putting_object(strict, bucket="any", key="a" * 2000)

    assert [] == noted(strict)


def test_what_goes_wrong_is_told(here: Cloud, table: str) -> None:
    """It is not known whether there is such a thing."""
    broken = odd(here, code="InternalError")

    with pytest.raises(ClientError, match="InternalError"):
        putting_object(broken, bucket="any", key="a")
    with pytest.raises(ClientError, match="InternalError"):
        putting_item(broken, table=table, item={"id": {"S": "a"}})

    assert [] == noted(broken)
