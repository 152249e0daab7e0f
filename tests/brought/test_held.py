"""Items and parameters that are held: in the ledger of each run that holds them, until they are put right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness import data, parameters
from harness.cloud.account import Cloud, embedded_cloud
from harness.errors import LedgerNotWritten, UnreachableEndpoint
from harness.ledger import Ledger

from .conftest import noted, reasons, rows


def of_run(here: Cloud, run: str = "") -> Cloud:
    """Give the cloud as another run, or another process of this run, sees it."""
    ledger = Ledger(here.folder, run=run or here.ledger.run)
    return embedded_cloud(str(here.endpoint), folder=here.folder, region=here.region, ledger=ledger)


def held_folder(here: Cloud) -> Path:
    (found,) = (path for path in here.folder.joinpath("held").iterdir() if path.is_dir())
    return found


def test_items_are_in_the_ledger(here: Cloud, table: str) -> None:
    """By their table, and by where what was there before is kept."""
    with data.items(here, table=table, items=[{"id": "a"}]):
        during, digest = noted(here), held_folder(here).name

    assert [("items", table, digest)] == during
    assert [] == noted(here)


def test_a_parameter_is_in_the_ledger(here: Cloud, key: str) -> None:
    """By its name; its value is not."""
    with parameters.secret_parameter(here, name="/held/secret", value="s3cret", key=key):
        during, digest = noted(here), held_folder(here).name
        written = here.ledger.path.read_text()

    assert [("parameter", "/held/secret", digest)] == during
    assert "s3cret" not in written
    assert [] == noted(here)


def test_what_is_beside_the_record_is_for_its_owner_only(here: Cloud, table: str) -> None:
    """As the record itself."""
    with data.items(here, table=table, items=[{"id": "a"}]):
        modes = {path.name.split(".")[-1]: path.stat().st_mode & 0o777 for path in held_folder(here).iterdir()}

    assert {"before": 0o600, "store": 0o600, "holder": 0o600} == modes


def test_of_a_run_the_last_one_writes_that_they_have_gone(here: Cloud, table: str) -> None:
    """Were it the first, nobody would look for what the other one leaves when it is killed."""
    other = of_run(here)
    with data.items(here, table=table, items=[{"id": "a"}]):
        with data.items(other, table=table, items=[{"id": "b"}]):
            pass
        during = noted(here)

    assert ["items"] == [kind for kind, *_ in during]
    assert [] == noted(here)


def test_another_run_has_them_in_a_ledger_of_its_own(here: Cloud, table: str) -> None:
    """So what it still holds is no longer ours."""
    other = of_run(here, "0f3a9c21")
    theirs = data.items(other, table=table, items=[{"id": "a"}])

    with data.items(here, table=table, items=[{"id": "a"}]):
        theirs.__enter__()
    ours, of_the_other = noted(here), noted(other)
    theirs.__exit__(None, None, None)

    assert ([], ["items"]) == (ours, [kind for kind, *_ in of_the_other])
    assert ([], {}) == (noted(other), rows(here, table))


def test_without_a_ledger_nothing_is_brought(here: Cloud, table: str) -> None:
    """What is written down nowhere is found by nobody."""
    here.folder.joinpath("ledger").write_text("no folder")

    with pytest.raises(LedgerNotWritten), data.items(here, table=table, items=[{"id": "a"}]):
        pass

    assert {} == rows(here, table)
    assert [] == [path for path in here.folder.joinpath("held").iterdir() if path.is_dir()]


class Reluctant:
    """A DynamoDB client that leaves items unprocessed while it is told so."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.refuses = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_write_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        refused = {"UnprocessedItems": RequestItems}
        return refused if self.refuses else dict(self._client.batch_write_item(RequestItems=RequestItems))


class CloudWith(Cloud):
    """A cloud with another DynamoDB client."""

    def __init__(self, cloud: Cloud, *, dynamodb: Any) -> None:
        place = {"folder": cloud.folder, "region": cloud.region, "endpoint": cloud.endpoint, "stage": cloud.stage}
        super().__init__(**place, embedded=True, ledger=cloud.ledger)
        self._dynamodb = dynamodb

    def client(self, service: str, **_config: Any) -> Any:
        assert service == "dynamodb"
        return self._dynamodb


def test_what_cannot_be_restored_is_told(here: Cloud, table: str) -> None:
    """In the ledger; the test that is done passes. Whoever comes next puts it right."""
    dynamodb = Reluctant(here.client("dynamodb"))
    reluctant = CloudWith(here, dynamodb=dynamodb)

    with data.items(reluctant, table=table, items=[{"id": "a"}], sleep=lambda _: None):
        dynamodb.refuses = True
    told, left = reasons(here), rows(here, table)
    with data.items(here, table=table, items=[{"id": "b"}]):
        after = rows(here, table)

    assert [f"Some items of the table {table!r} could not be written."] == told
    assert ({"a"}, {"b"}, []) == (set(left), set(after), noted(here))


def test_what_cannot_be_restored_hides_no_failure(here: Cloud, table: str) -> None:
    """The test's own error is what comes out."""
    dynamodb = Reluctant(here.client("dynamodb"))
    brought = data.items(CloudWith(here, dynamodb=dynamodb), table=table, items=[{"id": "a"}], sleep=lambda _: None)

    def test() -> None:
        with brought:
            dynamodb.refuses = True
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        test()
    assert ["items"] == [kind for kind, *_ in noted(here)]


def test_a_table_that_the_test_has_deleted_is_no_problem(here: Cloud, table: str) -> None:
    """It has taken everything with it."""
    with data.items(here, table=table, items=[{"id": "a"}]):
        here.client("dynamodb").delete_table(TableName=table)

    assert [] == noted(here)


class Gone(Cloud):
    """A cloud that has gone when somebody wants to read an item."""

    def client(self, service: str, **config: Any) -> Any:
        return Silent(super().client(service, **config))


class Silent:
    """A DynamoDB client to which nothing answers that reads items."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def batch_get_item(self, **_asked: Any) -> Any:
        raise UnreachableEndpoint("Nothing answers at 'http://127.0.0.1:1'.")


def test_what_could_not_be_brought_is_not_in_the_ledger(here: Cloud, table: str) -> None:
    """It is not known what was there before, so nothing was written."""
    gone = Gone(folder=here.folder, region=here.region, endpoint=here.endpoint, embedded=True, ledger=here.ledger)

    with pytest.raises(UnreachableEndpoint), data.items(gone, table=table, items=[{"id": "a"}]):
        pass

    assert ([], {}) == (noted(here), rows(here, table))
