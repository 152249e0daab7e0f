"""What is asked of a sweep, and what of it is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass

from harness.errors import UsageError
from harness.ledger.naming import is_run

__all__ = ["Asked", "seconds_of"]

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"(\d+)([smhd])")
# A run of tests that takes longer than this is not rare on somebody else's machine.
_LEAST = 3600.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a sweep.

    Args:
        stage: The name of the stage whose things are looked for.
        everywhere: Whether the things of all stages of the account and region are.
        older_than: For how many seconds that which no ledger here tells of must have been there; None for its own
            time to live.
        run: The id of the one run whose things are taken away; empty for all.
        embedded: Whether the stage is in the embedded cloud.

    Raises:
        UsageError: The id is none, or runs of other machines would lose their things.
    """

    stage: str
    everywhere: bool = False
    older_than: float | None = None
    run: str = ""
    embedded: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense or would hurt."""
        if self.run and not is_run(self.run):
            raise UsageError(
                f"{self.run!r} is no id of a run.",
                remedy="it is eight hexadecimal digits: those behind 'harness-tap-' in a name, or the tag harness:run",
            )
        if self.older_than is not None and self.older_than < _LEAST and not self.embedded and not self.run:
            raise UsageError(
                f"--older-than is {self.older_than:g} s, which is less than an hour, and the stage is in AWS.",
                facts=[("stage", self.stage)],
                remedy="a run on another machine, of which nothing is known here, may be alive and would lose what it "
                "has created.\nname the run that has ended: --run ID; or ask for more: --older-than 2h",
            )


def seconds_of(text: str) -> float:
    """Give the seconds of a duration.

    >>> seconds_of("30m")
    1800.0

    Raises:
        UsageError: It is none.
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"--older-than takes a time such as 90s, 30m, 2h or 3d, not {text!r}.")
    return float(int(found[1]) * _UNITS[found[2]])
