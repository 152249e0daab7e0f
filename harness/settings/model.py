"""Everything that is set for a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness._files import own_folder
from harness._text import did_you_mean, listed
from harness.errors import MalformedSettings, NoTemplate, UnknownMode, UnknownSystem, UsageError
from harness.settings.choice import Choice
from harness.settings.places import EMBEDDED, Limit, Protected
from harness.settings.stacks import stack_name

__all__ = ["EMBEDDED", "MODES", "Settings", "SystemSettings"]

MODES = ("handler", "invoke", "http")


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
        accounts: The accounts in which the stage may be; None for any.
        regions: The regions in which it may be; None for any.
        protected_stages: In which stages tests only read.
    """

    root: Path
    mode: Choice
    stage: Choice
    region: Choice
    profile: Choice
    endpoint: Choice
    systems: Mapping[str, SystemSettings]
    accounts: Limit | None = None
    regions: Limit | None = None
    protected_stages: Protected = field(default_factory=Protected)

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
    def protection(self) -> Choice | None:
        """What says that tests only read in the stage; None when they may write."""
        return self.protected_stages.because(self.stage.value)

    @property
    def protected(self) -> bool:
        """Whether nothing may be created in the stage."""
        return self.protection is not None

    @property
    def place(self) -> Path:
        """Where the folder for caches and state is, for those who only look into it: it may not be there."""
        return self.root / ".harness"

    @property
    def folder(self) -> Path:
        """The project's folder for caches and state, which only its user may read; it is made if need be.

        Raises:
            MalformedSettings: It cannot be made.
        """
        folder = self.place
        try:
            own_folder(folder)
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
        return stack_name(system, self.stage.value)
