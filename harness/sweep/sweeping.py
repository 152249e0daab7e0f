"""A sweep: look, decide, take away."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from harness._files import in_words
from harness.cloud import embedded, stacks
from harness.cloud.account import Cloud, embedded_cloud
from harness.cloud.faults import translated
from harness.cloud.ports import LOOPBACK, port_in
from harness.cloud.remains import has_gone
from harness.errors import FileNotWritten
from harness.ledger import Identity, Thing
from harness.settings import Settings
from harness.sweep.account import Account
from harness.sweep.asked import Asked
from harness.sweep.deciding import why_left
from harness.sweep.found import Found, merged
from harness.sweep.holding import abandoned, forget_gone
from harness.sweep.ledgers import UNKNOWN, Ledgers
from harness.sweep.places import Elsewhere, clouds_of, elsewhere, ports_of_runs
from harness.sweep.removing import remove_all
from harness.sweep.scope import Scope, scope_of

__all__ = ["Outcome", "Plan", "Sweep"]

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a sweep has found, and what is to become of it.

    Args:
        to_go: What is taken away.
        gone: What has gone with its embedded cloud.
        stages: Stacks that CloudFormation has finished after all; they stay, and are in no ledger any more.
        stays: What is left alone, each with the reason.
        elsewhere: What is in other places.
        unseen: What could not be looked into.
        unreadable: What cannot be read of ledgers.
        places: Where was looked, in words.
    """

    to_go: list[Found]
    gone: list[Found] = field(default_factory=list)
    stages: list[Found] = field(default_factory=list)
    stays: list[tuple[Found, str]] = field(default_factory=list)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    @property
    def runs(self) -> set[str]:
        """The runs of which something was found."""
        return {one.run for one in [*self.to_go, *self.gone, *self.stages, *(one for one, _ in self.stays)]}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What has become of it.

    Args:
        removed: What has gone.
        failed: What could not be taken away, each with the reason.
        calls: How often each operation was called, those of the looking too; retries count.
        seconds: How long all of it took.
        trouble: Why what was written down of it could not be deleted.
    """

    removed: list[Found]
    failed: list[tuple[Found, str]]
    calls: Mapping[str, int]
    seconds: float
    trouble: FileNotWritten | None = None


class Sweep:
    """One sweep of a stage, or of all of an account.

    Args:
        settings: What is set.
        asked: What is asked of it.
        tell: Is told how far it is.
        clock: Seconds since the epoch.
    """

    def __init__(self, settings: Settings, *, asked: Asked, tell: Tell, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._asked = asked
        self._tell = tell
        self._clock = clock
        self._started = time.monotonic()
        self._ledgers = Ledgers(settings.folder, tell=tell)
        self._is_alive: Callable[[str], bool] = self._ledgers.is_alive
        self._clouds: dict[tuple[str, str, str], Cloud] = {}
        self._stages: dict[str, str] = {}
        self.calls: Counter[str] = Counter()

    def plan(self) -> Plan:
        """Look, and decide what is to go; nothing is changed by that.

        Raises:
            StageError: There are no credentials, or nothing answers.
        """
        told = self._ledgers.told()
        told += abandoned(self._settings.folder, told=told)
        clouds = clouds_of(self._settings, ledger=self._ledgers, known=[one.thing for one in told])
        self._clouds = {_place_of(one): one for one in clouds}
        accounts = [self._looked(cloud, told=told) for cloud in clouds]
        # Asked once for each run, and after all looks: whoever has created what was seen shows a sign of life by now.
        self._is_alive = cache(self._ledgers.is_alive)
        here, gone, others = self._parted(told)
        found = merged([*here, *(one for _, seen in accounts for one in seen)])
        self._stages = {one.run: one.thing.stage for one in found if one.thing.stage and one.run != UNKNOWN}
        in_use = {one.thing.identity for one in [*told, *found] if self._is_alive(one.run)}
        stays = [(one, why) for one in found if (why := self._why_left(one) or _why_used(one, in_use=in_use))]
        kept = {one.key for one, _ in stays}
        to_go = [one for one in found if one.key not in kept]
        stages = [one for one in to_go if self._is_stage(one.thing)]
        return Plan(
            to_go=[one for one in to_go if one not in stages],
            gone=gone,
            stages=stages,
            stays=stays,
            elsewhere=list(elsewhere(others)),
            unseen=[
                *(line for account, _ in accounts for line in account.unseen),
                *(
                    f"what {book.strange} {_lines(book.strange)} of {str(book.path)!r} tell: "
                    "a later version of the harness may read it"
                    for book in self._ledgers.unreadable
                    if book.strange
                ),
            ],
            unreadable=[
                f"{book.unreadable} {_lines(book.unreadable)} of {str(book.path)!r} cannot be read"
                for book in self._ledgers.unreadable
            ],
            places=[_place(cloud) for cloud in clouds],
        )

    def _looked(self, cloud: Cloud, *, told: Iterable[Found]) -> tuple[Account, list[Found]]:
        cloud.session.events.register("before-send", self._count)
        account = Account(cloud, scope=self._scope(cloud, told=told))
        self._tell(f"Looking in {_place(cloud)}.")
        # A stack of which a ledger tells is the run's that it names.
        stacks_told = {one.thing.identity for one in told if one.thing.kind == "stack"}
        return account, [one for one in account.look() if one.thing.identity not in stacks_told]

    def _count(self, *, event_name: str, **_: Any) -> None:
        self.calls[event_name.rpartition(".")[2]] += 1

    def _scope(self, cloud: Cloud, *, told: Iterable[Found]) -> Scope:
        if cloud.embedded:
            return Scope(stage=cloud.stage)
        stage = self._asked.stage
        names = [self._settings.stack(name) for name in self._settings.systems]
        if self._asked.everywhere:
            return Scope(stacks=dict.fromkeys(names, stage))
        pools = {
            one.thing.within
            for one in told
            if one.thing.kind in ("user", "client") and one.thing.stage == stage and one.thing.place == _place_of(cloud)
        }
        with translated(cloud):
            return scope_of(cloud, stacks=names, stage=stage, pools=pools)

    def _is_stage(self, thing: Thing) -> bool:
        """Say whether something is a stack that was finished when nobody waited for it any more."""
        if thing.kind != "stack":
            return False
        found = stacks.describe(self._cloud_of(thing), thing.name)
        return found is not None and not stacks.in_progress(found["StackStatus"]) and not stacks.is_wreck(found)

    def _cloud_of(self, thing: Thing) -> Cloud:
        return self._clouds[thing.place]

    def _cloud_of_process(self, thing: Thing) -> Cloud:
        return embedded_cloud(
            f"http://{LOOPBACK}:{thing.name}",
            folder=self._settings.folder,
            region=self._settings.region.value,
            ledger=self._ledgers,
        )

    def _parted(self, told: Iterable[Found]) -> tuple[list[Found], list[Found], list[Found]]:
        """Give what is in the places where was looked, what has gone with its cloud, and what is elsewhere."""
        here: list[Found] = []
        gone: list[Found] = []
        others: list[Found] = []
        ended = ports_of_runs(one.thing for one in told)
        for one in told:
            if self._is_here(one.thing):
                here.append(one)
            elif self._is_alive(one.run):
                here += [one] if self._asked.embedded and one.thing.embedded else []  # That it is left alone is told.
            elif self._asked.run in ("", one.run):
                (gone if self._has_gone(one.thing, ended=ended) else others).append(one)
        return here, gone, others

    def _has_gone(self, thing: Thing, *, ended: Set[str]) -> bool:
        """Say whether something is in no cloud any more, or in one of a run that is about to be ended."""
        if not (self._asked.embedded and thing.embedded) or thing.place in self._clouds:
            return False
        return has_gone(thing) or port_in(thing.endpoint) in ended

    def _is_here(self, thing: Thing) -> bool:
        if thing.kind == "cloud":
            return self._asked.embedded
        return thing.place in self._clouds and (self._asked.everywhere or thing.stage == self._asked.stage)

    def _why_left(self, found: Found) -> str:
        return why_left(
            found,
            asked=self._asked,
            known=self._ledgers.known,
            is_alive=self._is_alive,
            protection=self._protection,
            now=self._clock(),
        )

    def _protection(self, found: Found) -> str:
        """Say why the stage of something is protected: its own, or else that which other things of its run tell."""
        # The embedded cloud is nobody's, whatever its stage was called.
        for stage in [] if found.thing.embedded else self._stages_of(found):
            if because := self._settings.protected_stages.because(stage):
                return f"its stage {stage!r} is protected: {because}"
        return ""

    def _stages_of(self, found: Found) -> list[str]:
        """Give the stages of which something may be."""
        stage = found.thing.stage or self._stages.get(found.run, "")
        if stage or found.thing.kind != "stack":
            return [stage] if stage else []
        # The stack 'big-mouth-prod' is called after its system and its stage, and both may have hyphens.
        parts = found.thing.name.split("-")
        return ["-".join(parts[start:]) for start in range(1, len(parts))]

    def carry_out(self, plan: Plan) -> Outcome:
        """Take away what is to go."""
        self._ledgers.assign([*plan.to_go, *plan.gone, *plan.stages])
        # An embedded cloud goes with all that is in it.
        clouds = [one for one in plan.to_go if one.thing.kind == "cloud"]
        remove_all(clouds, cloud_of=self._cloud_of_process, ledgers=self._ledgers)
        for one in [*plan.gone, *plan.stages]:
            self._ledgers.removed(one.thing)
        others = [one for one in plan.to_go if one.thing.kind != "cloud"]
        remove_all(others, cloud_of=self._cloud_of, ledgers=self._ledgers)
        why = self._ledgers.why
        trouble = self._put_away()
        if self._asked.embedded:
            embedded.remove_stale(self._settings.folder, older=_STARTS)
        return Outcome(
            removed=[*plan.gone, *(one for one in plan.to_go if one.thing not in why)],
            failed=[(one, why[one.thing]) for one in plan.to_go if one.thing in why],
            calls=dict(self.calls),
            seconds=time.monotonic() - self._started,
            trouble=trouble,
        )

    def _put_away(self) -> FileNotWritten | None:
        """Delete what tells of nothing any more, and give why that cannot be done."""
        try:
            self._ledgers.close()
            with in_words(self._settings.folder / "held"):
                forget_gone(self._settings.folder)
        except FileNotWritten as trouble:
            return trouble
        return None


# For so many seconds a cloud may be about to start, and does not listen yet.
_STARTS = 300.0


def _why_used(found: Found, *, in_use: Set[Identity]) -> str:
    """Say whether a run that is alive has the same: it takes it away itself; of what is held its part stays anyway."""
    is_used = found.thing.identity in in_use and found.thing.kind not in ("items", "parameter")
    return "a run that is alive has it as well" if is_used else ""


def _place_of(cloud: Cloud) -> tuple[str, str, str]:
    return cloud.account, cloud.region, cloud.endpoint or ""


def _place(cloud: Cloud) -> str:
    where = f", {cloud.endpoint}" if cloud.endpoint else ""
    return f"account {cloud.account}, region {cloud.region}{where}"


def _lines(number: int) -> str:
    return "line" if number == 1 else "lines"
