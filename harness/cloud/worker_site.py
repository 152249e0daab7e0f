"""What the functions' interpreter does when it starts: it is copied there as ``sitecustomize.py``.

The embedded cloud runs a function in a worker that answers each invocation with a line of JSON on its standard output.
This module does what the runtime of Lambda does and the worker does not. When the worker starts:

* it takes away the settings of the embedded cloud, and sets the clock and the language as they are in Lambda.

Just before a line goes out:

* it ends the log of the invocation with a line, so that nobody has to wait and see whether more comes;
* it gives an error the type, the message and the stack trace that ``awslambdaric/bootstrap.py`` gives it.

It uses the standard library only, and has no effect outside such a worker.
"""

import json
import os
import sys
import time
import traceback
from types import TracebackType
from typing import Any, TextIO

END_OF_LOG = "END RequestId: harness"
# Stands before an error's facts as JSON where the worker has room for a message only.
FACTS = "\x1eharness"
# Set by the embedded cloud's process when it understands the facts.
ASKED_FOR_FACTS = "_HARNESS_ERROR_FACTS"
# Set by the embedded cloud's process to the names of its own variables, with spaces between.
FOREIGN = "_HARNESS_FOREIGN_VARIABLES"


class Answers:
    """The standard output of a worker."""

    def __init__(self, stream: TextIO, *, facts: bool) -> None:
        self._stream = stream
        self._facts = facts
        self._ready = False

    def write(self, text: str) -> int:
        """Write a line of the worker's, after what belongs before it."""
        if text.startswith('{"status": "ready"'):
            self._ready = True
        elif text.startswith('{"status": "ok"'):
            self._end_log()
        elif text.startswith('{"status": "error"'):
            self._end_log()
            text = self._with_facts(text)
        return self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        """Be the stream in everything else."""
        return getattr(self._stream, name)

    def _end_log(self) -> None:
        sys.stderr.write(f"\n{END_OF_LOG}\n")
        sys.stderr.flush()

    def _with_facts(self, text: str) -> str:
        """Put the facts of the exception that the worker is handling into its answer."""
        kind, error, trace = sys.exc_info()
        if not self._facts or kind is None or trace is None:
            return text
        facts = error_facts(kind, error, trace=trace, importing=not self._ready)
        return json.dumps(json.loads(text) | {"error": FACTS + json.dumps(facts)}) + "\n"


def error_facts(
    kind: type[BaseException], error: BaseException | None, *, trace: TracebackType, importing: bool
) -> dict[str, Any]:
    """Give an error as Lambda's runtime reports it."""
    if importing:
        asked = trace.tb_frame.f_locals
        module, handler = asked.get("module_name"), asked.get("handler_name")
        if issubclass(kind, ImportError):
            return _facts("Runtime.ImportModuleError", f"Unable to import module '{module}': {error}")
        if issubclass(kind, SyntaxError):
            return _facts("Runtime.UserCodeSyntaxError", f"Syntax error in module '{module}': {error}")
        if issubclass(kind, AttributeError) and trace.tb_next is None:
            return _facts("Runtime.HandlerNotFound", f"Handler '{handler}' missing on module '{module}'")
    # The first frame is the worker's own, and the import machinery's say nothing.
    frames = [frame for frame in traceback.extract_tb(trace.tb_next) if "importlib" not in frame.filename]
    return _facts(kind.__name__, str(error), traceback.format_list(frames))


def _facts(kind: str, message: str, frames: list[str] | None = None) -> dict[str, Any]:
    return {"errorMessage": message, "errorType": kind, "stackTrace": frames or []}


def take_on_the_environment_of_lambda() -> None:
    """Leave what a function finds in Lambda; the worker then sets the function's own variables over it.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    for name in os.environ.pop(FOREIGN, "").split():
        os.environ.pop(name, None)
    os.environ["LANG"] = "en_US.UTF-8"
    # The function's own time zone is here already, the machine's is not.
    os.environ.setdefault("TZ", ":UTC")
    time.tzset()


if sys.orig_argv[-1].endswith("_worker.py"):
    sys.stdout = Answers(sys.stdout, facts=bool(os.environ.pop(ASKED_FOR_FACTS, "")))
    take_on_the_environment_of_lambda()
