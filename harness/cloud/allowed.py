"""Whether a stage is where the project lets it be, asked before anything is written there."""

from __future__ import annotations

from harness.cloud.account import Cloud
from harness.errors import ForeignPlace
from harness.ledger import Ledger
from harness.settings import Settings

__all__ = ["allowed_cloud"]


def allowed_cloud(settings: Settings, *, ledger: Ledger) -> Cloud:
    """Give the cloud of a stage that is not embedded, if the project allows it: all that is written goes through here.

    Args:
        settings: What is set.
        ledger: Where it is written down what is created there.

    Raises:
        ForeignPlace: The account or the region is none of those that are allowed.
        NoCredentials: There are no credentials.
    """
    _insist_on_region(settings)
    cloud = Cloud(
        folder=settings.folder,
        region=settings.region.value,
        endpoint=settings.endpoint.value or None,
        profile=settings.profile.value or None,
        stage=settings.stage.value,
        ledger=ledger,
    )
    _insist_on_account(settings, cloud=cloud)
    return cloud


def _insist_on_region(settings: Settings) -> None:
    """Refuse a region that the project does not allow; it needs no call.

    Raises:
        ForeignPlace: It is none of those that are allowed.
    """
    limit = settings.regions
    if limit and settings.region.value not in limit.values:
        raise ForeignPlace(
            f"The region {settings.region.value!r} is none in which the project lets the stage "
            f"{settings.stage.value!r} be.",
            facts=[
                ("region", settings.region),
                ("allowed", ", ".join(limit.values)),
                ("set by", f"{limit.origin} of {settings.root / 'pyproject.toml'}"),
            ],
            remedy=f"name one that is allowed: --region={limit.values[0]}",
        )


def _insist_on_account(settings: Settings, *, cloud: Cloud) -> None:
    """Refuse credentials of an account that the project does not allow; a project that names none asks nobody.

    Raises:
        ForeignPlace: It is none of those that are allowed.
        NoCredentials: There are no credentials.
    """
    limit = settings.accounts
    if limit and cloud.account not in limit.values:
        raise ForeignPlace(
            f"The account {cloud.account!r} is none in which the project lets the stage {settings.stage.value!r} be.",
            facts=[
                ("identity", cloud.identity["Arn"]),
                ("profile", settings.profile if settings.profile.value else "none, but what the environment offers"),
                ("allowed", ", ".join(limit.values)),
                ("set by", f"{limit.origin} of {settings.root / 'pyproject.toml'}"),
            ],
            remedy="take credentials of an account that is allowed: --profile=NAME",
        )
