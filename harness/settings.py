"""What the project and its user have set, and where each value came from."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness._text import did_you_mean, listed
from harness.errors import MalformedSettings, NoTemplate, UnknownMode, UnknownSystem, UsageError

__all__ = ["EMBEDDED", "MODES", "PROTECTED", "Choice", "Settings", "SystemSettings", "read_settings"]

MODES = ("handler", "invoke", "http")
EMBEDDED = "embedded"
# Stages in which the harness creates nothing.
PROTECTED = ("prod", "production")
_TEMPLATES = ("template.yaml", "template.yml", "template.json")


@dataclass(frozen=True)
class Choice:
    """A value and where it came from, such as ``--mode`` or ``default``."""

    value: str
    origin: str

    def __str__(self) -> str:
        """Give both, as the header line shows them."""
        return f"{self.value} (from {self.origin})" if self.origin != "default" else f"{self.value} (default)"


@dataclass(frozen=True, kw_only=True)
class SystemSettings:
    """Where a system's template is and what else is set for it.

    Args:
        name: The name of the system.
        template: Its template.
        parameters: The template's parameters; ``{stage}`` in a value is the stage's name.
        taps: Logical ids of queues, streams and tables that every run taps, besides all buses and topics.
        test_queue: The logical id of a queue of the stack that hears its buses and topics, so that no taps are made.
    """

    name: str
    template: Path
    parameters: Mapping[str, str] = field(default_factory=dict)
    taps: tuple[str, ...] = ()
    test_queue: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything that is set.

    Args:
        root: The project's folder.
        mode: One mode, several with commas, or ``all``.
        stage: ``embedded``, or the name of a stage in AWS or at another endpoint.
        region: The region of the cloud.
        profile: The AWS profile; empty for what the environment offers.
        endpoint: The address of every service; empty for AWS itself.
        systems: By name.
    """

    root: Path
    mode: Choice
    stage: Choice
    region: Choice
    profile: Choice
    endpoint: Choice
    systems: Mapping[str, SystemSettings]

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that were asked for, in the order in which they run.

        Raises:
            UnknownMode: One of them does not exist.
        """
        asked = [name.strip() for name in self.mode.value.split(",") if name.strip()]
        if "all" in asked:
            asked = [name for name in asked if name != "all"] + list(MODES)
        for name in asked or [""]:
            if name not in MODES:
                raise UnknownMode(
                    f"No mode is called {name!r}.",
                    facts=[("asked for by", self.mode.origin), ("modes", f"{', '.join(MODES)}, all")],
                    remedy=did_you_mean(name, [*MODES, "all"]),
                )
        return tuple(name for name in MODES if name in asked)

    @property
    def chosen_cloud(self) -> Choice | None:
        """The endpoint or else the profile that was set; None when neither was."""
        return next((choice for choice in (self.endpoint, self.profile) if choice.value), None)

    @property
    def embedded(self) -> bool:
        """Whether the stage is in the embedded cloud."""
        return self.stage.value == EMBEDDED

    @property
    def protected(self) -> bool:
        """Whether nothing may be created in the stage."""
        return self.stage.value.lower() in PROTECTED

    @property
    def folder(self) -> Path:
        """The project's folder for caches and state, which only its user may read."""
        folder = self.root / ".harness"
        if not folder.is_dir():
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise MalformedSettings(
                    f"The folder {str(folder)!r} for caches and state cannot be made: {error.strerror}.",
                    remedy="let the project's folder be written to",
                ) from error
        return folder

    def insist_on_a_stage(self) -> None:
        """Refuse a cloud that is chosen without a stage in it.

        A profile or an endpoint in the shell must neither be ignored nor be taken for a wish to test there.

        Raises:
            UsageError: A cloud is chosen and no stage is named.
            MalformedSettings: The endpoint is no address.
        """
        chosen = self.chosen_cloud
        if chosen and self.stage.origin == "default":
            raise UsageError(
                f"A cloud is chosen by {chosen.origin}={chosen.value!r}, but no stage is named.",
                remedy="name the stage in it: --stage=dev\nor take the embedded cloud all the same: --stage=embedded",
            )
        if not self.embedded and self.endpoint.value and not self.endpoint.value.startswith(("http://", "https://")):
            raise MalformedSettings(
                f"The endpoint {self.endpoint.value!r} is no address.",
                facts=[("from", self.endpoint.origin)],
                remedy="write it as http://host:port",
            )

    def system(self, name: str) -> SystemSettings:
        """Give a system by its name.

        Raises:
            UnknownSystem: The project does not declare it.
            NoTemplate: It is declared, but its template is not there.
        """
        if name not in self.systems:
            raise UnknownSystem(
                f"No system is called {name!r}.",
                facts=[(f"systems of {self.root}", listed(self.systems))],
                remedy=did_you_mean(name, self.systems)
                or "put its template at systems/<name>/template.yaml, or name it in [tool.harness.systems]",
            )
        found = self.systems[name]
        if not found.template.is_file():
            raise NoTemplate(
                f"The template of system {name!r} is not there.",
                facts=[("looked for", found.template)],
                remedy=f"correct [tool.harness.systems.{name}] in {self.root / 'pyproject.toml'}",
            )
        return found

    def stack(self, system: str) -> str:
        """Give the name of a system's CloudFormation stack in this stage: letters, digits and hyphens."""
        name = re.sub(r"[^A-Za-z0-9]+", "-", f"{system}-{self.stage.value}").strip("-")
        return name if name[:1].isalpha() else f"stack-{name}"


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
        MalformedSettings: ``pyproject.toml`` cannot be read, or holds something that is no setting.
    """
    environment = os.environ if environment is None else environment
    file = _tool_table(root / "pyproject.toml")
    sources = _Sources(given=given or {}, environment=environment, ini=ini or {}, file=file)
    return Settings(
        root=root,
        mode=sources.choose("mode", "TEST_MODE", default="handler"),
        stage=sources.choose("stage", "TEST_STAGE", default=EMBEDDED),
        region=sources.choose("region", "AWS_REGION", "AWS_DEFAULT_REGION", default="us-east-1"),
        profile=sources.choose("profile", "AWS_PROFILE"),
        endpoint=sources.choose("endpoint", "AWS_ENDPOINT_URL"),
        systems=_systems(root, file),
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
            return Choice(str(self.file[name]), "pyproject.toml")
        return Choice(default, "default")


def _tool_table(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("harness", {})
    except tomllib.TOMLDecodeError as error:
        raise MalformedSettings(f"{str(path)!r} cannot be read: {error}.") from error
    if not isinstance(table, dict):
        raise MalformedSettings(f"[tool.harness] is {table!r}, which is no table.", facts=[("file", path)])
    _known_only(table, ("endpoint", "mode", "profile", "region", "stage", "systems"), where="", root=path.parent)
    return dict(table)


def _systems(root: Path, file: Mapping[str, Any]) -> dict[str, SystemSettings]:
    """Give the declared systems, or those that are found: ``systems/<name>/template.*``, else one at the root."""
    declared = {name: _declared(name, entry, root=root) for name, entry in _table(file, "systems", root=root).items()}
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
    table = _table({where: entry}, where, root=root)
    _known_only(table, ("parameters", "taps", "template", "test_queue"), where=where, root=root)
    parameters = _table(table, "parameters", root=root)
    return SystemSettings(
        name=name,
        template=root / str(table.get("template", f"systems/{name}/template.yaml")),
        parameters={key: str(value) for key, value in parameters.items()},
        taps=_names(table, "taps", where=where, root=root),
        test_queue=str(table.get("test_queue", "")),
    )


def _names(table: Mapping[str, Any], name: str, *, where: str, root: Path) -> tuple[str, ...]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise MalformedSettings(
            f"[tool.harness.{where}] {name} is {found!r}, which is no list of names.",
            facts=[("file", root / "pyproject.toml")],
        )
    return tuple(found)


def _table(holder: Mapping[str, Any], name: str, *, root: Path) -> Mapping[str, Any]:
    found = holder.get(name, {})
    if not isinstance(found, Mapping):
        raise MalformedSettings(
            f"[tool.harness] {name} is {found!r}, which is no table.", facts=[("file", root / "pyproject.toml")]
        )
    return found


def _known_only(table: Mapping[str, Any], known: tuple[str, ...], *, where: str, root: Path) -> None:
    for name in table:
        if name not in known:
            raise MalformedSettings(
                f"[tool.harness{where and '.'}{where}] has no setting {name!r}.",
                facts=[("file", root / "pyproject.toml"), ("settings", listed(known))],
                remedy=did_you_mean(name, known),
            )
