"""Schedules fired by a test, in each mode."""

from __future__ import annotations

import re

import pytest

from harness.errors import FunctionFailed, MisusedStep, NotHandedOn, StageError, UnknownResource
from harness.stage import Stage

from .seeing import ran, said


def test_a_rule_hands_on_its_input(stage: Stage) -> None:
    """And nothing else."""
    stage.fire("CleanNightly")

    assert {"days": 7} == said(stage, "Clean")["event"]


def test_a_rule_without_an_input_hands_on_the_event(stage: Stage) -> None:
    """It names the rule."""
    stage.fire("CleanPlainly")

    event = said(stage, "Clean")["event"]

    rule = stage.names.physical["CleanPlainly"]
    assert ("aws.events", "Scheduled Event", {}) == (event["source"], event["detail-type"], event["detail"])
    assert [f"arn:aws:events:us-east-1:{stage.names.account}:rule/{rule}"] == event["resources"]


def test_a_schedule_fills_in_its_input(stage: Stage) -> None:
    """The ARN of the schedule is a context attribute."""
    stage.fire("SweptWeekly")

    arn = said(stage, "Swept")["event"]["by"]

    assert re.fullmatch(rf"arn:aws:scheduler:us-east-1:{stage.names.account}:schedule/default/[\w-]+", arn)


def test_a_schedule_without_an_input_hands_on_a_notification(stage: Stage) -> None:
    """Its detail is text."""
    stage.fire("SweptBare")

    event = said(stage, "Swept")["event"]

    assert ("aws.scheduler", "Scheduled Event", "{}") == (event["source"], event["detail-type"], event["detail"])


def test_queues_and_topics_really_get_theirs(stage: Stage) -> None:
    """What is no function is the cloud's."""
    stage.fire("Spread")

    stage.journal.expect("Work", body={"to": "queue"})
    assert stage.journal.expect("News").body["at"].endswith("Z")


@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_function_that_fails_fails_the_test(mode: str, request: pytest.FixtureRequest) -> None:
    """After three attempts."""
    stage: Stage = request.getfixturevalue(mode)

    with pytest.raises(FunctionFailed) as caught:
        stage.fire("FailingBadly")

    assert caught.value.facts[:2] == (("started by", "the schedule FailingBadly"), ("attempts", 3))


def test_a_failure_is_the_clouds_in_http_mode(http: Stage) -> None:
    """It tries again."""
    http.fire("FailingBadly")

    assert ["Fail"] * 3 == ran(http, *["Fail"] * 3)


def test_a_rule_that_the_function_does_not_admit_is_an_error_of_the_system(http: Stage) -> None:
    """EventBridge would start nothing."""
    with pytest.raises(NotHandedOn) as caught:
        http.fire("Forbidden")

    function, rule = http.names.functions["Clean"].name, http.names.physical["Forbidden"]
    assert str(caught.value) == (
        f"The policy of the function {function!r} does not admit the schedule 'Forbidden'.\n"
        f"  rule: arn:aws:events:us-east-1:000000000000:rule/{rule}\n"
        "  principal: events.amazonaws.com\n"
        "  EventBridge would start nothing, and tell nobody; add an AWS::Lambda::Permission"
    )


def test_queues_and_topics_may_not_admit_a_rule(http: Stage) -> None:
    """Both are told; the policy that each topic has from its beginning is for the topic's owner."""
    with pytest.raises(NotHandedOn) as caught:
        http.fire("Spared")

    queue = http.names.physical["LettersQueue"].rpartition("/")[2]
    topic = http.names.physical["Seen"].rpartition(":")[2]
    assert str(caught.value) == (
        f"The policy of the queue {queue!r} does not admit the schedule 'Spared'.\n"
        f"  rule: arn:aws:events:us-east-1:000000000000:rule/{http.names.physical['Spared']}\n"
        "  principal: events.amazonaws.com\n"
        "  EventBridge would send nothing, and tell nobody; add an AWS::SQS::QueuePolicy"
    )
    assert caught.value.__notes__ == [f"And: The policy of the topic {topic!r} does not admit the schedule 'Spared'."]


def test_what_a_schedule_starts_it_starts_with_its_role(stage: Stage) -> None:
    """Which may send to a queue, and not even look it up."""
    stage.fire("Brought")

    stage.journal.expect("Work", body={"by": "the postman"})


def test_a_role_that_may_not_start_a_function_is_an_error_of_the_system(stage: Stage) -> None:
    """Nothing is started, in no mode."""
    with pytest.raises(NotHandedOn) as caught:
        stage.fire("Unswept")

    role, function = stage.names.physical["PostmanRole"], stage.names.functions["Swept"]
    who = f"arn:aws:sts::{stage.names.account}:assumed-role/{role}/harness-Unswept"
    assert str(caught.value) == (
        f"The role {role!r} of the schedule 'Unswept' may not lambda:InvokeFunction on {function.name!r}.\n"
        f"  role: arn:aws:iam::{stage.names.account}:role/{role}\n"
        "  action: lambda:InvokeFunction\n"
        f"  target: {function.arn}\n"
        "  code: AccessDeniedException\n"
        f"  reason: User: {who} is not authorized to perform: lambda:InvokeFunction "
        "because no identity-based policy allows the lambda:InvokeFunction action\n"
        "  let the role do it; EventBridge would hand nothing on"
    )
    assert ran(stage) == []


@pytest.mark.parametrize(
    ("mode", "name", "action"),
    [
        ("handler", "Untold", "sns:Publish"),
        ("http", "Untold", "sns:Publish"),
        *((mode, "Unbrought", "sqs:SendMessage") for mode in ("handler", "invoke", "http")),
    ],
)
def test_a_role_that_may_not_send_is_one_too(mode: str, name: str, action: str, request: pytest.FixtureRequest) -> None:
    """Where a topic is played, its service is not asked."""
    stage: Stage = request.getfixturevalue(mode)

    with pytest.raises(NotHandedOn) as caught:
        stage.fire(name)

    role = stage.names.physical["PostmanRole"]
    assert caught.value.sentence.startswith(f"The role {role!r} of the schedule {name!r} may not {action} on 'post-")
    assert dict(caught.value.facts)["action"] == action


def test_a_schedule_that_is_disabled_is_not_fired(stage: Stage) -> None:
    """It says who has disabled it."""
    with pytest.raises(StageError) as caught:
        stage.fire("CleanNever")

    where = "the stage" if stage.mode == "http" else "the template"
    assert str(caught.value) == (
        "The schedule 'CleanNever' is disabled, so it starts nothing.\n"
        f"  disabled by: {where}\n"
        "  a schedule that is off has nothing to test; enable it in the stage in which it is tested"
    )


def test_a_rule_that_waits_for_events_is_not_fired(stage: Stage) -> None:
    """There is another verb."""
    with pytest.raises(MisusedStep) as caught:
        stage.fire("FlakyTried")

    assert str(caught.value) == (
        "The rule 'FlakyTried' has no schedule: it waits for events.\n"
        '  pattern: {"source": ["flaky"]}\n'
        "  send it one: stage.publish(…)"
    )


def test_a_schedule_that_is_not_there_is_an_error(stage: Stage) -> None:
    """It lists those that are."""
    with pytest.raises(UnknownResource, match="did you mean 'CleanNightly'"):
        stage.fire("CleanNightl")
