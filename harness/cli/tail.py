"""`harness tail`: what comes through buses, topics, queues, streams, tables and logs, as it comes."""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import select
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from harness._text import listed
from harness.cli.deployed import Deployed, deployed, take_system
from harness.cli.ending import Ending
from harness.cli.guards import refuse_protected
from harness.cli.shown import Shown, shown_entry, shown_log_line
from harness.cloud import embedded
from harness.cloud.logs import LogTail
from harness.errors import HarnessError, StageError, UnknownResource, UnreachableEndpoint, UsageError
from harness.events.patterns import matches
from harness.journal.polling import Pace, Waiting
from harness.journal.taps import DEFAULT_BUS
from harness.settings import Settings

__all__ = ["tail", "take_options"]

_EXAMPLE = """example:
  harness tail EventBus --pattern '{"detail-type": ["order_placed"]}'
  harness tail --json | jq .body
"""

# A read costs 2.6 ms of a core, whatever it reads. While there is something to see, what comes is shown at once; while
# there is nothing for long, a command that waits for hours leaves the machine to others: 2 % of a core is its share.
_PAUSE_BUSY, _PAUSE_QUIET = 0.03, 0.2
_QUIET_AFTER = 30.0
# FilterLogEvents is a matter of a few calls a second for a whole account and region.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/cloudwatch_limits_cwl.html
_PAUSE_LOGS = 2.0
_LIKE = """like: --pattern '{"detail-type": ["order_placed"]}'"""
# How long it may take until a closed pipe or a signal is seen, and until a cloud that has gone is.
_LONGEST_WAIT, _LONGEST_BLINDNESS = 0.25, 1.0
# For so many seconds an embedded cloud may take to stop.
_ENDING = 6.0


def take_options(parser: argparse.ArgumentParser) -> None:
    """Let the command be told what to listen to, and how to show it."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _EXAMPLE
    parser.add_argument(
        "sources",
        nargs="*",
        metavar="SOURCE",
        help="logical ids of buses, topics, queues, streams, tables or functions, `default` for the default bus, or "
        "names of log groups (/…); all buses and topics of the system when none is given",
    )
    take_system(parser)
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for other programs")
    parser.add_argument("--pattern", metavar="JSON", help="show only what this event pattern of EventBridge matches")
    parser.add_argument("--for", dest="seconds", metavar="SECONDS", help="end by itself after this time")


def tail(settings: Settings, asked: argparse.Namespace) -> None:
    """Show entries until somebody asks for the end, or the time is over.

    Raises:
        UsageError: The pattern or the time makes no sense, or the stage is protected.
        UnknownResource: A source is none of the system.
        StageError: The stage is not there, cannot be tapped, or has gone while it was listened to.
    """
    pattern = _pattern(asked.pattern)
    seconds = _seconds(asked.seconds)
    stage = deployed(settings, asked, purpose="to listen to")
    with Ending() as ending, contextlib.suppress(KeyboardInterrupt):
        listening = _Listening(stage, asked.sources, ending=ending)
        if listening.leaves_traces:
            refuse_protected(settings, "tail", remedy="its log groups, streams and tables can be listened to")
        with listening.opened():
            _tell(f"listening to {listed(listening.sources)}. Ctrl-C ends it.")
            for shown in listening.shown(seconds):
                if pattern is None or shown.matches(pattern):
                    line = shown.as_json() if asked.json else shown.as_line(colours=_has_colours())
                    with ending.at_once():  # Whoever reads may be slow.
                        _write(line)


class _Listening:
    """The taps and the tails of logs of one command.

    Args:
        stage: What is listened to.
        asked: The sources that were asked for; none for all buses and topics.
        ending: Whether somebody has asked for the end.

    Raises:
        UnknownResource: One of them is none of the system.
        UsageError: None was asked for, and there is no bus and no topic.
    """

    def __init__(self, stage: Deployed, asked: Sequence[str], *, ending: Ending) -> None:
        self._stage = stage
        self._ending = ending
        kinds = stage.taps().sources
        heard = [name for name, kind in kinds.items() if kind in ("bus", "topic") and name != DEFAULT_BUS]
        self.sources = tuple(dict.fromkeys(asked or heard))
        if not self.sources:
            raise UsageError(
                f"The system {stage.system.name!r} has no bus and no topic, and no source is named.",
                facts=[("can be named", listed([*kinds, *stage.names.functions]))],
                remedy="name one: harness tail SOURCE",
            )
        self._logs = {name: group for name in self.sources if (group := self._group(name, known=kinds))}
        self._tapped = [name for name in self.sources if name not in self._logs]
        # Buses and topics lead into one queue, which is one reader.
        self._heard = [name for name in self._tapped if kinds[name] in ("bus", "topic")]
        self.leaves_traces = bool(self._heard) or "queue" in (kinds[name] for name in self._tapped)
        self._tempo = _Tempo(ending, readers=len(self.sources) - len(self._heard) + bool(self._heard))
        self._taps = stage.taps(waiting=self._tempo)
        self._tails: dict[str, LogTail] = {}
        self._missing: set[str] = set()

    def _group(self, name: str, *, known: Mapping[str, str]) -> str:
        """Give the log group of a source, or nothing for what is tapped."""
        functions = self._stage.names.functions
        if name.startswith("/"):
            return name
        if name in functions:
            return f"/aws/lambda/{functions[name].name}"
        if name not in known:
            kinds = "bus, topic, queue, stream, table or function"
            raise UnknownResource(kinds, name, known=[*known, *functions], declared_in=self._stage.system.template)
        return ""

    @contextmanager
    def opened(self) -> Iterator[None]:
        """Open all of them, and in the end take away all that was created."""
        try:
            self._tails = {name: LogTail(self._stage.cloud, group=group) for name, group in self._logs.items()}
            if self._tapped:
                self._taps.tap(*self._tapped)
            yield
        finally:
            # A cloud that is gone has taken everything with it.
            self._taps.stop() if self._cloud_is_gone() else self._taps.close()

    def shown(self, seconds: float) -> Iterator[Shown]:
        """Give what comes, for at most that many seconds."""
        over = time.monotonic() + seconds
        store, position = self._taps.store, 0
        logs, looks, checks = _Due(), _Due(), _Due()
        while not self._ending.asked and (left := over - time.monotonic()) > 0:
            if self._tails and logs.due(again=self._tempo.between if self._stage.cloud.embedded else _PAUSE_LOGS):
                yield from self._log_lines()
            entries, position = store.after(position)
            yield from map(self._noticed, map(shown_entry, entries))
            if looks.due(again=_LONGEST_WAIT):
                _raise_when_nobody_reads()
            if checks.due(again=_LONGEST_BLINDNESS):
                self._raise_trouble()
            store.wait(position, timeout=min(left, looks.left, logs.left if self._tails else math.inf))

    def _noticed(self, shown: Shown) -> Shown:
        self._tempo.noticed()
        return shown

    def _log_lines(self) -> Iterator[Shown]:
        self._raise_trouble()  # boto3 tries for long to reach a cloud that has gone.
        with self._ending.at_once():  # A read leaves nothing behind.
            try:
                found = [(name, line) for name, tail in self._tails.items() for line in tail.read()]
            except UnreachableEndpoint:
                self._await_its_end()
                self._raise_trouble()
                raise
        self._tell_what_is_missing()
        yield from (self._noticed(shown_log_line(line, source=name)) for name, line in found)

    def _tell_what_is_missing(self) -> None:
        """Name the log groups that are not there, once: what was misspelt never comes. That of a function may."""
        for name, tail in self._tails.items():
            if name == tail.group and not tail.is_there and name not in self._missing:
                self._missing.add(name)
                _tell(f"there is no log group {name!r} yet: its lines are shown when it comes.")

    def _raise_trouble(self) -> None:
        if self._cloud_is_gone():
            raise StageError(
                "The embedded cloud has been stopped while it was listened to.",
                facts=[("endpoint", self._stage.cloud.endpoint)],
                remedy="start it again: harness up",
            )
        if isinstance(trouble := self._taps.trouble, HarnessError):
            raise trouble

    def _await_its_end(self) -> None:
        """A cloud that is being stopped takes no calls any more while its process still runs."""
        deadline = time.monotonic() + _ENDING
        while self._stage.cloud.embedded and not self._cloud_is_gone() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _cloud_is_gone(self) -> bool:
        if not self._stage.cloud.embedded:
            return False
        running = embedded.remembered(self._stage.project.settings.folder)
        return running is None or running.endpoint != self._stage.cloud.endpoint or not embedded.runs(running)


class _Tempo(Waiting):
    """How often is read in the embedded cloud, and that a signal may interrupt the waiting for taps to open.

    By then all that was created is known, so the waiting leaves nothing behind. Several readers share the time.
    """

    def __init__(self, ending: Ending, *, readers: int) -> None:
        super().__init__()
        self._ending = ending
        self._readers = readers
        self._latest = time.monotonic()

    @contextmanager
    def begun(self) -> Iterator[None]:
        with super().begun(), self._ending.at_once():
            yield

    def noticed(self) -> None:
        """Take note that something has come."""
        self._latest = time.monotonic()

    @property
    def between(self) -> float:
        """How many seconds there are between two reads now."""
        is_quiet = time.monotonic() - self._latest > _QUIET_AFTER
        return self._readers * (_PAUSE_QUIET if is_quiet else _PAUSE_BUSY)

    def pause(self, pace: Pace, *, least: float, over: threading.Event) -> None:
        super().pause(replace(pace, lazy=self.between) if pace.lazy else pace, least=least, over=over)


class _Due:
    """Tells when something is to be done again."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._next = clock()

    @property
    def left(self) -> float:
        """How many seconds are left."""
        return max(0.0, self._next - self._clock())

    def due(self, *, again: float) -> bool:
        """Say whether it is time, and if it is, when it will be again: after so many seconds."""
        if self.left:
            return False
        self._next = self._clock() + again
        return True


def _pattern(text: str | None) -> dict[str, Any] | None:
    if text is None:
        return None
    try:
        pattern = json.loads(text)
    except ValueError as error:
        raise UsageError(f"The pattern {text!r} is no JSON: {error}.") from None
    if not isinstance(pattern, dict):
        raise UsageError(f"The pattern {text!r} is no JSON object.", remedy=_LIKE)
    matches(pattern, {})  # One that AWS would refuse is refused at once, not when the first event comes.
    return pattern


def _seconds(text: str | None) -> float:
    if text is None:
        return math.inf
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not seconds > 0:
        raise UsageError(f"--for takes a number of seconds, not {text!r}.")
    return seconds


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - a command line prints


def _write(line: str) -> None:
    # Half of a pair of UTF-16, or what a terminal's encoding lacks, must not end the command.
    encoding = sys.stdout.encoding
    text = line.encode(encoding, "backslashreplace").decode(encoding)
    print(text, flush=True)  # noqa: T201 - a command line prints


def _has_colours() -> bool:
    # https://no-color.org
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def _raise_when_nobody_reads() -> None:
    """End as `head` wants it: a pipe tells a writer that nobody reads, but one that waits must ask."""
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)
    if asked.poll(0):
        raise BrokenPipeError
