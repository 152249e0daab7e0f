"""Topics: what their policy admits when the template gives them none."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["close_topics_to_other_roles"]

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
