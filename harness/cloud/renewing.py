"""Credentials that somebody renews while a run is on.

botocore renews what it has got itself, from SSO, a role or a process. What stands in ``~/.aws/credentials`` it reads
once, and a session token there ends after some hours; `saml2aws` and its like then write a new one. By then the file
may as well hold keys of another account, so what is found is asked about before it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness._secrets import keep_secret
from harness.cloud.faults import EXPIRED

__all__ = ["renew"]

Read = Callable[[], Any]
Admit = Callable[[Any], object]


def renew(client: Any, *, session: Any, profile: str | None, admit: Admit, read: Read | None = None) -> None:
    """Let a client read its credentials anew when they have expired, and try once more if others are found.

    Args:
        client: A client of the session.
        session: The boto3 session, whose credentials all its clients share.
        profile: The profile of the AWS configuration, or None for what the environment offers.
        admit: Called with other credentials that were found; what it raises ends the call, and they are not taken.
        read: Reads credentials; as boto3 does when not given.
    """
    name = client.meta.service_model.service_id.hyphenize()

    def look(*, response: tuple[Any, Mapping[str, Any]] | None, **_: Any) -> float | None:
        code = response[1].get("Error", {}).get("Code") if response is not None else None
        if code not in EXPIRED:
            return None
        held = session.get_credentials()
        return 0.0 if _renewed(held, read or (lambda: _as_boto3_does(profile)), admit=admit) else None

    # Of several answers botocore takes the first: after so many seconds the call is signed and made again.
    client.meta.events.register_first(f"needs-retry.{name}", look)


def _renewed(held: Any, read: Read, *, admit: Admit) -> bool:
    """Put freshly read keys in the place of those that are held; say whether they are others."""
    from botocore.credentials import Credentials  # noqa: PLC0415 - `import harness` must not load boto3

    found = read() if type(held) is Credentials else None
    if found is None:
        return False
    frozen = found.get_frozen_credentials()
    if frozen.token == held.token and frozen.access_key == held.access_key:
        return False
    keep_secret(frozen.secret_key, frozen.token)
    admit(frozen)
    held.access_key, held.secret_key, held.token = frozen.access_key, frozen.secret_key, frozen.token
    return True


def _as_boto3_does(profile: str | None) -> Any:
    import botocore.session  # noqa: PLC0415 - as above

    return botocore.session.Session(profile=profile).get_credentials()
