"""What boto3 says about credentials and addresses, in the harness's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from harness.errors import NoCredentials, NotAllowed, StageError, UnreachableEndpoint

__all__ = ["EXPIRED", "GONE", "Place", "code_of", "gone_is_fine", "in_our_words", "message_of", "translated"]

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
# What the services say of a thing that is not there, or of the pool, bucket, table, topic or bus in which it was. SQS
# says "AWS.SimpleQueueService.NonExistentQueue" in its query protocol and "QueueDoesNotExist" in JSON; SNS "NotFound".
GONE = frozenset({
    "AWS.SimpleQueueService.NonExistentQueue", "NoSuchBucket", "NoSuchKey", "NotFound", "QueueDoesNotExist",
    "ResourceNotFoundException", "UserNotFoundException",
})  # fmt: skip
_REFUSED = frozenset({
    "AuthFailure", "IncompleteSignature", "InvalidAccessKeyId", "InvalidClientTokenId", "InvalidSignatureException",
    "MissingAuthenticationToken", "SignatureDoesNotMatch", "UnrecognizedClientException",
})  # fmt: skip
_FORBIDDEN = frozenset({
    "403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "Forbidden", "UnauthorizedOperation",
    "UnauthorizedException",
})  # fmt: skip


class Place(Protocol):
    """Where a call goes: the address of a cloud, or None for AWS itself, and the region."""

    endpoint: str | None
    region: str
    embedded: bool


@contextmanager
def translated(cloud: Place) -> Iterator[None]:
    """Say in one sentence that credentials are missing, or that nothing answers; let all else pass.

    The chain of causes is cut: AWS repeats the signed request, session token included, when a signature is wrong.

    Raises:
        NoCredentials: There are none, or they have expired.
        NotAllowed: They are good, but do not allow this call.
        UnreachableEndpoint: Nothing answers.
    """
    try:
        yield
    except Exception as fault:
        error = in_our_words(fault, cloud=cloud)
        if error is None:
            raise
        raise error from None


@contextmanager
def gone_is_fine() -> Iterator[None]:
    """Let pass that something is not there, or has been taken away by another in this moment; the block ends then."""
    try:
        yield
    except Exception as fault:
        if code_of(fault) not in GONE:
            raise


def code_of(fault: Exception) -> str:
    """Give the error code of a service, or nothing."""
    response = getattr(fault, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def message_of(fault: Exception) -> str:
    """Give the sentence of a service, without the words that boto3 puts around it."""
    response = getattr(fault, "response", None) or {}
    return str(response.get("Error", {}).get("Message", "") or fault)


def in_our_words(fault: Exception, *, cloud: Place) -> StageError | None:
    """Give the error of the harness for what boto3 raises about credentials and addresses; None for all else."""
    from botocore import exceptions  # noqa: PLC0415 - costs start-up time and is needed only after a failure

    place = [("region", cloud.region), ("endpoint", cloud.endpoint or "AWS")]
    if isinstance(fault, exceptions.NoRegionError):
        return UnreachableEndpoint("No region is set.", facts=place, remedy="Set AWS_REGION.")
    if isinstance(fault, exceptions.ProfileNotFound):
        return NoCredentials(
            f"{fault}.", facts=place, remedy="Correct AWS_PROFILE, or see `aws configure list-profiles`."
        )
    if isinstance(
        fault,
        exceptions.NoCredentialsError
        | exceptions.PartialCredentialsError
        | exceptions.CredentialRetrievalError
        | exceptions.SSOError
        | exceptions.TokenRetrievalError,
    ):
        return NoCredentials(
            "There are no credentials for the cloud.",
            facts=[*place, ("boto3", type(fault).__name__)],
            remedy="Set AWS_PROFILE or sign in (`aws sso login`).",
        )
    if isinstance(fault, exceptions.ConnectionError | exceptions.HTTPClientError):
        return UnreachableEndpoint(
            f"Nothing answers at {cloud.endpoint or f'AWS in {cloud.region}'!r}.",
            facts=[*place, ("boto3", type(fault).__name__)],
            remedy=_how_to_reach(cloud),
        )
    return _of_a_service(fault, place=place) if isinstance(fault, exceptions.ClientError) else None


def _how_to_reach(cloud: Place) -> str:
    if cloud.embedded:
        return "Start it with `harness up`."
    if cloud.endpoint:
        return "Start what should answer there, or correct the endpoint: AWS_ENDPOINT_URL, or pyproject.toml."
    return "See whether the network lets AWS be reached."


def _of_a_service(fault: Any, *, place: list[tuple[str, str]]) -> StageError | None:
    code = code_of(fault)
    facts = [*place, ("call", fault.operation_name), ("code", code)]
    if code in EXPIRED:
        return NoCredentials("The credentials have expired.", facts=facts, remedy="Sign in again (`aws sso login`).")
    if code in _REFUSED:
        return NoCredentials(
            "The cloud does not know the credentials.", facts=facts, remedy="Correct AWS_PROFILE or the access key."
        )
    if code in _FORBIDDEN:
        facts.append(("reason", message_of(fault)))
        return NotAllowed(f"The credentials do not allow {fault.operation_name!r}.", facts=facts)
    return None
