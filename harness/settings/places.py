"""Where the project lets its stages be, and which of them tests only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.errors import MalformedSettings
from harness.settings.choice import Choice
from harness.settings.tables import FILE, known_only, names, section, table

__all__ = ["EMBEDDED", "PROTECTED", "Limit", "StageSettings", "limits_of", "protection_of", "read_stages"]

EMBEDDED = "embedded"
# Stages in which the harness creates nothing, unless the project says otherwise.
PROTECTED = ("prod", "production")

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
# Such as eu-west-1, us-gov-west-1, eusc-de-east-1.
_REGION = re.compile(r"[a-z]+(-[a-z]+)+-\d+", re.ASCII)
_KINDS = {
    "account": (_ACCOUNT, "account", "an account has twelve digits, as text: 123456789012 in quotes"),
    "region": (_REGION, "region", "write it as AWS does: eu-west-1"),
}


@dataclass(frozen=True, kw_only=True)
class Limit:
    """The accounts or regions that are allowed, and the setting that says so."""

    values: tuple[str, ...]
    origin: str


@dataclass(frozen=True, kw_only=True)
class StageSettings:
    """What is set for one stage.

    Args:
        name: As the project writes it.
        account: The account in which it is; empty when that is not set.
        region: The region in which it is; empty when that is not set.
        protected: Whether tests only read there; None when that is not set.
    """

    name: str = ""
    account: str = ""
    region: str = ""
    protected: bool | None = None

    def said(self, setting: str) -> str:
        """Give the place of one of its settings, as people know it."""
        return f"{section(f'stages.{self.name}')} {setting}"


def read_stages(file: Mapping[str, Any], *, root: Path) -> dict[str, StageSettings]:
    """Give what is set for stages, by name in small letters.

    Raises:
        MalformedSettings: Something of it cannot be read.
    """
    return {name.lower(): _stage(name, entry, root=root) for name, entry in table(file, "stages", root=root).items()}


def _stage(name: str, entry: Any, *, root: Path) -> StageSettings:
    where = f"stages.{name}"
    found = table({where: entry}, where, root=root)
    # The embedded cloud has accounts of its own, and whatever is written there goes with it.
    known = ("region",) if name == EMBEDDED else ("account", "protected", "region")
    known_only(found, known, where=where, root=root)
    for kind in ("account", "region"):
        if kind in found:
            _insist(found[kind], kind, told=f"{section(where)} {kind}", root=root)
    protected = found.get("protected")
    if not isinstance(protected, bool | None):
        raise MalformedSettings(
            f"{section(where)} protected is {protected!r}, which is neither true nor false.",
            facts=[("file", root / FILE)],
        )
    return StageSettings(
        name=name, account=found.get("account", ""), region=found.get("region", ""), protected=protected
    )


def limits_of(file: Mapping[str, Any], *, own: StageSettings, root: Path) -> tuple[Limit | None, Limit | None]:
    """Give the accounts and the regions in which a stage may be; None for any.

    What is set for the stage itself counts before what is set for the project.

    Raises:
        MalformedSettings: They are no lists, name nothing, or name what is no account or region.
    """
    of_project = [_limit(file, kind, root=root) for kind in ("account", "region")]
    accounts = Limit(values=(own.account,), origin=own.said("account")) if own.account else of_project[0]
    regions = Limit(values=(own.region,), origin=own.said("region")) if own.region else of_project[1]
    return accounts, regions


def _limit(file: Mapping[str, Any], kind: str, *, root: Path) -> Limit | None:
    name = f"{kind}s"
    if name not in file:
        return None
    found = file[name]
    if not isinstance(found, list) or not found:
        raise MalformedSettings(
            f"[tool.harness] {name} is {found!r}, which is no list that names any.",
            facts=[("file", root / FILE)],
            remedy="name those that are allowed, or leave it out to allow any",
        )
    for one in found:
        _insist(one, kind, told=f"[tool.harness] {name}", root=root)
    return Limit(values=tuple(found), origin=f"[tool.harness] {name}")


def _insist(value: Any, kind: str, *, told: str, root: Path) -> None:
    shape, noun, remedy = _KINDS[kind]
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise MalformedSettings(f"{told}: {value!r} is no {noun}.", facts=[("file", root / FILE)], remedy=remedy)


def protection_of(stage: str, file: Mapping[str, Any], *, own: StageSettings, root: Path) -> Choice | None:
    """Give what says that a stage is protected: the pattern and the setting; None when nothing says so.

    What is set for the stage itself counts before the patterns, and the embedded stage is never protected.

    Raises:
        MalformedSettings: The patterns are no list of names.
    """
    patterns = names(file, "protected", where="", root=root) if "protected" in file else PROTECTED
    if stage == EMBEDDED or own.protected is False:
        return None
    if own.protected:
        return Choice("true", own.said("protected"))
    origin = "[tool.harness] protected" if "protected" in file else "default"
    found = (one for one in patterns if fnmatchcase(stage.lower(), one.lower()))
    return next((Choice(one, origin) for one in found), None)
