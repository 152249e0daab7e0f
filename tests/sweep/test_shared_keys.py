"""Two runs that have put something under one key, which a test has chosen."""

from __future__ import annotations

from harness.brought import putting_item, take_back
from harness.cloud.account import Cloud
from harness.cloud.taking import take_away
from harness.ledger import read
from tests.sweep.conftest import Home

DEAD, ALIVE = "0f3a9c21", "a1b2c3d4"
ORDER = {"id": {"S": "order-1"}}


def orders(home: Home) -> None:
    """Create a table."""
    home.client("dynamodb").create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def put(home: Home, *, run: str) -> Cloud:
    """Let a run put the order."""
    cloud = home.cloud(run=run)
    putting_item(cloud, table="orders", item=ORDER)
    cloud.client("dynamodb").put_item(TableName="orders", Item=ORDER)
    return cloud


def there(home: Home) -> int:
    """Count the orders."""
    return len(home.client("dynamodb").scan(TableName="orders")["Items"])


def test_what_a_run_that_is_alive_has_as_well_stays(home: Home) -> None:
    """And goes when that one has ended, with what the other has left of it."""
    orders(home)
    put(home, run=DEAD).ledger.close()
    alive = put(home, run=ALIVE)

    plan = home.swept()
    during = there(home)
    alive.ledger.close()
    home.swept()

    reasons = {one.run: why for one, why in plan.stays}
    assert ({DEAD: "a run that is alive has it as well", ALIVE: "the run is alive"}, []) == (reasons, plan.to_go)
    assert (1, 0) == (during, there(home))
    assert [] == list((home.folder / "ledger").iterdir())


def test_what_another_run_has_put_since_it_was_looked_for_stays(home: Home) -> None:
    """A sweep may ask its user before it takes anything away."""
    orders(home)
    put(home, run=DEAD).ledger.close()
    sweep = home.sweep()
    plan = sweep.plan()
    alive = put(home, run=ALIVE)

    sweep.carry_out(plan)
    during = there(home)
    take_back(alive)

    assert (1, 1, 0) == (len(plan.to_go), during, there(home))


def test_what_several_dead_runs_have_put_goes(home: Home) -> None:
    """A sweep that writes into their ledgers makes them look alive to others, and not to itself."""
    orders(home)
    for run in (DEAD, ALIVE):
        put(home, run=run).ledger.close()

    home.swept()

    assert (0, []) == (there(home), list((home.folder / "ledger").iterdir()))


def test_many_of_a_dead_run_go_at_once(home: Home) -> None:
    """Eight at a time, each of which asks who is alive."""
    orders(home)
    dead = home.cloud(run=DEAD)
    for number in range(60):
        key = {"id": {"S": f"order-{number}"}}
        putting_item(dead, table="orders", item=key)
        dead.client("dynamodb").put_item(TableName="orders", Item=key)
    dead.ledger.close()

    home.swept()

    assert 0 == there(home)


def test_a_run_that_ends_leaves_what_another_one_has(home: Home) -> None:
    """By whatever way it takes it away; its own ledger is empty then."""
    orders(home)
    first, second = put(home, run=DEAD), put(home, run=ALIVE)

    gone = take_away(read(first.ledger.path).left[0].thing, cloud=first)
    during = (there(home), read(first.ledger.path).left)
    take_back(second)

    assert (True, (1, ()), 0) == (gone, during, there(home))
