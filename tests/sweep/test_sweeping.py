"""What killed runs have left is found and taken away, and nothing else is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from harness.ledger.naming import new_run
from tests.sweep.conftest import NOTHING, ONE_OF_EACH, Home
from tests.sweep.leaving import BUCKET, BUS, TOPIC, leave


def test_what_a_killed_run_has_left_is_swept(home: Home) -> None:
    """By its ledger, at once: nothing that was created is there any more."""
    run = home.killed_run()
    before = home.of_run(run)

    plan = home.swept()

    assert before == ONE_OF_EACH
    assert home.of_run(run) == NOTHING
    assert {one.by[0] for one in plan.to_go} == {"ledger"}


def test_the_ledger_of_a_run_goes_with_what_it_has_left(home: Home) -> None:
    """So the next sweep has nothing to read, and nothing to find."""
    home.killed_run()

    home.swept()

    assert list((home.folder / "ledger").iterdir()) == []
    assert list((home.folder / "alive").iterdir()) == []
    assert home.swept().to_go == []


def test_a_run_without_its_ledger_is_swept_at_once(home: Home) -> None:
    """The sign of its life says that it ran here and has ended."""
    run = home.killed_run()
    shutil.rmtree(home.folder / "ledger")

    plan = home.swept()

    assert home.of_run(run) == NOTHING
    assert {one.thing.kind: one.by for one in plan.to_go} == {
        "client": ("name",),
        "user": ("name",),
        "notification": ("name",),
        "subscription": ("name",),
        "rule": ("tag", "name"),
        "queue": ("tag", "name"),
    }


def test_a_run_of_which_nothing_is_known_is_left_alone_until_it_is_old(home: Home, tmp_path: Path) -> None:
    """It may be alive on another machine."""
    run = new_run()
    leave(home.cloud(run=run, folder=tmp_path / "elsewhere"), run=run)

    plan = home.swept()

    assert home.of_run(run) == ONE_OF_EACH
    assert {why for _, why in plan.stays} == {"younger than 24 h"}


@pytest.mark.parametrize("asked", [{"older_than": 0.0}, {"run": True}])
def test_a_run_of_which_nothing_is_known_is_swept_when_it_is_asked_for(
    home: Home, tmp_path: Path, asked: dict[str, object]
) -> None:
    """By its age, or by its name."""
    run = new_run()
    leave(home.cloud(run=run, folder=tmp_path / "elsewhere"), run=run)

    home.swept(**({"run": run} if "run" in asked else asked))

    assert home.of_run(run) == NOTHING


def test_the_tag_says_for_how_long_a_run_may_go_on(home: Home, tmp_path: Path) -> None:
    """What has outlived it is swept, with what leads into its queue."""
    run = new_run()
    leave(home.cloud(run=run, folder=tmp_path / "elsewhere"), run=run, ttl="0")

    home.swept()

    left = home.of_run(run)
    assert [left[kind] for kind in ("queues", "rules", "subscriptions", "notifications")] == [0, 0, 0, 0]
    assert [left[kind] for kind in ("users", "clients")] == [1, 1]  # They carry no tags.


def test_two_live_runs_lose_nothing(home: Home) -> None:
    """A sweep beside them takes away what a third has left, whatever age is asked for."""
    alive = [home.live_run(), home.live_run()]
    dead = home.killed_run()

    home.swept(older_than=0.0, everywhere=True)

    assert [home.of_run(run) for run in alive] == [ONE_OF_EACH, ONE_OF_EACH]
    assert home.of_run(dead) == NOTHING


def test_a_live_run_is_left_alone_when_it_is_named(home: Home) -> None:
    """Also when its ledger was deleted."""
    run = home.live_run()
    shutil.rmtree(home.folder / "ledger")

    plan = home.swept(run=run, older_than=0.0)

    assert home.of_run(run) == ONE_OF_EACH
    assert {why for _, why in plan.stays} == {"the run is alive"}


def foreign(home: Home) -> None:
    """Create what is called nearly as things of the harness are."""
    pool = home.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"][0]["Id"]
    for name in ("harness-tap", "harness-tap-water", "harness-tap-0f3a9c21", "harness-tap-0f3a9c2-77aa-1-x", "orders"):
        url = home.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        home.client("events").put_rule(Name=name, EventBusName=BUS, EventPattern='{"source": ["a"]}')
        arn = f"arn:aws:sqs:us-east-1:000000000000:{url.rpartition('/')[2]}"
        home.client("sns").subscribe(
            TopicArn=f"arn:aws:sns:us-east-1:000000000000:{TOPIC}", Protocol="sqs", Endpoint=arn
        )
    home.client("s3").put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [{"Id": "harness-tap-water", "QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}]
        },
        SkipDestinationValidation=True,
    )
    for email in (
        "harness-maker@example.com",
        "harness-0f3a9c21-mary-neil-00c0ffee@example.org",
        "harness-0f3a9c21-mary@example.com",
    ):
        attributes = [{"Name": "email", "Value": email}]
        home.client("cognito-idp").admin_create_user(UserPoolId=pool, Username=email[:-1], UserAttributes=attributes)
    for name in ("harness-five-minutes-ago", "web"):
        home.client("cognito-idp").create_user_pool_client(UserPoolId=pool, ClientName=name)


def test_what_only_looks_like_ours_stays(home: Home) -> None:
    """Names that are near are not enough, however old."""
    foreign(home)
    before = home.listed()
    home.killed_run()

    home.swept(older_than=0.0, everywhere=True)

    assert home.listed() == before


def test_a_queue_that_says_it_is_of_another_run_stays(home: Home) -> None:
    """The tag belies the name, so somebody else has made it."""
    name = "harness-tap-0f3a9c21-77aa-1-everything"
    home.client("sqs").create_queue(QueueName=name, tags={"harness:run": "ffffffff"})

    home.swept(older_than=0.0)

    assert home.listed()["queues"] == [name]


def test_queues_without_tags_are_as_old_as_sqs_says(home: Home) -> None:
    """One that was created this minute is too young, and is taken away when that is asked for."""
    name = "harness-tap-0f3a9c21-77aa-1-everything"
    home.client("sqs").create_queue(QueueName=name)

    plan = home.swept()
    home.swept(older_than=0.0)

    assert [why for _, why in plan.stays] == ["younger than 24 h"]
    assert home.listed()["queues"] == []


def test_a_subscription_without_its_queue_is_of_unknown_age(home: Home) -> None:
    """It is left alone until it is asked for."""
    topic = f"arn:aws:sns:us-east-1:000000000000:{TOPIC}"
    arn = "arn:aws:sqs:us-east-1:000000000000:harness-tap-0f3a9c21-77aa-1-everything"
    home.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)

    plan = home.swept()
    home.swept(run="0f3a9c21")

    assert [why for _, why in plan.stays] == ["its age is unknown; --run takes it"]
    assert home.listed()["subscriptions"] == []


def test_leased_accounts_are_swept_too(home: Home) -> None:
    """The muted stages of runs are in accounts of their own."""
    leases = home.folder / "leases"
    leases.mkdir()
    (leases / f"{home.running.port}-000000000001").touch()
    home.client("sqs", account="000000000001").create_queue(QueueName="harness-tap-0f3a9c21-77aa-1-everything")

    home.swept(older_than=0.0)

    assert home.listed(account="000000000001")["queues"] == []


def test_what_was_in_a_cloud_that_has_gone_has_gone(home: Home) -> None:
    """Its ledger goes without a call."""
    cloud = home.cloud(run=new_run())
    cloud.endpoint = "http://127.0.0.1:9"
    cloud.creating("queue", "harness-tap-0f3a9c21-77aa-1-everything")
    cloud.ledger.close()

    plan = home.swept()

    assert [one.thing.kind for one in plan.gone] == ["queue"]
    assert list((home.folder / "ledger").iterdir()) == []


def test_another_stage_is_not_touched(home: Home) -> None:
    """Its tag says so; `--all` takes it."""
    run = new_run()
    cloud = home.cloud(run=run)
    cloud.stage = "dev"
    leave(cloud, run=run, stage="dev")
    cloud.ledger.close()

    home.swept(older_than=0.0)
    before = home.of_run(run)
    home.swept(older_than=0.0, everywhere=True)

    assert [before[kind] for kind in ("queues", "rules", "subscriptions")] == [1, 1, 1]
    assert home.of_run(run) == NOTHING


def test_more_than_a_page_is_swept(home: Home) -> None:
    """SQS gives a thousand queues at a time, and says nothing of the others where no size is asked for."""
    sqs = home.cloud(run="0f3a9c21").client("sqs")
    for number in range(1_010):
        sqs.create_queue(QueueName=f"harness-tap-0f3a9c21-{number:04x}-1-everything", tags={"harness:run": "0f3a9c21"})

    home.swept(older_than=0.0)

    assert home.listed()["queues"] == []


def test_a_line_that_was_cut_off_is_told(home: Home) -> None:
    """All else in the ledger is read."""
    run = home.killed_run()
    ledger = home.folder / "ledger" / f"{run}.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'\n{"creating": {"kind": "que')

    plan = home.swept()

    assert plan.unreadable == [f"1 line of {str(ledger)!r} cannot be read"]
    assert not ledger.exists()


def test_sweeps_beside_each_other_leave_nothing(home: Home) -> None:
    """What one of them is about to take away may have gone, and that is fine."""
    runs = [home.killed_run() for _ in range(3)]
    sweeps = [home.sweep(), home.sweep()]
    plans = [sweep.plan() for sweep in sweeps]

    outcomes = [sweep.carry_out(plan) for sweep, plan in zip(sweeps, plans, strict=True)]

    assert [outcome.failed for outcome in outcomes] == [[], []]
    assert [home.of_run(run) for run in runs] == [NOTHING] * 3


def test_ledgers_that_tell_of_nothing_go(home: Home) -> None:
    """A run that was killed before it created anything leaves a file and no things."""
    folder = home.folder / "ledger"
    folder.mkdir(exist_ok=True)
    (folder / "0f3a9c21.jsonl").write_text(json.dumps({"creating": {"kind": "queue"}}))

    home.swept()

    assert list(folder.iterdir()) == []


def test_what_a_copied_ledger_tells_of_is_left_alone_until_it_is_old(home: Home, tmp_path: Path) -> None:
    """As a cache of CI brings it: the run may be alive where it was copied from, so its time to live counts."""
    home.live_run()
    copy = Home(root=tmp_path / "copy", running=home.running)
    shutil.copytree(home.folder, copy.folder)

    plan = copy.swept()

    assert {why for _, why in plan.stays} == {"younger than 24 h"}
    assert plan.to_go == []
    assert [path.name for path in (copy.folder / "alive").iterdir()] == [
        path.name for path in (home.folder / "alive").iterdir()
    ]


def test_a_ledger_that_was_copied_goes_with_what_it_tells_of(home: Home, tmp_path: Path) -> None:
    """Its sign of life as well, which says nothing any more."""
    run = home.killed_run()
    copy = Home(root=tmp_path / "copy", running=home.running)
    shutil.copytree(home.folder, copy.folder)

    copy.swept(run=run)

    assert home.of_run(run) == NOTHING
    assert [path.name for name in ("ledger", "alive") for path in (copy.folder / name).iterdir()] == []


def test_a_sweep_does_not_say_that_a_run_of_another_machine_was_here(home: Home, tmp_path: Path) -> None:
    """Nothing is written of a run that has no ledger here: were the sweep killed, the next one would call it dead."""
    run = new_run()
    leave(home.cloud(run=run, folder=tmp_path / "elsewhere"), run=run)
    sweep = home.sweep(run=run)
    plan = sweep.plan()

    sweep.carry_out(plan)

    assert home.of_run(run) == NOTHING
    assert not (home.folder / "alive").exists()


def test_a_ledger_with_a_line_of_a_later_version_stays(home: Home) -> None:
    """It is told, and all else is taken away."""
    run = home.killed_run()
    ledger = home.folder / "ledger" / f"{run}.jsonl"
    ledger.write_bytes(ledger.read_bytes() + b'\n{"creating": {"kind": "castle", "name": "c"}, "at": 1}\n')

    plan = home.swept()

    assert plan.unreadable == [f"1 line of {str(ledger)!r} cannot be read"]
    assert home.of_run(run) == NOTHING
    assert b"castle" in ledger.read_bytes()
