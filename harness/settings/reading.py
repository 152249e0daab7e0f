"""The settings of a project, read: the command line first, then the environment, then the project's files."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.settings.choice import Choice
from harness.settings.model import EMBEDDED, Settings, SystemSettings
from harness.settings.places import StageSettings, insist_on_a_name, limits_of, read_protected, read_stages
from harness.settings.stacks import insist_on_own_stacks
from harness.settings.tables import FILE, known_only, names, read_tool_table, table, texts_only

__all__ = ["read_settings"]

_TEMPLATES = ("template.yaml", "template.yml", "template.json")
_KNOWN = (
    "accounts", "endpoint", "mode", "profile", "protected", "region", "regions", "stage", "stages", "systems",
)  # fmt: skip


def read_settings(
    root: Path,
    *,
    given: Mapping[str, str | None] | None = None,
    ini: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """Give the settings: what was given on the command line, then the environment, then the project's files.

    Args:
        root: The project's folder, in which ``pyproject.toml`` and ``systems/`` are looked for.
        given: Options of the command line by name (``mode``, ``stage``, ``profile``, ``region``); None for not given.
        ini: Settings of pytest's ini file, by the same names.
        environment: ``os.environ`` unless said otherwise.

    Raises:
        MalformedSettings: ``pyproject.toml`` cannot be read, or holds something that is no setting; or the stage has a
            name that none can have.
        UsageError: A stack of the stage would be one of a protected stage.
    """
    environment = os.environ if environment is None else environment
    file = read_tool_table(root, known=_KNOWN)
    texts_only(file, ("endpoint", "mode", "profile", "region", "stage"), root=root)
    sources = _Sources(given=given or {}, environment=environment, ini=ini or {}, file=file)
    stage = sources.choose("stage", "TEST_STAGE", default=EMBEDDED)
    insist_on_a_name(stage.value, facts=[("from", stage.origin)])
    stages = read_stages(file, root=root)
    own = stages.get(stage.value.lower(), StageSettings())
    protected = read_protected(file, stages=stages, root=root)
    region = sources.choose("region", "AWS_REGION", "AWS_DEFAULT_REGION", default="us-east-1")
    if own.region and region.origin in (FILE, "default"):
        # What is said of the stage is nearer than what is said of the project.
        region = Choice(own.region, own.said("region"))
    accounts, regions = limits_of(file, own=own, root=root)
    systems = _systems(root, file)
    insist_on_own_stacks(systems, stage=stage, protected=protected)
    return Settings(
        root=root,
        mode=sources.choose("mode", "TEST_MODE", default="handler"),
        stage=stage,
        region=region,
        profile=sources.choose("profile", "AWS_PROFILE"),
        endpoint=sources.choose("endpoint", "AWS_ENDPOINT_URL"),
        systems=systems,
        accounts=accounts,
        regions=regions,
        protected_stages=protected,
    )


@dataclass(frozen=True, kw_only=True)
class _Sources:
    given: Mapping[str, str | None]
    environment: Mapping[str, str]
    ini: Mapping[str, str]
    file: Mapping[str, Any]

    def choose(self, name: str, *variables: str, default: str = "") -> Choice:
        if self.given.get(name):
            return Choice(str(self.given[name]), f"--{name}")
        for variable in variables:
            if self.environment.get(variable):
                return Choice(self.environment[variable], variable)
        if self.ini.get(name):
            return Choice(self.ini[name], f"ini setting harness_{name}")
        if self.file.get(name):
            return Choice(str(self.file[name]), FILE)
        return Choice(default, "default")


def _systems(root: Path, file: Mapping[str, Any]) -> dict[str, SystemSettings]:
    """Give the declared systems, or those that are found: ``systems/<name>/template.*``, else one at the root."""
    declared = {name: _declared(name, entry, root=root) for name, entry in table(file, "systems", root=root).items()}
    found = {}
    for folder in sorted(root.glob("systems/*/")):
        template = next((folder / name for name in _TEMPLATES if (folder / name).is_file()), None)
        if template:
            found[folder.name] = SystemSettings(name=folder.name, template=template)
    if not found and not declared:
        template = next((root / name for name in _TEMPLATES if (root / name).is_file()), None)
        if template:
            found[root.name] = SystemSettings(name=root.name, template=template)
    return found | declared


def _declared(name: str, entry: Any, *, root: Path) -> SystemSettings:
    where = f"systems.{name}"
    found = table({where: entry}, where, root=root)
    known_only(found, ("parameters", "taps", "template", "test_queue"), where=where, root=root)
    parameters = table(found, "parameters", root=root)
    return SystemSettings(
        name=name,
        template=root / str(found.get("template", f"systems/{name}/template.yaml")),
        parameters={key: str(value) for key, value in parameters.items()},
        taps=names(found, "taps", where=where, root=root),
        test_queue=str(found.get("test_queue", "")),
    )
