"""Permissions: rules, topics and APIs start a function only where its own policy admits them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["ask_the_policy_of_functions", "is_admitted"]

_HTTP_REFUSED = (500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}')
_URL_REFUSED = (
    403,
    {"Content-Type": "application/json", "x-amzn-ErrorType": "AccessDeniedException"},
    b'{"Message":"Forbidden"}',
)


def ask_the_policy_of_functions() -> None:
    """Let EventBridge, SNS and API Gateway start a function only where its resource-based policy admits them.

    "To invoke your AWS Lambda function by using a EventBridge rule, add the following permission to the policy of your
    Lambda function" (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html). SNS needs
    one too (https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html): without it nothing is delivered, and nobody
    is told. API Gateway answers 500
    (https://repost.aws/knowledge-center/api-gateway-rest-api-lambda-integrations). ministack keeps these policies, and
    asks them for calls of Lambda's API only.
    """
    _ask_before_rules()
    _ask_before_subscriptions()
    _ask_before_rest_apis()
    _ask_before_http_apis()
    _ask_before_authorizers()
    _ask_before_function_urls()


def _ask_before_rules() -> None:
    """Mend ``_invoke_target`` (``services/eventbridge.py``); schedules pass it too, and have a role instead."""
    from ministack.services import eventbridge  # noqa: PLC0415 - only the child process has it

    invoke = getattr(eventbridge, "_invoke_target", None)
    if invoke is None:
        return

    def invoke_where_admitted(target: Mapping[str, Any], event: Any, rule: Mapping[str, Any], *rest: Any) -> Any:
        function, by = target.get("Arn", ""), rule.get("Arn", "")
        # "If no execution role is configured, EventBridge uses resource-based policies on the target resource."
        is_asked = ":lambda:" in function and ":events:" in by and not target.get("RoleArn")
        if is_asked and not is_admitted("events.amazonaws.com", function, by=[by]):
            eventbridge.logger.warning("EventBridge: the policy of %s does not admit %s", function, by)
            return None
        return invoke(target, event, rule, *rest)

    eventbridge._invoke_target = invoke_where_admitted  # noqa: SLF001 - the place of the difference


def _ask_before_subscriptions() -> None:
    """Mend ``_deliver_to_lambda`` (``services/sns.py``)."""
    from ministack.services import sns  # noqa: PLC0415 - only the child process has it

    deliver = getattr(sns, "_deliver_to_lambda", None)
    if deliver is None:
        return

    def deliver_where_admitted(endpoint: str, envelope: str, topic_arn: str, *rest: Any) -> None:
        if is_admitted("sns.amazonaws.com", endpoint, by=[topic_arn]):
            deliver(endpoint, envelope, topic_arn, *rest)
        else:
            sns.logger.warning("SNS: the policy of %s does not admit %s", endpoint, topic_arn)

    sns._deliver_to_lambda = deliver_where_admitted  # noqa: SLF001 - the place of the difference


def _ask_before_rest_apis() -> None:
    """Mend ``_invoke_lambda_proxy_v1`` and ``_invoke_lambda_custom_v1`` (``services/apigateway_v1.py``)."""
    from ministack.services import apigateway_v1  # noqa: PLC0415 - only the child process has it

    refuse = getattr(apigateway_v1, "_gw_error", None)
    for name in ("_invoke_lambda_proxy_v1", "_invoke_lambda_custom_v1"):
        invoke = getattr(apigateway_v1, name, None)
        if invoke is None or refuse is None:
            continue

        async def invoke_where_admitted(*args: Any, _invoke: Any = invoke, **rest: Any) -> Any:
            asked = inspect.signature(_invoke).bind(*args, **rest).arguments
            integration, stage = asked["integration"], asked["stage_name"]
            ways = [
                f"{stage}/{asked['method']}{path}"
                for path in (asked["resource"].get("path", ""), asked["request_path"])
            ]
            if integration.get("credentials") or _is_open_to_api(integration.get("uri", ""), asked, ways=ways):
                return await _invoke(*args, **rest)
            return refuse("API_CONFIGURATION_ERROR", "Internal server error")

        setattr(apigateway_v1, name, invoke_where_admitted)


def _ask_before_http_apis() -> None:
    """Mend ``_invoke_lambda_proxy`` (``services/apigateway.py``)."""
    from ministack.services import apigateway  # noqa: PLC0415 - only the child process has it

    invoke = getattr(apigateway, "_invoke_lambda_proxy", None)
    if invoke is None:
        return
    signature = inspect.signature(invoke)

    async def invoke_where_admitted(*args: Any, **rest: Any) -> Any:
        asked = signature.bind(*args, **rest).arguments
        integration, stage = asked["integration"], asked["stage"]
        method, _, path = asked.get("route_key", "$default").rpartition(" ")
        ways = [f"{stage}/{asked['method']}{one}" for one in (path, asked["path"])] if method else [f"{stage}/{path}"]
        has_role = integration.get("credentialsArn")
        if has_role or _is_open_to_api(integration.get("integrationUri", ""), asked, ways=ways):
            return await invoke(*args, **rest)
        return _HTTP_REFUSED

    apigateway._invoke_lambda_proxy = invoke_where_admitted  # noqa: SLF001 - the place of the difference


def _ask_before_authorizers() -> None:
    """Mend ``_invoke_authorizer_lambda`` and ``_invoke_request_authorizer_lambda`` of both kinds of API.

    "API Gateway must have permission to invoke the Lambda function", given to
    ``arn:aws:execute-api:<region>:<account>:<api>/authorizers/<authorizer>``; without it clients get 500:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
    """
    from ministack.services import apigateway, apigateway_v1  # noqa: PLC0415 - only the child process has it

    for module, name in (
        (apigateway_v1, "_invoke_authorizer_lambda"),
        (apigateway, "_invoke_request_authorizer_lambda"),
    ):
        invoke = getattr(module, name, None)
        if invoke is None:
            continue

        async def invoke_where_admitted(
            authorizer: Mapping[str, Any], event: Mapping[str, Any], *scope: Any, _invoke: Any = invoke
        ) -> Any:
            asked = (event.get("methodArn") or event.get("routeArn") or "").partition("/")[0]
            known = authorizer.get("id") or authorizer.get("authorizerId")
            has_role = authorizer.get("authorizerCredentials") or authorizer.get("authorizerCredentialsArn")
            function = _function_in(authorizer.get("authorizerUri", ""))
            if has_role or is_admitted("apigateway.amazonaws.com", function, by=[f"{asked}/authorizers/{known}"]):
                return await _invoke(authorizer, event, *scope)
            # What is not found and what may not be called look alike: the authorizer is misconfigured.
            return None

        setattr(module, name, invoke_where_admitted)


def _ask_before_function_urls() -> None:
    """Mend ``handle_function_url_request`` (``services/lambda_svc.py``) for URLs that anybody may call.

    "You must also have a resource-based policy that allows public access":
    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html. Without it everybody gets 403. Who signs is asked for
    their own permissions by ministack.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    handle, resolve = getattr(lambda_svc, "handle_function_url_request", None), lambda_svc.resolve_function_url
    if handle is None:
        return

    async def handle_where_admitted(url: str, method: str, *args: Any, **rest: Any) -> Any:
        found = rest.get("resolved") or resolve(url)
        is_preflight = method == "OPTIONS" and found is not None and found[4].get("Cors")
        if found is None or is_preflight or found[4].get("AuthType") == "AWS_IAM" or _is_public(*found[:4]):
            return await handle(url, method, *args, **rest)
        return _URL_REFUSED

    lambda_svc.handle_function_url_request = handle_where_admitted


def _is_public(account: str, region: str, function: str, qualifier: str | None) -> bool:
    """Say whether the policy of a function lets everybody call it by its URL."""
    from ministack.core.responses import request_scope  # noqa: PLC0415
    from ministack.services import lambda_svc  # noqa: PLC0415

    name = f"{function}:{qualifier}" if qualifier else function
    with request_scope(account, region):
        record, _config, _name = lambda_svc._get_base_func_record_for_ref(name)  # noqa: SLF001 - it has no other name
        return record is None or any(
            one.get("Effect") == "Allow"
            and one.get("Principal") in ("*", {"AWS": "*"})
            and one.get("Action") in ("lambda:InvokeFunctionUrl", "lambda:*", "*")
            and _with_qualifier(one["Resource"]) == _with_qualifier(name)
            for one in record["policy"]["Statement"]
        )


def _function_in(uri: str) -> str:
    return uri.partition("/functions/")[2].partition("/invocations")[0] or uri


def _is_open_to_api(uri: str, asked: Mapping[str, Any], *, ways: Iterable[str]) -> bool:
    """Say whether the function of an integration admits a route.

    Args:
        uri: The address of the integration.
        asked: The parameters of the function of ministack that starts it.
        ways: ``<stage>/<method>/<path>`` of the route, with the parameters of the path and with their values.
    """
    from ministack.core.responses import get_account_id, get_region, request_scope  # noqa: PLC0415

    account, region = asked.get("owner_account_id") or get_account_id(), asked.get("owner_region") or get_region()
    function = _function_in(uri)
    api = f"arn:aws:execute-api:{region}:{account}:{asked['api_id']}"
    with request_scope(account, region):
        return is_admitted("apigateway.amazonaws.com", function, by=[f"{api}/{way}" for way in ways])


def is_admitted(service: str, function: str, *, by: Iterable[str], account: str | None = None) -> bool:
    """Say whether the policy of a function lets a service start it; of a missing function ministack says that itself.

    Args:
        service: The principal.
        function: The function's ARN or name, with its qualifier: each version and alias has a policy of its own
            (https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html).
        by: ARNs of what starts it; one of them must be admitted.
        account: Whose that is; unless given, that of its ARN.
    """
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy  # noqa: PLC0415
    from ministack.services import lambda_svc  # noqa: PLC0415

    record, _config, _name = lambda_svc._get_base_func_record_for_ref(function)  # noqa: SLF001 - it has no other name
    if record is None:
        return True
    asked_for = _with_qualifier(function)
    statements = [one for one in record["policy"]["Statement"] if _with_qualifier(one["Resource"]) == asked_for]

    def admits(statement: Mapping[str, Any], source: str) -> bool:
        owner = account or source.split(":")[4]
        # The caller is the service, no principal of an account; so ministack itself asks the policies of topics.
        asked = EvalContext(
            principal_arn="*",
            principal_type="Service",
            principal_account="",
            action="lambda:InvokeFunction",
            resource_arn=statement["Resource"],
            region=source.split(":")[3],
            service_context={"aws:sourcearn": source, "aws:sourceaccount": owner},
        )
        decision: str = evaluate_resource_policy({"Statement": [statement]}, asked, service=service).decision
        return decision == "Allow"

    return any(admits(statement, source) for source in by for statement in statements)


def _with_qualifier(function: str) -> str:
    """Give the name of a function, with its version or alias.

    >>> _with_qualifier("arn:aws:lambda:us-east-1:000000000000:function:bill:live"), _with_qualifier("bill:$LATEST")
    ('bill:live', 'bill')
    """
    return (function.partition(":function:")[2] or function).removesuffix(":$LATEST")
