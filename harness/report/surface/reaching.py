"""What a test has reached of a system, told by what it did and what the journal saw."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from harness.journal.entry import Entry
from harness.report.record import PERHAPS, ActRecord
from harness.report.surface import asked, ended
from harness.report.surface.answers import is_refusal
from harness.report.surface.known import Known, known
from harness.report.surface.letting import lets_unseen, passed, passed_unseen
from harness.report.surface.wires import Wire
from harness.system.model import System

__all__ = ["reached"]

# What a mode that plays a service leaves to the cloud all the same: real changes, real objects, real executions.
_LEFT_TO_CLOUD = frozenset({"write", "update", "delete", "upload", "start"})
# What no tap sees: a function that may send there, and has done its work, may have sent.
_SENDING = frozenset({"sends", "writes", "deletes", "starts", "calls"})
_LED = ("rule", "subscription", "mapping", "notification", "destination")
_FAILED = 400


def reached(
    system: System,
    *,
    mode: str,
    acts: Sequence[ActRecord],
    entries: Sequence[Entry],
    functions: Iterable[str],
) -> tuple[str, ...]:
    """Give the ids of what a test has reached of the surface, in no order that means anything.

    In `handler` a function counts only if it ran in this process, and what leads to functions only if one of them did.
    What the cloud itself delivers is deduced from the template, since nobody sees a deployed function start: all of it
    in `http`, and in `invoke` what the harness has not played.

    An id that ends in `PERHAPS` is of what only a grant speaks for: a function ran that may send there, and no tap
    looked.

    Args:
        system: The system as its template declares it.
        mode: The name of the mode.
        acts: The verbs of the test.
        entries: What the journal saw since the test began.
        functions: The logical ids of the functions that are known to have run.
    """
    test = _Test(known(system), mode=mode, acts=acts, entries=entries, functions=functions)
    for act in acts:
        test.act(act)
    for entry in entries:
        test.entry(entry)
    test.trace_back(called={act.what for act in acts if act.verb == "call"})
    test.follow_grants()
    return (*test.found, *(f"{one}{PERHAPS}" for one in test.perhaps if one not in test.found))


class _Test:
    """What is found of one test."""

    def __init__(
        self,
        known: Known,
        *,
        mode: str,
        acts: Sequence[ActRecord],
        entries: Sequence[Entry],
        functions: Iterable[str],
    ) -> None:
        self.found: dict[str, None] = {}
        self.perhaps: dict[str, None] = {}
        self._noted = self.found
        self._done: list[str] = []
        self._known = known
        self._functions = known.system.functions
        self._mode = mode
        self._ran = {*functions, *(act.function for act in acts)} & self._functions.keys()
        self._seen = {(entry.source, entry.detail_type if entry.kind == "bus" else "") for entry in entries}
        self._sources = {source for source, _ in self._seen}
        self._followed: set[tuple[str, bool]] = set()
        failed = {act.function for act in acts if (act.status or 0) >= _FAILED}
        for name in sorted(self._ran):
            self._run(name, done=mode != "handler" and name not in failed)

    def act(self, act: ActRecord) -> None:
        """Take in what a verb has reached."""
        deduced = self._mode == "http" or (self._mode == "invoke" and act.verb in _LEFT_TO_CLOUD)
        place, _, rest = act.what.partition(" ")
        if act.verb == "request":
            self._request(act, deduced=deduced)
        elif act.verb == "query":
            self._query(act, deduced=deduced)
        elif act.verb == "fire":
            self._through_id(f"schedule:{place}", deduced=deduced)
        elif act.verb == "start":
            self._start(act, deduced=deduced)
        elif act.verb == "call":
            self._arrive(place, deduced=deduced)
        elif (place, rest if act.verb == "publish" else "") not in self._seen:
            for wire in passed_unseen(act, self._known):
                self._through(wire, deduced=deduced)

    def entry(self, entry: Entry) -> None:
        """Take in what an entry of the journal has reached."""
        deduced = self._mode == "http" or (self._mode == "invoke" and not entry.played)
        for wire in passed(entry, self._known, wanted=lambda one: self._wants(one, deduced=deduced)):
            self._through(wire, deduced=deduced)
        for wire in self._known.endings.get(entry.source, ()):
            may_be = deduced or wire.source in self._ran or wire.source not in self._functions
            if may_be and ended.tells(entry, of=wire, system=self._known.system):
                self.found[wire.id] = None

    def trace_back(self, *, called: set[str]) -> None:
        """Take in what must have led to a function that ran, where only one thing could."""
        for name in sorted(self._ran - called):
            ways = self._known.ways_to(name)
            if not any(one in self.found for one in ways):
                inner = [one for one in ways if one.partition(":")[0] in (*_LED, "machine")]
                if len(inner) == 1:
                    self.found[inner[0]] = None

    def follow_grants(self) -> None:
        """Take in what functions may have sent, where no tap looks; to be asked last, since it proves nothing."""
        self._noted = self.perhaps
        # The list grows while it is gone through: what may have been started may send as well.
        for name in self._done:
            for target, ways in self._known.uses(name).items():
                if target not in self._sources and not _SENDING.isdisjoint(ways):
                    self._arrive(target, deduced=True, removed="deletes" in ways and "writes" not in ways)

    def _request(self, act: ActRecord, *, deduced: bool) -> None:
        wire = self._known.by_id.get(f"route:{act.api} {act.route}")
        if wire is None:
            return
        self.found[wire.id] = None
        api, guard = self._known.system.apis[act.api], wire.part.authorizer
        is_refused = is_refusal(act.status, act.answer, api=api, route=wire.part)
        if guard is not None and guard.function:
            # Without a token nobody asks the function; what it has refused is told by 403.
            decided = not is_refused or act.status not in (None, 401) if deduced else guard.function in self._ran
            if decided:
                self._through_id(f"authorizer:{act.api} {guard.name}", deduced=deduced)
        if deduced and not is_refused and wire.part.function:
            self._run(wire.part.function, done=(act.status or 0) < _FAILED)

    def _query(self, act: ActRecord, *, deduced: bool) -> None:
        is_answered = asked.is_answered(act.status, act.answer)
        for wire in self._known.by_source["field", act.api]:
            if asked.asks(act.sent, type=wire.part.type, field=wire.part.field):
                self.found[wire.id] = None
                if deduced and is_answered and wire.part.function:
                    self._run(wire.part.function, done=True)

    def _start(self, act: ActRecord, *, deduced: bool) -> None:
        """Take in an execution; the answer names the states that it went through, where the mode knows them."""
        machine = act.what
        if machine not in self._known.system.machines:
            return
        self.found[f"machine:{machine}"] = None
        visited = {name.strip() for name in act.answer.partition("visited:")[2].rstrip(">").split(",")}
        for task in self._known.tasks(machine) if deduced else ():
            if task.state in visited:
                for name in task.starts:
                    self._arrive(name, deduced=True)

    def _through_id(self, wire_id: str, *, deduced: bool) -> None:
        if wire_id in self._known.by_id:
            self._through(self._known.by_id[wire_id], deduced=deduced)

    def _through(self, wire: Wire, *, deduced: bool) -> None:
        """Take in what leads on, and what comes after it."""
        if self._wants(wire, deduced=deduced):
            self._followed.add((wire.id, deduced))
            self._noted[wire.id] = None
            for name in wire.targets:
                self._arrive(name, deduced=deduced)

    def _wants(self, wire: Wire, *, deduced: bool) -> bool:
        """Say whether it would be news that something was gone through, and could be true."""
        if (wire.id, deduced) in self._followed:
            return False
        led = [name for name in wire.targets if name in self._functions]
        leads_elsewhere = not led or len(led) < len(wire.targets)
        return deduced or leads_elsewhere or not self._ran.isdisjoint(led)

    def _arrive(self, name: str, *, deduced: bool, removed: bool = False) -> None:
        if name in self._functions:
            if deduced:
                self._run(name, done=True)
        elif name in self._known.system.machines:
            self._noted[f"machine:{name}"] = None
        elif name in self._known.by_id:
            self._through_id(name, deduced=deduced)
        else:
            for kind in ("subscription", "mapping", "notification"):
                for wire in self._known.by_source.get((kind, name), ()):
                    if lets_unseen(wire, removed=removed):
                        self._through(wire, deduced=deduced)

    def _run(self, name: str, *, done: bool) -> None:
        """Take in a function, and whether it has done its work, so that it may have sent something."""
        self._noted[f"function:{name}"] = None
        if done and name not in self._done:
            self._done.append(name)
