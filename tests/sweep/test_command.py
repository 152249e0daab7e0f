"""`harness sweep` as a user calls it: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from harness.cloud.account import Cloud
from harness.ledger import Ledger
from harness.ledger.naming import new_run
from tests.sweep.conftest import NOTHING, ONE_OF_EACH, Home
from tests.sweep.leaving import leave

TEMPLATE = """
Resources:
  People:
    Type: AWS::Cognito::UserPool
    Properties: {UserPoolName: of-the-stage}
  News: {Type: 'AWS::SNS::Topic'}
"""


def plain(text: str, *, run: str, home: Home) -> str:
    """Give what was printed without what differs from run to run."""
    text = text.replace(run, "RUN").replace(str(home.running.port), "PORT")
    text = re.sub(r"us-east-1_\w+", "POOL", text)
    text = re.sub(r"mary-neil-[0-9a-f]{8}", "mary-neil-UNIQUE", text)
    text = re.sub(r"RUN-[0-9a-f]{8}", "RUN-UNIQUE", text)
    text = re.sub(r"\d+ s  ", "AGE  ", text)
    text = re.sub(r"in \d+\.\d s with [\d,]+ calls \(.*\)", "in TIME with CALLS", text)
    return re.sub(r" +", " ", text)


TABLE = """\
Looking in account 000000000000, region us-east-1, http://127.0.0.1:PORT.
kind name where run age found by
client harness-five-minutes-RUN-UNIQUE POOL RUN AGE ledger, name
user harness-RUN-mary-neil-UNIQUE POOL RUN AGE ledger, name
notification harness-tap-RUN-77aa-1-everything photos RUN AGE ledger, name
subscription harness-tap-RUN-77aa-1-everything news RUN AGE ledger, name
rule harness-tap-RUN-77aa-1-everything orders RUN AGE ledger, tag, name
queue harness-tap-RUN-77aa-1-everything - RUN AGE ledger, tag, name
In all: 1 client, 1 user, 1 notification, 1 subscription, 1 rule, 1 queue, of 1 run.
"""


def test_a_sweep_shows_what_it_takes_away(home: Home) -> None:
    """A table first, then how much has gone, in which time and with how many calls."""
    run = home.killed_run()

    outcome = home.command()

    assert plain(outcome.stdout, run=run, home=home) == (
        f"{TABLE}Taken away: 1 client, 1 user, 1 notification, 1 subscription, 1 rule, 1 queue, in TIME with CALLS.\n"
    )
    assert home.of_run(run) == NOTHING


def test_a_dry_run_touches_nothing(home: Home) -> None:
    """It shows the same table, and the ledger stays as well."""
    run = home.killed_run()
    ledgers = [path.read_bytes() for path in (home.folder / "ledger").iterdir()]
    before = home.listed()

    outcome = home.command("--dry-run")

    assert plain(outcome.stdout, run=run, home=home) == f"{TABLE}Nothing was touched: --dry-run.\n"
    assert home.listed() == before
    assert [path.read_bytes() for path in (home.folder / "ledger").iterdir()] == ledgers


def test_nothing_left_is_said(home: Home) -> None:
    """And is no failure."""
    outcome = home.command()

    assert outcome.stdout.splitlines()[1] == "Nothing is left that is to be taken away."
    assert outcome.stdout.splitlines()[2].startswith("Taken away: nothing, in ")


def test_what_is_left_alone_is_told_with_the_reason(home: Home, tmp_path: Path) -> None:
    """By run, so that a person can see which one."""
    alive, strange = home.live_run(), new_run()
    leave(home.cloud(run=strange, folder=tmp_path / "elsewhere"), run=strange)

    lines = home.command("--dry-run").stdout.splitlines()

    told = "1 client, 1 user, 1 notification, 1 subscription, 1 rule, 1 queue"
    assert lines[2] == "Left alone:"
    assert sorted(lines[3:5]) == sorted([
        f"  {told} of run {alive}: the run is alive",
        f"  {told} of run {strange}: younger than 24 h",
    ])  # fmt: skip


def test_thousands_are_cut(home: Home) -> None:
    """Of each kind and run the first few are shown, and the number of all."""
    sqs = home.client("sqs")
    for number in range(5):
        sqs.create_queue(QueueName=f"harness-tap-0f3a9c21-77aa-{number}")

    lines = home.command("--dry-run", "--older-than", "0s").stdout.splitlines()

    assert len(lines) == 1 + 1 + 3 + 1 + 1 + 1
    assert lines[5:7] == ["… and 2 queues more of run 0f3a9c21", "In all: 5 queues, of 1 run."]


def test_all_of_it_is_there_as_json(home: Home) -> None:
    """For programs: stdout holds nothing else."""
    run = home.killed_run()

    told = json.loads(home.command("--json").stdout)

    assert [one["kind"] for one in told["to_go"]] == [
        "client", "user", "notification", "subscription", "rule", "queue",
    ]  # fmt: skip
    assert {one["run"] for one in told["to_go"]} == {run}
    assert told["removed"] == 6
    assert told["calls"]["DeleteQueue"] == 1
    assert told["failed"] == []


def test_without_a_cloud_there_is_nothing_to_look_into(tmp_path: Path, home: Home) -> None:
    """What ledgers tell of has gone with it."""
    home.killed_run()
    from harness.cloud import embedded

    embedded.stop(home.running)

    outcome = home.command()

    assert outcome.stdout.splitlines()[:2] == [
        "Nothing is left that is to be taken away.",
        "Gone with their embedded clouds: 1 client, 1 user, 1 notification, 1 subscription, 1 rule, 1 queue.",
    ]
    assert list((home.folder / "ledger").iterdir()) == []


@pytest.mark.parametrize("stage", ["prod", "Production"])
def test_a_protected_stage_is_refused(home: Home, stage: str) -> None:
    """It holds nothing of ours."""
    outcome = home.command(f"--stage={stage}", code=4)

    assert outcome.stderr.startswith(f"harness.StageProtected: `harness sweep` does not touch the stage {stage!r}.\n")


def in_aws(home: Home, *, key: str = "000000000000", secret: str = "test") -> dict[str, str]:
    """Give the environment in which the embedded cloud is a cloud at another endpoint, as AWS is."""
    return {"AWS_ENDPOINT_URL": home.running.endpoint, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}


def dev_cloud(home: Home, *, run: str, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """Give the same cloud as a run sees it that tests a stage in AWS."""
    for name, value in in_aws(home).items():
        monkeypatch.setenv(name, value)
    ledger = Ledger(home.folder, run=run)
    return Cloud(folder=home.folder, region="us-east-1", endpoint=home.running.endpoint, stage="dev", ledger=ledger)


def test_a_stage_in_aws_is_swept_and_its_neighbour_is_not(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the ledger, also when the stage is not deployed any more."""
    mine, other = new_run(), new_run()
    cloud = dev_cloud(home, run=mine, monkeypatch=monkeypatch)
    leave(cloud, run=mine, stage="dev")
    cloud.ledger.close()
    leave(home.cloud(run=other), run=other, stage="test")

    home.command("--stage=dev", **in_aws(home))

    assert home.of_run(mine) == NOTHING
    assert home.of_run(other) == ONE_OF_EACH


def test_protected_stages_are_left_alone_when_all_are_swept(home: Home, tmp_path: Path) -> None:
    """With what leads into their queues, of which no tag tells the stage."""
    run = new_run()
    leave(home.cloud(run=run, folder=tmp_path / "elsewhere"), run=run, stage="prod")
    asked = ("--stage=dev", "--all", f"--run={run}", "--json")

    told = json.loads(home.command(*asked, **in_aws(home)).stdout)

    assert told["to_go"] == []
    assert {one["why"] for one in told["left_alone"]} == {"its stage 'prod' is protected: prod (default)"}
    assert home.of_run(run) == ONE_OF_EACH


def test_users_of_the_pools_of_a_stage_are_found(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in pools of other stages carry no tags, and are left alone."""
    (home.root / "systems" / "orders").mkdir(parents=True)
    (home.root / "systems" / "orders" / "template.yaml").write_text(TEMPLATE)
    home.client("cloudformation").create_stack(StackName="orders-dev", TemplateBody=TEMPLATE)
    cognito = home.client("cognito-idp")
    pools = {pool["Name"]: pool["Id"] for pool in cognito.list_user_pools(MaxResults=60)["UserPools"]}
    email = "harness-0f3a9c21-mary-neil-00c0ffee@example.com"
    for pool in pools.values():
        cognito.admin_create_user(UserPoolId=pool, Username="mary", UserAttributes=[{"Name": "email", "Value": email}])

    told = json.loads(home.command("--stage=dev", "--run=0f3a9c21", "--json", **in_aws(home)).stdout)

    assert [one["within"] for one in told["to_go"]] == [pools["of-the-stage"]]
    assert len(cognito.list_users(UserPoolId=pools["people"])["Users"]) == 1


def test_what_is_in_another_place_is_told_with_the_command(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep touches the account that it was asked for."""
    run = new_run()
    cloud = dev_cloud(home, run=run, monkeypatch=monkeypatch)
    cloud.creating("queue", "harness-tap-0f3a9c21-77aa-1-everything")
    cloud.ledger.close()

    lines = home.command().stdout.splitlines()

    endpoint = home.running.endpoint
    assert lines[2:5] == [
        "In other places, for other sweeps:",
        f"  1 queue of the stage 'dev', account 000000000000, region us-east-1, {endpoint}",
        f"    AWS_ENDPOINT_URL={endpoint} harness sweep --stage dev --region us-east-1",
    ]


def limited(home: Home, *denied: str) -> dict[str, str]:
    """Give the environment of somebody who may do everything but some calls."""
    iam = home.client("iam")
    iam.create_user(UserName="tester")
    statements = [
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": list(denied), "Resource": "*"},
    ]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_user_policy(UserName="tester", PolicyName="limited", PolicyDocument=policy)
    key = iam.create_access_key(UserName="tester")["AccessKey"]
    return in_aws(home, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def test_what_cannot_be_taken_away_is_told_with_what_mends_it(home: Home) -> None:
    """All else is taken away, and the exit code says that something is left."""
    name = "harness-tap-0f3a9c21-77aa-1-everything"
    home.client("sqs").create_queue(QueueName=name, tags={"harness:run": "0f3a9c21", "harness:stage": "dev"})
    tester = limited(home, "sqs:DeleteQueue")

    outcome = home.command("--stage=dev", "--run=0f3a9c21", code=6, **tester)

    lines = outcome.stdout.splitlines()
    there = f"aws --region us-east-1 --endpoint-url {home.running.endpoint} sqs"
    assert lines[-2] == f"Not taken away: queue {name!r}: The credentials do not allow 'DeleteQueue'."
    assert lines[-1].strip().startswith(f"{there} delete-queue")


def test_what_may_not_be_looked_for_is_told(home: Home) -> None:
    """A sweep that has not seen everything does not say that all is clean."""
    tester = limited(home, "sns:ListSubscriptions")

    outcome = home.command("--stage=dev", code=6, **tester)

    assert outcome.stdout.splitlines()[2].startswith(
        "Could not be looked for: subscriptions: The credentials do not allow 'ListSubscriptions'. User: arn:aws:iam::"
    )


def test_tags_that_may_not_be_read_together_are_read_one_by_one(home: Home) -> None:
    """It takes a call more for each thing."""
    name = "harness-tap-0f3a9c21-77aa-1-everything"
    home.client("sqs").create_queue(QueueName=name, tags={"harness:run": "0f3a9c21", "harness:stage": "dev"})
    tester = limited(home, "tag:GetResources")

    told = json.loads(home.command("--stage=dev", "--run=0f3a9c21", "--json", **tester).stdout)

    assert [one["found_by"] for one in told["to_go"]] == [["tag", "name"]]
    assert told["calls"]["ListQueueTags"] == 1


def test_a_ledger_that_cannot_be_read_stays(home: Home) -> None:
    """What it tells of may still be there, so the end is not that of a clean sweep."""
    path = home.root / ".harness" / "ledger" / "00c0ffee.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\x8f\x00\n")

    lines = home.command(code=6).stdout.splitlines()

    what = f"what 1 line of {str(path)!r} tell: a later version of the harness may read it"
    assert f"Could not be looked for: {what}" in lines
    assert path.exists()


def test_a_run_of_which_there_is_no_trace_is_said_so(home: Home) -> None:
    """Its id may have been mistyped."""
    lines = home.command("--run=00c0ffee").stdout.splitlines()

    assert "There is no trace of a run '00c0ffee'." in lines


def test_where_nobody_has_worked_nothing_is_made(tmp_path: Path) -> None:
    """Somebody is in the wrong folder."""
    said = subprocess.check_output([Path(sys.executable).with_name("harness"), "sweep"], cwd=tmp_path, text=True)

    assert said == f"No run has ever worked in {str(tmp_path)!r}: there is no .harness in it.\n"
    assert not list(tmp_path.iterdir())


def test_less_than_an_hour_is_refused_in_aws(home: Home) -> None:
    """With the exit code of a mistake in the call."""
    outcome = home.command("--stage=dev", "--older-than=30m", code=4, **in_aws(home))

    assert outcome.stderr.startswith("harness.UsageError: --older-than is 1800 s, which is less than an hour")


def test_a_folder_that_cannot_be_written_is_told(home: Home) -> None:
    """In words, after what was taken away; the whole message."""
    sign = home.folder / "alive" / "0f3a9c21"
    sign.mkdir(parents=True)
    (home.folder / "ledger").mkdir()
    (home.folder / "ledger" / "0f3a9c21.jsonl").touch()

    outcome = home.command(code=6)

    assert outcome.stdout.splitlines()[2].startswith("Taken away: nothing, in ")
    assert outcome.stderr == (
        f"harness.FileNotWritten: The file {str(sign)!r} cannot be written: Is a directory.\n"
        "  let its folder be written to\n"
    )
