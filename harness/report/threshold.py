"""How much of the surface must be reached, as a command line says it."""

from __future__ import annotations

from harness.errors import UsageError

__all__ = ["percentage"]

_WHOLE = 100


def percentage(text: str, *, option: str = "--surface-fail-under") -> float:
    """Give the number that a text means.

    >>> percentage("87.5")
    87.5

    Args:
        text: What was given.
        option: By which option.

    Raises:
        UsageError: It is no number from 0 to 100.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    # A comparison with nan holds never.
    if not 0 <= found <= _WHOLE:
        raise UsageError(f"{option} is {text!r}, which is no percentage.", remedy="write a number from 0 to 100")
    return found
