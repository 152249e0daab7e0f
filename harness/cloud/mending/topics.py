"""Topics: what their policy admits when the template gives them none, and when they hand over to functions."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

__all__ = ["close_topics_to_other_roles", "hand_over_to_functions_at_once"]

_TOPIC = "AWS::SNS::Topic"


def close_topics_to_other_roles() -> None:
    """Let a topic's default policy admit its owner, not every role of the account.

    In AWS the owner may publish, and users and roles need a permission of their own
    (https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.iam.permissions.html): the default policy has a
    condition on ``AWS:SourceOwner``. ``CreateTopic`` writes it, but ``_sns_create``
    (``services/cloudformation/provisioners.py``) leaves it out, so that a role without ``sns:Publish`` publishes.
    """
    from ministack.core.responses import get_account_id  # noqa: PLC0415 - only the child process has them
    from ministack.services import sns  # noqa: PLC0415
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415

    handler = getattr(provisioners, "_RESOURCE_HANDLERS", {}).get(_TOPIC, {})
    create = handler.get("create")
    if create is None or not hasattr(sns, "_topics"):
        return

    def create_closed(*args: Any, **more: Any) -> Any:
        created = create(*args, **more)
        topic = sns._topics.get(created[0])  # noqa: SLF001 - it has no other name
        if topic is not None:
            _close(topic["attributes"], owner=get_account_id())
        return created

    handler["create"] = provisioners._sns_create = create_closed  # noqa: SLF001


def _close(attributes: dict[str, Any], *, owner: str) -> None:
    policy = json.loads(attributes.get("Policy") or "{}")
    for statement in policy.get("Statement", []):
        if statement.get("Sid") == "__default_statement_ID" and "Condition" not in statement:
            statement["Condition"] = {"StringEquals": {"AWS:SourceOwner": owner}}
            attributes["Policy"] = json.dumps(policy)


def hand_over_to_functions_at_once() -> None:
    """Let Lambda take a message in before the call that has published it is answered.

    "Amazon SNS invokes your function asynchronously" (https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html), so
    nothing rests on the order in AWS. ``_fanout`` (``services/sns.py``) leaves it to a thread, so that for a moment
    nobody could tell that a function is yet to be started. Here that takes no time: `asynchronous` starts a thread of
    its own.
    """
    from ministack.services import sns  # noqa: PLC0415 - only the child process has it

    if hasattr(sns, "_deliver_to_lambda") and getattr(sns, "_threading", None) is threading:
        sns._threading = _Threads(sns)  # noqa: SLF001 - the place of the difference


class _Threads:
    """The module ``threading`` for topics: what hands over to a function does it when it is started."""

    def __init__(self, sns: Any) -> None:
        self._sns = sns

    def __getattr__(self, name: str) -> Any:
        return getattr(threading, name)

    def Thread(  # noqa: N802 - it is called like the one whose place it takes
        self, *, target: Callable[..., Any], args: Sequence[Any] = (), **more: Any
    ) -> Any:
        if args and args[0] is self._sns._deliver_to_lambda:  # noqa: SLF001 - it has no other name
            return _HandingOver(self._sns, target, args)
        return threading.Thread(target=target, args=args, **more)


class _HandingOver:
    def __init__(self, sns: Any, target: Callable[..., Any], args: Sequence[Any]) -> None:
        self._sns = sns
        self._target = target
        self._args = args

    def start(self) -> None:
        try:
            self._target(*self._args)
        except Exception:
            # The message is published whatever becomes of this.
            self._sns.logger.exception("SNS: a function cannot be started")
