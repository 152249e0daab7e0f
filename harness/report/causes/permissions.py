"""Permissions: what a role may not do, and who may not call a function."""

from __future__ import annotations

import json
from collections.abc import Iterator

from harness._text import listed
from harness.report.causes.grants import granted, meant
from harness.report.causes.telling import is_sure
from harness.report.causes.wording import plain
from harness.report.record import Cause, Denial, TestRecord
from harness.system.model import System

__all__ = ["of_the_tester", "permissions", "uncallable"]

_SERVER_ERROR = 500
_GATEWAY = "apigateway.amazonaws.com"


def permissions(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give what functions were denied, in words: who may not do what, on what, and what the template says of it.

    What stands in a log only is left out (`harness.report.causes.telling.only_logged`).
    """
    for denial in record.denials:
        if denial.function and is_sure(denial, record):
            yield Cause(area="permissions", text=_said(denial, system))
    if record.kind == "ResultLost":
        yield Cause(area="permissions", text=plain(record.failure.partition("\n")[0].partition(": ")[2]))


def of_the_tester(record: TestRecord) -> Iterator[Cause]:
    """Give what was denied to somebody who is no function, where the test failed with it: it may want to be refused."""
    for denial in record.denials:
        if not denial.function and denial.action != "execute-api:Invoke" and is_sure(denial, record):
            who = denial.role or "whoever asked"
            yield Cause(area="permissions", text=f"{who} may not {denial.action}{_on(denial.resource)}")


def _said(denial: Denial, system: System) -> str:
    resource = denial.resource or meant(denial.function, denial.action, system=system)
    text = f"{denial.function} may not {denial.action}{_on(resource)}"
    allowed = granted(denial.function, denial.action, system=system)
    if not allowed:
        return text
    if resource in allowed or "*" in allowed:
        return f"{text}, although the template lets it: is its role deployed so, or does another policy deny it?"
    return f"{text}: the template lets it on {plain(listed(allowed))} only"


def _on(resource: str) -> str:
    return f" on {resource}" if resource else ""


def uncallable(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give the functions behind requests that no permission of the template lets an API call.

    API Gateway answers 500 then, and the function knows nothing of it.
    https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
    """
    if record.mode != "http":
        return
    failed = {(act.api, act.route) for act in record.acts if act.route and act.status == _SERVER_ERROR}
    for api in system.apis.values():
        for route in api.routes:
            asked = (api.name, f"{route.method} {route.path}") in failed
            if asked and api.kind != "url" and route.function and not _is_admitted(route.function, system):
                text = f"no AWS::Lambda::Permission lets {api.name} call {route.function} ({route.method} {route.path})"
                yield Cause(area="permissions", text=text, proof="template")


def _is_admitted(function: str, system: System) -> bool:
    """Say whether a permission may be for a function; one that names it otherwise is taken for its own."""
    others = {f'"{name}"' for name in system.functions if name != function}
    admitted = [
        json.dumps(one.properties.get("FunctionName"), default=str)
        for one in system.of_type("AWS::Lambda::Permission").values()
        if one.properties.get("Principal") in (_GATEWAY, "*")
    ]
    return any(not any(other in admits for other in others) for admits in admitted)
