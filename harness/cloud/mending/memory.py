"""Memory of functions: what takes more than its function has is killed, and what ended is told as Lambda tells it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from harness.cloud.worker_site import FACTS

__all__ = ["give_functions_their_memory_only"]

_MB = 1024 * 1024
# A function touches some 20 MB of new memory in that time.
_STEP = 0.01
# Longer than what Linux tells of a process.
_SHORT = 16_384
# What ministack says of a worker that is gone: during an invocation, and before it was ready.
_GONE = ("Worker process died", "Worker process exited immediately")

_Invoke = Callable[..., dict[str, Any]]


def give_functions_their_memory_only() -> None:
    """Kill the process of a function that takes more memory than the function has, and tell how a process ended.

    In AWS the kernel kills it, whatever it was doing; the payload is ``Runtime.ExitError`` with ``signal: killed``, and
    the log's REPORT says ``Runtime.OutOfMemory``
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). ``Worker.invoke``
    (``core/lambda_runtime.py``) asks nobody, and says ``Worker process died`` whatever it died of.
    ``_probe_peak_memory_mb`` (``services/lambda_svc.py``) tells the largest memory of all functions, not of one.

    What counts is the resident set: of Linux it is read in ``/proc``, elsewhere nothing is limited.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it
    from ministack.services import lambda_svc  # noqa: PLC0415

    worker = getattr(lambda_runtime, "Worker", None)
    invoke, spawn = getattr(worker, "invoke", None), getattr(worker, "_spawn", None)
    probe, emit = getattr(lambda_svc, "_probe_peak_memory_mb", None), getattr(lambda_svc, "_emit_lambda_logs", None)
    if worker is None or invoke is None or spawn is None or probe is None or emit is None:
        return
    watched = Memory(invoke, spawn=spawn)

    def invoked(one: Any, *args: Any, **more: Any) -> dict[str, Any]:
        return watched.invoke(one, *args, **more)

    def spawned(one: Any) -> None:
        watched.spawn(one)

    def peak(func: Mapping[str, Any]) -> int:
        # It was not killed, so it has had no more than its own, whatever others have had.
        return watched.peak(func) or min(probe(func), _limit(_config(func)))

    def report(func: Mapping[str, Any], request_id: str, log: str, *args: Any, **more: Any) -> None:
        # ministack puts a report below a log unless it takes the log for one that holds its own.
        source = {"log_source": "rie"} if f"REPORT RequestId: {request_id}" in log else {}
        emit(func, request_id, log, *args, **more | source)

    # Functions become methods of each worker, bound methods do not.
    worker.invoke, worker._spawn = invoked, spawned  # noqa: SLF001 - it has no other name
    lambda_svc._probe_peak_memory_mb = peak  # noqa: SLF001
    lambda_svc._emit_lambda_logs = report  # noqa: SLF001


class Memory:
    """Invocations of functions, each within the memory of its function.

    Args:
        invoke: Invokes a worker of ministack.
        spawn: Starts the process of one.
    """

    def __init__(self, invoke: _Invoke, *, spawn: Callable[[Any], None]) -> None:
        self._invoke = invoke
        self._spawn = spawn
        self._processes: WeakKeyDictionary[Any, subprocess.Popen[str]] = WeakKeyDictionary()
        self._peaks: dict[str, int] = {}
        self._watch = _Watch()

    def spawn(self, worker: Any) -> None:
        """Start the process of a worker, and keep it: a worker forgets a process that failed."""
        try:
            self._spawn(worker)
        finally:
            if worker._proc is not None:  # noqa: SLF001 - it has no other name
                self._processes[worker] = worker._proc  # noqa: SLF001

    def invoke(self, worker: Any, event: Any, request_id: str, **more: Any) -> dict[str, Any]:
        """Invoke a function; where its process took too much or has ended, that is what it failed with."""
        limit = _limit(worker.config)
        began = time.monotonic()
        with self._watch.over(worker, limit=limit):
            answer = self._answer(worker, event, request_id, **more)
        process = self._processes.get(worker)
        peak = _peak(process)
        killed = process in self._watch.killed or peak > limit * _MB
        if killed or peak:  # What has ended cannot be asked.
            self._peaks[worker.config.get("FunctionArn", "")] = limit if killed else -(-peak // _MB)
        if process is not None and (killed or _is_gone(answer)):
            # Between two looks it took too much, and gave it back: Lambda's kernel would have noticed.
            process.kill()
            seconds = time.monotonic() - began
            return answer | _ended(process.wait(), request_id, limit=limit if killed else 0, seconds=seconds)
        return answer

    def peak(self, func: Mapping[str, Any]) -> int:
        """Give the most memory that a function has had until the end of its last invocation, in MB; 0 if unknown."""
        return self._peaks.get(_config(func).get("FunctionArn", ""), 0)

    def _answer(self, worker: Any, *args: Any, **more: Any) -> dict[str, Any]:
        try:
            return self._invoke(worker, *args, **more)
        except RuntimeError as error:
            answer = {"status": "error", "error": str(error), "cold_start": True}
            if not _is_gone(answer):
                raise
            worker._stderr_thread.join(timeout=_STEP)  # noqa: SLF001 - it has no other name
            return answer | {"log": worker._drain_stderr()}  # noqa: SLF001


class _Watch:
    """Looks, while functions run, how much memory they have."""

    def __init__(self) -> None:
        # The processes that were killed because of it.
        self.killed: WeakSet[subprocess.Popen[str]] = WeakSet()
        self._busy: dict[Any, int] = {}
        self._something = threading.Event()
        threading.Thread(target=self._look, daemon=True, name="harness-memory").start()

    @contextmanager
    def over(self, worker: Any, *, limit: int) -> Iterator[None]:
        """Look at a worker until the end of the block."""
        self._busy[worker] = limit * _MB
        self._something.set()
        try:
            yield
        finally:
            del self._busy[worker]

    def _look(self) -> None:
        while self._something.wait():
            self._something.clear()
            while self._busy:
                for worker, limit in list(self._busy.items()):
                    process = worker._proc  # noqa: SLF001 - it has no other name
                    if process is not None and _resident(process.pid) > limit:
                        self.killed.add(process)
                        process.kill()
                time.sleep(_STEP)


def _config(func: Mapping[str, Any]) -> Mapping[str, Any]:
    return func.get("config") or func


def _limit(config: Mapping[str, Any]) -> int:
    return int(config.get("MemorySize", 128))


def _is_gone(answer: Mapping[str, Any]) -> bool:
    return answer.get("status") == "error" and str(answer.get("error", "")).startswith(_GONE)


def _resident(process: int) -> int:
    """Give the bytes that a process has in memory; 0 where that cannot be known."""
    pages = _read(f"/proc/{process}/statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") if pages else 0


def _peak(process: subprocess.Popen[str] | None) -> int:
    """Give the most bytes that a process has had in memory; 0 where that cannot be known, as when it has ended.

    It is not what ``resource.getrusage`` says, which begins with the memory of the process that started it.
    """
    status = _read(f"/proc/{process.pid}/status") if process is not None else b""
    found = status.partition(b"VmHWM:")[2].split(maxsplit=1)
    return int(found[0]) * 1024 if found else 0


def _read(file: str) -> bytes:
    # It is read after each invocation, in half the time that pathlib and a buffer take.
    try:
        with open(file, "rb", buffering=0) as found:  # noqa: PTH123 - see above
            return found.read(_SHORT)
    except OSError:
        return b""


def _ended(code: int, request_id: str, *, limit: int, seconds: float) -> dict[str, Any]:
    """Give the answer of a process that has ended.

    Args:
        code: Its exit code, below zero for a signal.
        request_id: Of the invocation during which it ended.
        limit: In MB, where it was killed because it took more.
        seconds: How long the invocation took.
    """
    said = f"RequestId: {request_id} Error: {_reason(code)}"
    facts = {"errorMessage": said, "errorType": "Runtime.ExitError"}
    log = [f"END RequestId: {request_id}"]
    if limit:
        spent, used = f"{seconds * 1000:.2f} ms", f"Memory Size: {limit} MB\tMax Memory Used: {limit} MB"
        times = f"Duration: {spent}\tBilled Duration: {spent}"
        status = "Status: error\tError Type: Runtime.OutOfMemory"
        log.append(f"REPORT RequestId: {request_id}\t{times}\t{used}\t{status}")
    return {
        "status": "error",
        "error": FACTS + json.dumps(facts),
        "trace": "\n".join([*log, said, "Runtime.ExitError"]),
    }


def _reason(code: int) -> str:
    """Say how a process ended, in Lambda's words.

    >>> _reason(-9), _reason(3)
    ('Runtime exited with error: signal: killed', 'Runtime exited with error: exit status 3')
    """
    if code == 0:
        return "Runtime exited without providing a reason"
    how = f"exit status {code}" if code > 0 else f"signal: {(signal.strsignal(-code) or str(-code)).lower()}"
    return f"Runtime exited with error: {how}"
