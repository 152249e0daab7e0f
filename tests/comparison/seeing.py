"""What functions of the system ``triggers`` have got, with names that are the same in every account."""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from harness.project import Project
from harness.stage import Stage

__all__ = ["Deed", "Got", "Triggers"]

# Does something to a stage of which a function is told. The mark is in what it is told, or else what the deed gives.
Deed = Callable[[Stage, str], str | None]

_WITHIN = 20
# The stream of a table has the moment of its creation in its name.
_LABEL = re.compile(r"(?<=/stream/)[0-9T:.-]+Z?")
# Shorter names, such as that of the default bus, stand for themselves.
_SHORT = 7


class Got(NamedTuple):
    """What a function got: a record, or the event if it has no records; and what else Lambda told."""

    event: Any
    context: dict[str, Any]


class Triggers:
    """The stage of the system in each mode. What was done once in a mode is remembered."""

    def __init__(self, project: Project, stage: Callable[[str], Stage]) -> None:
        self._project, self.stage = project, stage
        self._known: dict[tuple[Deed, str], list[Got]] = {}

    def got(self, deed: Deed, mode: str, *, functions: Sequence[str] = ("Echo",), count: int = 1) -> list[Got]:
        """Do something and give what functions got of it, so many records or events at least."""
        if (deed, mode) not in self._known:
            stage, mark, since = self.stage(mode), uuid.uuid4().hex, f"{time.time_ns()}"
            self._project.began = time.time()
            known_by = deed(stage, mark) or mark
            found = _waited_for(stage, functions, since=since, known_by=known_by, count=count)
            stage.over(passed=False)
            self._known[deed, mode] = [_renamed(one, stage, mark=mark) for one in found]
        return self._known[deed, mode]

    def events(self, deed: Deed, mode: str, *, functions: Sequence[str] = ("Echo",), count: int = 1) -> list[Any]:
        """Do something and give the records or events that functions got of it."""
        return [one.event for one in self.got(deed, mode, functions=functions, count=count)]

    def ticked(self, known_by: Callable[[Stage], str]) -> Any:
        """Wait until the clock has started the function, and give the event."""
        stage = self.stage("http")
        # A rule of every minute is due within one, and looked at every ten seconds.
        found = _waited_for(stage, ("Echo",), since="0", known_by=known_by(stage), count=1, within=80)
        return _renamed(found[0], stage, mark="no mark").event


def _waited_for(  # noqa: PLR0913 - what to look for, and where
    stage: Stage, functions: Sequence[str], *, since: str, known_by: str, count: int, within: float = _WITHIN
) -> list[Got]:
    found: list[Got] = []

    def there() -> bool:
        found[:] = [one for name in functions for one in _seen(stage, name, since=since, known_by=known_by)]
        return len(found) >= count

    if stage.journal.until(there, within=within, look_every=0.03):
        return found
    raise AssertionError(f"{stage.mode}: {len(found)} instead of {count} came within {within} s: {found!r}")


def _seen(stage: Stage, function: str, *, since: str, known_by: str) -> list[Got]:
    table = stage.cloud.session.resource("dynamodb", endpoint_url=stage.cloud.endpoint).Table(stage.physical_id("Seen"))
    items = table.query(
        KeyConditionExpression="#function = :function AND moment > :since",
        ExpressionAttributeNames={"#function": "function"},
        ExpressionAttributeValues={":function": stage.names.functions[function].name, ":since": since},
        ConsistentRead=True,
    )["Items"]
    return [
        Got(piece, json.loads(item["context"]))
        for item in items
        for piece in _pieces(json.loads(item["event"]))
        if known_by in json.dumps(piece, ensure_ascii=False)
    ]


def _pieces(event: Any) -> list[Any]:
    return event["Records"] if isinstance(event, dict) and list(event) == ["Records"] else [event]


def _renamed(one: Got, stage: Stage, *, mark: str) -> Got:
    functions = {deployed.name: name for name, deployed in stage.names.functions.items()}
    others = {physical: name for name, physical in stage.names.physical.items() if len(physical) > _SHORT}
    # The address of a queue ends in what its ARN ends in.
    queues = {physical.rpartition("/")[2]: name for physical, name in others.items() if "://" in physical}
    names = others | queues | functions
    plain = {physical: f"<{names[physical]}>" for physical in sorted(names, key=len, reverse=True)}
    account = stage.names.account
    plain |= {f":{account}:": ":ACCOUNT:", f'"{account}"': '"ACCOUNT"', f'"{account}\\"': '"ACCOUNT\\"', mark: "MARK"}
    return Got(_replaced(one.event, plain), _replaced(one.context, plain))


def _replaced(value: Any, names: dict[str, str]) -> Any:
    text = json.dumps(value, ensure_ascii=False)
    for name, plain in names.items():
        text = text.replace(name, plain)
    return json.loads(_LABEL.sub("LABEL", text))
