"""What several processes of a machine bring at once stays until the last of them leaves."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal, Protocol

from harness._files import write
from harness._text import reason_of
from harness.cloud.account import Cloud
from harness.cloud.locks import locked
from harness.cloud.remains import has_gone
from harness.ledger import Ledger, Thing

__all__ = ["Abandoned", "Store", "abandoned", "digest_of", "drop", "find_abandoned", "held", "put_right"]

# A level and a name: a process that holds a name already holds it again one level deeper.
_Name = tuple[int, str]


class Store(Protocol):
    """Where things are kept, each under a name. What is there is told as a text that only the store must understand."""

    @property
    def kind(self) -> Literal["items", "parameter"]:
        """What it keeps, as the ledger calls it."""

    @property
    def name(self) -> str:
        """What it is called in its cloud: the name of the table or of the parameter."""

    @property
    def identity(self) -> str:
        """What tells it from all others."""

    def found(self, names: list[str]) -> Mapping[str, str]:
        """Give what is there now, by name."""

    def restore(self, before: Mapping[str, str | None]) -> None:
        """Make it what it was before; twice is harmless."""


@contextmanager
def held(cloud: Cloud, *, names: Iterable[str], store: Store, bring: Callable[[], object]) -> Iterator[None]:
    """Bring things, hold them, and restore what was there before when no process of this machine holds them any more.

    Who holds is told by locks on files, so a process that was killed holds nothing: what it brought is put right when
    the next process comes or leaves, or by a sweep. Of processes that bring different things under one name, the later
    one writes its own. Within a process what an inner `held` replaced comes back when it ends, as with any nested
    `with`. What cannot be restored is told when the run ends, and hides no test's own result.

    Args:
        cloud: Where the store is. Processes with another folder for caches and state do not know of these.
        names: Of the things that are held.
        store: Where they are.
        bring: Brings them; what was there before is on disk by then, and the store in the ledger.
    """
    place = _Place(cloud.folder, digest=digest_of(store))
    with ExitStack() as leaving:
        with place.locked():
            # Within the lock: who leaves in this moment must not say of this run that it has nothing there any more.
            thing = cloud.creating(store.kind, store.name, within=place.digest)
            leaving.callback(_leave, place, thing, store=store, ledger=cloud.ledger)
            place.put_right(store)
            leaving.enter_context(place.enter(list(names), store=store, thing=thing, run=cloud.ledger.run))
        bring()
        yield


def _leave(place: _Place, thing: Thing, /, *, store: Store, ledger: Ledger) -> None:
    try:
        with place.locked():
            place.put_right(store)
            # Other runs have it in ledgers of their own.
            if ledger.run not in place.runs():
                ledger.removed(thing)
    except Exception as error:  # noqa: BLE001 - it is told in the end
        ledger.failed(thing, why=reason_of(error))


def digest_of(store: Store) -> str:
    """Give what the folder of a store is called."""
    return hashlib.sha256(store.identity.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Abandoned:
    """What killed processes have brought to one store, and nobody has put right.

    Args:
        thing: The store, as it was in the ledger of the first who brought something there.
        count: How many things there are.
        since: When somebody last came or left there, in epoch seconds.
    """

    thing: Thing
    count: int
    since: float


def find_abandoned(folder: Path) -> list[Abandoned]:
    """Give what nobody holds any more and nobody has restored, by store.

    Args:
        folder: The project's folder for caches and state.
    """
    digests = sorted(record.parent.name for record in folder.glob("held/*/before"))
    found = (_Place(folder, digest=digest).abandoned() for digest in digests)
    return [one for one in found if one is not None]


def abandoned(folder: Path, *, since: float) -> int:
    """Say how many things nobody holds any more and nobody has restored: a process that held them was killed.

    What was in an embedded cloud that runs no more has gone with it.

    Args:
        folder: The project's folder for caches and state.
        since: From when on they must have been brought, in epoch seconds.
    """
    return sum(one.count for one in find_abandoned(folder) if one.since >= since and not has_gone(one.thing))


def put_right(folder: Path, *, store: Store) -> None:
    """Restore what killed processes have left in a store; what others hold stays, and twice is harmless.

    Args:
        folder: The project's folder for caches and state.
        store: Where it is.
    """
    place = _Place(folder, digest=digest_of(store))
    with place.locked():
        place.put_right(store)


def drop(folder: Path, *, digest: str) -> None:
    """Forget what was there before in a store that has gone, unless somebody holds something there.

    Args:
        folder: The project's folder for caches and state.
        digest: What the folder of the store is called.
    """
    place = _Place(folder, digest=digest)
    with place.locked():
        place.drop()


class _Place:
    """The folder of one store: a file for each holder, what store it is, and the record of what was there before.

    Processes share the levels: the first one that comes to a level writes down what it replaces there.
    """

    def __init__(self, folder: Path, *, digest: str) -> None:
        self.digest = digest
        self._folder = folder / "held" / digest
        self._record = self._folder / "before"
        self._store = self._folder / "store"
        # Not within the folder, which is removed: who waits for a lock must not wait on a file that is gone.
        self._lock = folder / "held" / f"{digest[:2]}.lock"

    def locked(self) -> Any:
        return locked(self._lock)

    def enter(self, names: list[str], *, store: Store, thing: Thing, run: str) -> IO[bytes]:
        """Write down what is there before, and give the open file that says who holds it."""
        own = [things for process, _, things in self._holders() if process == os.getpid()]
        deepest = _deepest(thing for things in own for thing in things)
        things = [(deepest.get(name, -1) + 1, name) for name in names]
        before = self._before()
        new = [thing for thing in things if thing not in before]
        found = store.found([name for _, name in new]) if new else {}
        if not self._store.exists():
            write(self._store, json.dumps(asdict(thing)).encode())
        self._write(before | {thing: found.get(thing[1]) for thing in new})
        told = self._folder / f"{uuid.uuid4()}.holder"
        write(told, json.dumps([os.getpid(), run, things]).encode())
        # On NFS an exclusive lock wants a file that may be written: https://man7.org/linux/man-pages/man2/flock.2.html
        holder = told.open("r+b")
        fcntl.flock(holder, fcntl.LOCK_EX)
        return holder

    def put_right(self, store: Store) -> None:
        """Restore what nobody holds any more."""
        before, left = self._before(), self._left()
        if left:
            # The outermost last: it is what was there before them all.
            store.restore({name: before[level, name] for level, name in sorted(left, reverse=True)})
        self._write({thing: kept for thing, kept in before.items() if thing not in left})

    def _left(self) -> set[_Name]:
        """Give what nobody holds any more."""
        deepest = _deepest(thing for _, _, things in self._holders() for thing in things)
        return {thing for thing in self._before() if thing[0] > deepest.get(thing[1], -1)}

    def abandoned(self) -> Abandoned | None:
        """Give what nobody holds any more, or None when there is nothing, or nobody can tell where it belongs."""
        with self.locked(), suppress(FileNotFoundError, ValueError, TypeError):
            thing = Thing(**json.loads(self._store.read_bytes()))
            since = self._record.stat().st_mtime
            if left := self._left():
                return Abandoned(thing=thing, count=len({name for _, name in left}), since=since)
        return None

    def runs(self) -> set[str]:
        """Give the runs of those who hold something."""
        return {run for _, run, _ in self._holders()}

    def drop(self) -> None:
        """Forget what was there before, unless somebody holds something."""
        if not any(self._holders()):
            self._write({})

    def _holders(self) -> Iterator[tuple[int, str, list[_Name]]]:
        """Give process, run and things of each holder that lives, and remove the files of the others."""
        for path in self._folder.glob("*.holder"):
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    process, run, things = json.load(file)
                    yield process, run, [(level, name) for level, name in things]
                else:
                    path.unlink()

    def _before(self) -> dict[_Name, str | None]:
        try:
            kept = json.loads(self._record.read_bytes())
        except FileNotFoundError:
            return {}
        return {(level, name): before for level, name, before in kept}

    def _write(self, before: Mapping[_Name, str | None]) -> None:
        """Keep the record for the owner's eyes only, and nothing of it when there is nothing to restore."""
        if before:
            kept = [[*thing, what] for thing, what in before.items()]
            write(self._record, json.dumps(kept).encode())
            return
        self._record.unlink(missing_ok=True)
        # Somebody may hold no thing at all. Who was killed may have left half a file.
        if not any(self._folder.glob("*.holder")):
            shutil.rmtree(self._folder, ignore_errors=True)


def _deepest(things: Iterable[_Name]) -> dict[str, int]:
    deepest: dict[str, int] = {}
    for level, name in things:
        deepest[name] = max(level, deepest.get(name, level))
    return deepest
