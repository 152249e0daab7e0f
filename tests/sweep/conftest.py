"""A project with an embedded cloud of its own, runs in it that are killed, and what there is when it is listed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud
from harness.ledger import Ledger
from harness.ledger.naming import new_run
from harness.settings import Settings, read_settings
from harness.sweep import Asked, Plan, Sweep
from tests.sweep.leaving import BUCKET, BUS, TOPIC

ROOT = Path(__file__).parents[2]
REGION = "us-east-1"


@dataclass(kw_only=True)
class Home:
    """A project and its cloud.

    Args:
        root: The project's folder.
        running: Its embedded cloud.
        runs: The runs that were started as processes.
    """

    root: Path
    running: embedded.Running
    runs: list[subprocess.Popen[str]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.root / ".harness"

    @property
    def settings(self) -> Settings:
        return read_settings(self.root, environment={})

    def client(self, service: str, *, account: str = "000000000000") -> Any:
        """Give a plain client, which knows nothing of the harness."""
        return boto3.client(
            service,
            endpoint_url=self.running.endpoint,
            region_name=REGION,
            aws_access_key_id=account,
            aws_secret_access_key="test",
        )

    def cloud(self, *, run: str, folder: Path | None = None, account: str = "000000000000") -> Cloud:
        """Give the cloud as a run sees it; with another folder, a run on another machine."""
        place = folder or self.folder
        ledger = Ledger(place, run=run)
        return embedded_cloud(self.running.endpoint, folder=place, region=REGION, account=account, ledger=ledger)

    def live_run(self) -> str:
        """Start a run that creates one of each kind, and give its id when it has."""
        run = new_run()
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sweep.leaving", str(self.folder), self.running.endpoint, run],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.runs.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return run

    def killed_run(self) -> str:
        """Start such a run, kill it, and give its id."""
        run = self.live_run()
        self.runs[-1].send_signal(signal.SIGKILL)
        self.runs[-1].wait()
        return run

    def sweep(self, **asked: Any) -> Sweep:
        """Give a sweep of the embedded stage."""
        wanted = Asked(**({"stage": "embedded", "embedded": True} | asked))
        return Sweep(self.settings, asked=wanted, tell=self.told.append)

    def swept(self, **asked: Any) -> Plan:
        """Sweep, and give what was found."""
        sweep = self.sweep(**asked)
        plan = sweep.plan()
        assert sweep.carry_out(plan).failed == []
        return plan

    def command(self, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run `harness sweep` as a user does."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TEST_"))}
        outcome = subprocess.run(
            [Path(sys.executable).with_name("harness"), "sweep", *arguments],
            cwd=self.root,
            env=kept | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == code, outcome.stdout + outcome.stderr
        return outcome

    def listed(self, *, account: str = "000000000000") -> dict[str, list[str]]:
        """Give everything that there is of the kinds that runs create, whoever has created it."""
        sqs, events, sns, s3, cognito = (
            self.client(name, account=account) for name in ("sqs", "events", "sns", "s3", "cognito-idp")
        )
        pools = [pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]]
        buses = [bus["Name"] for bus in events.list_event_buses()["EventBuses"]]
        buckets = [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]]
        users = [cognito.list_users(UserPoolId=pool)["Users"] for pool in pools]
        clients = [cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60) for pool in pools]
        told = [s3.get_bucket_notification_configuration(Bucket=name) for name in buckets]
        urls = [
            url
            for page in sqs.get_paginator("list_queues").paginate(PaginationConfig={"PageSize": 1000})
            for url in page.get("QueueUrls", [])
        ]
        return {
            "queues": [url.rpartition("/")[2] for url in urls],
            "rules": [rule["Name"] for bus in buses for rule in events.list_rules(EventBusName=bus)["Rules"]],
            "subscriptions": [one["Endpoint"] for one in sns.list_subscriptions()["Subscriptions"]],
            "notifications": [one["Id"] for each in told for one in each.get("QueueConfigurations", [])],
            "users": [user["Username"] for some in users for user in some],
            "clients": [one["ClientName"] for some in clients for one in some["UserPoolClients"]],
        }

    def of_run(self, run: str) -> dict[str, int]:
        """Give how much there is of a run, by kind."""
        return {kind: sum(run in name for name in names) for kind, names in self.listed().items()}


ONE_OF_EACH = {"queues": 1, "rules": 1, "subscriptions": 1, "notifications": 1, "users": 1, "clients": 1}
NOTHING = dict.fromkeys(ONE_OF_EACH, 0)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A project whose embedded cloud was left running, with a bus, a topic, a bucket and a user pool."""
    found = read_settings(tmp_path, environment={})
    running = embedded.start(found.folder, region=REGION)
    embedded.remember(running, folder=found.folder)
    home = Home(root=tmp_path, running=running)
    home.client("events").create_event_bus(Name=BUS)
    home.client("sns").create_topic(Name=TOPIC)
    home.client("s3").create_bucket(Bucket=BUCKET)
    home.client("cognito-idp").create_user_pool(PoolName="people")
    yield home
    for process in home.runs:
        process.kill()
        process.communicate()
    embedded.stop(running)
