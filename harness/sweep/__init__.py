"""What earlier runs have left behind: found by ledger, by tag and by name, and taken away."""

from harness.sweep.asked import Asked, seconds_of
from harness.sweep.found import Found
from harness.sweep.sweeping import Outcome, Plan, Sweep

__all__ = ["Asked", "Found", "Outcome", "Plan", "Sweep", "seconds_of"]
