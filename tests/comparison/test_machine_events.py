"""What functions get from a state machine: in this process, invoked, and deployed behind the embedded cloud's own."""

from __future__ import annotations

import pytest

from harness.stage import Stage

from .seeing import Triggers


def started(stage: Stage, mark: str) -> None:
    """A machine that calls a function by its ARN, and then by lambda:invoke."""
    execution = stage.start("Machine", {"mark": mark, "é": 1.5, "none": None})

    assert execution.status == "SUCCEEDED"
    assert execution.output == {"payload": {"id": "kept", "name": "é"}, "status": 200}


@pytest.mark.parametrize("mode", ["handler", "invoke", "http"])
def test_a_task_starts_a_function_with_its_input(triggers: Triggers, mode: str) -> None:
    """With nothing around it; the next one with what the parameters make of that."""
    first, second = triggers.events(started, mode, count=2)

    given = {"mark": "MARK", "é": 1.5, "none": None}
    assert first == given
    assert second == {"given": given | {"first": {"id": "kept", "name": "é"}}, "state": "ByCall", "é": 1.5}
