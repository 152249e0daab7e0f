"""The suites of bigmouth in bad weather: ``python bench/weather.py [runs] [seed] [mode]``.

All that goes to the embedded cloud from the run, its local functions included, takes a proxy that throttles 5 calls of
100, answers 2 with a 500, resets the connection of 1 (before it has gone on, or after it was carried out), and delays
each by 0 to 300 ms. All modes must be green every time, and nothing may be left, or this ends with code 1.

Before them there are two runs without weather. The first fills the caches: why it is red is told, and does not count,
for a cold start on a busy machine may take longer than the five seconds that a function of bigmouth waits for another.

Connections are not reset under what nobody can mend: a synchronous invocation whose answer is lost, and requests to the
front door. The harness says so then (`AnswerLost`), which tests/weather shows.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from _places import REGION, ROOT, environment, project_of, up
from _table import table

from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud

sys.path.insert(0, str(ROOT))

from tests.weather.proxy import Counts, Proxy, Weather, weather

_RUNS = 10
_SHARES: dict[str, Any] = {
    "throttled": 0.05,
    "failed": 0.02,
    "reset": 0.01,
    "delay": 0.3,
    "spared": frozenset({"Invoke"}),
}
_KINDS = ("throttled", "failed", "broken", "lost")
# The account in which a run alone has its muted stage.
_MUTED = "000000000001"
_HEAD = ("run", "result", "seconds", "calls", *_KINDS, "left")


@dataclass(frozen=True, kw_only=True)
class Run:
    """What came of a run: the exit code, what was printed, how long it took, what was injected, and what is left."""

    code: int
    printed: str
    seconds: float
    counts: Counts
    left: list[str]

    @property
    def is_green(self) -> bool:
        """Whether each test has passed, and nothing is left."""
        return self.code == 0 and not self.left

    def cells(self, name: str) -> tuple[str, ...]:
        """Give the cells of the table."""
        said = self.printed.strip().splitlines()[-1].strip("= ") if self.printed.strip() else f"code {self.code}"
        kinds = self.counts.of_kind()
        faults = (str(kinds[kind]) for kind in _KINDS)
        calls = str(self.counts.asked.total())
        return name, said, f"{self.seconds:.1f}", calls, *faults, str(len(self.left))


def main() -> int:
    """Run the suites so often and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", type=int, nargs="?", default=_RUNS, help="in bad weather (%(default)s)")
    parser.add_argument("seed", type=int, nargs="?", default=1, help="of the weather of the first (%(default)s)")
    parser.add_argument("mode", nargs="?", default="all", help="of the suites (%(default)s)")
    asked = parser.parse_args()
    runs, seed, mode = asked.runs, asked.seed, asked.mode
    with project_of("bigmouth") as root, _deployed(root) as (running, proxy):
        first, calm = (_run(root, running, proxy, mode=mode, seed=None) for _ in range(2))
        found = [_run(root, running, proxy, mode=mode, seed=seed + number) for number in range(runs)]
    rows = [
        first.cells("first"),
        calm.cells("calm"),
        *(run.cells(str(number)) for number, run in enumerate(found, start=1)),
    ]
    print(table(_HEAD, rows))
    red = [run for run in (calm, *found) if not run.is_green]
    for run in [*([] if first.is_green else [first]), *red]:
        print(f"\n{run.printed}\n{'; '.join(run.left)}")
    seconds = median(run.seconds for run in found)
    injected: Counter[str] = sum((run.counts.of_kind() for run in found), Counter())
    print(f"\n{sum(run.is_green for run in found)} of {runs} runs green; {injected.total()} faults were injected")
    print(f"median {seconds:.1f} s, without weather {calm.seconds:.1f} s: {seconds / calm.seconds:.1f} x")
    return 1 if red else 0


@contextmanager
def _deployed(root: Path) -> Iterator[tuple[embedded.Running, Proxy]]:
    """Have an embedded cloud behind a proxy, as `harness up` leaves one running, with the system deployed."""
    folder = root / ".harness"
    folder.mkdir(mode=0o700)
    running = embedded.start(folder, region=REGION)
    try:
        with weather(running.endpoint) as proxy:
            front = replace(running, endpoint=proxy.endpoint)
            # The harness knows the folder of a cloud by its port.
            (folder / "clouds" / str(front.port)).symlink_to(str(running.port))
            embedded.remember(front, folder=folder)
            up(root)
            yield running, proxy
    finally:
        embedded.forget(folder)
        embedded.stop(running)


def _run(root: Path, running: embedded.Running, proxy: Proxy, *, mode: str, seed: int | None) -> Run:
    """Run the suites once; without a seed there is no weather."""
    clouds = [
        embedded_cloud(running.endpoint, folder=root / ".harness", region=REGION, account=account)
        for account in (EMBEDDED_ACCOUNT, _MUTED)
    ]
    before = {one for cloud in clouds for one in _listed(cloud)}
    proxy.change(Weather() if seed is None else Weather(**_SHARES), seed=seed or 0)
    began = perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "suites/bigmouth", f"--mode={mode}", "-q"],
        cwd=root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = perf_counter() - began
    counts = proxy.counts
    left = sorted({one for cloud in clouds for one in _listed(cloud)} - before)
    name = "calm" if seed is None else f"seed {seed}"
    print(f"{name}: code {done.returncode}, {seconds:.1f} s, left {len(left)}", file=sys.stderr, flush=True)
    return Run(code=done.returncode, printed=done.stdout + done.stderr, seconds=seconds, counts=counts, left=left)


def _listed(cloud: Cloud) -> Iterator[str]:
    """Give what the cloud has of all that a run creates, by listing it."""
    sqs, sns, events = cloud.client("sqs"), cloud.client("sns"), cloud.client("events")
    yield from sqs.list_queues().get("QueueUrls", [])
    yield from (one["SubscriptionArn"] for one in sns.list_subscriptions()["Subscriptions"])
    for bus in events.list_event_buses()["EventBuses"]:
        yield from (f"rule {one['Name']}" for one in events.list_rules(EventBusName=bus["Name"])["Rules"])
    yield from _users(cloud)
    dynamodb, ssm = cloud.client("dynamodb"), cloud.client("ssm")
    for name in dynamodb.list_tables()["TableNames"]:
        yield from (f"item {item}" for item in dynamodb.scan(TableName=name)["Items"])
    yield from (f"parameter {one['Name']}" for one in ssm.describe_parameters()["Parameters"])


def _users(cloud: Cloud) -> Iterator[str]:
    cognito = cloud.client("cognito-idp")
    for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]:
        yield from (f"user {one['Username']}" for one in cognito.list_users(UserPoolId=pool["Id"])["Users"])
        clients = cognito.list_user_pool_clients(UserPoolId=pool["Id"], MaxResults=60)["UserPoolClients"]
        yield from (f"app client {one['ClientName']}" for one in clients)


if __name__ == "__main__":
    raise SystemExit(main())
