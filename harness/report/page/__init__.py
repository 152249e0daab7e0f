"""A run as one HTML file that needs nothing else: no network, no server, no other file."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from importlib.resources import files
from string import Template

from harness.report.gating import Gate
from harness.report.page.content import Overview, embedded
from harness.report.page.plain_table import plain_table
from harness.report.record import RunRecord, VerdictRecord

__all__ = ["page"]

_STYLES = ("base", "summary", "verdict", "picture", "matrix", "detail", "timeline")
# In this order: each uses only those before it.
_SCRIPTS = (
    "elements",
    "words",
    "run",
    "outcomes",
    "scheme",
    "summary",
    "verdict",
    "surface",
    "layout",
    "attention",
    "drawing",
    "picture",
    "matrix",
    "evidence",
    "timeline",
    "comparison",
    "detail",
    "main",
)


def page(run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None = None) -> str:
    """Give the report of a run as an HTML document.

    All that the run brings stands in blocks of JSON, which a browser does not execute, and in the escaped table for
    readers without JavaScript. The page's own script makes elements of it, and sets texts, never markup. The policy in
    its head admits that script and that style by their hashes and nothing else, so that nothing is loaded, and
    nothing that might slip in runs.
    """
    overview = Overview(run, verdicts=verdicts, gate=gate)
    style, script = _style(), _script()
    document = Template(_asset("page.html")).substitute(
        policy=_policy(style=style, script=script),
        title=escape(overview.headline.text),
        style=style,
        script=script,
        plain=plain_table(overview),
        data="\n".join(_blocks(overview)),
    )
    # A lone surrogate, left of bytes that were no UTF-8, cannot be written to a file; escaped, it is JSON as before.
    return document.encode("utf-8", "backslashreplace").decode("utf-8")


def _blocks(overview: Overview) -> Iterator[str]:
    """One block for what is shown at once, and one a test: a browser reads it when the test is opened."""
    yield _block("overview", overview.as_json())
    for number, details in enumerate(overview.details()):
        yield _block(f"test-{number}", details)


def _block(identity: str, value: object) -> str:
    return f'<script type="application/json" id="{identity}">{embedded(value)}</script>'


def _policy(*, style: str, script: str) -> str:
    # The icon of the page is a data: address that its own script writes.
    rules = (
        "default-src 'none'",
        f"style-src '{_hash(style)}'",
        f"script-src '{_hash(script)}'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(rules)


def _hash(text: str) -> str:
    """Give the hash by which a Content-Security-Policy admits an inline block (CSP Level 3, 6.7.3.3)."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _style() -> str:
    return "\n" + "\n".join(_asset(f"styles/{name}.css") for name in _STYLES)


@cache
def _script() -> str:
    return "\n" + "\n".join(_asset(f"scripts/{name}.js") for name in _SCRIPTS)


def _asset(name: str) -> str:
    return files("harness.report.page").joinpath(name).read_text(encoding="utf-8")
