"""Faults behind queues, streams, tables, buckets, schedules, topics and in a workflow: in code, template and cloud."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud

from .projects import MODES, Copy, Run

Copies = Callable[[str], Copy]

REPORTS = '    failed = [message["messageId"] for message in event["Records"] if not _is_done(message)]\n'
RAISES = """\
    failed: list[str] = []
    for message in event["Records"]:
        _do(json.loads(message["body"])["id"])
"""
REPORTED = """\
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
"""
READ_FROM_THE_START = "            StartingPosition: TRIM_HORIZON\n"
STARTED_DAILY = """\
                Action: lambda:InvokeFunction
                Resource: !GetAtt DeleteOldMetadata.Arn
"""
MISSPELT_FILTER = """\
            FilterCriteria:
              Filters:
                - Pattern: '{"data": {"costumer": [{"exists": true}]}}'
"""
COUNTED_BEFORE = '            "ConditionExpression": "attribute_not_exists(PHOTO_ID)",\n'
CATCHES = '"Catch": [{"ErrorEquals": ["States.ALL"]'
GRANT = """\
                Action: sns:Publish
                Resource: !Ref DeadLetterTopic
"""

ENDS_IN_A_ROW = ("upload.ends_in_a_row_and_a_count", "upload.counts_a_photo_once")
RESULT_LOST = [
    "ResultLost: How the function 'NotifyOrganiser' ended cannot be told to 'DeadLetterTopic'.",
    "failed with NotNotified: Nobody organises 'error': nobody heard of the order ",
    "attempts: 3\n",
    "action: sns:Publish\n",
    "is not authorized to perform: sns:Publish",
    "let the function's role do it; Lambda would drop it, and count it in its metric DeadLetterErrors",
]


@contextmanager
def running(copy: Copy) -> Iterator[Cloud]:
    """Keep the cloud of `harness up`, in which somebody can change what is deployed by hand."""
    try:
        copy.harness("up")
        folder = copy.folder / ".harness"
        found = embedded.find(folder)
        assert found is not None
        yield embedded_cloud(found.endpoint, folder=folder, region="us-east-1")
    finally:
        copy.harness("down")


def switch_off_the_mapping(cloud: Cloud, *, function: str) -> None:
    """Disable what reads for a function."""
    lambda_ = cloud.client("lambda")
    [mapping] = lambda_.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def switch_off_the_schedule(cloud: Cloud, name: str) -> None:
    """Disable a schedule, and leave all else of it as it is."""
    scheduler = cloud.client("scheduler")
    given = ("ScheduleExpression", "FlexibleTimeWindow", "Target")
    found = scheduler.get_schedule(Name=name)
    scheduler.update_schedule(Name=name, State="DISABLED", **{part: found[part] for part in given})


def admit_no_bucket(cloud: Cloud, *, function: str) -> None:
    """Take the permissions of S3 from the policy of a function."""
    lambda_ = cloud.client("lambda")
    for statement in json.loads(lambda_.get_policy(FunctionName=function)["Policy"])["Statement"]:
        if statement["Principal"] == {"Service": "s3.amazonaws.com"}:
            lambda_.remove_permission(FunctionName=function, StatementId=statement["Sid"])


@pytest.fixture(scope="module")
def whole_batches(copied: Copies) -> Run:
    """The worker fails with the first job that it cannot do; a filter asks for a field that no record has."""
    copy = copied("orders_async")
    copy.hurry()
    copy.plant(f"{copy.functions}/do_jobs.py", REPORTS, RAISES)
    copy.plant(copy.template, READ_FROM_THE_START, READ_FROM_THE_START + MISSPELT_FILTER)
    return copy.run_suite("-k", "test_worker or record")


@pytest.fixture(scope="module")
def unheard(copied: Copies) -> Run:
    """Nobody listens to what the worker says of failures; somebody has switched the reader of the audit off."""
    copy = copied("orders_async")
    copy.hurry()
    copy.plant(copy.template, REPORTED, "            BatchSize: 10\n")
    with running(copy) as cloud:
        switch_off_the_mapping(cloud, function="orders-async-embedded-summarise-audit")
        return copy.run_suite("-k", "test_worker or test_audit")


@pytest.fixture(scope="module")
def twice(copied: Copies) -> Run:
    """A photo that was counted is counted again; the workflow catches an error that the classifier does not have."""
    copy = copied("photos")
    copy.plant(f"{copy.functions}/counts.py", COUNTED_BEFORE, "")
    copy.plant(copy.template, CATCHES, CATCHES.replace("States.ALL", "States.Timeout"))
    return copy.run_suite("-k", "counts_a or classifier")


@pytest.fixture(scope="module")
def switched_off(copied: Copies) -> Run:
    """A suffix that no picture has; in the cloud, a schedule that is off and a function that admits no bucket."""
    copy = copied("photos")
    copy.hurry()
    copy.plant(copy.template, "Value: .png", "Value: .gif")
    with running(copy) as cloud:
        switch_off_the_schedule(cloud, "photos-embedded-daily")
        admit_no_bucket(cloud, function="photos-embedded-extract-metadata")
        return copy.run_suite("-k", "test_upload or test_schedule")


@pytest.fixture(scope="module")
def undone(copied: Copies) -> Run:
    """The role of the schedule may look at the function, and not start it."""
    copy = copied("photos")
    copy.hurry()
    copy.plant(copy.template, STARTED_DAILY, STARTED_DAILY.replace("InvokeFunction", "GetFunction"))
    return copy.run_suite("-k", "test_schedule")


@pytest.fixture(scope="module")
def ungranted(copied: Copies) -> Run:
    """The role under which Lambda publishes dead letters may not.

    AWS refuses to deploy that ("The provided execution role does not have permissions to call Publish on SNS", as in
    https://github.com/serverless/serverless/issues/4770), so there a grant is lost only later.
    """
    copy = copied("gettogethers")
    copy.hurry()
    copy.plant(copy.template, GRANT, GRANT.replace("sns:Publish", "sns:Subscribe"))
    return copy.run_suite("-k", "test_poison or organiser")


def test_a_worker_that_fails_for_all_is_found_in_every_mode(whole_batches: Run) -> None:
    """What came before the bad message is done, what came after it is not; a filter that is wrong is wrong for all."""
    assert whole_batches.code == pytest.ExitCode.TESTS_FAILED
    assert whole_batches.broken == {
        "worker.does_the_good_ones_of_a_batch": MODES,
        "worker.puts_a_bad_message_aside": MODES,
        "audit.counts_each_record": MODES,
    }


@pytest.mark.parametrize("where", sorted(MODES))
def test_the_good_messages_that_died_are_listed(whole_batches: Run, where: str) -> None:
    """Both that came with the bad one are dead letters; the second may come after the first was seen and told."""
    shown = whole_batches.under("worker.puts_a_bad_message_aside", where)

    said = re.search(r"HappenedAnyway: (\d) came, but nothing was to come that matches DeadLetters", shown)
    assert said is not None
    came = int(said[1])
    assert came in {1, 2}
    assert len(re.findall(r'came: DeadLetters {"id": "', shown)) == came
    assert f"DeadLetters {came + 1}\n" in shown


@pytest.mark.parametrize("where", sorted(MODES))
def test_a_job_that_was_not_done_is_shown_as_it_is(whole_batches: Run, where: str) -> None:
    """It still waits in the table; what the worker said is in its log, or stands with its trace below the failure."""
    shown = whole_batches.under("worker.does_the_good_ones_of_a_batch", where)

    assert "of 'JobsTable' did not become what was expected within" in shown
    assert re.search(r"it is: \{'id': '[-0-9a-f]+', 'status': 'queued'", shown)
    assert "DoJobs is started by the mapping DoJobsJobs of the queue JobsQueue\n" in shown
    assert where == "handler" or "jobs.UnknownJob: The table has no job '" in shown
    assert where == "http" or f"{where}: functions of orders_async that failed" in shown
    assert where == "http" or re.search(
        r"^DoJobs failed with UnknownJob: The table has no job .+\(\d times\)$", shown, re.MULTILINE
    )


@pytest.mark.parametrize("where", sorted(MODES))
def test_what_a_filter_drops_leaves_no_item(whole_batches: Run, where: str) -> None:
    """The record came, and the summary did not; the filter is shown, whose word is misspelt."""
    shown = whole_batches.under("audit.counts_each_record", where)

    assert re.search(r"The item \{'customer': 'Fry [-0-9a-f]+'\} of 'SummariesTable' did not become", shown)
    assert "it is: not there\n" in shown
    assert 'of the stream AuditStream, filters [{"data": {"costumer": [{"exists": true}]}}]\n' in shown


def test_a_mapping_that_hears_no_failures_is_found_in_every_mode(unheard: Run) -> None:
    """The bad message is deleted with the good ones.

    What is switched off in the cloud is off for records that really are in the stream: all in http mode, and in invoke
    mode those of a deployed function.
    """
    assert unheard.code == pytest.ExitCode.TESTS_FAILED
    assert unheard.broken == {
        "worker.puts_a_bad_message_aside": MODES,
        "audit.is_summarised": {"invoke", "http"},
        "audit.counts_each_record": {"http"},
    }


@pytest.mark.parametrize("where", sorted(MODES))
def test_a_message_that_nobody_kept_is_missed(unheard: Run, where: str) -> None:
    """No dead letter has come, and what would bring one is named."""
    shown = unheard.under("worker.puts_a_bad_message_aside", where)

    assert re.search(r"NeverHappened: Nothing came within \d+\.?\d* s that matches DeadLetters", shown)
    assert "DeadLetters nothing at all\n" in shown
    assert "DeadLetters is fed by the queue JobsQueue, when a message was received 3 times and is still there" in shown


@pytest.mark.parametrize(
    ("test", "where"),
    [("audit.is_summarised", "invoke"), ("audit.is_summarised", "http"), ("audit.counts_each_record", "http")],
)
def test_what_nobody_reads_leaves_no_item(unheard: Run, test: str, where: str) -> None:
    """The template says that it is read, so what is played is read."""
    shown = unheard.under(test, where)

    assert "of 'SummariesTable' did not become what was expected within " in shown
    assert "it is: not there\n" in shown
    assert "SummariseAudit is started by the mapping SummariseAuditAudit of the stream AuditStream\n" in shown


def test_counting_twice_and_catching_the_wrong_error_are_found_in_every_mode(twice: Run) -> None:
    """A photo that is uploaded twice still counts once: its row is not new the second time."""
    assert twice.code == pytest.ExitCode.TESTS_FAILED
    assert twice.broken == {
        "upload.counts_a_record_once": MODES,
        "workflow.goes_on_without_the_classifier": MODES,
    }


@pytest.mark.parametrize("where", sorted(MODES))
def test_the_second_count_is_shown(twice: Run, where: str) -> None:
    """One was to be counted, two were."""
    assert "{'PHOTOS': Decimal('2')} != {'PHOTOS': 1}" in twice.under("upload.counts_a_record_once", where)


@pytest.mark.parametrize("where", sorted(MODES))
def test_an_error_that_nobody_caught_ends_the_execution(twice: Run, where: str) -> None:
    """It failed, with the error of the classifier, in the state that asks it."""
    shown = twice.under("workflow.goes_on_without_the_classifier", where)

    assert "assert 'FAILED' == 'SUCCEEDED'" in shown
    assert "<Execution FAILED with ClassifierUnavailable in ClassifyPicture" in shown


def test_what_is_changed_in_the_cloud_is_found_where_the_cloud_does_it(switched_off: Run) -> None:
    """A schedule is fired by the cloud's own word in http mode only; a bucket tells deployed functions itself.

    The wrong suffix is in the template, which all modes share, and a record that a test brings itself needs no bucket.
    """
    assert switched_off.code == pytest.ExitCode.TESTS_FAILED
    assert switched_off.broken == {
        "schedule.deletes_old_metadata": {"http"},
        "upload.ends_in_a_row_and_a_count": {"invoke", "http"},
        "upload.takes_a_picture_that_says_nothing": MODES,
        "upload.counts_a_photo_once": {"invoke", "http"},
    }


def test_a_schedule_that_is_off_in_the_stage_says_so(switched_off: Run) -> None:
    """Nothing is fired past EventBridge, which would not fire it."""
    shown = switched_off.under("schedule.deletes_old_metadata", "http")

    assert "StageError: The schedule 'Daily' is disabled, so it starts nothing." in shown
    assert "disabled by: the stage\n" in shown


@pytest.mark.parametrize(
    ("test", "where"),
    [
        *(("upload.takes_a_picture_that_says_nothing", mode) for mode in sorted(MODES)),
        *((test, mode) for test in ENDS_IN_A_ROW for mode in ("invoke", "http")),
    ],
)
def test_an_upload_that_nobody_hears_of_leaves_no_row(switched_off: Run, test: str, where: str) -> None:
    """The picture lies in the bucket, and the table does not know of it."""
    shown = switched_off.under(test, where)

    assert re.search(r"The item \{'PHOTO_ID': '[-0-9a-f]+/.+'\} of 'MetadataTable' did not become", shown)
    assert "it is: not there\n" in shown
    assert "ExtractMetadata is started by the bucket UploadBucket: s3:ObjectCreated:*, suffix '.gif'\n" in shown


def test_a_role_that_may_not_publish_dead_letters_is_found_in_every_mode(ungranted: Run) -> None:
    """Who is told of nothing fails for want of it; what goes well needs no dead letters."""
    assert ungranted.code == pytest.ExitCode.TESTS_FAILED
    assert ungranted.broken == {
        "poison.ends_in_the_dead_letters": MODES,
        "poison.keeps_the_callers_ids": MODES,
    }


@pytest.mark.parametrize("test", ["poison.ends_in_the_dead_letters", "poison.keeps_the_callers_ids"])
def test_handler_mode_says_what_the_role_may_not(ungranted: Run, test: str) -> None:
    """Lambda drops the letter and counts it; the harness has the denial, and what the letter was about."""
    shown = ungranted.under(test, "handler")

    assert [said for said in RESULT_LOST if said not in shown] == []


@pytest.mark.parametrize("where", ["invoke", "http"])
def test_a_dead_letter_that_was_dropped_never_comes(ungranted: Run, where: str) -> None:
    """Lambda says nothing of it; why there should have been one is in the log of the function."""
    shown = ungranted.under("poison.ends_in_the_dead_letters", where)

    assert "NeverHappened: Nothing came within" in shown
    assert "DeadLetterTopic nothing at all\n" in shown
    assert "fed by Lambda, with the role of NotifyOrganiser, when all 3 attempts at it have failed\n" in shown
    assert "notify_organiser.NotNotified: Nobody organises 'error'" in shown


def test_a_schedule_that_may_start_nothing_is_found_in_every_mode(undone: Run) -> None:
    """What a schedule starts it starts with its role, in the embedded cloud wherever the test runs."""
    assert undone.code == pytest.ExitCode.TESTS_FAILED
    assert undone.broken == {"schedule.deletes_old_metadata": MODES}


@pytest.mark.parametrize("where", sorted(MODES))
def test_the_role_of_the_schedule_is_named(undone: Run, where: str) -> None:
    """With what it may not do, and on what."""
    shown = undone.under("schedule.deletes_old_metadata", where)

    role = r"photos-embedded-DailyRole-\w+"
    said = rf"The role '{role}' of the schedule 'Daily' may not lambda:InvokeFunction on 'photos-embedded-delete-old-"
    assert re.search(f"NotHandedOn: {said}", shown)
    assert re.search(rf"role: arn:aws:iam::\d+:role/{role}\n", shown)
    assert re.search(rf"= verdict =+\nwiring: {said}", undone.output)
