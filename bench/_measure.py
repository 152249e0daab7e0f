"""Measuring on a machine that is shared and noisy: in turn, by medians, and the result as a table.

What is compared is measured in turn (A B C A B C), so that a busy moment meets all of it.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import gmtime, perf_counter, strftime

__all__ = ["Row", "in_turn", "margin", "repeated", "report"]

Measure = Callable[[int], Sequence[float]]
"""Does a thing so many times, and gives the seconds of each."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the table.

    Args:
        what: What was measured.
        value: The median, in seconds or what `unit` says; None when it could not be measured.
        limit: What `value` may be at most; None for what is only shown beside ours.
        unit: ``ms``, ``s`` or ``MB``.
        beside: What `value` is compared with; None for nothing.
        is_share: Whether it is a part of that.
        note: What the reader must know.
    """

    what: str
    value: float | None
    limit: float | None = None
    unit: str = "ms"
    beside: float | None = None
    is_share: bool = False
    note: str = ""

    @property
    def is_over(self) -> bool:
        """Whether a limit of ours is not held."""
        return self.limit is not None and (self.value is None or self.value > self.limit)

    def cells(self) -> tuple[str, ...]:
        """Give the cells of the table."""
        shown = "not measured" if self.value is None else self._shown(self.value)
        limit = "" if self.limit is None else self._shown(self.limit)
        ratio = self._ratio(self.value / self.beside) if self.value is not None and self.beside else ""
        verdict = "" if self.limit is None else "OVER" if self.is_over else "within"
        return self.what, shown, limit, ratio, verdict, self.note

    def _ratio(self, ratio: float) -> str:
        return f"{ratio:.0%}" if self.is_share else f"{ratio:.2g} x" if ratio < 1 else f"{ratio:.1f} x"

    def _shown(self, value: float) -> str:
        if self.unit == "ms":
            return f"{value * 1000:.3f} ms"
        return f"{value:.2f} s" if self.unit == "s" else f"{value:.0f} {self.unit}"


def repeated(act: Callable[[], object]) -> Measure:
    """Give what does `act` so many times and takes the time of each."""

    def measure(times: int) -> list[float]:
        taken = []
        for _ in range(times):
            started = perf_counter()
            act()
            taken.append(perf_counter() - started)
        return taken

    return measure


def in_turn(measures: Mapping[str, Measure], *, rounds: int, times: int | Mapping[str, int]) -> dict[str, list[float]]:
    """Measure each thing, one after the other, `rounds` times over; give the median of each round.

    Args:
        measures: What is measured, by name. Each is done once beforehand, uncounted, to be warm.
        rounds: How many rounds.
        times: How often in a round; slow things may have a number of their own.
    """
    for measure in measures.values():
        measure(1)
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(median(measure(times if isinstance(times, int) else times[name])))
    return found


def margin(ours: Sequence[float], baseline: Sequence[float]) -> float:
    """Give by how much ours takes longer: the median of the differences within each round."""
    return median(mine - theirs for mine, theirs in zip(ours, baseline, strict=True))


def report(title: str, rows: Iterable[Row], *, notes: Iterable[str] = (), ratio: str = "ratio") -> int:
    """Print the table and give the exit code: 1 when a limit of ours is not held."""
    rows = list(rows)
    heads = ("", "median", "limit", ratio, "verdict", "")
    cells = [heads, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    print(f"\n{title}\n{_machine()}\n")
    for line in cells:
        first, *rest = (
            text.ljust(width) if column in (0, 4, 5) else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join([first, *rest]).rstrip())
    for note in notes:
        print(f"\n{note}")
    return 1 if any(row.is_over for row in rows) else 0


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    python = ".".join(str(part) for part in sys.version_info[:3])
    day = strftime("%Y-%m-%d", gmtime())
    return f"{day}, Python {python}, {platform.system()}, {os.cpu_count()} cores{load}"
