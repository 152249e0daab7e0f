"""Events: what came on a bus and no rule took, or only a rule that is switched off."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from harness._text import listed
from harness.errors import MisusedStep
from harness.events.patterns import Mismatch, unmatched
from harness.report.causes.spelling import is_misspelt
from harness.report.causes.touching import waited
from harness.report.causes.wording import plain
from harness.report.record import Cause, TestRecord
from harness.system.model import Rule, System

__all__ = ["events", "harness_says", "likely_events", "slept"]

# What the journal says below an expectation that was not met (`harness.modes.behind.asleep`).
_SLEPT = re.compile(
    r"no rule matched: (?P<rule>\S+), which starts (?P<functions>.+?), does not match .+? on (?P<bus>\S+): (?P<why>.+)"
)
_KINDS = frozenset({"NotHandedOn", "EndlessChain"})

# The bus of an event, and the event as far as a record holds it.
_Seen = tuple[str, Mapping[str, Any]]
# The bus, the nearest rule, and why it did not take the event.
_Missed = tuple[str, Rule, list[Mismatch]]


def events(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give the rules that were to match what came, and do not because of a misspelt word, where a test waits in vain.

    An event that is spelt like another one may well be for others.
    """
    for bus, rule, mismatches in _misspelt(record, system):
        yield _unmatched(record, bus=bus, rule=rule, mismatches=mismatches)


def slept(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give the rules that matched nothing, as the journal says below what did not happen."""
    told = {rule.name for _, rule, _ in _misspelt(record, system)}
    for match in _SLEPT.finditer(record.failure):
        if match["rule"] not in told:
            text = f"no rule on {match['bus']} matched what came: the nearest, {match['rule']}, which starts"
            yield Cause(area="wiring", text=plain(f"{text} {match['functions']}: {match['why']}"))


def likely_events(record: TestRecord, *, system: System) -> Iterator[Cause]:
    """Give the rules that may have been meant for what came: they ask for something else, or are switched off."""
    seen = _seen(record)
    for rule in system.rules.values():
        came = any(bus == rule.bus and not _mismatches(rule, event) for bus, event in seen)
        fired = any(act.verb == "fire" and act.what == rule.name for act in record.acts)
        if not rule.enabled and ((rule.pattern and came) or fired):
            text = f"the rule {rule.name}{_starting(rule)} is disabled in the template"
            yield Cause(area="wiring", text=text, proof="template")
    if waited(record) and not _SLEPT.search(record.failure):
        for bus, rule, mismatches in _missed(record, system):
            if not _is_misspelt(mismatches):
                cause = _unmatched(record, bus=bus, rule=rule, mismatches=mismatches)
                yield Cause(area=cause.area, text=cause.text, proof="template")


def harness_says(record: TestRecord) -> Iterator[Cause]:
    """Give what the harness itself found of the wiring: an event that cannot be handed on, a chain without an end."""
    if record.kind in _KINDS:
        yield Cause(area="wiring", text=plain(record.failure.partition("\n")[0].partition(": ")[2]))


def _seen(record: TestRecord) -> list[_Seen]:
    """Give the events that came on a bus, and those that the test itself has published."""
    came = [(entry.source, entry.name, entry.text) for entry in record.entries if entry.kind == "bus"]
    for act in record.acts:
        if act.verb == "publish":
            bus, _, name = act.what.partition(" ")
            came.append((bus, name, act.sent))
    return [(bus, _event(name, text)) for bus, name, text in dict.fromkeys(came)]


def _event(name: str, text: str) -> Mapping[str, Any]:
    """Give as much of an event as a record holds: its type, and its detail where that was not shortened."""
    try:
        detail = json.loads(text)
    except ValueError:
        return {"detail-type": name}
    return {"detail-type": name, "detail": detail}


def _misspelt(record: TestRecord, system: System) -> list[_Missed]:
    return [one for one in _missed(record, system) if _is_misspelt(one[2])] if waited(record) else []


def _missed(record: TestRecord, system: System) -> Iterator[_Missed]:
    """Give each event that no rule took, with the nearest of the rules that took none, and why it did not."""
    seen = _seen(record)
    rules = [rule for rule in system.rules.values() if rule.enabled and rule.pattern and _leads_on(rule, system)]
    told: set[str] = set()
    for bus, event in seen:
        refused = {rule.name: (rule, _mismatches(rule, event)) for rule in rules if rule.bus == bus}
        if not refused or any(not mismatches for _, mismatches in refused.values()):
            continue
        rule, mismatches = min(refused.values(), key=lambda one: (len(one[1]), -_likeness(one[1])))
        slept = all(_mismatches(rule, other) for where, other in seen if where == bus)
        if slept and rule.name not in told:
            told.add(rule.name)
            yield bus, rule, mismatches


def _leads_on(rule: Rule, system: System) -> bool:
    """Say whether a rule starts something; one into a queue that nobody reads is there for tests."""
    read = {mapping.source for mapping in system.mappings.values()}
    return any(target.resource not in system.queues or target.resource in read for target in rule.targets)


def _mismatches(rule: Rule, event: Mapping[str, Any]) -> list[Mismatch]:
    """Give where an event does not match, as far as it is known; nothing of a pattern that only a stage can resolve."""
    pattern = rule.pattern or {}
    if re.search(r'"(?:Ref|Fn::\w+)"', json.dumps(pattern, default=str)):
        return []
    try:
        found = unmatched(pattern, event)
    except MisusedStep:
        return []
    return [one for one in found if one.path.partition(".")[0] in event]


def _likeness(mismatches: Sequence[Mismatch]) -> float:
    """Give how alike is what came to what was wanted, where that is all that differs; 0 for nothing alike."""
    return max((SequenceMatcher(None, found, wanted).ratio() for found, wanted in _texts(mismatches)), default=0)


def _is_misspelt(mismatches: Sequence[Mismatch]) -> bool:
    return any(is_misspelt(found, wanted) for found, wanted in _texts(mismatches))


def _texts(mismatches: Sequence[Mismatch]) -> list[tuple[str, str]]:
    """Give what came, with each text that was wanted in its place, where one text is all that differs."""
    if len(mismatches) != 1 or not isinstance(mismatches[0].found, str):
        return []
    return [(mismatches[0].found, wanted) for wanted in re.findall(r"'([^']*)'", mismatches[0].wanted)]


def _unmatched(record: TestRecord, *, bus: str, rule: Rule, mismatches: Sequence[Mismatch]) -> Cause:
    first = mismatches[0]
    came = f"no {first.path}" if first.missing else f"{first.path} {first.found!r}"
    if f"expected {first.wanted}, was {first.found!r}" in record.failure:
        # The test wants what the rule wants, so the rule is right.
        text = f"{bus} carried {came}, and both the test and the rule {rule.name} want {first.wanted}"
        return Cause(area="code", text=plain(text))
    nearest = f"the nearest, {rule.name}{_starting(rule)} wants {first.wanted}"
    return Cause(area="wiring", text=plain(f"no rule on {bus} matched {came}; {nearest}"))


def _starting(rule: Rule) -> str:
    started = [target.resource for target in rule.targets]
    return f", which starts {listed(started)}," if started else ""
