"""Asynchronous invocations: what starts them, how often they are tried, and who is told how they ended."""

from __future__ import annotations

import contextvars
import json
import threading
import time
from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.under_way import one_try, taken_in
from harness.events.destinations import bus_event, dead_letter_attributes, invocation_record

__all__ = ["invoke_asynchronously_as_lambda_does", "may", "tell"]

# AWS waits for one minute and for two; here the shape is the same.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
_PAUSE = 0.1
_RETRIES = 2
_OLDEST = 6 * 3600

_ACTIONS = {
    "events": "events:PutEvents",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}

_request_id: contextvars.ContextVar[str] = contextvars.ContextVar("harness_request_id", default="")


def invoke_asynchronously_as_lambda_does() -> None:
    """Let Lambda try again, and then tell destinations and dead-letter targets, with the permissions of the role.

    "If the function returns an error, by default Lambda attempts to run it two more times, with a one-minute wait
    between the first two attempts, and two minutes between the second and third attempts", also if a rule or a topic
    has started it, and always with one request id
    (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). Destinations, also those for
    what succeeded, get a record, and dead-letter targets the event with three attributes, "your function's execution
    role" permitting (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html).

    ``_dispatch_to_lambda`` (``services/eventbridge.py``) and ``_deliver_to_lambda`` (``services/sns.py``) try once;
    ``invoke_async_with_retry`` (``services/lambda_svc.py``) tells failures only, no bus, destination or dead-letter
    target but not both, these in another form, and asks no role.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    needed = ("invoke_async_with_retry", "_execute_function_dispatch", "_execution_record_for_config")
    if all(hasattr(lambda_svc, name) for name in needed):
        lambda_svc.invoke_async_with_retry = _invoke
        _keep_the_request_id(lambda_svc)
        _start_by_rules(lambda_svc)
        _start_by_topics(lambda_svc)


def _keep_the_request_id(lambda_svc: Any) -> None:
    dispatch = lambda_svc._execute_function_dispatch  # noqa: SLF001 - it has no other name

    def dispatch_with_the_same(func: Any, config: Any, event: Any, request_id: str, *rest: Any, **more: Any) -> Any:
        return dispatch(func, config, event, _request_id.get() or request_id, *rest, **more)

    lambda_svc._execute_function_dispatch = dispatch_with_the_same  # noqa: SLF001


def _start_by_rules(lambda_svc: Any) -> None:
    from ministack.services import eventbridge  # noqa: PLC0415 - only the child process has it

    if not hasattr(eventbridge, "_dispatch_to_lambda"):
        return

    def dispatch(arn: str, payload: str) -> None:
        try:
            event = json.loads(payload)
        except (ValueError, TypeError):
            event = {"body": payload}
        _start(lambda_svc, arn, event)

    eventbridge._dispatch_to_lambda = dispatch  # noqa: SLF001 - the place of the difference


def _start_by_topics(lambda_svc: Any) -> None:
    from ministack.services import sns  # noqa: PLC0415 - only the child process has it

    if not hasattr(sns, "_deliver_to_lambda"):
        return

    def deliver(endpoint: str, envelope: str, _topic: str, subscription: str, *_rest: Any) -> None:
        record = {
            "EventVersion": "1.0",
            "EventSubscriptionArn": subscription,
            "EventSource": "aws:sns",
            "Sns": json.loads(envelope),
        }
        _start(lambda_svc, endpoint, {"Records": [record]})

    sns._deliver_to_lambda = deliver  # noqa: SLF001 - the place of the difference


def _start(lambda_svc: Any, arn: str, event: Any) -> None:
    func, config, name = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001 - it has no other name
    if func and config:
        _invoke(lambda_svc._execution_record_for_config(func, config), event)  # noqa: SLF001
    else:
        lambda_svc.logger.warning("asynchronous invocation: function %s not found", name)


def _invoke(func: Mapping[str, Any], event: Any) -> None:
    """Take an event in: all else happens in a thread."""
    context = contextvars.copy_context()
    over = taken_in((func.get("config") or func)["FunctionArn"])

    def run() -> None:
        try:
            context.run(_run, func, event)
        finally:
            over()

    threading.Thread(target=run, daemon=True).start()


def _run(func: Mapping[str, Any], event: Any) -> None:
    from ministack.core.responses import new_uuid, request_scope  # noqa: PLC0415 - only the child process has it
    from ministack.services import lambda_svc  # noqa: PLC0415

    config = func.get("config") or func
    arn: str = config["FunctionArn"]
    _request_id.set(new_uuid())
    with request_scope(arn.split(":")[4], arn.split(":")[3]):
        wishes = _wishes(func, arn)
        result, attempts = _tried(lambda_svc, func, event, arn=arn, wishes=wishes)
        _tell_all(config, event, result, wishes=wishes, attempts=attempts)


def _wishes(func: Mapping[str, Any], arn: str) -> Mapping[str, Any]:
    """Give what the function's ``EventInvokeConfig`` says: that of the version or alias which was invoked."""
    qualifier = (*arn.split(":")[7:8], "$LATEST")[0]
    configs = func.get("event_invoke_configs") or {}
    found: Mapping[str, Any] | None = configs.get(qualifier)
    return found or (func.get("event_invoke_config") if qualifier == "$LATEST" else None) or {}


def _tried(
    lambda_svc: Any, func: Mapping[str, Any], event: Any, *, arn: str, wishes: Mapping[str, Any]
) -> tuple[Mapping[str, Any], int]:
    retries = wishes.get("MaximumRetryAttempts")
    most = 1 + (_RETRIES if retries is None else int(retries))
    deadline = time.monotonic() + (wishes.get("MaximumEventAgeInSeconds") or _OLDEST)
    attempts = 0
    while True:
        with one_try(arn):
            result: Mapping[str, Any] = lambda_svc._execute_function(func, event)  # noqa: SLF001 - it has no other name
        # What is throttled is tried again until it is too old, and counts for nothing.
        attempts += 0 if result.get("throttle") else 1
        if not result.get("error") or attempts >= most or time.monotonic() > deadline:
            return result, attempts
        time.sleep(_PAUSE * max(attempts, 1))


def _tell_all(
    config: Mapping[str, Any], event: Any, result: Mapping[str, Any], *, wishes: Mapping[str, Any], attempts: int
) -> None:
    failed = bool(result.get("error"))
    named = (wishes.get("DestinationConfig") or {}).get("OnFailure" if failed else "OnSuccess") or {}
    body = result.get("body")
    if named.get("Destination"):
        record = invocation_record(
            function_arn=config["FunctionArn"],
            request_id=_request_id.get(),
            condition="RetriesExhausted" if failed else "Success",
            attempts=attempts,
            request=event,
            response=None if failed else body,
            error=(body if isinstance(body, dict) else {"errorMessage": str(body)}) if failed else None,
        )
        tell(config, named["Destination"], record)
    dead_letters = (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if failed and dead_letters:
        message = body.get("errorMessage") or body.get("errorType") if isinstance(body, dict) else str(body)
        attributes = dead_letter_attributes(request_id=_request_id.get(), error_message=message or "Unhandled")
        tell(config, dead_letters, event, attributes=attributes)


def tell(config: Mapping[str, Any], target: str, body: Any, *, attributes: Mapping[str, Any] | None = None) -> None:
    """Send what became of a function to a destination or a dead-letter target, if its role may."""
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    service = target.split(":")[2]
    try:
        if not may(config["Role"], _ACTIONS[service], target):
            lambda_svc.logger.warning("%s may not %s on %s", config["Role"], _ACTIONS[service], target)
            return
        {"sqs": _to_queue, "sns": _to_topic, "events": _to_bus, "lambda": _to_function}[service](
            target, body, attributes or {}
        )
    except Exception:  # noqa: BLE001 - the invocation is over whatever becomes of this
        lambda_svc.logger.exception("%s cannot be told", target)


def may(role: str, action: str, resource: str) -> bool:
    """Say whether a role may do something, as the front door asks it of a call."""
    from ministack.core import iam_evaluator as iam  # noqa: PLC0415 - only the child process has it
    from ministack.services.iam import _roles  # noqa: PLC0415

    name, account = role.rpartition("/")[2], role.split(":")[4]
    asked = iam.EvalContext(
        principal_arn=f"arn:aws:sts::{account}:assumed-role/{name}/lambda",
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource,
        region=resource.split(":")[3],
    )
    limits = iam._permissions_boundary(_roles, name, account)  # noqa: SLF001 - it has no other name
    result = iam.evaluate(asked, iam._gather_role_policies(name, account), *limits)  # noqa: SLF001
    policy = iam._resource_policy(resource.split(":")[2], resource)  # noqa: SLF001
    if policy is not None:
        result = iam.combine_resource_policy(result, asked, *policy, limits=limits)
    return bool(result.decision == "Allow")


def _written(body: Any) -> str:
    """Give a message as Lambda writes it: characters beyond ASCII stay as they are."""
    return json.dumps(body, ensure_ascii=False)


def _to_queue(arn: str, body: Any, attributes: Mapping[str, Any]) -> None:
    from ministack.services import sqs  # noqa: PLC0415 - only the child process has it

    *_, account, name = arn.split(":")
    url = sqs._queue_url_for_account(account, name)  # noqa: SLF001 - it has no other name
    message = {"QueueUrl": url, "MessageBody": _written(body), "MessageAttributes": dict(attributes)}
    sqs._act_send_message(message, url)  # noqa: SLF001


def _to_topic(arn: str, body: Any, attributes: Mapping[str, Any]) -> None:
    from ministack.services import sns  # noqa: PLC0415 - only the child process has it

    sns.publish_internal(arn, _written(body), message_attributes=dict(attributes))


def _to_bus(arn: str, body: Any, _attributes: Mapping[str, Any]) -> None:
    from ministack.services import eventbridge  # noqa: PLC0415 - only the child process has it

    told = bus_event(body, bus_arn=arn)
    entry = {
        "EventBusName": arn,
        "Source": told["source"],
        "DetailType": told["detail-type"],
        "Detail": json.dumps(told["detail"]),
        "Resources": told["resources"],
    }
    eventbridge._put_events({"Entries": [entry]})  # noqa: SLF001 - it has no other name


def _to_function(arn: str, body: Any, _attributes: Mapping[str, Any]) -> None:
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    _start(lambda_svc, arn, body)
