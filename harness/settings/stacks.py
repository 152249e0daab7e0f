"""How the stacks of a project are called, and that none of a protected stage is taken for another's."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harness.errors import UsageError
from harness.settings.choice import Choice
from harness.settings.places import EMBEDDED, Protected

__all__ = ["insist_on_own_stacks", "stack_name"]


def stack_name(system: str, stage: str) -> str:
    """Give the name of a system's CloudFormation stack in a stage: letters, digits and hyphens.

    >>> stack_name("shop", "dev"), stack_name("big_mouth", "dev"), stack_name("1", "dev")
    ('shop-dev', 'big-mouth-dev', 'stack-1-dev')
    """
    name = re.sub(r"[^A-Za-z0-9]+", "-", f"{system}-{stage}").strip("-")
    return name if name[:1].isalpha() else f"stack-{name}"


def insist_on_own_stacks(systems: Iterable[str], *, stage: Choice, protected: Protected) -> None:
    """Refuse a stage in which the stack of a system is called as another's in a protected stage.

    System ``a`` in stage ``b-prod`` and system ``a-b`` in stage ``prod`` have one stack, ``a-b-prod``.

    Raises:
        UsageError: There is such a stack.
    """
    if stage.value == EMBEDDED or protected.because(stage.value):
        return
    known = list(systems)
    for system in known:
        stack = stack_name(system, stage.value)
        for other in known:
            head = stack_name(other, "x").removesuffix("x")
            theirs = stack.removeprefix(head)
            because = protected.because(theirs) if theirs not in ("", stack) else None
            if because:
                raise UsageError(
                    f"The stage {stage.value!r} would have a stack of the protected stage {theirs!r}.",
                    facts=[
                        ("stage", stage),
                        ("stack", f"{stack}, of system {system!r} in {stage.value!r} and of {other!r} in {theirs!r}"),
                        ("protected", because),
                    ],
                    remedy="name the stage otherwise",
                )
