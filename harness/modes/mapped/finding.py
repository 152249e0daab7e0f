"""Which mappings of a system read what."""

from __future__ import annotations

from harness.system.model import EventSourceMapping, Queue, System

__all__ = ["mappings_by_source", "queue_of", "redrives"]


def mappings_by_source(system: System) -> dict[str, list[EventSourceMapping]]:
    """Give the mappings that are enabled and lead to a function of the template, by what they read."""
    found: dict[str, list[EventSourceMapping]] = {}
    for mapping in system.mappings.values():
        if mapping.enabled and mapping.function in system.functions:
            found.setdefault(mapping.source, []).append(mapping)
    return found


def queue_of(system: System, name: str) -> Queue:
    """Give a queue; one that the model does not hold has no redrive policy."""
    return system.queues.get(name, Queue(name=name))


def redrives(queue: Queue) -> bool:
    """Say whether a message that fails again and again leaves a queue for another one."""
    return queue.receives is not None and queue.dead_letters is not None
