"""A function's role, assumed by the tester."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud
from harness.errors import RoleNotAssumed
from harness.modes.roles import assumed


class Elsewhere:
    """A cloud whose STS admits nobody."""

    embedded = False
    region, endpoint, account, folder = "eu-west-1", None, "1", None
    credentials_end = None

    def client(self, service: str) -> Any:
        assert service == "sts"
        return self

    def assume_role(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not you"}}, "AssumeRole")

    def credentials(self) -> tuple[str, str, str | None]:
        return "AKIATESTER", "secret", None


def test_where_the_role_does_not_admit_the_tester_it_is_said() -> None:
    """The handler runs with the tester's own permissions, and the run says what that means."""
    told: list[str] = []

    found = assumed("arn:aws:iam::1:role/OrderRole", cloud=Elsewhere(), session="harness-Order", tell=told.append)  # type: ignore[arg-type]

    assert (found.access_key, found.expires) == ("AKIATESTER", None)
    (line,) = told
    assert line == (
        "Order runs in this process with your own permissions, not its role's: OrderRole does not admit you. "
        "Permissions are only tested by the modes invoke and http."
    )


def test_a_role_that_is_not_there_is_an_error(cloud: Cloud) -> None:
    """The embedded cloud lets the tester assume any role that exists."""
    with pytest.raises(RoleNotAssumed) as caught:
        assumed("arn:aws:iam::000000000000:role/Nobody", cloud=cloud, session="harness-Order", tell=print)

    assert str(caught.value).startswith("The role 'arn:aws:iam::000000000000:role/Nobody' cannot be assumed.\n")
    assert "reason: User: is not authorized to perform: sts:AssumeRole" in str(caught.value)
