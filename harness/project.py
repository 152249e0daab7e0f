"""A project: its settings, its cloud, its systems and the stages that tests talk to. Works without pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud
from harness.cloud.names import Names
from harness.errors import HarnessError
from harness.modes.protocol import Mode
from harness.overrides import Overrides
from harness.settings import Settings
from harness.stage import Stage
from harness.system.model import Function, System
from harness.system.reader import read

__all__ = ["Project"]


class Project:
    """Opens stages and closes what it opened.

    Args:
        settings: What is set.
        tell: Called with each line that a person should see: progress, and what the stage cannot do.
        alone: Whether this process must have an embedded cloud of its own, also when `harness up` has left one
            running. Processes that test at the same time would otherwise take each other's data away.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tell: Callable[[str], None] = print,
        alone: bool = False,
    ) -> None:
        self.settings = settings
        self._tell = tell
        self._alone = alone
        self._started: embedded.Running | None = None
        self._systems: dict[str, System] = {}
        self._names: dict[str, Names] = {}

    @cached_property
    def cloud(self) -> Cloud:
        """The cloud of the stage; an embedded one is found, or started until `close`.

        Raises:
            CloudNotStarted: The embedded cloud did not become ready.
            UsageError: A cloud is chosen, but no stage is named.
        """
        settings = self.settings
        settings.insist_on_a_stage()
        if not settings.embedded:
            return Cloud(
                folder=settings.folder,
                region=settings.region.value,
                endpoint=settings.endpoint.value or None,
                profile=settings.profile.value or None,
            )
        return embedded_cloud(self._found_or_started(), folder=settings.folder, region=settings.region.value)

    def _found_or_started(self) -> str:
        region = self.settings.region.value
        found = None if self._alone else embedded.find(self.settings.folder)
        # A cloud of another region is left alone: IAM is global, and a second stage in it would break the first.
        if found is None or found.region != region:
            found = embedded.start(self.settings.folder, region=region, meanwhile=_load_what_deploys)
            self._started = found
        return found.endpoint

    def system(self, name: str) -> System:
        """Give a system as its template declares it, with the parameters of this stage.

        Raises:
            UnknownSystem: The project does not declare it.
            NoTemplate: Its template is not there.
            MalformedTemplate: Its template cannot be read.
        """
        if name not in self._systems:
            found = self.settings.system(name)
            stage = self.settings.stage.value
            self._systems[name] = read(
                found.template,
                name=name,
                parameters={key: value.replace("{stage}", stage) for key, value in found.parameters.items()},
                region=self.settings.region.value,
                account=EMBEDDED_ACCOUNT if self.settings.embedded else self.cloud.account,
                cache=self.settings.folder / "templates",
            )
        return self._systems[name]

    def names(self, system: str) -> Names:
        """Give the names of a system's stage; in the embedded cloud it is deployed first, if anything has changed.

        Raises:
            NotDeployed: There is no such stage at the endpoint or in the account; tests never deploy there.
        """
        if system not in self._names:
            self._names[system] = self._deployed(system) if self.settings.embedded else self._found(system)
            self._tell_other_runtimes(system)
        return self._names[system]

    def deploy(self, system: str) -> Names:
        """Deploy a system to this stage, wherever it is, and give its names."""
        self._names[system] = self._deployed(system)
        return self._names[system]

    def _tell_other_runtimes(self, system: str) -> None:
        """Say it when functions run here on another Python than in AWS."""
        here = f"python{sys.version_info.major}.{sys.version_info.minor}"
        runtimes = {function.runtime for function in self.system(system).functions.values()} - {here}
        asked = sorted(runtime for runtime in runtimes if runtime.startswith("python"))
        if asked:
            where = "in every mode" if self.settings.embedded else "in handler mode"
            self._tell(f"{system}: functions ask for {', '.join(asked)} and run on {here} {where}")

    def _found(self, system: str) -> Names:
        from harness.cloud.resolving import resolve_names  # noqa: PLC0415 - loads boto3

        return resolve_names(self.system(system), cloud=self.cloud, stack=self.settings.stack(system))

    def _deployed(self, system: str) -> Names:
        from harness.cloud.opening import deployed  # noqa: PLC0415 - loads boto3

        return deployed(self.system(system), cloud=self.cloud, stack=self.settings.stack(system), tell=self._tell)

    def stage(self, system: str, *, mode: str) -> Stage:
        """Open a stage in a mode.

        Args:
            system: The name of the system.
            mode: ``handler``, ``invoke`` or ``http``.
        """
        names = self.names(system)
        declared = self.system(system)
        overrides = Overrides(declared.template.parent)
        return Stage(
            self.settings.stage.value,
            system=declared,
            cloud=self.cloud,
            names=overrides.over(names),
            mode=self._mode(mode, system=declared, names=names, overrides=overrides),
        )

    def _mode(self, name: str, *, system: System, names: Names, overrides: Overrides) -> Mode:
        if name == "http":
            from harness.modes.http import HttpMode  # noqa: PLC0415 - each mode loads what it needs

            return HttpMode(cloud=self.cloud, names=names)
        if name == "invoke":
            from harness.modes.invoke import InvokeMode  # noqa: PLC0415

            return InvokeMode(system=system, cloud=self.cloud, names=names)
        from harness.modes.handler import HandlerMode  # noqa: PLC0415

        return HandlerMode(
            system=system,
            cloud=self.cloud,
            names=names,
            packages=self._packages,
            overrides=overrides.of,
            tell=self._tell,
        )

    def _packages(self, function: Function) -> Sequence[Path]:
        from harness.cloud.packaging import Target, package  # noqa: PLC0415 - only where handlers run in this process

        if function.code is None:
            return ()
        found = package(function, folder=self.settings.folder, target=Target.here()).packages
        return (found,) if found else ()

    def described(self) -> str:
        """Give the header line: modes, stage, cloud, account and region, and where each setting came from.

        It says what is wrong as well, and raises nothing: a run of tests that need no stage goes on.
        """
        settings = self.settings
        try:
            where = self._where()
        except HarnessError as error:
            where = error.sentence.rstrip(".")
        return f"harness: mode {settings.mode} · stage {settings.stage} · {where} · region {settings.region}"

    def _where(self) -> str:
        settings = self.settings
        settings.insist_on_a_stage()
        if settings.embedded:
            return f"embedded cloud, account {EMBEDDED_ACCOUNT}"
        return f"{settings.chosen_cloud or 'AWS (from the environment)'}, account {self.cloud.account}"

    def close(self) -> None:
        """Stop the embedded cloud if this project started it; twice does no harm."""
        if self._started is not None:
            embedded.stop(self._started)
            self._started = None


def _load_what_deploys() -> None:
    """Import what the first deployment needs, while the cloud starts on the other core."""
    import boto3  # noqa: F401, PLC0415 - the cloud's session will need it at once

    import harness.cloud.opening  # noqa: F401, PLC0415
