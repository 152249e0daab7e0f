"""Taking away what the harness has created: by the run that did, when it ends, and by a sweep after a crash."""

from harness.cloud.taking.away import command, remove, take_away

__all__ = ["command", "remove", "take_away"]
