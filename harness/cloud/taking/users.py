"""Users of a pool, and app clients that live for a moment."""

from __future__ import annotations

from collections.abc import Iterator

from harness.cloud.faults import gone_is_fine
from harness.cloud.taking.removal import Removal

__all__ = ["remove_client", "remove_user"]


def remove_user(removal: Removal) -> None:
    """Delete a user, by the name in the pool where that is known: an address is good until it is changed."""
    cognito = removal.client("cognito-idp")
    with gone_is_fine():
        cognito.admin_delete_user(UserPoolId=removal.thing.within, Username=removal.known or removal.thing.name)


def remove_client(removal: Removal) -> None:
    """Delete every app client of a name: a creation whose answer was lost, and that was repeated, has made two."""
    cognito, pool = removal.client("cognito-idp"), removal.thing.within
    with gone_is_fine():
        for client in [removal.known] if removal.known else list(_of_the_name(removal)):
            cognito.delete_user_pool_client(UserPoolId=pool, ClientId=client)


def _of_the_name(removal: Removal) -> Iterator[str]:
    pages = removal.client("cognito-idp").get_paginator("list_user_pool_clients")
    # Without a number a page holds one client of each ten that there may be.
    for page in pages.paginate(UserPoolId=removal.thing.within, MaxResults=60):
        yield from (one["ClientId"] for one in page["UserPoolClients"] if one["ClientName"] == removal.thing.name)
