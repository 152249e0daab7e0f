"""What must be so afterwards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from harness import Response, Stage

__all__ = [
    "a_page_may_read_it",
    "a_page_may_send_a_token",
    "an_order_id_comes_back",
    "gettogethers_come_back",
    "it_is_refused",
    "it_was_tried_three_times",
    "nobody_hears_of",
    "the_dead_letter_holds",
    "the_failure_is_logged",
    "the_failure_is_logged_under",
    "the_greeting_is",
    "the_greeting_is_logged_under",
    "the_order_and_the_notification_are_logged_under",
    "the_organiser_is_notified",
    "the_topic_carries",
]

# A function that starts cold on a busy machine takes its time.
_STARTED_WITHIN = 30.0


def the_greeting_is(response: Response, greeting: str) -> None:
    """We are greeted with these words."""
    assert response.status_code == 200, response
    assert response.json == greeting


def gettogethers_come_back(response: Response, expected: Sequence[Mapping[str, Any]]) -> None:
    """These meet-ups come back, each with id, name and description."""
    assert response.status_code == 200, response
    assert response.json == expected


def it_is_refused(response: Response, *, status: int) -> None:
    """The request is refused with this status."""
    assert response.status_code == status, response


def a_page_may_read_it(response: Response) -> None:
    """A browser shows the answer to a page from elsewhere."""
    assert response.headers["access-control-allow-origin"] == "*"


def a_page_may_send_a_token(response: Response) -> None:
    """A browser lets a page from elsewhere send a token."""
    assert response.status_code == 200, response
    assert response.headers["access-control-allow-origin"] == "*"
    assert "GET" in response.headers["access-control-allow-methods"].split(",")
    assert "Authorization" in response.headers["access-control-allow-headers"].split(",")


def an_order_id_comes_back(response: Response) -> str:
    """The id of the order comes back."""
    assert response.status_code == 200, response
    order_id: str = response.json["orderId"]
    assert str(uuid.UUID(order_id)) == order_id
    return order_id


def the_topic_carries(stage: Stage, order: Mapping[str, str]) -> None:
    """The topic carries the order, once."""
    stage.journal.expect("GettogetherTopic", body=order, times=1)


def nobody_hears_of(stage: Stage, email: str) -> None:
    """No order of this person is on the topic."""
    stage.journal.expect_none("GettogetherTopic", body={"userEmail": email})


def the_organiser_is_notified(stage: Stage, order_id: str) -> None:
    """The organiser hears of the order."""
    (line,) = stage.logs("NotifyOrganiser", contains=order_id, within=_STARTED_WITHIN)
    assert json.loads(line)["message"] == "notified the organiser"


def the_dead_letter_holds(stage: Stage, order: Mapping[str, str]) -> None:
    """The event of which the organiser could not hear is on the dead-letter topic, as it was."""
    stage.journal.expect(
        "DeadLetterTopic",
        where=lambda letter: order in _messages(letter.body),
        times=1,
        within=stage.journal.patience.after_retries,
    )


def it_was_tried_three_times(stage: Stage, order_id: str) -> None:
    """Whoever tells the organiser tried it once, and twice more."""
    lines = [line for line in stage.logs("NotifyOrganiser", contains=order_id) if line.startswith("{")]
    assert [json.loads(line)["message"] for line in lines] == ["no organiser"] * 3


def the_failure_is_logged(stage: Stage, order_id: str) -> None:
    """It is logged which order failed, and why."""
    (line,) = stage.logs("NotificationFailed", contains=order_id, within=stage.journal.patience.after_retries)
    failure = json.loads(line)
    assert failure["message"] == "notification failed"
    assert failure["getTogetherId"] == "error"
    assert "Nobody organises" in failure["reason"]


def the_greeting_is_logged_under(stage: Stage, correlation: Mapping[str, str]) -> None:
    """The greeting is logged under the correlation ids that the caller gave."""
    _is_logged_under(stage, correlation, by="HelloWorld")


def the_order_and_the_notification_are_logged_under(stage: Stage, correlation: Mapping[str, str]) -> None:
    """Both functions log under the correlation ids that the caller gave: who takes the order, and who passes it on."""
    _is_logged_under(stage, correlation, by="JoinGettogether")
    _is_logged_under(stage, correlation, by="NotifyOrganiser")


def the_failure_is_logged_under(stage: Stage, correlation: Mapping[str, str]) -> None:
    """The failure is logged under the correlation ids that the caller gave."""
    _is_logged_under(stage, correlation, by="NotificationFailed", within=stage.journal.patience.after_retries)


def _is_logged_under(stage: Stage, correlation: Mapping[str, str], *, by: str, within: float = _STARTED_WITHIN) -> None:
    for line in stage.logs(by, contains=correlation["x-correlation-id"], within=within):
        assert json.loads(line).items() >= correlation.items()


def _messages(event: Any) -> list[Any]:
    return [json.loads(record["Sns"]["Message"]) for record in event["Records"]]
