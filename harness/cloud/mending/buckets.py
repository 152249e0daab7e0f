"""Buckets: which functions they may start, and who may give one a name."""

from __future__ import annotations

import contextvars
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from harness.cloud.mending.permissions import is_admitted

__all__ = ["ask_functions_about_buckets", "name_buckets_in_each_account"]

_creating: contextvars.ContextVar[bool] = contextvars.ContextVar("harness_creating", default=False)


def ask_functions_about_buckets() -> None:
    """Let a bucket tell a function only that admits it, and refuse a configuration that names another one.

    "You must grant the Amazon S3 principal the necessary permissions to call the relevant API"
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html), and S3 validates
    a destination when it is configured
    (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html).
    ``_validate_notification_configs`` and ``_deliver_event_to_lambda`` (``services/s3.py``) ask queues and topics only.
    """
    from ministack.services import s3  # noqa: PLC0415 - only the child process has it

    validate = getattr(s3, "_validate_notification_configs", None)
    deliver = getattr(s3, "_deliver_event_to_lambda", None)
    if validate is None or deliver is None:
        return

    signature = inspect.signature(validate)

    def validated(*args: Any, **more: Any) -> Any:
        refused = validate(*args, **more)
        asked = signature.bind(*args, **more).arguments
        if refused or asked.get("skip_destination_validation"):
            return refused
        functions, bucket = [one["arn"] for one in asked["configs"] if one["type"] == "lambda"], asked["bucket_name"]
        closed = [function for function in functions if not _admits(function, bucket)]
        sentence = f"Unable to validate the following destination configurations: {', '.join(closed)}"
        return s3._invalid_notification_config(sentence) if closed else None  # noqa: SLF001 - it has no other name

    def delivered(function: str, payload: Mapping[str, Any], *rest: Any) -> None:
        bucket = payload["Records"][0]["s3"]["bucket"]["name"]
        if _admits(function, bucket):
            deliver(function, payload, *rest)
        else:
            s3.logger.warning("S3: the policy of %s does not admit %s", function, bucket)

    s3._validate_notification_configs = validated  # noqa: SLF001 - the place of the difference
    s3._deliver_event_to_lambda = delivered  # noqa: SLF001 - the place of the difference


def _admits(function: str, bucket: str) -> bool:
    from ministack.core.responses import get_account_id  # noqa: PLC0415 - only the child process has it
    from ministack.services import s3  # noqa: PLC0415

    owner = s3._bucket_owner_account(bucket) or get_account_id()  # noqa: SLF001 - it has no other name
    return is_admitted("s3.amazonaws.com", function, by=[f"arn:aws:s3:::{bucket}"], account=owner)


def name_buckets_in_each_account() -> None:
    """Let each account have a bucket of the same name, which is *not* as in AWS.

    There a name belongs to one account
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingBucket.html). But the muted copy of a stage stands in an
    account of its own beside the usual one, and with a name of its own the functions that have a fixed one in
    their code, their environment or their policies would fail for a reason that AWS does not have.

    ``_bucket_owner_account`` (``services/s3.py``) gives the one owner of a name; here the account that asks comes
    first, and whoever creates a bucket sees only its own.
    """
    from ministack.services import s3  # noqa: PLC0415 - only the child process has it
    from ministack.services.cloudformation import provisioners  # noqa: PLC0415

    owner_of = getattr(s3, "_bucket_owner_account", None)
    needed = ("_apply_bucket_scope", "_create_bucket", "_request_access_key", "_account_from_access_key")
    if owner_of is None or not all(hasattr(s3, name) for name in needed):
        return

    def owner(name: str) -> str | None:
        from ministack.core.responses import get_account_id  # noqa: PLC0415 - only the child process has it

        own: str = get_account_id()
        if s3._buckets.contains_scoped(own, None, name):  # noqa: SLF001 - it has no other name
            return own
        found: str | None = None if _creating.get() else owner_of(name)
        return found

    s3._bucket_owner_account = owner  # noqa: SLF001 - the place of the difference
    s3._create_bucket = _alone(s3._create_bucket)  # noqa: SLF001
    handler = provisioners._RESOURCE_HANDLERS["AWS::S3::Bucket"]  # noqa: SLF001
    handler["create"] = provisioners._s3_create = _alone(handler["create"])  # noqa: SLF001
    if hasattr(provisioners, "s3_bucket_name_conflict"):
        provisioners.s3_bucket_name_conflict = _alone(provisioners.s3_bucket_name_conflict)
    _find_the_bucket_of_who_signs(s3)


def _alone(create: Callable[..., Any]) -> Callable[..., Any]:
    def created(*args: Any, **more: Any) -> Any:
        token = _creating.set(True)
        try:
            return create(*args, **more)
        finally:
            _creating.reset(token)

    return created


def _find_the_bucket_of_who_signs(s3: Any) -> None:
    """Let a presigned address mean the bucket of the account that has signed it."""
    from ministack.core.responses import set_request_account_id  # noqa: PLC0415 - only the child process has it

    apply = s3._apply_bucket_scope  # noqa: SLF001 - the place of the difference

    signature = inspect.signature(apply)

    def applied(*args: Any, **more: Any) -> Any:
        asked = signature.bind(*args, **more).arguments
        bucket, parts = asked["bucket"], [asked[part] for part in ("method", "key", "headers", "query_params")]
        signed_with = s3._request_access_key(*parts, asked.get("body", b""))  # noqa: SLF001 - it has no other name
        signer = s3._account_from_access_key(signed_with) if signed_with else None  # noqa: SLF001
        if signer and s3._buckets.contains_scoped(signer, None, bucket):  # noqa: SLF001
            set_request_account_id(signer)
        return apply(*args, **more)

    s3._apply_bucket_scope = applied  # noqa: SLF001
