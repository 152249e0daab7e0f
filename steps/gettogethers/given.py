"""What is there before something happens."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import Stage, User

__all__ = ["a_signed_in_member", "correlation_ids", "the_eight_gettogethers"]


@contextmanager
def the_eight_gettogethers(stage: Stage) -> Iterator[list[dict[str, Any]]]:
    """Eight meet-ups are in the table."""
    seed = stage.system.template.parent / "gettogethers.json"
    gettogethers: list[dict[str, Any]] = json.loads(seed.read_text(encoding="utf-8"))
    with stage.items("GettogethersTable", gettogethers):
        yield gettogethers


@contextmanager
def a_signed_in_member(stage: Stage) -> Iterator[User]:
    """A member has signed in."""
    with stage.user("UserPool", client="ServerClient") as member:
        yield member


def correlation_ids() -> dict[str, str]:
    """Correlation ids like no others: one of the request, and one of the trip that it belongs to."""
    return {"x-correlation-id": str(uuid.uuid4()), "x-correlation-trip": str(uuid.uuid4())}
