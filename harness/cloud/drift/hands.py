"""Threads that make calls and for whom nobody waits, however long a call may take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

__all__ = ["Hands"]

_Found = TypeVar("_Found")
_Job = tuple[Future[Any], Callable[[], Any]]


class Hands(Executor):
    """Threads that do what they are given, and do not keep the process from ending.

    Python waits at exit for the threads of a ThreadPoolExecutor, also after a shutdown that has not waited.
    https://docs.python.org/3/library/concurrent.futures.html#threadpoolexecutor

    Args:
        count: How many there are.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        for number in range(count):
            threading.Thread(target=self._work, name=f"harness-drift-{number}", daemon=True).start()

    def submit(self, call: Callable[..., _Found], /, *args: Any, **named: Any) -> Future[_Found]:
        """Give what a call will have given."""
        future: Future[_Found] = Future()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("Nothing more is asked: the time is over.")
            self._jobs.put((future, partial(call, *args, **named)))
        return future

    def shutdown(self, wait: bool = False, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002, ARG002 - as in Executor
        """Let the threads end after what they were given so far; nobody waits for them."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                for _ in range(self._count):
                    self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, call = job
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as fault:  # noqa: BLE001 - whoever asks for the result gets it
                    future.set_exception(fault)
