"""What functions and authorizers get behind HTTP APIs and function URLs: what ministack leaves out of their events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

__all__ = ["as_lambda_sends_it", "for_an_authorizer", "tell_all_in_http_events", "with_latency"]

_PARAMETERS = ("multiValueQueryStringParameters", "pathParameters", "queryStringParameters", "stageVariables")
# The authorizer whose function is asked just now.
_SOURCES: ContextVar[list[str] | None] = ContextVar("values_of_identity_sources", default=None)


def tell_all_in_http_events() -> None:
    """Complete events of payload 2.0, and those of Lambda authorizers.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
    ``_invoke_lambda_proxy`` and ``_authorize_request_v2`` (``services/apigateway.py``), ``_authorize_request_v1``
    (``services/apigateway_v1.py``) and ``handle_function_url_request`` (``services/lambda_svc.py``) build them and hand
    them to ``run_reentrant``.
    """
    from ministack.services import apigateway, apigateway_v1, lambda_svc  # noqa: PLC0415 - only in the child process

    for module in (apigateway, apigateway_v1, lambda_svc):
        run = getattr(module, "run_reentrant", None)
        if run is not None:
            module.run_reentrant = _completing(run, apigateway, is_http=module is apigateway)
    find = getattr(apigateway, "_request_authorizer_identity_sources", None)
    if find is not None:

        def found(*args: Any, **rest: Any) -> Any:
            present, values = find(*args, **rest)
            _SOURCES.set(list(values))
            return present, values

        apigateway._request_authorizer_identity_sources = found  # noqa: SLF001 - the place of the difference


def _completing(run: Callable[..., Any], apigateway: Any, *, is_http: bool) -> Callable[..., Any]:
    async def run_with_all(function: Any, record: Any, event: Any, *args: Any, **rest: Any) -> Any:
        name = rest.get("thread_name", "")
        if name in ("ministack-apigw-invoke", "ministack-lambda-url") and event.get("version") == "2.0":
            event = as_lambda_sends_it(
                event, variables=_variables(event, apigateway), signer=_signer(event, apigateway)
            )
        if name == "ministack-apigw-invoke" and event.get("version") == "1.0":
            event = with_latency(event)
        if name == "ministack-apigw-authorizer" and event.get("type") == "REQUEST":
            event = for_an_authorizer(event, sources=_SOURCES.get() if is_http else None)
        return await run(function, record, event, *args, **rest)

    return run_with_all


def _variables(event: Mapping[str, Any], apigateway: Any) -> Mapping[str, str]:
    context = event["requestContext"]
    found: Mapping[str, str] = apigateway._get_stage_variables(context["apiId"], context["stage"]) or {}  # noqa: SLF001
    return found


def _signer(event: Mapping[str, Any], apigateway: Any) -> Mapping[str, Any] | None:
    """Give who has signed the call of a function URL, where that asks for a signature."""
    context = event["requestContext"]
    if ".lambda-url." not in context.get("domainName", "") or context["accountId"] == "anonymous":
        return None
    found: Mapping[str, Any] | None = apigateway._iam_caller_identity_v2(event["headers"], {})  # noqa: SLF001
    return {"cognitoIdentity": None, **found} if found else None


def as_lambda_sends_it(
    event: Mapping[str, Any], *, variables: Mapping[str, str], signer: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Give an event of payload 2.0 with its cookies, its stage variables and its signer, and without nulls.

    >>> event = {"headers": {"cookie": "a=1; b=2"}, "pathParameters": None, "requestContext": {}}
    >>> as_lambda_sends_it(event, variables={}, signer=None)
    {'headers': {}, 'requestContext': {}, 'cookies': ['a=1', 'b=2']}
    """
    whole = _with_cookies(event)
    context = dict(whole["requestContext"])
    authorizer = context.get("authorizer") or {}
    if signer is not None:
        context["authorizer"] = {"iam": dict(signer)}
    elif "lambda" in authorizer:
        # An authorizer without a context leaves a null, as events recorded in AWS show.
        context["authorizer"] = {"lambda": authorizer["lambda"] or None}
    told = {"stageVariables": dict(variables)} if variables else {}
    kept = {name: value for name, value in whole.items() if not (name == "pathParameters" and value is None)}
    return {**kept, **told, "requestContext": context}


def with_latency(event: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event of a REST API with how long its Lambda authorizer took: no time, for nobody has measured it.

    >>> with_latency({"requestContext": {"authorizer": {"principalId": "me"}}})
    {'requestContext': {'authorizer': {'principalId': 'me', 'integrationLatency': 0}}}
    """
    context = event["requestContext"]
    authorizer = context.get("authorizer")
    if not authorizer or "claims" in authorizer:
        return dict(event)
    return {**event, "requestContext": {**context, "authorizer": {**authorizer, "integrationLatency": 0}}}


def for_an_authorizer(event: Mapping[str, Any], *, sources: list[str] | None) -> dict[str, Any]:
    """Give the event of a REQUEST authorizer: empty, not null, and with what payload 1.0 has in HTTP APIs besides.

    >>> event = {"type": "REQUEST", "methodArn": "arn", "pathParameters": None, "stageVariables": None}
    >>> for_an_authorizer(event, sources=None)
    {'type': 'REQUEST', 'methodArn': 'arn', 'pathParameters': {}, 'stageVariables': {}}
    """
    if event.get("version") == "2.0":
        whole = _with_cookies(event)
        return {name: value for name, value in whole.items() if not (name in _PARAMETERS and value is None)}
    emptied = {name: {} if name in _PARAMETERS and value is None else value for name, value in event.items()}
    if sources is None:
        return emptied
    joined = ",".join(sources)
    return {**emptied, "version": "1.0", "identitySource": joined, "authorizationToken": joined}


def _with_cookies(event: Mapping[str, Any]) -> dict[str, Any]:
    headers = dict(event["headers"])
    line = headers.pop("cookie", None)
    return {**event, "headers": headers, **({"cookies": [one.strip() for one in line.split(";")]} if line else {})}
