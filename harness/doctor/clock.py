"""The clock of this machine beside that of the cloud: a signature counts for minutes only."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from harness.doctor.checked import Checked, Finding

__all__ = ["TOLERATED", "check", "off_by"]

# "The request must reach AWS within five minutes of the time stamp in the request."
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
TOLERATED = 300.0
_WARNED = 60.0


def off_by(date: str, *, now: float) -> float:
    """Give by how many seconds this machine's clock is ahead of the one that wrote a date; below zero when behind.

    >>> off_by("Thu, 01 Jan 1970 00:01:00 GMT", now=90.0)
    30.0

    Args:
        date: The header of an answer, in whole seconds.
        now: The time here when it came, in epoch seconds.
    """
    return now - parsedate_to_datetime(date).timestamp()


def check(seconds: float) -> Checked:
    """Say whether the clock is good enough for signatures.

    Args:
        seconds: See `off_by`.
    """
    direction = "ahead of" if seconds > 0 else "behind"
    off = f"{abs(seconds):.0f} s {direction} the cloud's"
    if abs(seconds) < _WARNED:
        return Checked(name="clock", well="it agrees with the cloud's" if abs(seconds) < 2 else off)  # noqa: PLR2004
    finding = Finding(
        sentence=f"The clock of this machine is {off}.",
        facts=(("a signature counts for", f"{TOLERATED:.0f} s"),),
        remedy="let the machine set its clock: timedatectl set-ntp true (Linux), sntp -sS time.apple.com (macOS)",
    )
    return Checked(name="clock", well="", findings=(finding,))
