"""Where a stage is and what its things are called: what all its verbs share."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import UnknownResource
from harness.journal.journal import Journal
from harness.modes.exchange import Response
from harness.modes.protocol import Mode
from harness.runtime.invocation import Invocation
from harness.stage.acts import Act
from harness.stage.protection import Protection
from harness.system.model import System

__all__ = ["Place"]

# The evidence for a failed test is what it did last; one that asks thousands of times must not keep it all.
_ACTS_KEPT = 200


class Place:
    """A stage without its verbs.

    Args:
        name: The name of the stage, as in ``--stage``.
        system: The system as its template declares it.
        cloud: Where it is deployed.
        names: What its things are called there.
        mode: How its code is reached.
        journal: What it has published.
        protection: What keeps tests from writing there; None where they may.
    """

    def __init__(  # noqa: PLR0913 - each is one fact of a stage
        self,
        name: str,
        *,
        system: System,
        cloud: Cloud,
        names: Names,
        mode: Mode,
        journal: Journal,
        protection: Protection | None = None,
    ) -> None:
        self.name = name
        self.system = system
        self.cloud = cloud
        self.names = names
        self.journal = journal
        self._mode = mode
        self._protection = protection
        self.acts: deque[Act] = deque(maxlen=_ACTS_KEPT)

    def __repr__(self) -> str:
        return f"<Stage {self.name} of {self.system.name}, mode {self.mode}>"

    @property
    def mode(self) -> str:
        """The mode, for reports. A step never asks for it."""
        return self._mode.name

    @property
    def exchanges(self) -> list[Response]:
        """The latest answers of the test, in order; evidence for a failure."""
        return [act.response for act in self.acts if act.response is not None]

    @property
    def started(self) -> set[str]:
        """The logical ids of the functions of which this process knows that they ran in this test."""
        return self._mode.started

    def last_lines(self, functions: Iterable[str], *, limit: int) -> Mapping[str, Sequence[str]]:
        """Give the last lines that functions have logged in this test, as far as they can be had within seconds."""
        return self._mode.logs(functions, since=self.journal.began, limit=limit)

    def forget(self) -> None:
        """Forget what the test did and what was seen of it: it is over, and reported."""
        self.acts.clear()
        self._mode.forget()

    @property
    def failed(self) -> deque[Invocation]:
        """The functions behind events that ended in an error in this test, the latest ones; evidence for a failure."""
        return self._mode.failed

    def output(self, key: str) -> str:
        """Give the value of a stack output.

        Raises:
            UnknownResource: The stack has no such output; a conditional one is there only when its condition holds.
        """
        return self._named("output", key, self.names.outputs)

    def physical_id(self, logical_id: str) -> str:
        """Give what a resource of the template is called in this stage.

        Raises:
            UnknownResource: The template declares no such resource, or its condition does not hold.
        """
        return self._named("resource", logical_id, self.names.physical)

    def close(self) -> None:
        """Let go of what the mode holds; the stage stays deployed."""
        self._mode.close()

    def _writes(self, verb: str, what: str = "") -> None:
        """Refuse a verb that may write, where the stage is protected."""
        __tracebackhide__ = True
        if self._protection is not None:
            self._protection.refuse(verb, what)

    def _act(self, verb: str, what: str, *, sent: Any = None, reads: bool = False) -> Act:
        """Note what the test does; the verb does it in its context. It may write, unless it is said that it reads."""
        __tracebackhide__ = True
        if not reads:
            self._writes(verb, what)
        act = Act(verb, what, sent=sent)
        self.acts.append(act)
        return act

    def _source(self, kind: str, name: str) -> None:
        __tracebackhide__ = True
        known = self.journal.sources(kind)
        if name not in known:
            raise UnknownResource(kind, name, known=known, declared_in=self.system.template)

    def _named(self, kind: str, name: str, known: Mapping[str, str]) -> str:
        __tracebackhide__ = True
        if name not in known:
            raise UnknownResource(kind, name, known=known, declared_in=self.system.template)
        return known[name]

    def _declared(self, kind: str, name: str, type_of_it: str) -> str:
        """Give the physical id of a resource of one type."""
        __tracebackhide__ = True
        declared = self.system.of_type(type_of_it)
        return self._named(
            kind, name, {one: self.names.physical[one] for one in declared if one in self.names.physical}
        )
