"""Code: an error of a function that nothing else explains, and its line."""

from __future__ import annotations

import re

from harness.report.causes.heard import Heard
from harness.report.causes.wording import plain
from harness.report.record import Cause

__all__ = ["code"]

_FRAME = re.compile(r"""File "(?P<file>[^"]+)", line (?P<line>\d+)""")
# Frames of what a function brings along, of Lambda's runtime, of the harness and of Python itself.
_NOT_ITS_OWN = re.compile(
    r"^<|/site-packages/|/dist-packages/|/\.harness/packages/|/aws_lambda_powertools/|/harness/runtime/"
    r"|^/var/(?:runtime|lang)/|^/opt/|/lib/python\d|/_worker\.py$"
)


def code(error: Heard) -> Cause | None:
    """Give an error of a function as what may be wrong in its code; None for what the test itself ran into."""
    if not error.function:
        return None
    said = f"{error.type}: {plain(error.message)}" if error.message else error.type
    return Cause(area="code", text=f"{error.function} failed with {said}{_place(error.trace)}")


def _place(trace: str) -> str:
    """Give the last line of the function's own code in a trace."""
    own = [match for match in _FRAME.finditer(trace) if not _NOT_ITS_OWN.search(match["file"])]
    return f" ({own[-1]['file'].replace(chr(92), '/').rpartition('/')[2]}, line {own[-1]['line']})" if own else ""
