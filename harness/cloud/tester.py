"""Who the tester is in an account that is not embedded, and whether renewed credentials are the same tester's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.faults import translated
from harness.cloud.retrying import configuration
from harness.errors import ForeignPlace

__all__ = ["Tester", "who"]


def who(answer: Mapping[str, Any]) -> dict[str, str]:
    """Give ``Account``, ``Arn`` and ``UserId`` of what STS answers."""
    return {name: answer[name] for name in ("Account", "Arn", "UserId")}


class Tester:
    """The tester. All clients of a cloud hold it, and it does not hold the cloud, which may go before them.

    Args:
        session: The boto3 session.
        region: Of the cloud.
        endpoint: Its address, or None for AWS itself.
        profile: The profile of the AWS configuration, or None for what the environment offers.

    Attributes:
        who: As STS says; empty before anybody has asked.
    """

    embedded = False

    def __init__(self, *, session: Any, region: str, endpoint: str | None, profile: str | None) -> None:
        self.region = region
        self.endpoint = endpoint
        self.who: dict[str, str] = {}
        self._session = session
        self._profile = profile

    def admit(self, found: Any) -> None:
        """Refuse renewed credentials of another account: what the run has created is not there.

        Nothing is created before it is known who the tester is, so until then they may be anybody's.

        Args:
            found: The credentials, as botocore freezes them.

        Raises:
            ForeignPlace: They are of another account.
            NoCredentials: They are not taken either.
        """
        if not self.who:
            return
        now = self._asked(found)
        if now["Account"] != self.who["Account"]:
            raise ForeignPlace(
                "The credentials have expired, and those that stand in their place now are of the account "
                f"{now['Account']!r}.",
                facts=[
                    ("identity", now["Arn"]),
                    ("profile", self._profile or "none, but what the environment offers"),
                    ("account of the run", self.who["Account"]),
                ],
                remedy="nothing was done with them: sign in again to the account of the run",
            )
        self.who = now

    def _asked(self, found: Any) -> dict[str, str]:
        # A client of its own: that of the session would sign with the credentials that have expired.
        sts = self._session.client(
            "sts",
            endpoint_url=self.endpoint,
            config=configuration(),
            aws_access_key_id=found.access_key,
            aws_secret_access_key=found.secret_key,
            aws_session_token=found.token,
        )
        with translated(self):
            return who(sts.get_caller_identity())
