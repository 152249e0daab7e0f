"""The child process of the embedded cloud: ``python -m harness.cloud.serve``.

It is ministack, with three things seen to: it ends when the run that started it ends, however that ends;
functions run on an interpreter of their own; a quiet function is not waited for.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from typing import Any

from harness.cloud.interpreter import END_OF_LOG

__all__ = ["main"]

LIFELINE = "HARNESS_LIFELINE"
INTERPRETER = "HARNESS_INTERPRETER"


def main() -> None:
    """Serve until a signal comes or the lifeline is cut."""
    lifeline = os.environ.pop(LIFELINE, "")
    if lifeline:
        threading.Thread(target=_end_with_parent, args=(int(lifeline),), daemon=True).start()
    sys.executable = os.environ.pop(INTERPRETER)
    sys.argv = ["ministack"]
    from ministack.app import main as serve  # noqa: PLC0415 - reads sys.argv and the environment when imported

    read_log_to_its_end()
    serve()


def _end_with_parent(lifeline: int) -> None:
    """End this process and the functions that it runs when the parent's end of the pipe is closed.

    The parent never writes. The kernel closes its end when it ends, also by SIGKILL.
    """
    os.read(lifeline, 1)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    time.sleep(0.2)
    os.killpg(0, signal.SIGKILL)


def read_log_to_its_end() -> None:
    """Make the embedded cloud read a function's log to the line that ends it, instead of waiting 50 ms.

    ``Worker._drain_stderr_bounded`` waits 50 ms for a first line, then 5 ms for a further one
    (ministack 1.5.33, ``core/lambda_runtime.py``). An embedded cloud without that method keeps its own ways.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it

    def drain(worker: Any, first_line_wait: float = 0.05, idle_confirm: float = 0.005, hard_cap: float = 0.25) -> str:
        del first_line_wait, idle_confirm
        return _lines_until_end(worker._stderr_queue, within=hard_cap)  # noqa: SLF001 - the place of the wait

    if hasattr(lambda_runtime.Worker, "_drain_stderr_bounded"):
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
    return "\n".join(collected)


if __name__ == "__main__":
    main()
