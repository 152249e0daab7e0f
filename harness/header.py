"""The line at the head of a run: what is tested, where, and where each setting came from."""

from __future__ import annotations

from collections.abc import Callable

from harness.cloud.account import EMBEDDED_ACCOUNT
from harness.errors import HarnessError
from harness.settings import Settings

__all__ = ["header"]


def header(settings: Settings, *, account: Callable[[], str]) -> str:
    """Give the header line: modes, stage, cloud, account and region, and where each setting came from.

    It says what is wrong as well, and raises nothing: a run of tests that need no stage goes on.

    Args:
        settings: What is set.
        account: Gives the account of a stage that is not embedded.
    """
    try:
        where = _where(settings, account=account)
    except HarnessError as error:
        where = error.sentence.rstrip(".")
    line = f"harness: mode {settings.mode} · stage {settings.stage} · {where} · region {settings.region}"
    if settings.protected:
        line += "\nharness: the stage is protected, so only tests marked read_only run, and they cannot write"
    elif "handler" in settings.modes and not settings.embedded:
        line += "\nharness: what handlers publish starts the deployed functions: a stage in AWS cannot be muted"
    return line


def _where(settings: Settings, *, account: Callable[[], str]) -> str:
    settings.insist_on_a_stage()
    if settings.embedded:
        return f"embedded cloud, account {EMBEDDED_ACCOUNT}"
    any_account = "" if settings.accounts else " (the project names no accounts)"
    return f"{settings.chosen_cloud or 'AWS (from the environment)'}, account {account()}{any_account}"
