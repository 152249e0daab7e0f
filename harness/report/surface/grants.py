"""Which function uses what, and for what: by its role where the template says so, else by its declaration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from harness.report.surface.referring import KINDS, declared_by, referred
from harness.system.model import System
from harness.system.references import Declared

__all__ = ["KNOWS", "statements", "uses_of"]

# What is said of a thing that a function is told of while no grant of the template names it.
KNOWS = "knows of"

# Actions that stand for a use; a grant with a wildcard is one of all that it covers.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_ACTIONS = {
    ("table", "reads"): "dynamodb: GetItem BatchGetItem Query Scan TransactGetItems PartiQLSelect ConditionCheckItem",
    ("table", "writes"): "dynamodb: PutItem UpdateItem BatchWriteItem TransactWriteItems PartiQLInsert PartiQLUpdate",
    ("table", "deletes"): "dynamodb: DeleteItem BatchWriteItem PartiQLDelete",
    ("bucket", "reads"): "s3: GetObject ListBucket",
    ("bucket", "writes"): "s3: PutObject",
    ("bucket", "deletes"): "s3: DeleteObject",
    ("bus", "publishes"): "events: PutEvents",
    ("topic", "publishes"): "sns: Publish",
    ("queue", "sends"): "sqs: SendMessage",
    ("stream", "writes"): "kinesis: PutRecord PutRecords",
    ("machine", "starts"): "states: StartExecution StartSyncExecution",
    ("function", "calls"): "lambda: InvokeFunction",
    ("pool", "reads"): "cognito-idp: AdminGetUser ListUsers",
    ("pool", "writes"): "cognito-idp: AdminCreateUser AdminUpdateUserAttributes AdminDeleteUser",
    ("route", "calls"): "execute-api: Invoke",
}
_USES = {use: [words.split()[0] + name for name in words.split()[1:]] for use, words in _ACTIONS.items()}
_ROLE = "AWS::IAM::Role"
_POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy")
# The address of an API, and of a function; the end of an ARN of execute-api: API Gateway stage, method, path.
_URL = re.compile(r"https://\$\{(?P<api>\w+)\}\.execute-api\.[^/]+(?P<path>/.*)?|\$\{(?P<url>\w+)\.FunctionUrl\}")
_INVOKED = re.compile(r"\$\{(?P<api>\w+)\}/(?P<stage>[^/]+)/(?P<method>[^/]+)/(?P<path>.*)")


def uses_of(system: System) -> dict[str, dict[str, tuple[str, ...]]]:
    """Give for each function what it uses, by logical id or the id of a route, and how: ``reads``, ``publishes``.

    Queues and streams that Lambda itself reads for a function are none that the function uses.
    """
    declared = declared_by(system)
    return {name: _used_by(name, system, declared) for name in system.functions}


def _used_by(function: str, system: System, declared: Declared) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for statement in statements(function, system, declared=declared):
        for target, kind in _resources(statement, system, declared):
            for way in _ways(kind, statement):
                found.setdefault(target, {})[way] = None
    environment = system.functions[function].environment
    for name in (*referred(dict(environment), declared), *_addressed(environment, system, declared)):
        found.setdefault(name, {KNOWS: None})
    found.pop(function, None)
    return {name: tuple(ways) for name, ways in found.items()}


def statements(function: str, system: System, *, declared: Declared) -> Iterator[Mapping[str, Any]]:
    """Give what the role of a function allows, by itself and by policies of the template that are attached to it."""
    known = system.functions.get(function)
    role = declared.logical_id(known.role, _ROLE) if known else None
    if role is None:
        return
    properties = declared.resources[role].properties
    documents = [policy.get("PolicyDocument") for policy in _mappings(properties.get("Policies"))]
    attached = {declared.logical_id(one) for one in _listed(properties.get("ManagedPolicyArns"))}
    for policy in declared.of_type(*_POLICIES):
        roles = [*_listed(policy.properties.get("Roles")), policy.properties.get("RoleName")]
        if policy.name in attached or any(declared.logical_id(one, _ROLE) == role for one in roles if one):
            documents.append(policy.properties.get("PolicyDocument"))
    for document in _mappings(documents):
        yield from (one for one in _mappings(document.get("Statement")) if one.get("Effect") == "Allow")


def _resources(statement: Mapping[str, Any], system: System, declared: Declared) -> Iterator[tuple[str, str]]:
    """Give what a statement is about, each with its kind; one about everything says nothing."""
    for resource in _listed(statement.get("Resource")):
        name = declared.logical_id(resource, *KINDS)
        if name is not None:
            yield name, KINDS[declared.resources[name].type]
            continue
        invoked = _INVOKED.search(declared.marked(resource))
        if invoked:
            yield from ((route, "route") for route in _routes(system, invoked))


def _routes(system: System, invoked: re.Match[str]) -> Iterator[str]:
    api = system.apis.get(invoked["api"])
    for route in api.routes if api else ():
        path = _with_stars(route.path).removeprefix("/")
        if fnmatchcase(route.method, invoked["method"]) and fnmatchcase(path, invoked["path"]):
            yield f"route:{route.api} {route.method} {route.path}"


def _addressed(environment: Mapping[str, Any], system: System, declared: Declared) -> Iterator[str]:
    """Give the routes whose addresses stand in an environment; all of an API where its address has no path."""
    for value in environment.values():
        for url in _URL.finditer(declared.marked(value)):
            api = system.apis.get(url["api"] or url["url"])
            path = (url["path"] or "").removeprefix(f"/{api.stage}") if api else ""
            for route in api.routes if api else ():
                if path in ("", "/") or fnmatchcase(path, _with_stars(route.path)):
                    yield f"route:{route.api} {route.method} {route.path}"


def _ways(kind: str, statement: Mapping[str, Any]) -> Iterator[str]:
    granted = [str(action).lower() for action in _listed(statement.get("Action"))]
    for (used, way), actions in _USES.items():
        if used == kind and any(fnmatchcase(one.lower(), action) for one in actions for action in granted):
            yield way


def _with_stars(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "*", path)


def _listed(value: Any) -> list[Any]:
    """Give what a policy writes as one thing or as a list of them."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in _listed(value) if isinstance(one, Mapping)]
