"""A disk that gets full while tests run: nothing new is created, and what there is goes all the same."""

from __future__ import annotations

from harness.ledger import Ledger, Thing

from .conftest import HARNESS, PYTEST, Elsewhere, Place

SUITE = """
import resource

import pytest


@pytest.fixture(scope="session")
def customer(stage):
    with stage.user() as customer, stage.items("Table", [{"id": "brought"}]):
        yield customer


def test_before(stage, customer):
    stage.write("Table", {"id": "written"})


def test_gets_full(stage):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


def test_needs_a_user(stage, customer):
    with stage.user():
        pass


def test_needs_items(stage, customer):
    with stage.items("Table", [{"id": "new"}]):
        pass


def test_needs_an_item(stage, customer):
    stage.write("Table", {"id": "too late"})


def test_needs_nothing_new(stage, customer):
    stage.publish("Bus", source="shop", detail_type="placed", detail={"id": customer.username})
    stage.journal.expect("Bus", detail={"id": customer.username})
    assert stage.item("Table", {"id": "brought"})
"""


def test_what_there_is_goes_and_nothing_new_comes(there: Place, elsewhere: Elsewhere) -> None:
    """Tests that need something new fail with the reason, the others go on, and in the end nothing is left anywhere."""
    before = elsewhere.made()
    there.suite(SUITE)

    ended = there.run(*PYTEST, "--mode=http")

    failed = [line.split("::")[1].partition("[")[0] for line in ended.text.splitlines() if line.startswith("FAILED")]
    assert ["test_needs_a_user", "test_needs_items", "test_needs_an_item"] == failed, ended.text
    assert ended.text.count("cannot be written: File too large.\nE  ") >= len(failed)
    assert (1, before, False) == (ended.code, elsewhere.made(), "left behind" in ended.text)
    assert [[], []] == [list(there.state.glob(f"{name}/*")) for name in ("ledger", "alive")]


def test_a_sweep_needs_no_room(there: Place, elsewhere: Elsewhere) -> None:
    """What a dead run has left goes, and its ledger with it: whoever is short of room sweeps."""
    before, cloud, name = elsewhere.made(), elsewhere.cloud, "harness-tap-0f3a9c21-0000-1-Bus"
    ledger = Ledger(there.state, run="0f3a9c21")
    ledger.creating(
        Thing(kind="queue", name=name, account=cloud.account, region=cloud.region, endpoint=there.endpoint, stage="dev")
    )
    cloud.client("sqs").create_queue(QueueName=name)
    ledger.close()

    ended = there.run(HARNESS, "sweep", limit="full")

    assert (0, before) == (ended.code, elsewhere.made()), ended.text
    assert [] == list((there.state / "ledger").iterdir())
