"""Taking away what the harness has created: by the run that did, when it ends, and by a sweep after a crash."""

from harness.cloud.taking.away import register, remove, take_away
from harness.cloud.taking.by_hand import command, sweep, sweep_for
from harness.cloud.taking.many import take_all_away
from harness.cloud.taking.sharing import alone_with

__all__ = [
    "alone_with", "command", "register", "remove", "sweep", "sweep_for", "take_all_away", "take_away",
]  # fmt: skip
