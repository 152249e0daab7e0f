"""The run as a plain table, for readers without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from harness.report.page.content import Overview
from harness.report.record import VerdictRecord

__all__ = ["plain_table"]


def plain_table(overview: Overview) -> str:
    """Give the headline, the verdicts, and each test with its outcome by mode, as escaped HTML."""
    return "\n".join(_lines(overview))


def _lines(overview: Overview) -> Iterator[str]:
    yield f"<h1>{escape(overview.headline.text)}</h1>"
    yield "<p>This is the short form. With JavaScript this page also shows pictures, times and evidence.</p>"
    if overview.verdicts:
        yield "<ul>"
        yield from (f"<li>{escape(_verdict(one))}</li>" for one in overview.verdicts)
        yield "</ul>"
    yield "<table><thead><tr><th>Test</th>"
    yield from (f"<th>{escape(mode)}</th>" for mode in overview.modes)
    yield "</tr></thead><tbody>"
    for (_, test), modes in overview.tests.items():
        # A test that asks for no stage ran once, in no mode.
        columns = ("",) if "" in modes else overview.modes
        outcomes = (modes[mode].outcome if mode in modes else "not run" for mode in columns)
        yield f"<tr><td>{escape(test)}</td>{''.join(f'<td>{escape(one)}</td>' for one in outcomes)}</tr>"
    yield "</tbody></table>"


def _verdict(verdict: VerdictRecord) -> str:
    causes = "; ".join(one.text for one in verdict.causes)
    return f"{verdict.test}: {verdict.area}: {causes or verdict.text}"
