"""A run as Markdown, for the page that a CI job shows.

GitHub refuses a summary of more than 1 MiB
(https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary), and nobody
reads as much: each part has a length, and says how much of it is not shown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from harness._text import shortened
from harness.report.gating import PASSING, Gate
from harness.report.record import RunRecord, VerdictRecord

__all__ = ["escaped", "summary"]

_WIDTH = 300
# In bytes; together with what stands around them they stay below 100 kB.
_LONGEST = {"systems": 8_000, "gate": 6_000, "verdict": 36_000, "failures": 12_000, "surface": 6_000, "drift": 8_000}
_SHORT = 4_000
_MARKUP = re.compile(r"[\\`*_{}\[\]~$]|^(?:[-+=]+|\d+[.)])(?!\S)")


def summary(run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None = None) -> str:
    """Give the summary of a run as Markdown, in less than 100 kB.

    Args:
        run: The run.
        verdicts: What the modes say together.
        gate: What the gate says; None where none was asked.
    """
    parts = [
        _head(run, gate=gate),
        _gate(gate),
        _systems(run),
        _verdicts(verdicts, run=run),
        _failures(run, verdicts=verdicts),
        _never_reached(run),
        _drift(run),
        _list("Left behind", run.left or (), longest=_SHORT),
        _list("Deselected", run.deselected, longest=_SHORT),
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
    tests = {(one.system, one.test) for one in run.tests}
    broken = {(one.system, one.test) for one in run.tests if one.is_broken}
    good = gate.passed if gate else bool(tests) and not broken
    if not tests:
        said = "No test ran"
    elif broken:
        said = f"{len(broken)} of {len(tests)} tests fail"
    else:
        said = "1 test passes" if len(tests) == 1 else f"{len(tests)} tests pass"
        if all(one.outcome == "skipped" for one in run.tests):
            said = f"{len(tests)} skipped"
    if gate:
        failed = ", ".join(one.name for one in gate.conditions if not one.passed)
        said = (
            f"The gate passes: {_small(said)}" if gate.passed else f"The gate does not pass ({failed}): {_small(said)}"
        )
    return [f"## {'✅' if good else '❌'} {said}"]


def _small(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


def _gate(gate: Gate | None) -> list[str]:
    if gate is None:
        return []
    rows = [
        f"| {one.name} | {'✅ passed' if one.passed else '❌ failed'} | {_cell(one.text)} |" for one in gate.conditions
    ]
    failing = [f"- {_cell(line)}" for one in gate.conditions if one.name == "tests" for line in one.lines]
    return ["| condition | | found |", "|---|---|---|", *rows, *_within(failing, longest=_LONGEST["gate"], before="")]


def _systems(run: RunRecord) -> list[str]:
    modes = tuple(dict.fromkeys((*run.modes, *(one.mode for one in run.tests))))
    counted: dict[str, dict[str, Counter[str]]] = {}
    for one in run.tests:
        counted.setdefault(one.system, {}).setdefault(one.mode, Counter())[one.outcome] += 1
    if not counted:
        return []
    rows = [
        f"| {_cell(system) or 'no system'} | {' | '.join(_outcomes(by_mode.get(mode)) for mode in modes)} |"
        for system, by_mode in counted.items()
    ]
    head = f"| system | {' | '.join(_cell(mode) or 'no mode' for mode in modes)} |"
    return [head, f"|---|{'---|' * len(modes)}", *_within(rows, longest=_LONGEST["systems"])]


def _outcomes(counted: Counter[str] | None) -> str:
    return ", ".join(f"{number} {outcome}" for outcome, number in sorted((counted or {}).items(), key=_passing_last))


def _passing_last(counted: tuple[str, int]) -> bool:
    return counted[0] in PASSING


def _verdicts(verdicts: Sequence[VerdictRecord], *, run: RunRecord) -> list[str]:
    if not verdicts:
        return []
    modes = tuple(dict.fromkeys((*run.modes, *(mode for one in verdicts for mode in one.outcomes))))
    rows = (
        f"| {_cell(one.test)} | {' | '.join(_cell(one.outcomes.get(mode, '')) for mode in modes)} "
        f"| {_cell(one.area)} | {_why(one)} |"
        for one in verdicts
    )
    head = f"| test | {' | '.join(map(_cell, modes))} | where | why |"
    body = _within(rows, longest=_LONGEST["verdict"])
    return ["### Verdict", "", head, f"|---|{'---|' * len(modes)}---|---|", *body]


def _why(verdict: VerdictRecord) -> str:
    causes = [f"**{_cell(one.text)}**" for one in verdict.causes[:3]]
    return "<br>".join([*causes, _cell(verdict.text)])


def _failures(run: RunRecord, *, verdicts: Sequence[VerdictRecord]) -> list[str]:
    """Give the failures that no verdict speaks of, as after a run in one mode."""
    told = {(one.system, one.test) for one in verdicts}
    found = [one for one in run.tests if one.is_broken and (one.system, one.test) not in told]
    rows = []
    for one in found:
        why = [f"**{_cell(cause.text)}**" for cause in one.causes[:3]]
        first = one.failure.strip().partition("\n")[0]
        why += [_cell(first)] if first else []
        rows.append(f"| {_cell(one.test)} | {_cell(one.mode)} | {'<br>'.join(why)} |")
    head = ["### Failures", "", "| test | mode | why |", "|---|---|---|"]
    return [*head, *_within(rows, longest=_LONGEST["failures"])] if rows else []


def _never_reached(run: RunRecord) -> list[str]:
    from harness.report.surface import never_reached, share  # noqa: PLC0415 - needed where a summary is written only

    if not any(system.surface for system in run.systems):
        return []
    lines = [str(one) for one in never_reached(run)]
    title = f"Surface: {int(share(run) * 10) / 10:g} % reached"
    if not lines:
        return [f"### {title}"]
    return _list(f"{title}, never reached", lines, longest=_LONGEST["surface"])


def _drift(run: RunRecord) -> list[str]:
    rows = [
        f"| {_cell(f'{one.system}: {one.kind} {one.name}')} | {_cell(one.what)} | {_cell(one.template)} "
        f"| {_cell(one.deployed)} |"
        for one in run.drift or ()
    ]
    head = ["### Drift", "", "| what | of it | template | deployed |", "|---|---|---|---|"]
    return [*head, *_within(rows, longest=_LONGEST["drift"])] if rows else []


def _list(title: str, lines: Sequence[str], *, longest: int) -> list[str]:
    rows = [f"- {_cell(line)}" for line in lines]
    return [f"### {title}", "", *_within(rows, longest=longest)] if rows else []


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


def _within(rows: Iterable[str], *, longest: int, before: str | None = None) -> Iterator[str]:
    """Give as many rows as there is room for, and say how many there are besides."""
    rows = list(rows)
    if rows and before is not None:
        yield before
    room = longest
    for count, row in enumerate(rows):
        room -= len(row.encode()) + 1
        if room < 0:
            yield from ("", f"… and {len(rows) - count:,} more")
            return
        yield row
