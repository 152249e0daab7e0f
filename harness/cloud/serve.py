"""The child process of the embedded cloud: ``python -m harness.cloud.serve``.

It is ministack, with three things seen to: it ends when the run that started it ends, however that ends;
functions run on an interpreter of their own; what differs from AWS is mended where it can be.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

from harness.cloud.mending import mend

__all__ = ["main"]

LIFELINE = "HARNESS_LIFELINE"
INTERPRETER = "HARNESS_INTERPRETER"

_TAKE_AWAY = "import shutil, sys, time; time.sleep(0.2); shutil.rmtree(sys.argv[1], ignore_errors=True)"


def main() -> None:
    """Serve until a signal comes or the lifeline is cut."""
    lifeline = os.environ.pop(LIFELINE, "")
    if lifeline:
        threading.Thread(target=_end_with_parent, args=(int(lifeline),), daemon=True).start()
    sys.executable = os.environ.pop(INTERPRETER)
    sys.argv = ["ministack"]
    from ministack.app import main as serve  # noqa: PLC0415 - reads sys.argv and the environment when imported

    mend()
    threading.Thread(target=_load_what_deploys, daemon=True).start()
    serve()


def _load_what_deploys() -> None:
    """Import what a deployment needs, which ministack does at the first call: by then it is there."""
    import ministack.services.cloudformation  # noqa: F401, PLC0415 - only the child process has it


def _end_with_parent(lifeline: int) -> None:
    """End this process and the functions that it runs when the parent's end of the pipe is closed.

    The parent never writes. The kernel closes its end when it ends, also by SIGKILL. State and log go too: the
    folder in which this process works is of this run only.
    """
    folder = Path.cwd()
    os.read(lifeline, 1)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        # A function that starts just now writes into the folder until the very end, so another process looks after it.
        subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _TAKE_AWAY, str(folder)],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    finally:  # Whoever has deleted the project's folder has deleted the interpreter, too.
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
