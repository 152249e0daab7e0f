"""State machines of the embedded cloud: what they tell, ask and do as those of AWS.

Each module names the fact of AWS and the place in ministack's ``services/stepfunctions.py``.
"""

from __future__ import annotations

from harness.cloud.mending.machines.activities import hand_out_activities
from harness.cloud.mending.machines.branches import run_branches_as_branches
from harness.cloud.mending.machines.callbacks import fail_with_what_was_called
from harness.cloud.mending.machines.engine import Engine
from harness.cloud.mending.machines.events import link_events
from harness.cloud.mending.machines.executions import end_executions_once, start_executions_at_once
from harness.cloud.mending.machines.single import run_single_states
from harness.cloud.mending.machines.tasks import attend_tasks

__all__ = ["mend_machines"]


def mend_machines() -> None:
    """Apply what concerns state machines, where the engine is the one that is known."""
    from ministack.services import stepfunctions  # noqa: PLC0415 - only the child process has it

    engine = Engine(stepfunctions)
    if not engine.is_known:
        return
    link_events(engine)
    run_branches_as_branches(engine)
    start_executions_at_once(engine)
    end_executions_once(engine)
    attend_tasks(engine)
    fail_with_what_was_called(engine)
    hand_out_activities(engine)
    run_single_states(engine)
