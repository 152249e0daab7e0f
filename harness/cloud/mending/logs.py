"""Logs of functions: read to their end, instead of waited for."""

from __future__ import annotations

import queue
import time
from typing import Any

from harness.cloud.worker_site import END_OF_LOG

__all__ = ["read_logs_to_their_end"]


def read_logs_to_their_end() -> None:
    """Read a function's log to the line that ends it, instead of waiting 50 ms for a quiet function's first line.

    ``Worker._drain_stderr_bounded`` (``core/lambda_runtime.py``) waits. Lambda does not: it ends each invocation's
    log with END and REPORT, and so does the functions' interpreter of the harness.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it

    wait = getattr(lambda_runtime.Worker, "_drain_stderr_bounded", None)
    if wait is None:
        return

    def drain(worker: Any, *args: Any, **rest: Any) -> str:
        if worker.config.get("Runtime", "").startswith("python"):
            return _lines_until_end(worker._stderr_queue, within=0.25)  # noqa: SLF001 - the place of the wait
        waited: str = wait(worker, *args, **rest)
        return waited

    lambda_runtime.Worker._drain_stderr_bounded = drain  # noqa: SLF001 - the place of the wait


def _lines_until_end(lines: queue.Queue[str], *, within: float) -> str:
    collected: list[str] = []
    deadline = time.monotonic() + within
    while (left := deadline - time.monotonic()) > 0:
        try:
            line = lines.get(timeout=left)
        except queue.Empty:
            break
        if line == END_OF_LOG:
            break
        collected.append(line)
    return "\n".join(collected).rstrip("\n")
