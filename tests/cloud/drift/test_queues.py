"""Queues that somebody has changed by hand."""

from __future__ import annotations

import json

import pytest

from .conftest import Stage, StageOf

QUEUES = """
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 12
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 3}
  Dead: {Type: AWS::SQS::Queue}
  Other: {Type: AWS::SQS::Queue}
"""


@pytest.fixture
def queues(stage_of: StageOf) -> Stage:
    """A queue with dead letters, and two without."""
    return stage_of(QUEUES)


def change(stage: Stage, name: str, **attributes: str) -> None:
    stage.client("sqs").set_queue_attributes(QueueUrl=stage[name], Attributes=attributes)


def redrive(stage: Stage, receives: int, *, to: str = "Dead") -> str:
    arn = stage.client("sqs").get_queue_attributes(QueueUrl=stage[to], AttributeNames=["QueueArn"])
    return json.dumps({"deadLetterTargetArn": arn["Attributes"]["QueueArn"], "maxReceiveCount": receives})


def test_queues_that_nobody_has_changed_have_no_drift(queues: Stage) -> None:
    """With what they have of their own, and with what SQS gives them."""
    assert [] == queues.drift


def test_a_redrive_that_is_gone_is_told(queues: Stage) -> None:
    """What nobody can do anything about stays where it is."""
    change(queues, "Jobs", RedrivePolicy="")

    assert ["queue Jobs: redrive to dead letters: the template says Dead, deployed is none"] == queues.drift


def test_a_redrive_that_leads_elsewhere_is_told(queues: Stage) -> None:
    """By the logical id of where it leads."""
    change(queues, "Jobs", RedrivePolicy=redrive(queues, 5, to="Other"))

    assert [
        "queue Jobs: redrive to dead letters: the template says Dead, deployed is Other",
        "queue Jobs: receives before that: the template says 3, deployed is 5",
    ] == queues.drift


def test_a_redrive_that_the_template_does_not_have_is_told(queues: Stage) -> None:
    """Messages go where the template does not say."""
    change(queues, "Other", RedrivePolicy=redrive(queues, 3))

    assert ["queue Other: redrive to dead letters: the template says none, deployed is Dead"] == queues.drift


def test_another_visibility_timeout_is_told(queues: Stage) -> None:
    """Also where the template leaves it to SQS, which takes 30 seconds."""
    change(queues, "Jobs", VisibilityTimeout="1")
    change(queues, "Dead", VisibilityTimeout="0")

    assert [
        "queue Jobs: visibility timeout: the template says 12, deployed is 1",
        "queue Dead: visibility timeout: the template says 30, deployed is 0",
    ] == queues.drift
