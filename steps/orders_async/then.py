"""What must be so afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness import Response, Stage, expectation

__all__ = [
    "a_job_is_accepted",
    "it_is_invoiced",
    "it_is_not_done_yet",
    "it_is_refused",
    "the_audit_carries",
    "the_dead_letters_carry",
    "the_dead_letters_carry_none_of",
    "the_job_gets_done",
    "the_jobs_are_counted",
]

# A message is a dead letter after three receives, and in AWS each of them lasts for the visibility timeout.
_UNTIL_DEAD = 60.0


def a_job_is_accepted(response: Response) -> str:
    """The order is accepted, and we are told where to ask; the path that we are told."""
    assert response.status_code == 202, response
    location: str = response.headers["location"]
    assert response.json == {"id": location.removeprefix("/jobs/"), "status": "queued"}
    return location


def it_is_refused(response: Response, *, status: int) -> None:
    """The request is refused with this status."""
    assert response.status_code == status, response


def it_is_not_done_yet(response: Response) -> None:
    """The job is known, and not done yet."""
    assert response.status_code == 202, response
    assert response.json["status"] == "queued"


def it_is_invoiced(response: Response, *, total: int) -> None:
    """The job is done, and the order comes to so many cents."""
    assert response.status_code == 200, response
    assert response.json["status"] == "done"
    assert response.json["result"] == {"total": total}


def the_job_gets_done(stage: Stage, job: str) -> None:
    """The worker finishes a job, sooner or later; it is named by its id or by where it is asked for."""
    stage.item("JobsTable", {"id": job.removeprefix("/jobs/")}, until=_is_done)


def _is_done(job: Mapping[str, Any] | None) -> bool:
    return job is not None and job["status"] == "done"


def the_dead_letters_carry(stage: Stage, message: Mapping[str, str]) -> None:
    """The message is among the dead letters."""
    stage.journal.expect("DeadLetters", body=message, within=_UNTIL_DEAD)


def the_dead_letters_carry_none_of(stage: Stage, jobs: Sequence[str]) -> None:
    """No message about these jobs is among the dead letters."""
    stage.journal.expect_none("DeadLetters", where=lambda letter: letter.body["id"] in jobs)


def the_audit_carries(stage: Stage, locations: Sequence[str], *, customer: str) -> None:
    """The audit carries one record for each of these jobs of the customer, in the order in which they were accepted."""
    jobs = [location.removeprefix("/jobs/") for location in locations]
    stage.journal.expect("AuditStream", body={"customer": customer}, times=len(jobs))
    stage.journal.in_order(*[expectation("AuditStream", body={"jobId": job}) for job in jobs])


def the_jobs_are_counted(stage: Stage, *, customer: str, jobs: int) -> None:
    """The summary says how many jobs the customer had; nothing more is under way."""
    stage.item("SummariesTable", {"customer": customer}, until=lambda row: row is not None and row["jobs"] >= jobs)
    stage.settle()
    summary = stage.item("SummariesTable", {"customer": customer})
    assert summary is not None
    assert summary["jobs"] == jobs
