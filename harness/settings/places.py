"""Where the project lets its stages be, and which of them tests only read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from harness.errors import MalformedSettings
from harness.settings.choice import Choice
from harness.settings.tables import FILE, known_only, names, section, table

__all__ = [
    "EMBEDDED",
    "PROTECTED",
    "Limit",
    "Protected",
    "StageSettings",
    "insist_on_a_name",
    "limits_of",
    "read_protected",
    "read_stages",
]

EMBEDDED = "embedded"
# Stages in which the harness creates nothing, unless the project says otherwise.
PROTECTED = ("prod", "production")

# What a stack can be called as it is: guards look at the name of the stage, CloudFormation at that of the stack.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-using-console-create-stack-parameters.html
_NAME = re.compile(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*")
_PATTERN = re.compile(r"[A-Za-z0-9*?!\[\]-]+")
_OF_A_NAME = "a name has letters and digits, and single hyphens between them"

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


@dataclass(frozen=True, kw_only=True)
class Protected:
    """In which stages tests only read.

    Args:
        patterns: What their names are like.
        origin: The setting that says so.
        stages: What is set for stages, by name in small letters.
    """

    patterns: tuple[str, ...] = PROTECTED
    origin: str = "default"
    stages: Mapping[str, StageSettings] = field(default_factory=dict)

    def because(self, stage: str) -> Choice | None:
        """Give what says that a stage is protected: the pattern and the setting; None when nothing says so.

        What is set for the stage itself counts before the patterns, and the embedded stage is never protected.
        """
        own = self.stages.get(stage.lower(), StageSettings())
        if stage == EMBEDDED or own.protected is False:
            return None
        if own.protected:
            return Choice("true", own.said("protected"))
        found = (one for one in self.patterns if fnmatchcase(stage.lower(), one.lower()))
        return next((Choice(one, self.origin) for one in found), None)


def insist_on_a_name(name: str, *, facts: list[tuple[str, object]]) -> None:
    """Refuse a name that no stage can have: that of its stack would be the name of another stage's.

    Raises:
        MalformedSettings: It is one.
    """
    if not _NAME.fullmatch(name):
        raise MalformedSettings(f"No stage can be called {name!r}.", facts=facts, remedy=_OF_A_NAME)


def read_stages(file: Mapping[str, Any], *, root: Path) -> dict[str, StageSettings]:
    """Give what is set for stages, by name in small letters.

    Raises:
        MalformedSettings: Something of it cannot be read.
    """
    return {name.lower(): _stage(name, entry, root=root) for name, entry in table(file, "stages", root=root).items()}


def _stage(name: str, entry: Any, *, root: Path) -> StageSettings:
    where = f"stages.{name}"
    insist_on_a_name(name, facts=[("from", "[tool.harness.stages]"), ("file", root / FILE)])
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


def read_protected(file: Mapping[str, Any], *, stages: Mapping[str, StageSettings], root: Path) -> Protected:
    """Give what says which stages are protected.

    Raises:
        MalformedSettings: The patterns are no list of names, or one of them is like no name that a stage can have.
    """
    if "protected" not in file:
        return Protected(stages=stages)
    patterns = names(file, "protected", where="", root=root)
    for one in patterns:
        if not _PATTERN.fullmatch(one):
            raise MalformedSettings(
                f"[tool.harness] protected: no stage can have a name like {one!r}.",
                facts=[("file", root / FILE)],
                remedy=f"{_OF_A_NAME}; * stands for any of them, ? for one",
            )
    return Protected(patterns=patterns, origin="[tool.harness] protected", stages=stages)
