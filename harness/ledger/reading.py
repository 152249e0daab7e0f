"""Ledgers as they are read, also those of runs that were killed in the middle of a line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from harness.errors import StageError
from harness.ledger.alive import is_alive
from harness.ledger.thing import ORDER, Thing

__all__ = ["FOLDER", "SUFFIX", "Book", "Left", "books", "read"]

FOLDER, SUFFIX = "ledger", ".jsonl"
_FIELDS = frozenset(field.name for field in fields(Thing))


@dataclass(frozen=True, kw_only=True)
class Left:
    """Something that is still there, for all that the ledger knows.

    Args:
        thing: What it is.
        since: When it was about to be created, in epoch seconds.
        why: Why it could not be taken away, if that was tried.
    """

    thing: Thing
    since: float
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Book:
    """The ledger of one run.

    Args:
        run: The id of the run.
        path: Its file.
        left: What is still there, in the order in which it is taken away.
        unreadable: How many of its lines cannot be read; a crash cuts off one.
    """

    run: str
    path: Path
    left: tuple[Left, ...]
    unreadable: int = 0

    @property
    def is_alive(self) -> bool:
        """Whether a process of the run is alive."""
        return is_alive(self.path.parent.parent, run=self.run)


def books(folder: Path) -> list[Book]:
    """Give all ledgers of a project, those of runs that are alive too.

    Args:
        folder: The project's folder for caches and state.
    """
    return [read(path) for path in sorted((folder / FOLDER).glob(f"*{SUFFIX}"))]


def read(path: Path) -> Book:
    """Give the ledger of a run as far as it can be read; one that is not there is empty.

    A line without its end was not finished, so what it tells of was not created yet, or is looked for in vain.

    Args:
        path: Its file.

    Raises:
        StageError: It is there, but this user may not read it.
    """
    left: dict[Thing, Left] = {}
    unreadable = 0
    for line in _lines(path):
        record = _record(line)
        if record is None:
            unreadable += 1
            continue
        what, thing, at, why = record
        if what == "creating":
            left[thing] = Left(thing=thing, since=at)
        elif what == "removed":
            left.pop(thing, None)
        elif thing in left:
            left[thing] = Left(thing=thing, since=left[thing].since, why=why)
    # Within a kind the latest first, as a stack is taken down.
    latest = list(left.values())[::-1]
    inward = sorted(latest, key=lambda one: ORDER.index(one.thing.kind))
    return Book(run=path.name.removesuffix(SUFFIX), path=path, left=tuple(inward), unreadable=unreadable)


def _lines(path: Path) -> Iterator[bytes]:
    try:
        # What is no file cannot have been written, so nothing was created.
        if path.is_file():
            yield from filter(None, path.read_bytes().split(b"\n"))
    except FileNotFoundError:  # Whoever wrote it has closed it in this moment, with nothing left.
        return
    except OSError as error:
        raise StageError(
            f"The ledger {str(path)!r} cannot be read: {error.strerror}.",
            remedy="what it tells of may still be there: let it be read, or take it away as who has written it",
        ) from error


def _record(line: bytes) -> tuple[str, Thing, float, str] | None:
    """Give what happened, to what, when and why; None when it cannot be read."""
    try:
        record = json.loads(line)
        what = next(name for name in ("creating", "removed", "failed") if name in record)
        return what, _thing(record[what]), float(record["at"]), str(record.get("why", ""))
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return None


def _thing(told: Mapping[str, Any]) -> Thing:
    """Give a thing; what a later version of the harness tells besides is left out."""
    thing = Thing(**{name: value for name, value in told.items() if name in _FIELDS})
    ORDER.index(thing.kind)
    hash(thing)  # A name that is a list is none.
    return thing
