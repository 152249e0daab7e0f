"""A run as Markdown, for the page that a CI job shows.

GitHub refuses a summary of more than 1 MiB
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary), and nobody
reads as much: each part has a length, and says how much of it is not shown.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from harness._text import shortened
from harness.report.deselected import in_short
from harness.report.gating import PASSING, Gate, unselected
from harness.report.headline import headline
from harness.report.record import DriftRecord, RunRecord, TestRecord, VerdictRecord

__all__ = ["escaped", "summary"]

_WIDTH = 300
# In bytes; together with what stands around them they stay below 100 kB.
_LONGEST = {"systems": 8_000, "gate": 6_000, "verdict": 36_000, "failures": 12_000, "surface": 6_000, "drift": 8_000}
_SHORT = 4_000
_CAUSES = 3
_SIGNS = {"good": "✅", "open": "⚪", "bad": "❌"}
_MARKUP = re.compile(r"[\\`*_{}\[\]~$]|^(?:[-+=]+|\d+[.)])(?!\S)")

_Thing = TypeVar("_Thing")


def summary(run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None = None) -> str:
    """Give the summary of a run as Markdown, in less than 100 kB.

    Args:
        run: The run.
        verdicts: What the modes say together.
        gate: What the gate says; None where none was asked.
    """
    parts = [
        _head(run, gate=gate),
        _gate(gate, run=run),
        _systems(run),
        _verdicts(verdicts, run=run),
        _failures(run, verdicts=verdicts),
        _never_reached(run),
        _drift(run),
        _list("Left behind", run.left or ()),
        _list("Deselected", tuple(in_short(run.deselected))),
        [f"{unselected(run)}."] if run.unselected else [],
        [_foot(run)],
    ]
    return "\n".join(line for part in parts if part for line in (*part, ""))


def escaped(text: str) -> str:
    r"""Give a text of somebody else's as one line of Markdown that shows it as it is.

    Nobody is mentioned, nothing becomes a link, a cell of a table or HTML.

    >>> escaped("a|b\n<b> *c*")
    'a&#124;b &lt;b&gt; \\*c\\*'
    >>> escaped("@ann see https://example.com")
    '@&#8203;ann see https&#58;//example.com'
    """
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    line = _MARKUP.sub(lambda found: "".join(f"\\{one}" if not one.isdigit() else one for one in found[0]), line)
    for character, entity in _ENTITIES.items():
        line = line.replace(character, entity)
    return line


# The ampersand comes first: the others bring new ones.
_ENTITIES = {
    "&": "&amp;",
    "#": "&#35;",
    "<": "&lt;",
    ">": "&gt;",
    "|": "&#124;",
    "@": "@&#8203;",
    "://": "&#58;//",
    "www.": "www&#46;",
}


def _head(run: RunRecord, *, gate: Gate | None) -> list[str]:
    found = headline(run, gate=gate)
    return [f"## {_SIGNS[found.state]} {_cell(found.text)}"]


def _gate(gate: Gate | None, *, run: RunRecord) -> list[str]:
    if gate is None:
        return []
    rows = [
        f"| {one.name} | {'✅ passed' if one.passed else '❌ failed'} | {_cell(one.text)} |" for one in gate.conditions
    ]
    # What else fails has a part of its own.
    broken = {one.test for one in run.tests if one.is_broken}
    lines = [line for one in gate.conditions if one.name == "tests" for line in one.lines]
    others = [line for line in lines if line.partition(": ")[0] not in broken]
    below = ["", *_within(others, _item, longest=_LONGEST["gate"])] if others else []
    return ["| condition | | found |", "|---|---|---|", *rows, *below]


def _systems(run: RunRecord) -> list[str]:
    staged = [one for one in run.tests if one.mode]
    modes = tuple(dict.fromkeys((*run.modes, *(one.mode for one in staged))))
    counted: dict[str, dict[str, Counter[str]]] = {}
    for one in staged:
        counted.setdefault(one.system, {}).setdefault(one.mode, Counter())[one.outcome] += 1

    def row(system: str) -> str:
        cells = (_outcomes(counted[system].get(mode, Counter())) for mode in modes)
        return f"| {_cell(system)} | {' | '.join(cells)} |"

    head = f"| system | {' | '.join(map(_cell, modes))} |"
    rows = _within(tuple(counted), row, longest=_LONGEST["systems"])
    table = [head, f"|---|{'---|' * len(modes)}", *rows] if counted else []
    plain: Counter[str] = Counter(one.outcome for one in run.tests if not one.mode)
    below = [f"Tests without a stage: {_outcomes(plain)}."] if plain else []
    return [*table, *([""] if table and below else []), *below]


def _outcomes(counted: Counter[str]) -> str:
    failing_first = sorted(counted.items(), key=lambda one: one[0] in PASSING)
    return ", ".join(f"{number} {_cell(outcome)}" for outcome, number in failing_first)


def _verdicts(verdicts: Sequence[VerdictRecord], *, run: RunRecord) -> list[str]:
    modes = tuple(dict.fromkeys((*run.modes, *(mode for one in verdicts for mode in one.outcomes))))

    def row(one: VerdictRecord) -> str:
        outcomes = " | ".join(_cell(one.outcomes.get(mode, "")) for mode in modes)
        others = [cause.text for cause in one.causes[:_CAUSES] if cause.text not in one.text]
        why = "<br>".join([f"**{_cell(one.text)}**", *map(_cell, others)])
        return f"| {_cell(one.test)} | {outcomes} | {_cell(one.area)} | {why} |"

    head = f"| test | {' | '.join(map(_cell, modes))} | where | why |"
    rows = _within(verdicts, row, longest=_LONGEST["verdict"])
    return ["### Verdict", "", head, f"|---|{'---|' * len(modes)}---|---|", *rows] if verdicts else []


def _failures(run: RunRecord, *, verdicts: Sequence[VerdictRecord]) -> list[str]:
    """Give the failures that no verdict speaks of, as after a run in one mode."""
    told = {(one.system, one.test) for one in verdicts}
    found = [one for one in run.tests if one.is_broken and (one.system, one.test) not in told]

    def row(one: TestRecord) -> str:
        first = one.failure.strip().partition("\n")[0]
        why = [*(f"**{_cell(cause.text)}**" for cause in one.causes[:_CAUSES]), *([_cell(first)] if first else [])]
        return f"| {_cell(one.test)} | {_cell(one.mode) or 'no stage'} | {'<br>'.join(why)} |"

    head = ["### Failures", "", "| test | mode | why |", "|---|---|---|"]
    return [*head, *_within(found, row, longest=_LONGEST["failures"])] if found else []


def _never_reached(run: RunRecord) -> list[str]:
    from harness.report.surface import never_reached, share  # noqa: PLC0415 - needed where a summary is written only

    if not any(system.surface for system in run.systems):
        return []
    title = f"Surface: {math.floor(share(run) * 10) / 10:g} % reached"
    lines = [f"{system}: {one.id}" for system, things in never_reached(run).items() for one in things]
    return _list(f"{title}, never reached", lines, longest=_LONGEST["surface"]) or [f"### {title}"]


def _drift(run: RunRecord) -> list[str]:
    head = ["### Drift", "", "| what | of it | template | deployed |", "|---|---|---|---|"]
    return [*head, *_within(run.drift, _difference, longest=_LONGEST["drift"])] if run.drift else []


def _difference(one: DriftRecord) -> str:
    what = f"{one.system}: {one.kind} {one.name}"
    return f"| {' | '.join(map(_cell, (what, one.what, one.template, one.deployed)))} |"


def _list(title: str, lines: Sequence[str], *, longest: int = _SHORT) -> list[str]:
    return [f"### {title}", "", *_within(lines, _item, longest=longest)] if lines else []


def _item(line: str) -> str:
    return f"- {_cell(line)}"


def _foot(run: RunRecord) -> str:
    began = f"{datetime.fromtimestamp(run.began, UTC):%Y-%m-%d %H:%M:%S} UTC" if run.began else ""
    facts = (
        f"stage {_cell(run.stage)}" if run.stage else "",
        _cell(run.cloud),
        _cell(run.region),
        f"modes {_cell(', '.join(run.modes))}" if run.modes else "",
        began,
        f"{run.seconds:.0f} s" if run.seconds else "",
        f"harness {_cell(run.version)}" if run.version else "",
    )
    return f"<sub>{' · '.join(fact for fact in facts if fact)}</sub>"


def _cell(text: str) -> str:
    return escaped(shortened(text, limit=_WIDTH))


def _within(things: Sequence[_Thing], row: Callable[[_Thing], str], *, longest: int) -> Iterator[str]:
    """Give as many rows as there is room for, in bytes, and say how many there are besides."""
    room = longest
    for count, thing in enumerate(things):
        shown = row(thing)
        room -= len(shown.encode()) + 1
        if room < 0:
            yield from ("", f"… and {len(things) - count:,} more")
            return
        yield shown
