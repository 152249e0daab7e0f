"""Secret parameters that a test brings. What was there before comes back afterwards.

Processes of one machine that bring the same parameter at once share it: it stays until the last of them ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import ClassVar, Literal

from harness._secrets import keep_secret
from harness.cloud.account import Cloud
from harness.cloud.faults import translated
from harness.cloud.taking import register
from harness.errors import MisusedStep
from harness.held import held, put_right
from harness.ledger import Thing

__all__ = ["secret_parameter"]

_SECRET = "SecureString"  # noqa: S105 - the name of a type


@contextmanager
def secret_parameter(cloud: Cloud, *, name: str, value: str, key: str) -> Iterator[None]:
    """Bring an SSM SecureString, and afterwards restore what was there before.

    It stays until the last process of this machine that brings it ends. Until then what was there before is in a file
    that only its owner can read.

    Args:
        cloud: Where the parameter is.
        name: Its name.
        value: The secret.
        key: The id of the KMS key that encrypts it.

    Raises:
        MisusedStep: There is a parameter of another type.
    """
    keep_secret(value)
    store = _Parameter(cloud, name=name)
    store.insist_on_its_type()
    secret = {"Value": value, "Type": _SECRET, "KeyId": key}
    with held(cloud, names=[name], store=store, bring=lambda: store.put(name, secret)):
        yield


class _Parameter:
    """A parameter of SSM: value, type, key and tier."""

    kind: ClassVar[Literal["parameter"]] = "parameter"

    def __init__(self, cloud: Cloud, *, name: str) -> None:
        self.name = name
        self.identity = json.dumps(["ssm", cloud.endpoint, cloud.account, cloud.region, name])
        self._cloud = cloud
        self._client = cloud.client("ssm")

    def insist_on_its_type(self) -> None:
        """Refuse a parameter whose type would have to change, which SSM does not do.

        To delete it and to put another one takes long, there and back: "After deleting a parameter, wait for at least
        30 seconds to create a parameter with the same name." The embedded cloud does not ask for that, but what
        passes there should pass in AWS.
        https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html

        Raises:
            MisusedStep: It is there, and is no SecureString.
        """
        with translated(self._cloud):
            there = self._client.get_parameters(Names=[self.name])["Parameters"]
        if there and there[0]["Type"] != _SECRET:
            raise MisusedStep(
                f"The parameter {self.name!r} is there as a {there[0]['Type']}, and cannot become a {_SECRET}.",
                facts=[("why", "SSM changes no type, and takes a name again only 30 s after it was deleted")],
                remedy="give the secret another name, or delete the parameter",
            )

    def found(self, names: list[str]) -> dict[str, str]:
        kept = {name: self._as_it_is(name) for name in names}
        return {name: json.dumps(parts) for name, parts in kept.items() if parts}

    def restore(self, before: Mapping[str, str | None]) -> None:
        for name, parts in before.items():
            if parts is None:
                self._remove(name)
            else:
                self.put(name, json.loads(parts))

    def put(self, name: str, parts: Mapping[str, str]) -> None:
        with translated(self._cloud):
            there = self._client.get_parameters(Names=[name])["Parameters"]
            # An advanced parameter cannot become a standard one, which is what SSM makes when no tier is told.
            tier = self._described(name, "Tier") if there and "Tier" not in parts else {}
            self._client.put_parameter(Name=name, **parts, **tier, Overwrite=True)

    def _remove(self, name: str) -> None:
        # There is none when the holder that brought it was killed before it did.
        with translated(self._cloud), suppress(self._client.exceptions.ParameterNotFound):
            self._client.delete_parameter(Name=name)

    def _as_it_is(self, name: str) -> dict[str, str] | None:
        """Give value, type, key and tier, as they are put back; None when there is none."""
        with translated(self._cloud):
            found = self._client.get_parameters(Names=[name], WithDecryption=True)["Parameters"]
            if not found:
                return None
            return {"Value": found[0]["Value"], "Type": found[0]["Type"], **self._described(name, "KeyId", "Tier")}

    def _described(self, name: str, *parts: str) -> dict[str, str]:
        """Give those of some parts that a parameter has; nothing when there is none."""
        filters = [{"Key": "Name", "Values": [name]}]
        described = self._client.describe_parameters(ParameterFilters=filters)["Parameters"]
        return {part: described[0][part] for part in parts if described and described[0].get(part)}


def _restore(cloud: Cloud, thing: Thing) -> None:
    """Restore what killed processes have left of a parameter of the ledger, if there is anything."""
    put_right(cloud.folder, store=_Parameter(cloud, name=thing.name))


register(_Parameter.kind, _restore)
