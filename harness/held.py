"""What several processes of a machine bring at once stays until the last of them leaves."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Protocol

from harness._files import write
from harness.cloud.locks import locked

__all__ = ["Store", "abandoned", "held"]

# A level and a name: a process that holds a name already holds it again one level deeper.
_Thing = tuple[int, str]


class Store(Protocol):
    """Where things are kept, each under a name. What is there is told as a text that only the store must understand."""

    def found(self, names: list[str]) -> Mapping[str, str]:
        """Give what is there now, by name."""

    def restore(self, before: Mapping[str, str | None]) -> None:
        """Make it what it was before; twice is harmless."""


@contextmanager
def held(folder: Path, *, key: str, names: Iterable[str], store: Store, bring: Callable[[], object]) -> Iterator[None]:
    """Bring things, hold them, and restore what was there before when no process of this machine holds them any more.

    Who holds is told by locks on files, so a process that was killed holds nothing: what it brought is put right when
    the next process comes or leaves. Of processes that bring different things under one name, the later one writes
    its own. Within a process what an inner `held` replaced comes back when it ends, as with any nested `with`.

    Args:
        folder: The project's folder for caches and state; processes with another one do not know of these.
        key: What tells this store from all others.
        names: Of the things that are held.
        store: Where they are.
        bring: Brings them; what was there before is on disk by then.
    """
    place = _Place(folder / "held", key=key)
    with place.locked():
        place.put_right(store)
        holder = place.enter(list(names), store)
    try:
        bring()
        yield
    finally:
        with place.locked():
            holder.close()
            place.put_right(store)


def abandoned(folder: Path, *, since: float) -> int:
    """Say how many things nobody holds any more and nobody has restored: a process that held them was killed.

    Args:
        folder: The project's folder for caches and state.
        since: From when on they must have been brought, in epoch seconds.
    """
    found = 0
    for record in folder.glob("held/*/before"):
        # Whoever leaves in this moment removes both.
        with suppress(FileNotFoundError):
            if record.stat().st_mtime >= since and not any(map(_lives, record.parent.glob("*.holder"))):
                found += len(json.loads(record.read_bytes()))
    return found


def _lives(holder: Path) -> bool:
    with holder.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


class _Place:
    """The folder of one store: a file for each holder, and the record of what was there before.

    Processes share the levels: the first one that comes to a level writes down what it replaces there.
    """

    def __init__(self, root: Path, *, key: str) -> None:
        digest = hashlib.sha256(key.encode()).hexdigest()
        self._folder = root / digest
        self._record = self._folder / "before"
        # Not within the folder, which is removed: who waits for a lock must not wait on a file that is gone.
        self._lock = root / f"{digest[:2]}.lock"

    def locked(self) -> Any:
        return locked(self._lock)

    def enter(self, names: list[str], store: Store) -> IO[bytes]:
        """Write down what is there before, and give the open file that says who holds it."""
        own = [things for process, things in self._holders() if process == os.getpid()]
        deepest = _deepest(thing for things in own for thing in things)
        things = [(deepest.get(name, -1) + 1, name) for name in names]
        before = self._before()
        new = [thing for thing in things if thing not in before]
        found = store.found([name for _, name in new]) if new else {}
        self._write(before | {thing: found.get(thing[1]) for thing in new})
        self._folder.mkdir(parents=True, exist_ok=True)
        holder = (self._folder / f"{uuid.uuid4()}.holder").open("xb", buffering=0)
        fcntl.flock(holder, fcntl.LOCK_EX)
        holder.write(json.dumps([os.getpid(), things]).encode())
        return holder

    def put_right(self, store: Store) -> None:
        """Restore what nobody holds any more."""
        deepest = _deepest(thing for _, things in self._holders() for thing in things)
        before = self._before()
        left = [thing for thing in before if thing[0] > deepest.get(thing[1], -1)]
        if left:
            # The outermost last: it is what was there before them all.
            store.restore({name: before[level, name] for level, name in sorted(left, reverse=True)})
        self._write({thing: kept for thing, kept in before.items() if thing not in left})

    def _holders(self) -> Iterator[tuple[int, list[_Thing]]]:
        """Give process and things of each holder that lives, and remove the files of the others."""
        for path in self._folder.glob("*.holder"):
            with path.open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    process, things = json.load(file)
                    yield process, [(level, name) for level, name in things]
                else:
                    path.unlink()

    def _before(self) -> dict[_Thing, str | None]:
        try:
            kept = json.loads(self._record.read_bytes())
        except FileNotFoundError:
            return {}
        return {(level, name): before for level, name, before in kept}

    def _write(self, before: Mapping[_Thing, str | None]) -> None:
        """Keep the record for the owner's eyes only, and nothing of it when there is nothing to restore."""
        if before:
            kept = [[*thing, what] for thing, what in before.items()]
            write(self._record, json.dumps(kept).encode())
            return
        self._record.unlink(missing_ok=True)
        # It is not empty while somebody holds no thing at all, and not there when nobody ever came.
        with suppress(OSError):
            self._folder.rmdir()


def _deepest(things: Iterable[_Thing]) -> dict[str, int]:
    deepest: dict[str, int] = {}
    for level, name in things:
        deepest[name] = max(level, deepest.get(name, level))
    return deepest
