"""The role of a function, assumed by the tester, so that a missing permission shows in this process too."""

from __future__ import annotations

from collections.abc import Callable

from harness._secrets import keep_secret
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.errors import NotAllowed, RoleNotAssumed
from harness.runtime.credentials import Credentials

__all__ = ["assumed"]


def assumed(role: str, *, cloud: Cloud, session: str, tell: Callable[[str], None]) -> Credentials:
    """Give credentials of a role for an hour, or the tester's own where its trust policy does not admit the tester.

    In AWS a function's role trusts ``lambda.amazonaws.com`` and nobody else, unless the template admits the tester.
    A handler then runs with the tester's permissions, and a missing permission of the role goes unseen: `tell` is
    called with a sentence that says so.

    Args:
        role: The ARN of the role.
        cloud: The cloud of the stage.
        session: The name of the session, as CloudTrail shows it; 64 characters at most.
        tell: Called when the tester's own credentials are used.

    Raises:
        RoleNotAssumed: The embedded cloud refused, which it does only when the role is not there.
    """
    try:
        with translated(cloud):
            answer = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName=session[:64], DurationSeconds=3600)
    except NotAllowed as error:
        if cloud.embedded:
            raise RoleNotAssumed(f"The role {role!r} cannot be assumed.", facts=error.facts) from error
        tell(
            f"{session.removeprefix('harness-')} runs in this process with your own permissions, not its role's: "
            f"{role.rsplit('/', 1)[-1]} does not admit you. Permissions are only tested by the modes invoke and http."
        )
        access_key, secret_key, token = cloud.credentials()
        # A copy: botocore renews its own only.
        return Credentials(
            access_key=access_key, secret_key=secret_key, token=token or "", expires=cloud.credentials_end
        )
    found = answer["Credentials"]
    keep_secret(found["SecretAccessKey"], found["SessionToken"])
    return Credentials(
        access_key=found["AccessKeyId"],
        secret_key=found["SecretAccessKey"],
        token=found["SessionToken"],
        expires=found["Expiration"].timestamp(),
    )
