"""Faults in the other systems: behind topics, queues, streams, buckets and schedules, and in an HTTP API."""

from __future__ import annotations

from . import by_hand as hands
from .planted import Fault, Planted, in_code, in_template

__all__ = ["IN_OTHERS"]

JOINED = """\
      Events:
        Joined:
          Type: SNS
          Properties:
            Topic: !Ref GettogetherTopic
"""
REPORTED = """\
            BatchSize: 10
            FunctionResponseTypes: [ReportBatchItemFailures]
"""
READ_FROM_THE_START = "            StartingPosition: TRIM_HORIZON\n"
MISSPELT_FILTER = """\
            FilterCriteria:
              Filters:
                - Pattern: '{"data": {"costumer": [{"exists": true}]}}'
"""
KEYED = """\
        - AttributeName: CAMERA_MAKE
          AttributeType: S
      KeySchema:
        - AttributeName: CAMERA_MAKE
"""

_MEETING = Planted(
    name="gettogethers, project",
    system="gettogethers",
    faults=(
        Fault(
            name="a missing subscription",
            tests=("join.reaches_the_organiser",),
            first="handler",
            area="wiring",
            cause="GettogetherTopic.*subscri|subscri.*GettogetherTopic",
            plant=in_template(JOINED, ""),
        ),
        Fault(
            name="a missing route",
            tests=("greeting.greets_by_path",),
            first="handler",
            area="wiring",
            cause="GET /helloWorld/",
            plant=in_template("Path: /helloWorld/{name}\n", "Path: /helloWrld/{name}\n"),
        ),
    ),
)

_UNHEARD = Planted(
    name="gettogethers, stage",
    system="gettogethers",
    faults=(
        Fault(
            name="a missing subscription",
            tests=("join.reaches_the_organiser",),
            first="invoke",
            area="wiring",
            cause="[Ss]ubscription",
            by_hand=hands.a_lost_subscription("GettogetherTopic"),
        ),
        Fault(
            name="the wrong region",
            tests=("list.lists_eight_to_everybody",),
            first="handler",
            area="code|permissions",
            cause="ResourceNotFoundException|dynamodb:Scan|region",
            plant=in_code(
                "gettogethers.py", 'boto3.client("dynamodb")', 'boto3.client("dynamodb", region_name="eu-west-1")'
            ),
        ),
    ),
)

_JOBS = Planted(
    name="orders_async, project",
    system="orders_async",
    faults=(
        Fault(
            name="a wrong table key",
            tests=("jobs.is_not_done_at_once",),
            first="handler",
            area="code",
            cause="ValidationException.*key",
            plant=in_code("jobs.py", 'get_item(Key={"id": job_id}', 'get_item(Key={"jobId": job_id}'),
        ),
        Fault(
            name="a filter that lets nothing through",
            tests=("audit.counts_each_record",),
            first="handler",
            area="wiring",
            cause="filter.*costumer",
            plant=in_template(READ_FROM_THE_START, READ_FROM_THE_START + MISSPELT_FILTER),
        ),
        Fault(
            name="a mapping that hears of no failures",
            tests=("worker.puts_a_bad_message_aside",),
            first="handler",
            area="wiring",
            cause="ReportBatchItemFailures",
            plant=in_template(REPORTED, "            BatchSize: 10\n"),
        ),
    ),
)

_LETTERS = Planted(
    name="orders_async, stage",
    system="orders_async",
    faults=(
        Fault(
            name="a disabled mapping",
            tests=("audit.counts_each_record",),
            first="http",
            area="wiring",
            cause="SummariseAudit.*([Dd]isabled|enabled)",
            by_hand=hands.a_disabled_mapping("orders-async-embedded-summarise-audit"),
        ),
        Fault(
            name="a missing environment variable",
            tests=("jobs.is_not_done_at_once",),
            first="invoke",
            area="environment",
            cause="GetJob.*jobs_table",
            by_hand=hands.a_lost_variable("orders-async-embedded-get-job", "jobs_table"),
        ),
        Fault(
            name="a queue without its redrive",
            tests=("worker.puts_a_bad_message_aside",),
            first="http",
            area="wiring",
            cause="JobsQueue.*([Rr]edrive|dead letter)",
            by_hand=hands.a_lost_redrive("JobsQueue"),
        ),
    ),
)

_COUNTS = Planted(
    name="photos, project",
    system="photos",
    faults=(
        Fault(
            name="a bucket that tells of the wrong names",
            tests=("upload.takes_a_picture_that_says_nothing",),
            first="handler",
            area="wiring",
            cause=r"UploadBucket.*\.gif",
            plant=in_template("Value: .png", "Value: .gif"),
        ),
        Fault(
            name="a table with the wrong key",
            tests=("upload.counts_a_record_once",),
            first="handler",
            area="code|wiring",
            cause="CountsTable.*key|ValidationException",
            plant=in_template(KEYED, KEYED.replace("CAMERA_MAKE", "MAKE")),
        ),
    ),
)

_PHOTOS = Planted(
    name="photos, stage",
    system="photos",
    faults=(
        Fault(
            name="a bucket that may not start its function",
            tests=("upload.ends_in_a_row_and_a_count",),
            first="invoke",
            area="wiring|permissions",
            cause="s3.amazonaws.com.*ExtractMetadata|ExtractMetadata.*(permission|s3.amazonaws.com)",
            by_hand=hands.a_lost_permission("photos-embedded-extract-metadata", "s3.amazonaws.com"),
        ),
        Fault(
            name="a disabled schedule",
            tests=("schedule.deletes_old_metadata",),
            first="http",
            area="wiring",
            cause="Daily.*disabled",
            by_hand=hands.a_disabled_schedule("photos-embedded-daily"),
        ),
    ),
)

_GRAPH = Planted(
    name="catalogue, project",
    system="catalogue",
    faults=(
        Fault(
            name="tokens for another audience",
            tests=("route.finds_a_product",),
            first="handler",
            area="wiring",
            cause="POST /graphql.*(authorizer|audience)|audience",
            plant=in_template("audience: [!Ref ServerClient]", "audience: [nobody]"),
        ),
    ),
)

IN_OTHERS = (_MEETING, _UNHEARD, _JOBS, _LETTERS, _COUNTS, _PHOTOS, _GRAPH)
