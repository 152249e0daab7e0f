"""The list of meet-ups."""

from typing import Any

from harness import Stage, User
from steps.gettogethers import then, when


def test_lists_eight_to_everybody(stage: Stage, gettogethers: list[dict[str, Any]]) -> None:
    """Everybody gets the eight meet-ups."""
    answer = when.we_list_the_gettogethers(stage)

    then.gettogethers_come_back(answer, gettogethers)


def test_lists_eight_to_a_member(stage: Stage, member: User, gettogethers: list[dict[str, Any]]) -> None:
    """A member gets the eight meet-ups, also on a page from elsewhere."""
    answer = when.we_list_those_for_members(stage, user=member)

    then.gettogethers_come_back(answer, gettogethers)
    then.a_page_may_read_it(answer)


def test_refuses_nobody(stage: Stage) -> None:
    """Without a token the list for members is refused."""
    answer = when.we_list_those_for_members(stage, user=None)

    then.it_is_refused(answer, status=401)


def test_tells_a_browser_what_a_page_may_send(stage: Stage) -> None:
    """A browser that asks, without a token, hears that a page from elsewhere may send one."""
    answer = when.a_page_asks_for_leave(stage, origin="https://elsewhere.example")

    then.a_page_may_send_a_token(answer)
