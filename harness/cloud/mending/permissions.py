"""Permissions: rules, topics and APIs start a function only where its own policy admits them."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from typing import Any

__all__ = ["ask_the_policy_of_functions"]

_HTTP_REFUSED = (500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}')


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
        if is_asked and not _is_admitted("events.amazonaws.com", function, by=[by]):
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
        if _is_admitted("sns.amazonaws.com", endpoint, by=[topic_arn]):
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


def _is_open_to_api(uri: str, asked: Mapping[str, Any], *, ways: Iterable[str]) -> bool:
    """Say whether the function of an integration admits a route.

    Args:
        uri: The address of the integration.
        asked: The parameters of the function of ministack that starts it.
        ways: ``<stage>/<method>/<path>`` of the route, with the parameters of the path and with their values.
    """
    from ministack.core.responses import get_account_id, get_region, request_scope  # noqa: PLC0415

    account, region = asked.get("owner_account_id") or get_account_id(), asked.get("owner_region") or get_region()
    function = uri.partition("/functions/")[2].partition("/invocations")[0] or uri
    api = f"arn:aws:execute-api:{region}:{account}:{asked['api_id']}"
    with request_scope(account, region):
        return _is_admitted("apigateway.amazonaws.com", function, by=[f"{api}/{way}" for way in ways])


def _is_admitted(service: str, function: str, *, by: Iterable[str]) -> bool:
    """Say whether the policy of a function lets a service start it; of a missing function ministack says that itself.

    Args:
        service: The principal.
        function: The function's ARN or name, with its qualifier: each version and alias has a policy of its own
            (https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html).
        by: ARNs of what starts it; one of them must be admitted.
    """
    from ministack.core.iam_evaluator import EvalContext, evaluate_resource_policy  # noqa: PLC0415
    from ministack.services import lambda_svc  # noqa: PLC0415

    record, _config, _name = lambda_svc._get_base_func_record_for_ref(function)  # noqa: SLF001 - it has no other name
    if record is None:
        return True
    asked_for = _with_qualifier(function)
    statements = [one for one in record["policy"]["Statement"] if _with_qualifier(one["Resource"]) == asked_for]

    def admits(statement: Mapping[str, Any], source: str) -> bool:
        account = source.split(":")[4]
        # The caller is the service, no principal of an account; so ministack itself asks the policies of topics.
        asked = EvalContext(
            principal_arn="*",
            principal_type="Service",
            principal_account="",
            action="lambda:InvokeFunction",
            resource_arn=statement["Resource"],
            region=source.split(":")[3],
            service_context={"aws:sourcearn": source, "aws:sourceaccount": account},
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
