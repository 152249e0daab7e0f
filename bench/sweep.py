"""What it takes to sweep what a killed run has left: 2,000 users, 2,000 queues and 500 rules with a target each.

    python bench/sweep.py [--rounds 3] [--users 2000] [--queues 2000] [--rules 500]

A process of its own creates them in an embedded cloud, through the ledger and with the harness's own names, and is
killed with SIGKILL. Then they are taken away, in turn by `harness sweep` with the ledger, by `harness sweep` after the
ledger was deleted, and by a plain loop over boto3 that lists and deletes one after the other. What was there and what
is left is counted by listing the cloud with a plain client, not by the harness. The exit code is 1 when anything is
left.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import boto3
from _measure import Row, report

from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, EMBEDDED_SECRET, embedded_cloud
from harness.ledger import Ledger
from harness.ledger.naming import CREATED, RUN, STAGE, TIME_TO_LIVE, TTL, new_run, tap_name, user_address

REGION = "us-east-1"
# In AWS a bus holds 300 rules (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html).
RULES_OF_A_BUS = 250
AT_ONCE = 8


@dataclass(frozen=True, kw_only=True)
class Place:
    """An embedded cloud, and the project to which it belongs."""

    root: Path
    endpoint: str
    pool: str
    buses: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """The project's folder for caches and state."""
        return self.root / ".harness"

    def client(self, service: str) -> Any:
        """Give a plain client."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id=EMBEDDED_ACCOUNT,
            aws_secret_access_key=EMBEDDED_SECRET,
        )


@dataclass(frozen=True, kw_only=True)
class Swept:
    """What a sweep took."""

    seconds: float
    calls: Counter[str]
    left: Counter[str]


def main() -> int:
    """Measure, print, and say whether all has gone."""
    asked = _asked()
    numbers = {"users": asked.users, "queues": asked.queues, "rules": asked.rules}
    if asked.leave:
        _leave(Place(**json.loads(asked.leave) | {"root": Path(asked.root)}), **numbers)
        return 0
    ways: dict[str, Callable[[Place], tuple[float, Counter[str]]]] = {
        "harness sweep, by the ledger": _swept,
        "harness sweep, the ledger deleted": _swept_without_ledger,
        "a plain loop, one after the other": _looped,
    }
    found: dict[str, list[Swept]] = {name: [] for name in ways}
    with _cloud(rules=asked.rules) as place:
        for number in range(asked.rounds):
            for name, way in ways.items():
                found[name].append(_measured(place, name, way=way, numbers=numbers, round_=number + 1))
    return _reported(found, numbers=numbers)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--queues", type=int, default=2000)
    parser.add_argument("--rules", type=int, default=500)
    parser.add_argument("--leave", default="", help=argparse.SUPPRESS)
    parser.add_argument("--root", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


@contextmanager
def _cloud(*, rules: int) -> Iterator[Place]:
    root = Path(tempfile.mkdtemp(prefix="sweep-"))
    folder = root / ".harness"
    folder.mkdir(mode=0o700)
    running = embedded.start(folder, region=REGION)
    try:
        embedded.remember(running, folder=folder)
        place = Place(root=root, endpoint=running.endpoint, pool="", buses=())
        events = place.client("events")
        buses = tuple(f"orders-{number}" for number in range(-(-rules // RULES_OF_A_BUS)))
        for bus in buses:
            events.create_event_bus(Name=bus)
        pool = place.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]
        yield Place(root=root, endpoint=running.endpoint, pool=pool, buses=buses)
    finally:
        embedded.stop(running)
        shutil.rmtree(root, ignore_errors=True)


def _measured(
    place: Place,
    name: str,
    *,
    way: Callable[[Place], tuple[float, Counter[str]]],
    numbers: dict[str, int],
    round_: int,
) -> Swept:
    created = _left_by_a_killed_run(place, numbers=numbers)
    before = _listed(place)
    seconds, calls = way(place)
    left = _listed(place)
    print(
        f"round {round_}, {name}: created in {created:.1f} s; there were {_told(before)}; "
        f"swept in {seconds:.1f} s with {calls.total():,} calls; left: {_told(left)}",
        flush=True,
    )
    if before != Counter(numbers):
        raise SystemExit(f"The run should have left {_told(Counter(numbers))}.")
    return Swept(seconds=seconds, calls=calls, left=left)


def _left_by_a_killed_run(place: Place, *, numbers: dict[str, int]) -> float:
    started = perf_counter()
    told = json.dumps({"endpoint": place.endpoint, "pool": place.pool, "buses": place.buses})
    sizes = [f"--{name}={number}" for name, number in numbers.items()]
    run = subprocess.Popen(
        [sys.executable, __file__, "--leave", told, "--root", str(place.root), *sizes],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    ready = run.stdout.readline()
    run.send_signal(signal.SIGKILL)
    run.wait()
    if ready != "ready\n":
        raise SystemExit("The run that was to be killed has ended by itself.")
    return perf_counter() - started


def _leave(place: Place, *, users: int, queues: int, rules: int) -> None:
    """Create, as a run does, and wait to be killed."""
    run = new_run()
    cloud = embedded_cloud(place.endpoint, folder=place.folder, region=REGION, ledger=Ledger(place.folder, run=run))
    tags = {RUN: run, STAGE: "embedded", CREATED: "2026-01-01T00:00:00+00:00", TTL: str(TIME_TO_LIVE)}
    sqs, events, cognito = (cloud.client(name) for name in ("sqs", "events", "cognito-idp"))
    names = [tap_name(f"{run}-{number % 16:04x}-{number}", "queue", longest=80) for number in range(queues)]

    def queue(name: str) -> None:
        cloud.creating("queue", name)
        sqs.create_queue(QueueName=name, tags=tags)

    def rule(number: int) -> None:
        bus, name = place.buses[number % len(place.buses)], tap_name(f"{run}-77aa-{number}", "rule", longest=64)
        cloud.creating("rule", name, within=bus)
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        events.put_rule(Name=name, EventBusName=bus, EventPattern='{"source": ["a"]}', Tags=listed)
        arn = f"arn:aws:sqs:{REGION}:{EMBEDDED_ACCOUNT}:{names[number % len(names)]}"
        events.put_targets(Rule=name, EventBusName=bus, Targets=[{"Id": "harness", "Arn": arn}])

    def user(_: int) -> None:
        address = user_address(run, "mary", "neil")
        name = address.partition("@")[0]
        cloud.creating("user", name, within=place.pool)
        cognito.admin_create_user(
            UserPoolId=place.pool,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": address}],
        )

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in (pool.map(queue, names), pool.map(rule, range(rules)), pool.map(user, range(users))):
            list(done)
    print("ready", flush=True)
    signal.pause()


def _swept(place: Place, *options: str) -> tuple[float, Counter[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_"))}
    started = perf_counter()
    outcome = subprocess.run(
        [sys.executable, "-c", "from harness.cli import main; raise SystemExit(main())", "sweep", "--json", *options],
        cwd=place.root,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return perf_counter() - started, Counter(json.loads(outcome.stdout)["calls"])


def _swept_without_ledger(place: Place) -> tuple[float, Counter[str]]:
    shutil.rmtree(place.folder / "ledger")
    shutil.rmtree(place.folder / "alive")
    return _swept(place, "--older-than", "0s")


def _looped(place: Place) -> tuple[float, Counter[str]]:
    """Do what many a script in a repository does; it tells nobody's things from nobody else's."""
    calls: Counter[str] = Counter()
    started = perf_counter()
    sqs, events, cognito = (_counting(place.client(name), calls) for name in ("sqs", "events", "cognito-idp"))
    for user in list(_users(place, cognito)):
        cognito.admin_delete_user(UserPoolId=place.pool, Username=user)
    for bus, rule in list(_rules(place, events)):
        there = {"Rule": rule, "EventBusName": bus}
        targets = events.list_targets_by_rule(**there)["Targets"]
        events.remove_targets(**there, Ids=[target["Id"] for target in targets])
        events.delete_rule(Name=rule, EventBusName=bus)
    for url in list(_queues(sqs)):
        sqs.delete_queue(QueueUrl=url)
    seconds = perf_counter() - started
    shutil.rmtree(place.folder / "ledger")
    return seconds, calls


def _counting(client: Any, calls: Counter[str]) -> Any:
    def count(*, event_name: str, **_: Any) -> None:
        calls[event_name.rpartition(".")[2]] += 1

    client.meta.events.register("before-send", count)
    return client


def _listed(place: Place) -> Counter[str]:
    sqs, events, cognito = (place.client(name) for name in ("sqs", "events", "cognito-idp"))
    return Counter(
        users=sum(1 for _ in _users(place, cognito)),
        queues=sum(1 for _ in _queues(sqs)),
        rules=sum(1 for _ in _rules(place, events)),
    )


def _users(place: Place, cognito: Any) -> Iterator[str]:
    for page in cognito.get_paginator("list_users").paginate(UserPoolId=place.pool):
        yield from (user["Username"] for user in page["Users"])


def _rules(place: Place, events: Any) -> Iterator[tuple[str, str]]:
    for bus in place.buses:
        for page in events.get_paginator("list_rules").paginate(EventBusName=bus):
            yield from ((bus, rule["Name"]) for rule in page["Rules"])


def _queues(sqs: Any) -> Iterator[str]:
    for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000}):
        yield from page.get("QueueUrls", [])


def _told(numbers: Counter[str]) -> str:
    return ", ".join(f"{number:,} {name}" for name, number in sorted(numbers.items()))


def _reported(found: dict[str, list[Swept]], *, numbers: dict[str, int]) -> int:
    *_, rival = found.values()
    beside = median(one.seconds for one in rival)
    rows = [
        Row(
            what=name,
            value=median(one.seconds for one in swept),
            unit="s",
            beside=beside,
            note=f"{swept[-1].calls.total():,} calls, {_left(swept)} left",
        )
        for name, swept in found.items()
    ]
    notes = [f"{name}: {_by_operation(swept[-1].calls)}" for name, swept in found.items()]
    code = report(f"Sweeping {_told(Counter(numbers))} of a killed run", rows, notes=notes, ratio="of the loop")
    return 1 if any(_left(swept) for swept in found.values()) else code


def _left(swept: Iterable[Swept]) -> int:
    return sum(one.left.total() for one in swept)


def _by_operation(calls: Counter[str]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in sorted(calls.items()))


if __name__ == "__main__":
    raise SystemExit(main())
