"""What stands behind the journal in one mode: local functions, likely reasons, logs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from harness._text import listed
from harness.events.patterns import unmatched
from harness.journal.behind import Behind
from harness.journal.entry import Entry
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
        asleep=lambda source, entries: asleep(system, source, entries=entries),
        logs=logs,
        note=_DEPLOYED_TAKE_PART if deployed_take_part else "",
    )


def reasons(system: System, source: str) -> list[str]:
    """Give the likely reasons why nothing has come from a source, as questions."""
    publishers = _naming(system, source)
    found = [f"{source} is fed by {way}" for way in _ways(system, source)]
    if publishers:
        found.append(f"did any of these run, which know of it: {listed(publishers)}? if not, what should start them?")
        found += [f"{name} is started by {way}" for name in sorted(publishers) for way in _ways(system, name)]
        found.append("did it fail before it published? does it publish somewhere else?")
    elif not found:
        found.append(f"no function of the template knows of {source}: nothing here publishes to it")
    return found


def asleep(system: System, source: str, *, entries: Sequence[Entry]) -> list[str]:
    """Give the rules that would have started a function which knows of a source, and matched nothing that was seen."""
    publishers = _naming(system, source)
    found = []
    for rule in system.rules.values():
        started = sorted(publishers & {target.resource for target in rule.targets})
        seen = [entry.document for entry in entries if entry.kind == "bus" and entry.source == rule.bus]
        if not (started and seen and rule.pattern):
            continue
        nearest = min((unmatched(rule.pattern, event) for event in seen), key=len)
        if nearest:
            what = "the event" if len(seen) == 1 else f"any of the {len(seen)} events"
            found.append(
                f"no rule matched: {rule.name}, which starts {listed(started)}, does not match {what} on {rule.bus}: "
                + ", ".join(map(str, nearest))
            )
    return found


def _ways(system: System, to: str) -> list[str]:
    """Give the rules, subscriptions and mappings that lead to a function, a topic, a queue or a bus."""
    ways = []
    for rule in system.rules.values():
        if any(target.resource == to for target in rule.targets):
            what = f"pattern {json.dumps(rule.pattern)}" if rule.pattern else f"schedule {rule.schedule}"
            state = "" if rule.enabled else ", which is disabled"
            ways.append(f"the rule {rule.name} on {rule.bus}: {what}{state}{_forbidden(system, to, by=rule.name)}")
    for subscription in system.subscriptions.values():
        if subscription.endpoint == to:
            policy = f", filter policy {json.dumps(subscription.filter_policy)}" if subscription.filter_policy else ""
            forbidden = _forbidden(system, to, by=subscription.name)
            ways.append(f"the subscription {subscription.name} to {subscription.topic}{policy}{forbidden}")
    for mapping in system.mappings.values():
        if mapping.function == to:
            filters = f", filters {json.dumps(mapping.filters)}" if mapping.filters else ""
            state = "" if mapping.enabled else ", which is disabled"
            ways.append(f"the mapping {mapping.name} of the {mapping.kind} {mapping.source}{filters}{state}")
    return [*ways, *_told_by_buckets(system, to), *_due(system, to), *_given_up(system, to)]


def _told_by_buckets(system: System, to: str) -> Iterator[str]:
    for one in system.notifications.values():
        if one.target == to:
            ends = [f"prefix {one.prefix!r}"] if one.prefix else []
            ends += [f"suffix {one.suffix!r}"] if one.suffix else []
            yield f"the bucket {one.bucket}: {', '.join([*one.events, *ends])}"


def _due(system: System, to: str) -> Iterator[str]:
    for schedule in system.schedules.values():
        if schedule.target == to:
            state = "" if schedule.enabled else ", which is disabled"
            yield f"the schedule {schedule.name}: {schedule.expression}{state}"


def _given_up(system: System, to: str) -> Iterator[str]:
    """Give what leads to a queue, a topic or a function only when something has failed."""
    for queue in system.queues.values():
        if queue.dead_letters == to:
            yield f"the queue {queue.name}, when a message was received {queue.receives} times and is still there"
    for function, config in system.asynchronous.items():
        if to in (config.dead_letters, config.on_failure):
            yield f"Lambda, with the role of {function}, when all {1 + config.retries} attempts at it have failed"
    for mapping in system.mappings.values():
        if mapping.on_failure == to:
            yield f"Lambda, with the role of {mapping.function}, when it gives up a batch of {mapping.source}"


def _forbidden(system: System, function: str, *, by: str) -> str:
    """Say that no permission of the template lets a function be started so; nothing where that is not certain.

    https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
    """
    declared = system.resources.get(by)
    if declared is None or function not in system.functions or "RoleArn" in json.dumps(declared.properties):
        return ""
    principal = "events.amazonaws.com" if declared.type == "AWS::Events::Rule" else "sns.amazonaws.com"
    permissions = [one.properties for one in system.of_type("AWS::Lambda::Permission").values()]
    others = {f'"{name}"' for name in system.functions if name != function}
    admitted = [json.dumps(one.get("FunctionName")) for one in permissions if one.get("Principal") in (principal, "*")]
    # A name, an alias or a version may be that of the function.
    if any(not any(other in admits for other in others) for admits in admitted):
        return ""
    return f", which no AWS::Lambda::Permission for {principal} admits"


def _involved(system: System, source: str) -> list[str]:
    """Give the functions that may publish to a source, or are started by it."""
    started = {target.resource for rule in system.rules.values() if rule.bus == source for target in rule.targets}
    started |= {one.endpoint for one in system.subscriptions.values() if one.topic == source}
    started |= {one.function for one in system.mappings.values() if one.source == source}
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
