"""Whether something that was found is taken away, or why it is left alone."""

from __future__ import annotations

from collections.abc import Callable, Set

from harness.sweep.asked import Asked
from harness.sweep.found import Found
from harness.sweep.telling import duration

__all__ = ["why_left"]


def why_left(  # noqa: PLR0913 - each of them can be the reason
    found: Found,
    *,
    asked: Asked,
    known: Set[str],
    is_alive: Callable[[str], bool],
    protection: Callable[[Found], str],
    now: float,
) -> str:
    """Give the reason to leave something alone; empty when it is to go.

    Args:
        found: What was found.
        asked: What is asked of the sweep.
        known: The runs of this project's folder, of which it is known whether they are alive.
        is_alive: Says whether one of them is.
        protection: Says why the stage of something is protected; empty when it is not.
        now: The time in epoch seconds.
    """
    if asked.run not in ("", found.run):
        return "of another run than the one asked for"
    if is_alive(found.run):
        return "the run is alive"
    if because := protection(found):
        return because
    if not asked.everywhere and found.thing.stage not in ("", asked.stage):
        return f"of the stage {found.thing.stage!r}"
    # Of what is held it is known that nobody holds it any more, whoever it was.
    is_known = found.run in known or "held" in found.by
    if not found.thing.stage and not (asked.everywhere or asked.embedded or asked.run or is_known):
        return "its stage is unknown; --all takes it"
    return "" if is_known else _too_young(found, asked=asked, now=now)


def _too_young(found: Found, *, asked: Asked, now: float) -> str:
    """Say why something of a run of which nothing is known here is not old enough."""
    least = asked.older_than
    if least is None:
        least = 0.0 if asked.run else found.ttl
    if found.since is None:
        is_bold = asked.run or (asked.embedded and least == 0)
        return "" if is_bold else "its age is unknown; --run takes it"
    return "" if now - found.since >= least else f"younger than {duration(least)}"
