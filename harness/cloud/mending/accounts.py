"""What belongs to an account, and what is addressed without one: APIs by their id, app clients by theirs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["end_workers_of_their_account", "find_apis_of_any_account", "sign_in_to_any_account"]


def find_apis_of_any_account() -> None:
    """Let a request reach an API whoever owns it and whoever sent it, as its address does in AWS.

    An address is ``https://<api>.execute-api.<region>.amazonaws.com``, which names no account, and most requests are
    not signed (https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-call-api.html). For these
    ``find_api_scope`` (``services/apigateway.py``, ``services/apigateway_v1.py``) looks in the usual account alone,
    so that the API of another one is 404. The request is handled as one to the owner of the API, which is also the
    account as which its authorizers and functions then run.
    """
    from ministack import app  # noqa: PLC0415 - only the child process has it
    from ministack.core.responses import get_account_id, get_region, request_scope  # noqa: PLC0415
    from ministack.services import apigateway, apigateway_v1  # noqa: PLC0415

    handle, parse = getattr(app, "_handle_execute_api_request", None), getattr(app, "_parse_execute_api_url", None)
    stores = [getattr(apigateway, "_apis", None), getattr(apigateway_v1, "_rest_apis", None)]
    if not (handle and parse and all(hasattr(store, "all_items") for store in stores)):
        return

    async def handle_for_the_owner(host: str, path: str, *rest: Any, **more: Any) -> Any:
        parsed, account = parse(host, path), get_account_id()
        owners = list(_owners(parsed[0], stores)) if parsed else []
        if not owners or account in owners:
            return await handle(host, path, *rest, **more)
        with request_scope(owners[0], get_region()):
            return await handle(host, path, *rest, **more)

    app._handle_execute_api_request = handle_for_the_owner  # noqa: SLF001 - it has no other name


def _owners(api: str, stores: list[Any]) -> Iterator[str]:
    for store in stores:
        yield from (account for (account, _region, known), _ in store.all_items() if known == api)


def end_workers_of_their_account() -> None:
    """Let a deployment end the execution environments of its own functions, not those of another account's.

    A function is its account's and region's (https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html).
    ``_lambda_create`` (``services/cloudformation/provisioners.py``) and ``UpdateFunctionConfiguration``
    (``services/lambda_svc.py``) name the function alone to ``invalidate_worker``, which then ends the workers of
    every function of that name: a run that deploys its stage would make an invocation of another run fail.
    """
    from ministack.core.responses import get_account_id, get_region  # noqa: PLC0415 - only the child process has it
    from ministack.services import lambda_svc  # noqa: PLC0415

    invalidate = getattr(lambda_svc, "invalidate_worker", None)
    if invalidate is None:
        return

    def invalidate_here(
        func_name: str, qualifier: str | None = None, account: str | None = None, region: str | None = None
    ) -> None:
        invalidate(func_name, qualifier, account or get_account_id(), region or get_region())

    lambda_svc.invalidate_worker = invalidate_here


def sign_in_to_any_account() -> None:
    """Let an unsigned call to a user pool reach it whoever owns it.

    In AWS ``InitiateAuth``, ``GetUser`` and their like are not signed and name a client or bring a token, which is
    enough (https://docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-public-server-side.html).
    ``_pin_unsigned_idp_scope`` (``services/cognito.py``) takes the region from these, but not the account, so that
    only pools of the usual account are found.
    """
    from ministack import app  # noqa: PLC0415 - only the child process has it

    load = getattr(app, "_get_module", None)
    mended: list[Any] = []
    if load is None:
        return

    def load_and_mend(name: str) -> Any:
        module = load(name)
        if name == "cognito" and not mended:
            mended.append(module)
            _pin_the_account_too(module)
        return module

    # Loading Cognito takes longer than all else that is mended, and ministack does it at the first call only.
    app._get_module = load_and_mend  # noqa: SLF001 - it has no other name


def _pin_the_account_too(cognito: Any) -> None:
    from ministack.core.responses import set_request_account_id  # noqa: PLC0415 - only the child process has it

    pin, pool_of = getattr(cognito, "_pin_unsigned_idp_scope", None), getattr(cognito, "_pool_id_from_token", None)
    pools: Any = getattr(cognito, "_user_pools", None)
    sessions: Any = getattr(cognito, "_challenge_sessions", None)
    if not (pin and pool_of and hasattr(pools, "all_items") and hasattr(sessions, "contains_scoped")):
        return
    refreshed = getattr(cognito, "_refresh_tokens", {})

    def pin_account_and_region(data: Mapping[str, Any]) -> None:
        tokens = [str(data.get(name) or "") for name in ("AccessToken", "RefreshToken", "Token")]
        meant = {pool_of(token) or refreshed.get(token, {}).get("pool_id") for token in tokens}
        meant.add(data.get("UserPoolId"))
        client, session = data.get("ClientId"), data.get("Session")
        for (account, region, pool), kept in pools.all_items():
            if pool in meant or client in kept["_clients"] or sessions.contains_scoped(account, region, session):
                set_request_account_id(account)
                break
        pin(data)

    cognito._pin_unsigned_idp_scope = pin_account_and_region  # noqa: SLF001 - it has no other name
