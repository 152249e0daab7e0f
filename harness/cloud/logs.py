"""What functions have written to their logs: the last lines of each, and the tail of a log group."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from itertools import count
from typing import Any

from harness._text import redacted, redacted_lines
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, message_of, translated
from harness.errors import HarnessError

__all__ = ["LogLine", "LogTail", "last_lines", "lines_of"]

# A page of FilterLogEvents holds 10,000 events or 1 MB, and may be empty while more come.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
_PAGE = 10_000
# FilterLogEvents is a matter of a few calls a second for a whole account and region.
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/logs/cloudwatch_limits_cwl.html
_AT_ONCE = 5
# There is no log yet, or no answer for a moment.
_NOT_YET = {"ResourceNotFoundException", "ThrottlingException"}
# What Lambda writes around the lines of a function; its REPORT is kept, for its duration and memory.
_AROUND = ("INIT_START ", "START RequestId: ", "END RequestId: ")
# Lines come into CloudWatch some seconds late, and not in the order in which they were written.
_LATE = 10.0
# So long nothing is asked before another look at a log without lines: in the embedded cloud, and elsewhere.
_SOON = 0.1
_LATER = 1.0
# The last look needs some time for its answer.
_ANSWERED = 0.5
_NOTHING = "nothing in its log"
_OFTEN_LATER = "CloudWatch is often later"


def last_lines(
    cloud: Cloud, *, functions: Mapping[str, str], since: float, limit: int = 10, within: float = 3.0
) -> dict[str, list[str]]:
    """Give the last lines that functions have logged, as far as they can be had in time.

    Where there are none yet, they are waited for: in the embedded cloud for a moment, elsewhere until the time is over.
    What could not be read, or that there is nothing, is said in a line of its own: nothing is raised, because this goes
    below an error that matters more. Lines are without what is secret by its name.

    Args:
        cloud: Where the functions are.
        functions: Names of functions by logical id.
        since: Since when, in epoch seconds.
        limit: How many lines of each function.
        within: How long it may take in all, in seconds.
    """
    lines = {one: deque[str](maxlen=limit) for one in functions}
    if not functions:
        return {}
    begun = time.monotonic()
    try:
        with translated(cloud):
            clients = _Clients(cloud, within=within)
        readings = _readings(functions, clients, into=lines, since=since, deadline=begun + within)
    except Exception as fault:  # noqa: BLE001 - see above: nothing is raised
        return {one: [f"(its log cannot be read: {_said(fault)})"] for one in functions}
    nothing = _NOTHING if cloud.embedded else f"{_NOTHING} yet, after {time.monotonic() - begun:.0f} s; {_OFTEN_LATER}"
    return {
        one: [*lines[one].copy(), *_trouble(readings[one], lines[one], name=name, within=within, nothing=nothing)]
        for one, name in functions.items()
    }


def _readings(
    functions: Mapping[str, str],
    clients: _Clients,
    *,
    into: Mapping[str, deque[str]],
    since: float,
    deadline: float,
) -> dict[str, Future[bool]]:
    """Read the logs of functions, and look again into those without a line while there is time; give how that went."""
    found: dict[str, Future[bool]] = {}
    pool = ThreadPoolExecutor(max_workers=_AT_ONCE, thread_name_prefix="harness-logs")
    try:
        for look in count():
            waiting = [one for one in functions if one not in found or _may_come(found[one], into[one])]
            pause = 0.0 if look == 0 else _pause(clients.cloud, look=look, waiting=len(waiting), deadline=deadline)
            if not waiting or pause is None:
                break
            time.sleep(pause)
            new = {
                one: pool.submit(_collect, into[one], clients, function=functions[one], since=since, deadline=deadline)
                for one in waiting
            }
            wait(new.values(), timeout=max(0.0, deadline - time.monotonic()))
            found |= {one: reading for one, reading in new.items() if one not in found or reading.done()}
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return found


def _may_come(reading: Future[bool], lines: Collection[str]) -> bool:
    """Say whether a log had no line, or was not there, or could not be asked for a moment."""
    if lines or not reading.done():
        return False
    fault = reading.exception()
    return code_of(fault) in _NOT_YET if isinstance(fault, Exception) else reading.result()


def _pause(cloud: Cloud, *, look: int, waiting: int, deadline: float) -> float | None:
    """Give how long to wait before another look, or None when there is none."""
    if cloud.embedded:
        # There lines are in the log when the function has ended; one that runs still has a moment.
        return _SOON if look == 1 else None
    # So that no more calls are made in a second than the account may make.
    pause = min(max(_LATER, waiting / _AT_ONCE), deadline - time.monotonic() - _ANSWERED)
    return pause if pause > 0 else None


def lines_of(cloud: Cloud, *, function: str, since: float) -> list[str]:
    """Give all lines that a function has logged since a moment, oldest first; none while it has no log.

    Where others ask as well and the service refuses for a moment, it is what was read until then.

    Args:
        cloud: Where the function is.
        function: Its name.
        since: Since when, in epoch seconds.

    Raises:
        StageError: The log cannot be read.
    """
    lines: deque[str] = deque()
    clients = _Clients(cloud)
    try:
        _collect(lines, clients, function=function, since=since, deadline=float("inf"))
    except clients.logs.exceptions.ClientError as fault:
        if code_of(fault) not in _NOT_YET:
            raise
    return list(lines)


class _Clients:
    """The clients of the threads, made before them: boto3 does not make two at a time."""

    def __init__(self, cloud: Cloud, *, within: float | None = None) -> None:
        # One try for each call: the second would come too late.
        once = {"connect_timeout": within, "read_timeout": within, "retries": {"max_attempts": 1, "mode": "standard"}}
        config = {} if within is None else once
        self.cloud = cloud
        self.logs = cloud.client("logs", **config)
        self.functions = cloud.client("lambda", **config)


def _collect(lines: deque[str], clients: _Clients, *, function: str, since: float, deadline: float) -> bool:
    """Collect lines until there are no more or the time is over; say whether these are all."""
    with translated(clients.cloud):
        for page in _pages_of(function, clients, since=since):
            for event in page:
                if not event["message"].startswith(_AROUND):
                    lines.extend(redacted_lines(line for line in event["message"].splitlines() if line.strip()))
            if time.monotonic() > deadline:
                return False
    return True


def _pages_of(function: str, clients: _Clients, *, since: float) -> Iterator[list[dict[str, Any]]]:
    group = f"/aws/lambda/{function}"
    try:
        yield from _pages(clients.logs, group=group, start=since)
    except Exception as fault:
        if code_of(fault) != "ResourceNotFoundException":
            raise
        # LoggingConfig may name another log group.
        configured = clients.functions.get_function_configuration(FunctionName=function)
        other = configured.get("LoggingConfig", {}).get("LogGroup", group)
        if other == group:
            raise
        for page in _pages(clients.logs, group=other, start=since):
            yield [event for event in page if _named(event["logStreamName"]) in ("", function)]


def _named(stream: str) -> str:
    """Give the function that a log stream names: those of a group that several functions may share do.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html

    >>> _named("2026/01/02/place-order[$LATEST]1f0e"), _named("2026/01/02/[$LATEST]1f0e")
    ('place-order', '')
    """
    return stream.rpartition("/")[2].partition("[")[0]


def _trouble(reading: Future[bool], lines: Collection[str], *, name: str, within: float, nothing: str) -> list[str]:
    try:
        is_all = reading.result(timeout=0)
    except (CancelledError, TimeoutError):
        is_all = False
    except Exception as fault:  # noqa: BLE001 - whatever it is, it is told in a line
        if code_of(fault) == "ResourceNotFoundException":
            return [f"(the function {name!r} has no log group: it has not run yet, or its role may not write logs)"]
        return [f"(its log cannot be read: {_said(fault)})"]
    if is_all:
        return [] if lines else [f"({nothing})"]
    said = "its log goes on: this much was read" if lines else "its log could not be read"
    return [f"({said} within {within:g} s)"]


def _said(fault: Exception) -> str:
    return fault.sentence if isinstance(fault, HarnessError) else redacted(message_of(fault))


def _pages(logs: Any, *, group: str, start: float) -> Iterator[list[dict[str, Any]]]:
    """Give the events since a time, oldest first, a page at a time."""
    asking: dict[str, Any] = {"logGroupName": group, "startTime": max(0, int(start * 1000)), "limit": _PAGE}
    seen: set[str] = set()
    while True:
        answer = logs.filter_log_events(**asking)
        events = _identified(answer["events"])
        page = [event for event in events if event["eventId"] not in seen]
        yield page
        if answer.get("nextToken"):
            asking["nextToken"] = answer["nextToken"]
        elif page and len(events) == _PAGE:
            # The embedded cloud has no token for the next page.
            seen = {event["eventId"] for event in events}
            asking = {**asking, "startTime": page[-1]["timestamp"]}
            asking.pop("nextToken", None)
        else:
            return


def _identified(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give an id to events that have none: what functions of the embedded cloud log has none.

    A call starts at a whole millisecond, so among equal events of a millisecond each has its number in every answer.
    """
    numbers: Counter[tuple[Any, ...]] = Counter()
    found = []
    for event in events:
        if "eventId" in event:
            found.append(event)
            continue
        what = event["logStreamName"], event["timestamp"], event["message"]
        numbers[what] += 1
        found.append({**event, "eventId": str((*what, numbers[what]))})
    return found


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLine:
    """One event of a log: when it was written in epoch seconds, to which log stream, and what."""

    time: float
    stream: str
    message: str


class LogTail:
    """Gives what comes into a log group, each event once.

    Args:
        cloud: Where it is.
        group: The name of the log group. It need not exist yet: Lambda creates it when a function runs first.
        since: Since when, in epoch seconds; from now on by default.
        now: The time of day.
    """

    def __init__(
        self, cloud: Cloud, *, group: str, since: float | None = None, now: Callable[[], float] = time.time
    ) -> None:
        self.group = group
        self.is_there = False
        self._cloud = cloud
        self._logs = cloud.client("logs")
        self._since = now() if since is None else since
        self._newest = self._since
        self._given: dict[str, float] = {}

    def read(self) -> list[LogLine]:
        """Give the events that were not there at the last call, in order of their times.

        Raises:
            StageError: The log cannot be read; a missing log group is no error, see `is_there`.
        """
        # An event that comes late bears an earlier time than those that were given already.
        start = max(self._since, self._newest - _LATE)
        new: list[LogLine] = []
        try:
            with translated(self._cloud):
                for page in _pages(self._logs, group=self.group, start=start):
                    new += self._lines(page)
        except self._logs.exceptions.ResourceNotFoundException:
            self.is_there = False
            return new
        self.is_there = True
        self._given = {event: written for event, written in self._given.items() if written >= self._newest - 2 * _LATE}
        return sorted(new, key=lambda line: line.time)

    def _lines(self, page: list[dict[str, Any]]) -> Iterator[LogLine]:
        for event in page:
            if event["eventId"] in self._given:
                continue
            written = event["timestamp"] / 1000
            self._given[event["eventId"]] = written
            self._newest = max(self._newest, written)
            yield LogLine(time=written, stream=event["logStreamName"], message=event["message"])
