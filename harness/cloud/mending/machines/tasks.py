"""Tasks: mocked where a test asks for it, refused where the role does not allow them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.mending.machines.engine import Engine
from harness.cloud.mending.machines.mocks import Mocked, mocked
from harness.cloud.mending.machines.roles import Refused, insist_on_permission
from harness.cloud.mending.machines.task import ROLE, TASK, Task

__all__ = ["attend_tasks"]

# https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: these two are not caught by
# States.ALL, nor by States.TaskFailed.
_UNCAUGHT = frozenset({"States.DataLimitExceeded", "States.Runtime"})
_INVOKE = "states:::lambda:invoke"


def attend_tasks(engine: Engine) -> None:
    """Let each attempt of a task be answered by a mock, or ask whether the role of the machine allows it.

    ``_execute_task`` looks for mocks once for all attempts, ``_invoke_resource`` never asks a role. For
    ``lambda:invoke`` it leaves out what the answer of Lambda's API has besides
    (https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html), and hands the parameters of the call to
    a function where ``Payload`` is missing. ``_error_matches`` lets ``States.ALL`` catch what it cannot.
    """
    execute, invoke, call_back = engine.execute_task, engine.invoke_resource, engine.invoke_with_callback
    matches = engine.error_matches

    def execute_task(
        state: Mapping[str, Any], given: Any, execution: dict[str, Any], context: Mapping[str, Any]
    ) -> Any:
        task = TASK.set(Task(execution=execution, name=context["State"]["Name"], state=state))
        role = ROLE.set(ROLE.get() if execution.get("single") else _role_of(engine, execution))
        try:
            return execute(state, given, execution, context)
        finally:
            TASK.reset(task)
            ROLE.reset(role)

    def invoke_resource(resource: str, given: Any) -> Any:
        answer = _before(engine, resource, given)
        if answer is not None:
            return answer.value
        if _INVOKE not in resource:
            return invoke(resource, given)
        if given.get("InvocationType") == "Event":
            return _as_lambda_answers(_sent(engine, given))
        return _as_lambda_answers(invoke(resource, {"Payload": {}, **given}))

    def invoke_with_callback(resource: str, given: Any, token: str, state: Mapping[str, Any]) -> Any:
        answer = _before(engine, resource, given)
        return call_back(resource, given, token, state) if answer is None else answer.value

    def error_matches(names: list[str], error: str) -> bool:
        return error in names if error in _UNCAUGHT else matches(names, error)

    engine.replace("execute_task", execute_task)
    engine.replace("invoke_resource", invoke_resource)
    engine.replace("invoke_with_callback", invoke_with_callback)
    engine.replace("error_matches", error_matches)


def _before(engine: Engine, resource: str, given: Any) -> Mocked | None:
    """Give the answer of a mock, or None when the task is to run.

    Raises:
        Exception: The engine's own: the mock is an error, or the role does not allow the task.
    """
    task = TASK.get()
    answer = mocked(task) if task else None
    if answer is None:
        try:
            insist_on_permission(resource, given, role=ROLE.get())
        except Refused as refused:
            raise engine.ExecutionError(refused.error, refused.cause) from None
    elif answer.error:
        raise engine.ExecutionError(answer.error, answer.cause)
    return answer


def _role_of(engine: Engine, execution: Mapping[str, Any]) -> str:
    # A child of a distributed map has the name of the map behind that of its machine.
    machine = engine.state_machines.get(execution["stateMachineArn"].partition("/")[0]) or {}
    return str(machine.get("roleArn", ""))


def _sent(engine: Engine, given: Mapping[str, Any]) -> dict[str, Any]:
    """Let Lambda take an event in, and give its answer, which ``_invoke_resource`` would have waited for.

    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html: the status of an asynchronous invocation is 202.
    """
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    reference = engine.resolve_lambda_function_ref(given["FunctionName"], optimized=True)
    record, config, name = lambda_svc._get_func_record_for_ref(reference)  # noqa: SLF001 - it has no other name
    if not record or not config:
        raise engine.ExecutionError("Lambda.ResourceNotFoundException", f"Function not found: {name}")
    function = lambda_svc._execution_record_for_config(record, config)  # noqa: SLF001
    lambda_svc.invoke_async_with_retry(function, given.get("Payload", {}))
    return {"Payload": "", "StatusCode": 202}


def _as_lambda_answers(answer: dict[str, Any]) -> dict[str, Any]:
    from ministack.core.responses import new_uuid  # noqa: PLC0415 - only the child process has it

    request = new_uuid()
    headers = {"Content-Type": "application/json", "X-Amz-Executed-Version": "$LATEST", "x-amzn-RequestId": request}
    return {
        "ExecutedVersion": "$LATEST",
        **answer,
        "SdkHttpMetadata": {
            "AllHttpHeaders": {name: [value] for name, value in headers.items()},
            "HttpHeaders": headers,
            "HttpStatusCode": answer["StatusCode"],
        },
        "SdkResponseMetadata": {"RequestId": request},
    }
