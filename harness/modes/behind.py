"""What stands behind the journal in one mode: local functions, likely reasons, logs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from harness._text import listed
from harness.journal.journal import Behind
from harness.modes.protocol import Mode
from harness.system.model import System

__all__ = ["behind"]

_DEPLOYED_TAKE_PART = "the stage is not muted: what local handlers publish starts the deployed functions"


def behind(mode: Mode, *, system: System, deployed_take_part: bool) -> Behind:
    """Give what stands behind the journal of a stage in a mode.

    Args:
        mode: The mode.
        system: The system as its template declares it.
        deployed_take_part: Whether deployed functions are started by what handlers in this process publish.
    """

    def logs(source: str, since: float) -> Mapping[str, Sequence[str]]:
        return mode.logs(_involved(system, source), since=since)

    return Behind(
        deliver=mode.deliver,
        reasons=lambda source: reasons(system, source),
        logs=logs,
        note=_DEPLOYED_TAKE_PART if deployed_take_part else "",
    )


def reasons(system: System, source: str) -> list[str]:
    """Give the likely reasons why nothing has come from a source, as questions."""
    publishers = _naming(system, source)
    found = []
    if publishers:
        found.append(f"did any of these run, which know of it: {listed(publishers)}? if not, what should start them?")
        found += [line for name in sorted(publishers) for line in _starts(system, name)]
        found.append("did it fail before it published? does it publish somewhere else?")
    else:
        found.append(f"no function of the template knows of {source}: nothing here publishes to it")
    return found


def _starts(system: System, function: str) -> list[str]:
    """Give what starts a function besides requests."""
    lines = []
    for rule in system.rules.values():
        if any(target.resource == function for target in rule.targets):
            what = f"pattern {json.dumps(rule.pattern)}" if rule.pattern else f"schedule {rule.schedule}"
            state = "" if rule.enabled else ", which is disabled"
            lines.append(f"{function} is started by the rule {rule.name} on {rule.bus}: {what}{state}")
    for subscription in system.subscriptions.values():
        if subscription.endpoint == function:
            policy = f", filter policy {json.dumps(subscription.filter_policy)}" if subscription.filter_policy else ""
            lines.append(
                f"{function} is started by the subscription {subscription.name} to {subscription.topic}{policy}"
            )
    return lines


def _involved(system: System, source: str) -> list[str]:
    """Give the functions that may publish to a source, or are started by it."""
    started = {target.resource for rule in system.rules.values() if rule.bus == source for target in rule.targets}
    started |= {one.endpoint for one in system.subscriptions.values() if one.topic == source}
    return sorted((started & system.functions.keys()) | _naming(system, source))


def _naming(system: System, source: str) -> set[str]:
    """Give the functions whose declaration refers to a resource, most of them in their environment."""
    resources = system.cloudformation.get("Resources", {})
    marks = (f'"{source}"', f"${{{source}}}", f"${{{source}.")
    return {
        name
        for name in system.functions
        if name in resources and any(mark in json.dumps(resources[name].get("Properties", {})) for mark in marks)
    }
