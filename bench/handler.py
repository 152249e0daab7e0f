"""What a request costs in handler mode, beside its rivals: ``python bench/handler.py``."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from itertools import cycle
from pathlib import Path
from typing import Any

from _measure import Measure, Row, in_turn, margin, repeated, report
from _places import BENCH, hello, opened
from _rivals import Missing, driven, npm_folder, python_lambda_local

from harness import Project, Stage, User

_ROUNDS = 25
_OPEN, _TOKEN = 0.25e-3, 0.6e-3
# Signing in takes long, so the tokens that are new to the gateway are few.
_TOKENS_A_ROUND = 10
_EVENT = BENCH / "rivals" / "event.json"

_DIRECT = "the handler called with a ready-made event"
_OPEN_ROUTE = "request, open route"
_KNOWN = "request, Cognito token seen before"
_FRESH = "request, Cognito token seen for the first time"
_INVOKE = "request, open route, mode invoke (the embedded cloud's Lambda)"
_CLOUD = "the embedded cloud's Lambda, invoked through boto3"
_CALL = "python-lambda-local, call()"
_NODE = "lambda-local (npm, Node), execute(), no gateway"


def main() -> int:
    """Measure in turn and give the exit code."""
    missing: dict[str, str] = {}
    with ExitStack() as stack:
        root = stack.enter_context(hello())
        project = stack.enter_context(opened(root))
        measures = _ours(project, root=root, stack=stack)
        event = json.loads(_EVENT.read_text())
        for name, command in {_CALL: _python_lambda_local, _NODE: _lambda_local}.items():
            try:
                line, folder = command(event)
                measures[name] = stack.enter_context(driven(line, cwd=folder))
            except Missing as reason:
                missing[name] = f"not installed: {reason}"
        times = {name: _times(name) for name in measures}
        found = in_turn(measures, rounds=_ROUNDS, times=times)
    return report("A request in handler mode", _rows(found, missing), notes=_NOTES, ratio="to the first request")


def _times(name: str) -> int:
    return {_FRESH: _TOKENS_A_ROUND, _CLOUD: 10, _INVOKE: 10, _CALL: 10}.get(name, 100)


def _ours(project: Project, *, root: Path, stack: ExitStack) -> dict[str, Measure]:
    handler = _handler(root / "systems" / "hello" / "functions" / "hello.py")
    event = json.loads(_EVENT.read_text())
    here = project.stage("hello", mode="handler")
    invoked = project.stage("hello", mode="invoke")
    user = stack.enter_context(here.user())
    strangers = _strangers(here, user)
    aws_lambda, function = here.cloud.client("lambda"), here.names.functions["Quiet"].name
    payload = json.dumps(event).encode()

    def invoke_with_boto3() -> None:
        answer = aws_lambda.invoke(FunctionName=function, Payload=payload)
        assert json.loads(answer["Payload"].read())["statusCode"] == HTTPStatus.OK

    return {
        _DIRECT: repeated(lambda: handler(event, None)),
        _OPEN_ROUTE: repeated(lambda: _answered(here, "/hello")),
        _KNOWN: repeated(lambda: _answered(here, "/me", user=user)),
        _FRESH: repeated(lambda: _answered(here, "/me", user=next(strangers))),
        _INVOKE: repeated(lambda: _answered(invoked, "/hello")),
        _CLOUD: repeated(invoke_with_boto3),
    }


def _answered(stage: Stage, path: str, *, user: User | None = None) -> None:
    answer = stage.request("GET", path, user=user)
    assert answer.status_code == HTTPStatus.OK, answer


def _strangers(stage: Stage, user: User) -> Iterator[User]:
    """Give the user with one token after the other that no gateway has seen."""
    cognito = stage.cloud.client("cognito-idp")
    pool, client = stage.physical_id("UserPool"), stage.physical_id("Client")
    parameters = {"USERNAME": user.username, "PASSWORD": user.password}
    tokens = [
        cognito.admin_initiate_auth(
            UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=parameters
        )["AuthenticationResult"]["IdToken"]
        for _ in range(_ROUNDS * _TOKENS_A_ROUND + 1)
    ]
    assert len(set(tokens)) == len(tokens)
    return cycle(replace(user, id_token=token) for token in tokens)


def _handler(path: Path) -> Callable[[Any, Any], Any]:
    spec = importlib.util.spec_from_file_location("bench_hello", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[Any, Any], Any] = module.quiet
    return found


def _python_lambda_local(event: object) -> tuple[list[str], Path]:
    return python_lambda_local(event), BENCH


def _lambda_local(event: object) -> tuple[list[str], Path]:
    folder = npm_folder()
    return ["node", str(BENCH / "rivals" / "lambda_local.js"), json.dumps(event)], folder


def _rows(found: dict[str, list[float]], missing: dict[str, str]) -> Iterator[Row]:
    ours = _median(found[_OPEN_ROUTE])
    limits = {_OPEN_ROUTE: _OPEN, _KNOWN: _TOKEN, _FRESH: _TOKEN}
    for name, taken in found.items():
        yield Row(what=name, value=_median(taken), beside=ours)
        if name in limits:
            extra = margin(taken, found[_DIRECT])
            yield Row(what="   more than the handler alone", value=extra, limit=limits[name])
    for name, reason in missing.items():
        yield Row(what=name, value=None, note=reason)


def _median(taken: list[float]) -> float:
    return margin(taken, [0.0] * len(taken))


_NOTES = (
    "A token's signature is checked once and then remembered, as API Gateway remembers what an authorizer said.",
    "The rivals build no event, find no route and check no token; lambda-local runs Node, its own runtime.",
)

if __name__ == "__main__":
    raise SystemExit(main())
