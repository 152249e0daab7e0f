"""What starts a function by the clock."""

from __future__ import annotations

from harness.events.schedule import event, scheduler_event

RULE = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
SCHEDULE = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/nightly"


def test_a_rule_sends_itself() -> None:
    """Account and region are those of the rule, the detail is empty."""
    assert event(rule_arn=RULE, time=1795255200, event_id="e-1") == {
        "version": "0",
        "id": "e-1",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-11-21T10:00:00Z",
        "region": "eu-west-1",
        "resources": [RULE],
        "detail": {},
    }


def test_account_and_region_may_be_given() -> None:
    """They are then as given."""
    found = event(rule_arn=RULE, account="210987654321", region="us-east-1")

    assert (found["account"], found["region"]) == ("210987654321", "us-east-1")


def test_a_schedule_sends_an_empty_detail_as_text() -> None:
    """In all else it is like a rule."""
    found = scheduler_event(schedule_arn=SCHEDULE, time=1795255200, event_id="e-1")

    assert found == event(rule_arn=SCHEDULE, time=1795255200, event_id="e-1") | {
        "source": "aws.scheduler",
        "detail": "{}",
    }
