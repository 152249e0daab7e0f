"""A cloud: an AWS account and region, or the embedded one."""

from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any

from harness._garbage import uncollected
from harness._secrets import keep_secret
from harness.cloud import retrying
from harness.cloud.faults import translated
from harness.cloud.tester import Tester, who
from harness.errors import NoCredentials
from harness.ledger import Kind, Ledger, Thing
from harness.ledger.naming import new_run
from harness.system.partitions import partition_of

__all__ = ["EMBEDDED_ACCOUNT", "EMBEDDED_SECRET", "Cloud", "embedded_cloud"]

EMBEDDED_ACCOUNT = "000000000000"
# No secret: the embedded cloud listens on the loopback address only. There an access key of twelve digits is the root
# of the account of that number, and this is the secret key of them all.
EMBEDDED_SECRET = "test"  # noqa: S105 - see above


class Cloud:
    """An account and region, with the clients that speak to it.

    Args:
        folder: The project's folder for caches and state.
        region: Such as ``eu-west-1``.
        endpoint: The address of every service, or None for AWS itself.
        profile: A profile of the AWS configuration, or None for what the environment offers.
        embedded: Whether this is the embedded cloud. Then nothing of the environment's AWS settings is used.
        account: Which account of the embedded cloud, in twelve digits. In AWS the credentials say which.
        stage: The name of the stage for whose tests things are created.
        ledger: Where it is written down what is created; a ledger of its own when not given.
    """

    def __init__(  # noqa: PLR0913 - each is a fact of the account, and most have defaults
        self,
        *,
        folder: Path,
        region: str,
        endpoint: str | None = None,
        profile: str | None = None,
        embedded: bool = False,
        account: str = EMBEDDED_ACCOUNT,
        stage: str = "",
        ledger: Ledger | None = None,
    ) -> None:
        self.folder = folder
        self.region = region
        self.endpoint = endpoint
        self.profile = profile
        self.embedded = embedded
        self.stage = stage
        self.ledger = ledger or Ledger(folder, run=new_run())
        self._embedded_account = account
        self._clients: dict[str, Any] = {}

    def __repr__(self) -> str:
        kind = "embedded" if self.embedded else self.profile or "environment"
        return f"<Cloud {kind} {self.region} {self.endpoint or 'aws'}>"

    @cached_property
    def session(self) -> Any:
        """The boto3 session of the tester."""
        import boto3  # noqa: PLC0415 - `import harness` must not load boto3
        import botocore.session  # noqa: PLC0415

        from harness.cloud.loading import QuickLoader  # noqa: PLC0415 - loads botocore

        if not self.embedded:
            return boto3.Session(profile_name=self.profile, region_name=self.region)
        nowhere = {name: (None, None, value, None) for name, value in _NO_CONFIGURATION.items()}
        inner = botocore.session.Session(session_vars=nowhere)
        inner.register_component("data_loader", QuickLoader())
        key, secret, _ = self.credentials()
        return boto3.Session(key, secret, region_name=self.region, botocore_session=inner)

    def client(self, service: str, **config: Any) -> Any:
        """Give the boto3 client of a service; clients without a `config` of their own are kept."""
        if config:
            return self._new_client(service, **config)
        if service not in self._clients:
            self._clients[service] = self._new_client(service)
        return self._clients[service]

    def _new_client(self, service: str, **config: Any) -> Any:
        with uncollected():
            client = self.session.client(service, endpoint_url=self.endpoint, config=self.configuration(**config))
        retrying.watch(client, may_come_back=not self.embedded)
        if not self.embedded:
            from harness.cloud.renewing import renew  # noqa: PLC0415 - the embedded cloud's keys never expire

            renew(client, session=self.session, profile=self.profile, admit=self._tester.admit)
        return client

    def configuration(self, **config: Any) -> Any:
        """Give the configuration of a client: how long it waits, and how often it tries."""
        return retrying.configuration(**({"proxies": {}} if self.embedded else {}) | config)

    @property
    def identity(self) -> dict[str, str]:
        """Who the tester is: ``Account``, ``Arn`` and ``UserId``, as STS says."""
        if self.embedded:
            account = self._embedded_account
            return {"Account": account, "Arn": f"arn:aws:iam::{account}:root", "UserId": account}
        if not self._tester.who:
            with translated(self):
                # The first call of a run: whoever has mistyped an address does not wait for five tries.
                answer = self.client("sts", retries={"mode": "standard", "max_attempts": 2}).get_caller_identity()
            self._tester.who = who(answer)
        return self._tester.who

    @cached_property
    def _tester(self) -> Tester:
        return Tester(session=self.session, region=self.region, endpoint=self.endpoint, profile=self.profile)

    @property
    def account(self) -> str:
        """The account, in twelve digits."""
        return self.identity["Account"]

    def creating(self, kind: Kind, name: str, *, within: str = "") -> Thing:
        """Write into the ledger what is about to be created here, and give it.

        Args:
            kind: What it is.
            name: Its name; see `Thing`.
            within: Where it is; see `Thing`.

        Raises:
            LedgerNotWritten: It could not be written down, so it must not be created.
        """
        thing = self.thing(kind, name, within=within)
        self.ledger.creating(thing)
        return thing

    def thing(self, kind: Kind, name: str, *, within: str = "") -> Thing:
        """Give something that is here, or may be, without a word to the ledger.

        Args:
            kind: What it is.
            name: Its name; see `Thing`.
            within: Where it is; see `Thing`.
        """
        return Thing(
            kind=kind,
            name=name,
            within=within,
            account=self.account,
            region=self.region,
            endpoint=self.endpoint or "",
            embedded=self.embedded,
            profile=self.profile or "",
            stage=self.stage,
        )

    @property
    def partition(self) -> str:
        """The first part of every ARN there: ``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return partition_of(self.region)[0]

    def credentials(self) -> tuple[str, str, str | None]:
        """Give the tester's access key, secret key and token, as they are now.

        Raises:
            NoCredentials: There are none.
        """
        if self.embedded:
            return self._embedded_account, EMBEDDED_SECRET, None
        found = self.session.get_credentials()
        if found is None:
            raise NoCredentials(
                "There are no AWS credentials.",
                facts=[("profile", self.profile or os.environ.get("AWS_PROFILE", "none"))],
                remedy="set AWS_PROFILE, or run `aws sso login`, or use the embedded cloud: --stage=embedded",
            )
        frozen = found.get_frozen_credentials()
        keep_secret(frozen.secret_key, frozen.token)
        return frozen.access_key, frozen.secret_key, frozen.token

    @property
    def credentials_end(self) -> float | None:
        """When the tester's credentials of now end, in epoch seconds; None when that is not known."""
        found = None if self.embedded else self.session.get_credentials()
        # botocore renews credentials of a profile by itself, and tells nobody else how long they last.
        end = getattr(found, "_expiry_time", None)
        return end.timestamp() if end is not None else None


# A profile or a configuration file of the tester, broken or not, has no say in the embedded cloud.
_NO_CONFIGURATION = {"profile": None, "config_file": os.devnull, "credentials_file": os.devnull}


def embedded_cloud(
    endpoint: str, *, folder: Path, region: str, account: str = EMBEDDED_ACCOUNT, ledger: Ledger | None = None
) -> Cloud:
    """Give an account of the embedded cloud that answers at `endpoint`."""
    return Cloud(
        folder=folder,
        region=region,
        endpoint=endpoint,
        embedded=True,
        account=account,
        stage="embedded",
        ledger=ledger,
    )
