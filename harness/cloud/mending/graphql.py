"""AppSync: what a function behind a field is told, and what becomes of its answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

from harness.events.appsync import cognito_identity, iam_identity, resolver_event
from harness.events.caller import Caller
from harness.events.selections import selections

__all__ = ["resolve_fields_as_appsync_does"]

# What graphql-core tells of the field that is being resolved.
_FIELD: ContextVar[Any] = ContextVar("field")


def resolve_fields_as_appsync_does() -> None:
    """Hand a direct Lambda resolver's whole context to its function, and take any JSON for an answer.

    https://docs.aws.amazon.com/appsync/latest/devguide/direct-lambda-reference.html: the context has the selection
    set, the result becomes the field as it is, and an error of the function is one of the field.
    ``_resolve_lambda`` (``services/appsync.py``) leaves the selection set out, takes only objects, and makes an object
    of an error. Where a user pool or IAM is an additional provider, it says nothing of who asks. Resolvers with code
    of their own go another way and are left alone.
    """
    from ministack.services import appsync  # noqa: PLC0415 - only the child process has it

    answer = getattr(appsync, "_execute_with_schema", None)
    if answer is None or not hasattr(appsync, "_resolve_lambda") or not hasattr(appsync, "_AppSyncResolverError"):
        return

    def answered(*query: Any, **more: Any) -> Any:
        _tell_fields()
        return answer(*query, **more)

    appsync._execute_with_schema = answered  # noqa: SLF001 - the place of the difference
    appsync._resolve_lambda = _resolved  # noqa: SLF001 - the place of the difference


@cache
def _tell_fields() -> None:
    """Let each field tell what is asked for below it; only with the first query, for graphql-core is slow to load."""
    from ministack.core import appsync_graphql  # noqa: PLC0415 - see above

    execute = appsync_graphql.execute

    def executed(*query: Any) -> Any:
        *asked, resolve, context = query
        return execute(*asked, _remembering(resolve), context)

    appsync_graphql.execute = executed


def _remembering(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def remembered(source: Any, info: Any, **arguments: Any) -> Any:
        _FIELD.set(info)
        return resolve(source, info, **arguments)

    return remembered


def _resolved(  # noqa: PLR0913 - as it is called
    *,
    api_id: str,  # noqa: ARG001 - as it is called
    resolver: Mapping[str, Any],
    data_source: Mapping[str, Any],
    args: Mapping[str, Any],
    field_name: str,
    identity: Mapping[str, Any] | None,
    request_headers: Mapping[str, str],
    source: Mapping[str, Any],
    variables: Mapping[str, Any] | None = None,
) -> Any:
    from ministack.services import appsync, lambda_svc  # noqa: PLC0415 - only the child process has them

    info = _FIELD.get(None)
    event = resolver_event(
        field_name,
        type=info.parent_type.name if info else str(resolver.get("typeName", "Query")),
        arguments=args,
        identity=identity or _asker(request_headers),
        # ministack has an empty object at the top, where AppSync has null.
        source=source or None,
        headers=request_headers,
        selections=selections(info) if info else (),
        variables=variables,
    )
    arn = (data_source.get("lambdaConfig") or {}).get("lambdaFunctionArn", "")
    function, config, _ = lambda_svc._get_func_record_for_ref(arn)  # noqa: SLF001 - as ministack does
    if not function or not config:
        raise appsync._AppSyncResolverError(f"Function not found: {arn}", "Lambda:ResourceNotFoundException")  # noqa: SLF001
    record = lambda_svc._execution_record_for_config(function, config)  # noqa: SLF001
    result = lambda_svc._execute_function_with_config_scope(record, event)  # noqa: SLF001
    body = result.get("body")
    if result.get("error"):
        message = body.get("errorMessage") if isinstance(body, dict) else None
        raise appsync._AppSyncResolverError(str(message or "Unhandled"), "Lambda:Unhandled")  # noqa: SLF001
    return body


def _asker(headers: Mapping[str, str]) -> dict[str, Any] | None:
    """Give who asks, by the proof that the request brings; None with an API key.

    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html
    """
    if "x-api-key" in headers:
        return None
    if headers.get("authorization", "").startswith("AWS4-HMAC-SHA256"):
        return _signer(headers)
    from ministack.services import appsync  # noqa: PLC0415 - only the child process has it

    # It reads the token; a pool of any provider has issued it.
    found = appsync._cognito_identity({}, headers)  # noqa: SLF001 - as ministack does for the first provider
    return cognito_identity(found["claims"]) if found else None


def _signer(headers: Mapping[str, str]) -> dict[str, Any] | None:
    from ministack.core.iam_evaluator import resolve_caller_identity  # noqa: PLC0415 - only the child process has it
    from ministack.core.router import extract_access_key_id  # noqa: PLC0415

    found = resolve_caller_identity(extract_access_key_id(dict(headers), {}))
    if found is None:
        return None
    caller = Caller(
        account=found["accountId"], arn=found["userArn"], user_id=found["userId"], access_key=found["accessKey"]
    )
    return iam_identity(caller)
