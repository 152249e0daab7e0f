"""The deadline of an invocation, which a debugger lifts."""

from __future__ import annotations

import signal
import sys
import threading

# `signal.signal` turns what it gets and gives into enumerations, which costs 8 µs each time; this is what it wraps.
from _signal import signal as _handle  # type: ignore[import-not-found]
from collections.abc import Callable
from time import perf_counter
from types import FrameType
from typing import Any

__all__ = ["Deadline", "DeadlinePassed", "debugged"]

_DEBUGGERS = {"bdb", "debugpy", "ipdb", "pdb", "pudb", "pydevd"}
_DEBUGGERS |= {"_pydev_bundle", "_pydevd_bundle", "_pydevd_frame_eval", "_pydevd_sys_monitoring"}
# The alarm comes again after so many seconds, for a handler that swallowed it.
_AGAIN = 1.0
# As a plain number: the enumeration costs a microsecond each time.
_SIGALRM = int(signal.SIGALRM)


class DeadlinePassed(BaseException):
    """The deadline of a function passed; not an Exception, so that a handler's `except Exception` lets it through."""

    def __init__(self, deadline: Deadline) -> None:
        super().__init__(deadline.seconds)
        self.deadline = deadline


class Deadline:
    """A span in which a function must be done; in the main thread what runs too long is interrupted.

    Elsewhere, and where the interruption was swallowed, `passed` tells it afterwards; so does `seconds_spent`.

    Args:
        seconds: How long it may take.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.passed = False
        self.seconds_spent = 0.0
        self._lifted = False
        self._over = False
        self._started = 0.0
        self._alarm: _Alarm | None = None

    def __enter__(self) -> Deadline:
        self._started = perf_counter()
        if threading.get_ident() == threading.main_thread().ident:
            self._alarm = _Alarm(self._ring, due=self._started + self.seconds)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._over = True
            self.seconds_spent = perf_counter() - self._started
            if self.seconds_spent > self.seconds and not self._lifted and not debugged(sys._getframe()):  # noqa: SLF001 - documented
                self.passed = True
        finally:
            # The alarm may come before the first line above is done; even then the old one is set again.
            if self._alarm is not None:
                self._alarm.end()

    def _ring(self, frame: FrameType | None) -> bool:
        """Interrupt the function, or say that it may go on without a deadline."""
        if self._over or self._lifted:
            return False
        if debugged(frame):
            self._lifted = True
            return False
        self.passed = True
        raise DeadlinePassed(self)


def debugged(frame: FrameType | None) -> bool:
    """Say whether a debugger is at work: on the stack, as the trace function, or as a monitoring tool.

    The tracer of coverage is none: a deadline holds under coverage.
    """
    while frame is not None:
        if _is_debugger(frame.f_globals.get("__name__")):
            return True
        frame = frame.f_back
    tracer = sys.gettrace()
    if tracer is not None and _is_debugger(_module_of(tracer)):
        return True
    monitoring = getattr(sys, "monitoring", None)  # From Python 3.12.
    return monitoring is not None and monitoring.get_tool(monitoring.DEBUGGER_ID) is not None


def _is_debugger(module: object) -> bool:
    return isinstance(module, str) and module.partition(".")[0] in _DEBUGGERS


def _module_of(tracer: Any) -> object:
    # A debugger's trace function is a method (bdb), a plain function or an object (pydevd).
    return getattr(tracer, "__module__", None) or type(tracer).__module__


class _Alarm:
    """SIGALRM for a while, with what was set before kept going and set again at the end.

    An alarm that was set before and falls due first (pytest-timeout's, or that of a function
    around this one) is given to its own handler.
    """

    def __init__(self, ring: Callable[[FrameType | None], bool], *, due: float) -> None:
        self._ring = ring
        self._due: float | None = due
        self._before_due: float | None = None
        self._before: Any = _handle(_SIGALRM, self._wake)
        delay, self._interval = signal.setitimer(signal.ITIMER_REAL, _until(due))
        if delay:
            self._before_due = perf_counter() + delay
            self._set()

    def end(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        if self._before is not None:
            _handle(_SIGALRM, self._before)
        if self._before_due is not None:
            signal.setitimer(signal.ITIMER_REAL, _until(self._before_due), self._interval)

    def _set(self) -> None:
        due = min((due for due in (self._due, self._before_due) if due is not None), default=None)
        if due is not None:
            signal.setitimer(signal.ITIMER_REAL, _until(due))

    def _wake(self, number: int, frame: FrameType | None) -> None:
        now = perf_counter()
        try:
            if self._before_due is not None and now >= self._before_due and callable(self._before):
                self._before_due = now + self._interval if self._interval else None
                self._before(number, frame)
            if self._due is not None and now >= self._due:
                self._due = now + _AGAIN
                if not self._ring(frame):
                    self._due = None
        finally:
            self._set()


def _until(due: float) -> float:
    # Zero would switch the timer off.
    return max(due - perf_counter(), 1e-6)
