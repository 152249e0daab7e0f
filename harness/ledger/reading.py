"""Ledgers as they are read, also those of runs that were killed in the middle of a line."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from harness.errors import StageError
from harness.ledger.alive import is_alive, is_of_here
from harness.ledger.naming import TIME_TO_LIVE
from harness.ledger.thing import ORDER, Thing

__all__ = ["FOLDER", "SUFFIX", "Book", "Left", "books", "path_of", "read"]

FOLDER, SUFFIX = "ledger", ".jsonl"
_WHAT = ("creating", "removed", "kept", "failed")
_BEGINNINGS = tuple(f'{{"{what}": '.encode() for what in _WHAT)
_FIELDS = frozenset(field.name for field in fields(Thing))
_ADDRESS = re.compile(r"https?://[^/:]+:(\d{1,5})")
_PORTS = range(1, 65536)


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
        strange: How many of these are whole, and say what only another version of the harness understands, or nobody.
    """

    run: str
    path: Path
    left: tuple[Left, ...]
    unreadable: int = 0
    strange: int = 0

    @property
    def is_alive(self) -> bool:
        """Whether a process of the run is alive."""
        return is_alive(self.path.parent.parent, run=self.run)

    @property
    def has_ended(self) -> bool:
        """Whether none of its processes is alive.

        A run of another machine or folder, whose ledger was copied, has ended when its time to live has.
        """
        return (is_of_here(self.path.parent.parent, run=self.run) or self._is_old) and not self.is_alive

    @property
    def _is_old(self) -> bool:
        return all(time.time() - one.since > TIME_TO_LIVE for one in self.left)

    @property
    def is_done(self) -> bool:
        """Whether it tells of nothing any more, so that it can go."""
        return not self.left and not self.strange


def books(folder: Path) -> list[Book]:
    """Give all ledgers of a project, those of runs that are alive too.

    Args:
        folder: The project's folder for caches and state.
    """
    return [read(path) for path in sorted((folder / FOLDER).glob(f"*{SUFFIX}")) if path.is_file()]


def path_of(folder: Path, *, run: str) -> Path:
    """Give the file of a run's ledger."""
    return folder / FOLDER / f"{run}{SUFFIX}"


def read(path: Path) -> Book:
    """Give the ledger of a run as far as it can be read; one that is not there is empty.

    A line without its end was not finished, so what it tells of was not created yet, or is looked for in vain.

    Args:
        path: Its file.

    Raises:
        StageError: It is there, but this user may not read it.
    """
    left: dict[Thing, Left] = {}
    unreadable = strange = 0
    for line in _lines(path):
        record = _record(line)
        if record is None:
            unreadable += 1
            strange += _is_strange(line)
            continue
        what, thing, at, why = record
        if what == "creating":
            left[thing] = Left(thing=thing, since=at)
        elif what in ("removed", "kept"):
            left.pop(thing, None)
        elif thing in left:
            left[thing] = Left(thing=thing, since=left[thing].since, why=why)
    # Within a kind the latest first, as a stack is taken down.
    latest = list(left.values())[::-1]
    inward = sorted(latest, key=lambda one: ORDER.index(one.thing.kind))
    return Book(
        run=path.name.removesuffix(SUFFIX), path=path, left=tuple(inward), unreadable=unreadable, strange=strange
    )


def _lines(path: Path) -> Iterator[bytes]:
    try:
        # What is no file cannot have been written, so nothing was created.
        if path.is_file():
            yield from filter(bytes.strip, path.read_bytes().splitlines(keepends=True))
    except FileNotFoundError:  # Whoever wrote it has closed it in this moment, with nothing left.
        return
    except OSError as error:
        raise StageError(
            f"The ledger {str(path)!r} cannot be read: {error.strerror}.",
            remedy="what it tells of may still be there: let it be read, or take it away as who has written it",
        ) from error


def _is_strange(line: bytes) -> bool:
    """Say whether a line that cannot be read is whole, or none of ours; a crash or a full disk cuts off one of ours.

    Such a piece may end in a line break as well: that with which the next record begins.
    """
    piece = line.strip()
    if not any(piece.startswith(begin) or begin.startswith(piece) for begin in _BEGINNINGS):
        return True
    try:
        json.loads(line)
    except ValueError:
        return False
    return line.endswith(b"\n")


def _record(line: bytes) -> tuple[str, Thing, float, str] | None:
    """Give what happened, to what, when and why; None when it cannot be read."""
    try:
        record = json.loads(line)
        what = next(name for name in _WHAT if name in record)
        return what, _thing(record[what]), _time(record["at"]), str(record.get("why", ""))
    except (ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return None


def _time(told: float) -> float:
    if not math.isfinite(told):
        raise ValueError(told)
    return float(told)


def _thing(told: Mapping[str, Any]) -> Thing:
    """Give a thing; what a later version of the harness tells besides is left out.

    Raises:
        ValueError: It is none that could be looked for.
        TypeError: It is none.
    """
    thing = Thing(**{name: value for name, value in told.items() if name in _FIELDS})
    ORDER.index(thing.kind)
    for name, value in asdict(thing).items():
        if not isinstance(value, bool if name == "embedded" else str):
            raise TypeError(name)
    # What is in an embedded cloud has gone when nothing listens there any more.
    if thing.embedded and not _is_port(_port_in(thing.endpoint)):
        raise ValueError(thing.endpoint)
    if thing.kind == "cloud" and not (thing.embedded and thing.within and _is_port(thing.name)):
        raise ValueError(thing.name)
    return thing


def _port_in(address: str) -> str:
    found = _ADDRESS.fullmatch(address)
    return found[1] if found else ""


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) in _PORTS
