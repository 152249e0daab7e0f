"""Why a test may have failed: what its errors, its logs, the template and the stage say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.report.record import Cause, DriftRecord, TestRecord
from harness.system.model import System

__all__ = ["causes_of"]


def causes_of(
    record: TestRecord, *, system: System, drift: Callable[[], Sequence[DriftRecord]]
) -> tuple[Cause, ...]:
    """Give why a test may have failed, the surest first, each once."""
    return tuple(
        Cause(area="permissions", text=f"{one.function or one.role} may not {one.action} on {one.resource}")
        for one in record.denials
    )
