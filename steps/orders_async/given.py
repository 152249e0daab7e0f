"""What is there before something happens."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import Stage

__all__ = ["a_customer", "a_message_about_no_job", "an_order", "jobs_that_wait", "we_watch_the_audit_and_dead_letters"]


def a_customer() -> str:
    """A customer like no other."""
    return f"Fry {uuid.uuid4()}"


def an_order(customer: str | None = None) -> dict[str, Any]:
    """An order that comes to 17.50."""
    return {
        "customer": customer or a_customer(),
        "lines": [
            {"dish": "Slurm", "quantity": 2, "price": 250},
            {"dish": "Popplers", "quantity": 1, "price": 1250},
        ],
    }


@contextmanager
def jobs_that_wait(stage: Stage, count: int = 1) -> Iterator[list[str]]:
    """So many jobs are stored, and nobody has told the worker; their ids."""
    jobs = [str(uuid.uuid4()) for _ in range(count)]
    with stage.items("JobsTable", [{"id": job, "status": "queued", "order": an_order()} for job in jobs]):
        yield jobs


def a_message_about_no_job() -> dict[str, str]:
    """A message about a job that nobody has stored: the worker cannot do it, however often it tries."""
    return {"id": str(uuid.uuid4())}


def we_watch_the_audit_and_dead_letters(stage: Stage) -> None:
    """We watch what is audited, and what the worker could not do."""
    stage.journal.tap("AuditStream", "DeadLetters")
