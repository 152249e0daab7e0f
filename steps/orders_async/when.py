"""What people do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness import Response, Stage

__all__ = ["jobs_are_audited", "jobs_are_queued", "we_ask_for", "we_submit", "we_submit_nothing"]


def we_submit(stage: Stage, order: Mapping[str, Any]) -> Response:
    """We submit an order."""
    return stage.request("POST", "/jobs", json=order)


def we_submit_nothing(stage: Stage) -> Response:
    """We submit an order without any dish."""
    return stage.request("POST", "/jobs", json={"customer": "Fry", "lines": []})


def we_ask_for(stage: Stage, location: str) -> Response:
    """We ask how the job fares, where we were told to."""
    return stage.request("GET", location)


def jobs_are_queued(stage: Stage, *messages: Mapping[str, str]) -> None:
    """The worker is told of jobs, all at once."""
    stage.send("JobsQueue", *messages)


def jobs_are_audited(stage: Stage, *jobs: str, customer: str) -> None:
    """The audit is told of jobs of a customer."""
    stage.put_record("AuditStream", *[{"jobId": job, "customer": customer} for job in jobs], key=customer)
