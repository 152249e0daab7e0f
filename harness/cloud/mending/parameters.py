"""Parameters of SSM: each is a resource of its own."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["authorize_each_parameter"]


class _Several(str):
    """The first of several resources, with all of them beside it."""

    __slots__ = ("resources",)

    resources: list[str]


def authorize_each_parameter() -> None:
    """Check ssm:GetParameters against each parameter that is asked for, and GetParametersByPath against its path.

    So does AWS (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html).
    ``extract_resource_arn`` (``core/iam_actions.py``) reads only the singular ``Name`` and takes ``*`` for these
    calls, so that a role which may read its own parameters and no others is refused.
    """
    from ministack.core import iam_actions, iam_evaluator  # noqa: PLC0415 - only the child process has them

    extract, enforce = iam_actions.extract_resource_arn, iam_evaluator.enforce

    def extract_resource_arn(service: str, *rest: Any) -> str:
        found: str = extract(service, *rest)
        _method, _path, _headers, body, _query, region, account = rest
        if service != "ssm" or found != "*":
            return found
        names = _parameters_asked_for(body)
        if not names:
            return found
        arns = [f"arn:aws:ssm:{region}:{account}:parameter/{name.strip('/')}" for name in names]
        several = _Several(arns[0])
        several.resources = arns
        return several

    def enforce_each(*args: Any, resource_arn: str = "*", **rest: Any) -> Any:
        for arn in getattr(resource_arn, "resources", [resource_arn]):
            denied = enforce(*args, resource_arn=arn, **rest)
            if denied:
                return denied
        return None

    iam_actions.extract_resource_arn = extract_resource_arn
    iam_evaluator.enforce = enforce_each


def _parameters_asked_for(body: bytes) -> list[str]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError:
        return []
    names = asked.get("Names") or [asked.get("Path")] if isinstance(asked, dict) else []
    return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
