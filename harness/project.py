"""A project: its settings, its cloud, its systems and the stages that tests talk to. Works without pytest."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from harness._garbage import uncollected
from harness.brought import take_back
from harness.cloud import embedded
from harness.cloud.account import EMBEDDED_ACCOUNT, Cloud, embedded_cloud
from harness.cloud.allowed import allowed_cloud
from harness.cloud.leases import Lease, lease
from harness.cloud.names import Names
from harness.cloud.ports import listens, port_in
from harness.header import header
from harness.journal.journal import Journal
from harness.journal.taps import Taps
from harness.ledger import Ledger, Left
from harness.ledger.naming import CREATED, RUN, STAGE, TIME_TO_LIVE, TTL
from harness.modes.behind import behind
from harness.modes.protocol import Mode
from harness.overrides import Overrides
from harness.run import Run
from harness.settings import Settings
from harness.stage import Stage
from harness.stage.protection import Protection
from harness.system.model import Function, System
from harness.system.reader import read

if TYPE_CHECKING:
    from harness.cloud.drift import Difference

__all__ = ["Project"]


class Project:
    """Opens stages and closes what it opened.

    Args:
        settings: What is set.
        tell: Called with each line that a person should see: progress, and what the stage cannot do.
        alone: Whether this process must have an embedded cloud of its own, also when `harness up` has left one
            running. Processes that test at the same time would otherwise take each other's data away.
        run: The id of the run that this process belongs to, which another process began and will end; a new one when
            not given.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        tell: Callable[[str], None] = print,
        alone: bool = False,
        run: str = "",
    ) -> None:
        self.settings = settings
        self._tell = tell
        self._alone = alone
        self._started: embedded.Running | None = None
        self._lease: Lease | None = None
        self._systems: dict[tuple[str, bool], System] = {}
        self._names: dict[tuple[str, bool], Names] = {}
        self._taps: dict[tuple[str, bool], Taps] = {}
        self._drift: dict[str, list[Difference] | Exception] = {}
        self._run = Run(settings, called=run, close=self.close)
        self.run = self._run.id
        # When the running test began; whoever looks into a journal looks from there on.
        self.began = 0.0

    @cached_property
    def cloud(self) -> Cloud:
        """The cloud of the stage; an embedded one is found, or started until `close`.

        Raises:
            CloudNotStarted: The embedded cloud did not become ready.
            UsageError: A cloud is chosen, but no stage is named.
            ForeignPlace: The account or the region is none that the project allows. All that is written goes through
                here first, so nothing has been.
        """
        settings = self.settings
        settings.insist_on_a_stage()
        if not settings.embedded:
            return allowed_cloud(settings, ledger=self.ledger)
        return embedded_cloud(
            self._found_or_started(), folder=settings.folder, region=settings.region.value, ledger=self.ledger
        )

    @property
    def ledger(self) -> Ledger:
        """What this run creates, written down before it does."""
        return self._run.ledger

    @property
    def left(self) -> tuple[Left, ...]:
        """What this run has created and not taken away; once it is closed, what could not be taken away."""
        return self._run.left

    @cached_property
    def muted_cloud(self) -> Cloud:
        """An account of the embedded cloud that is this process's own, for its muted stages."""
        endpoint = self.cloud.endpoint or ""
        self._lease = lease(self.settings.folder, cloud=port_in(endpoint))
        return embedded_cloud(
            endpoint,
            folder=self.settings.folder,
            region=self.settings.region.value,
            account=self._lease.account,
            ledger=self.ledger,
        )

    def _cloud(self, *, muted: bool) -> Cloud:
        return self.muted_cloud if muted else self.cloud

    def _found_or_started(self) -> str:
        region = self.settings.region.value
        found = None if self._alone else embedded.find(self.settings.folder)
        # A cloud of another region is left alone: IAM is global, and a second stage in it would break the first.
        if found is None or found.region != region:
            self._run.settle_others()
            found = embedded.start(
                self.settings.folder, region=region, ledger=self.ledger, meanwhile=_load_what_deploys
            )
            self._started = found
        return found.endpoint

    def system(self, name: str, *, muted: bool = False) -> System:
        """Give a system as its template declares it, with the parameters of this stage.

        Args:
            name: Its name.
            muted: Whether it is for the account of the muted stages. The system itself is not muted.

        Raises:
            UnknownSystem: The project does not declare it.
            NoTemplate: Its template is not there.
            MalformedTemplate: Its template cannot be read.
        """
        if (name, muted) not in self._systems:
            self._systems[name, muted] = self._read(name, account=self._account(muted=muted))
        return self._systems[name, muted]

    def _account(self, *, muted: bool) -> str:
        """Give the account; that of an embedded cloud is known before there is one."""
        return EMBEDDED_ACCOUNT if self.settings.embedded and not muted else self._cloud(muted=muted).account

    def _read(self, name: str, *, account: str, muted: bool = False) -> System:
        found = self.settings.system(name)
        stage = self.settings.stage.value
        return read(
            found.template,
            name=name,
            parameters={key: value.replace("{stage}", stage) for key, value in found.parameters.items()},
            region=self.settings.region.value,
            account=account,
            cache=self.settings.folder / "templates",
            muted=muted,
        )

    def names(self, system: str, *, muted: bool = False) -> Names:
        """Give the names of a system's stage; in the embedded cloud it is deployed first, if anything has changed.

        Args:
            system: The name of the system.
            muted: Whether the muted stage is meant: the same resources, but nothing in it leads to a function.

        Raises:
            NotDeployed: There is no such stage at the endpoint or in the account; tests never deploy there.
        """
        if (system, muted) not in self._names:
            deployed = self.settings.embedded
            first = not any(name == system for name, _ in self._names)
            self._names[system, muted] = self._deployed(system, muted=muted) if deployed else self._found(system)
            if first:
                self._tell_other_runtimes(system)
        return self._names[system, muted]

    def deploy(self, system: str) -> Names:
        """Deploy a system to this stage, wherever it is, and give its names."""
        self._names[system, False] = self._deployed(system, muted=False)
        return self._names[system, False]

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

    def _deployed(self, system: str, *, muted: bool) -> Names:
        from harness.cloud.opening import deployed  # noqa: PLC0415 - loads boto3

        cloud = self._cloud(muted=muted)
        what = self._read(system, account=cloud.account, muted=True) if muted else self.system(system)
        tell = (lambda line: self._tell(f"{line} (muted)")) if muted else self._tell
        # In a cloud that this run has started, and in an account that it has leased, nobody else has anything.
        alone = muted or self._started is not None
        return deployed(what, cloud=cloud, stack=self.settings.stack(system), tell=tell, alone=alone)

    def stage(self, system: str, *, mode: str) -> Stage:
        """Open a stage in a mode. In `handler` mode it is muted where that can be done: in the embedded cloud.

        Args:
            system: The name of the system.
            mode: ``handler``, ``invoke`` or ``http``.

        Raises:
            LedgerNotWritten: It cannot be written down what is created; that is told before there is anything.
            TapNotOpen: Its buses and topics cannot be tapped.
        """
        if not self.settings.protected:  # In a protected one nothing is created.
            self.ledger.insist()
        with uncollected():
            return self._stage(system, mode=mode, muted=mode == "handler" and self.settings.embedded)

    def _stage(self, system: str, *, mode: str, muted: bool) -> Stage:
        names = self.names(system, muted=muted)
        declared = self.system(system, muted=muted)
        overrides = Overrides(declared.template.parent)
        taps = self.taps(system, muted=muted)
        opened = self._mode(mode, system=declared, names=names, overrides=overrides, taps=taps)
        stands_behind = behind(opened, system=declared, deployed_take_part=mode == "handler" and not muted)
        return Stage(
            self.settings.stage.value,
            system=declared,
            cloud=self._cloud(muted=muted),
            names=overrides.over(names),
            mode=opened,
            journal=Journal(taps, began=lambda: self.began, behind=stands_behind),
            protection=self.protection,
        )

    @cached_property
    def protection(self) -> Protection | None:
        """What keeps tests from writing in the stage; None where they may."""
        because = self.settings.protection
        return Protection(self.settings.stage, because=because) if because else None

    def drift(self, system: str) -> list[Difference]:
        """Give what differs between the template of a system and its stage; it is looked for once, also in vain."""
        if system not in self._drift:
            from harness.cloud.drift import differences  # noqa: PLC0415 - a green run does not ask

            try:
                self._drift[system] = differences(self.system(system), cloud=self.cloud, names=self.names(system))
            except Exception as fault:  # noqa: BLE001 - raised below, and again for the next who asks
                self._drift[system] = fault
        found = self._drift[system]
        if isinstance(found, Exception):
            raise found.with_traceback(None)
        return found

    def taps(self, system: str, *, muted: bool = False) -> Taps:
        """Give the taps of a system's stage, open: those of all buses and topics, and what the settings name."""
        if (system, muted) not in self._taps:
            settings = self.settings.system(system)
            taps = Taps(
                self.system(system, muted=muted),
                cloud=self._cloud(muted=muted),
                names=self.names(system, muted=muted),
                run=self.run,
                tags=self.tags,
                # In the account of the muted stages nobody is disturbed, and the chain must hear all.
                queue="" if muted else settings.test_queue,
                protected=self.settings.protected,
                muted=muted,
            )
            # Kept before they open: what a failure leaves half open is closed with all else.
            self._taps[system, muted] = taps
            taps.open()
            taps.tap(*settings.taps)
        return self._taps[system, muted]

    @cached_property
    def tags(self) -> dict[str, str]:
        """The tags of all that this run creates, by which it is found if the run cannot take it away itself."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        return {RUN: self.run, STAGE: self.settings.stage.value, CREATED: now, TTL: str(TIME_TO_LIVE)}

    def _mode(self, name: str, *, system: System, names: Names, overrides: Overrides, taps: Taps) -> Mode:
        if name == "http":
            from harness.modes.http import HttpMode  # noqa: PLC0415 - each mode loads what it needs

            return HttpMode(system, cloud=self.cloud, names=names)
        if name == "invoke":
            from harness.modes.invoke import InvokeMode  # noqa: PLC0415

            return InvokeMode(system=system, cloud=self.cloud, names=names, store=taps.store, tell=self._tell)
        from harness.modes.handler import HandlerMode  # noqa: PLC0415

        muted = self.settings.embedded
        return HandlerMode(
            system=system,
            cloud=self._cloud(muted=muted),
            names=names,
            taps=taps,
            muted=muted,
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
        """Give the header line; see `header`."""
        return header(self.settings, account=lambda: self.cloud.account)

    def close(self) -> None:
        """Take away what this run has created, and stop the embedded cloud if this project started it.

        Everything is closed, whatever goes wrong on the way; what went wrong first is raised in the end. Twice does no
        harm. What could not be taken away is told by `left`.
        """
        with ExitStack() as closing:  # From the last to the first.
            if self._lease is not None:
                closing.callback(self._lease.close)
            closing.callback(self._run.close)
            closing.callback(self._stop_cloud)
            goes = self._goes_with_its_cloud
            for taps in self._taps.values():
                closing.callback(taps.stop if goes else taps.close)
            self._taps = {}
            closing.callback(self._take_away_what_was_put)

    def _take_away_what_was_put(self) -> None:
        """Take away the objects and items of the verbs, while the account of the muted stages is still leased.

        One process of several leaves that to the one that began the run: the others may still test with them.
        """
        opened = ("cloud", "muted_cloud") if self._run.began_here and not self._goes_with_its_cloud else ()
        for cloud in (self.__dict__[name] for name in opened if name in self.__dict__):
            take_back(cloud)

    @property
    def _goes_with_its_cloud(self) -> bool:
        """Whether all that was created goes with a cloud that is about to be stopped, or has gone with one."""
        if self._started is not None or not self.settings.embedded or "cloud" not in self.__dict__:
            return self._started is not None
        return not listens(int(port_in(self.cloud.endpoint)))

    def _stop_cloud(self) -> None:
        if self._started is not None:
            embedded.stop(self._started, ledger=self.ledger)
            self._started = None


def _load_what_deploys() -> None:
    """Import what the first deployment needs, while the cloud starts on the other core."""
    import boto3  # noqa: F401, PLC0415 - the cloud's session will need it at once

    import harness.cloud.completing  # noqa: PLC0415
    import harness.cloud.opening  # noqa: F401, PLC0415
