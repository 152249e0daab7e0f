"""Users and app clients of user pools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from harness.cloud import listing
from harness.cloud.faults import gone_is_fine
from harness.ledger.naming import USER, run_of_client, run_of_email
from harness.sweep.found import Found
from harness.sweep.here import Here

__all__ = ["OfPools"]


class OfPools:
    """What runs have made in the user pools of one account and region.

    Args:
        here: The account and region.
    """

    def __init__(self, here: Here) -> None:
        self._here = here
        self._cloud = here.cloud

    @cached_property
    def _pools(self) -> list[str]:
        if self._here.scope.pools is not None:
            return sorted(self._here.scope.pools)
        pages = self._cloud.client("cognito-idp").get_paginator("list_user_pools").paginate(MaxResults=60)
        return [pool["Id"] for page in pages for pool in page["UserPools"]]

    def users(self) -> Iterator[Found]:
        """Give the users."""
        for pool in self._pools:
            for user in listing.users(self._cloud, pool=pool, prefix=USER):
                if found := self._user(user, pool=pool):
                    yield found

    def _user(self, user: Mapping[str, Any], *, pool: str) -> Found | None:
        email = next((part["Value"] for part in user.get("Attributes", []) if part["Name"] == "email"), "")
        run = run_of_email(email)
        if run is None:
            return None
        since, stage = _epoch(user.get("UserCreateDate")), self._here.scope.stage
        username = user["Username"]
        # As the ledger calls it: where users sign in by e-mail, Cognito makes up a name, which nobody knew before.
        name = username if username == email.partition("@")[0] else email
        return self._here.found("user", name, run=run, within=pool, stage=stage, since=since, known=username)

    def clients(self) -> Iterator[Found]:
        """Give the app clients that should have lived for a moment."""
        for pool in self._pools:
            for told in listing.clients(self._cloud, pool=pool):
                # It may be taken away by another in this moment.
                with gone_is_fine():
                    if found := self._client(told, pool=pool):
                        yield found

    def _client(self, told: Mapping[str, str], *, pool: str) -> Found | None:
        run = run_of_client(told["ClientName"])
        if run is None:
            return None
        asked = {"UserPoolId": pool, "ClientId": told["ClientId"]}
        described = self._cloud.client("cognito-idp").describe_user_pool_client(**asked)["UserPoolClient"]
        since = _epoch(described.get("CreationDate"))
        name, stage = told["ClientName"], self._here.scope.stage
        return self._here.found("client", name, run=run, within=pool, stage=stage, since=since)


def _epoch(moment: datetime | None) -> float | None:
    return moment.timestamp() if moment else None
