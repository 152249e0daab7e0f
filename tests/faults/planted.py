"""One planted fault, a copy of a system with several that do not meet, and what a run says of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from harness.cloud import embedded
from harness.cloud.account import Cloud, embedded_cloud

from .projects import Copy, Run

__all__ = ["Fault", "Finding", "Planted", "in_code", "in_template", "no_change"]

REGION = "us-east-1"
_MODES = ("handler", "invoke", "http")

Plant = Callable[[Copy], None]
ByHand = Callable[[Cloud], None]


def no_change(_copy: Copy) -> None:
    """Leave the project as it is: the fault is in the stage only."""


def in_code(module: str, text: str, fault: str) -> Plant:
    """Put a fault in the place of a text in a module of the functions."""
    return lambda copy: copy.plant(f"{copy.functions}/{module}", text, fault)


def in_template(text: str, fault: str, *, of: str = "") -> Plant:
    """Put a fault in the place of the first such text of a resource, or of the only one in the template."""

    def plant(copy: Copy) -> None:
        path = copy.folder / copy.template
        mark = f"  {of}:\n" if of else ""
        before, found, behind = path.read_text().partition(mark) if mark else ("", "", path.read_text())
        assert text in behind, f"{copy.template} holds no {text!r} behind {mark!r}"
        assert of or behind.count(text) == 1, f"{copy.template} holds {text!r} {behind.count(text)} times"
        path.write_text(before + found + behind.replace(text, fault, 1))

    return plant


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A fault, and what must be said of it.

    Args:
        name: What it is, as people say it.
        tests: The tests that it breaks, such as ``order.answers_an_id``.
        first: The first mode in which they fail, or that of each; empty where the embedded cloud cannot show it.
        area: Where the verdict must see it; two, with ``|`` between, where both are right.
        cause: A pattern for the words of the surest cause; empty where nothing can be known.
        why: Why no mode shows it, or no cause can be known.
        plant: Puts it into the project.
        by_hand: Puts it into the stage, when that is deployed.
    """

    name: str
    tests: tuple[str, ...]
    first: str
    area: str
    cause: str = ""
    why: str = ""
    plant: Plant = no_change
    by_hand: ByHand | None = None

    def first_of(self, test: str) -> str:
        """Give the first mode in which a test must fail."""
        modes = self.first.split()
        return modes[self.tests.index(test)] if len(modes) > 1 else self.first

    @property
    def where(self) -> str:
        """Whether it is in the project or in the stage alone."""
        return "project" if self.by_hand is None else "stage"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a run says of a fault, in one of the tests that it breaks.

    Args:
        fault: The fault.
        test: The test.
        first: The first mode in which it failed; empty for none.
        area: Where the verdict sees it.
        causes: The causes that the verdict names, the surest first.
    """

    fault: Fault
    test: str
    first: str
    area: str = ""
    causes: tuple[str, ...] = ()

    @property
    def wrong(self) -> list[str]:
        """What is not as it must be."""
        fault, said = self.fault, []
        first = fault.first_of(self.test)
        if self.first != first:
            said.append(f"fails first in {self.first or 'no mode'}, not in {first or 'no mode'}")
        if fault.first and self.area not in fault.area.split("|"):
            said.append(f"the area is {self.area or 'not told'}, not {fault.area}")
        if fault.cause and not any(re.search(fault.cause, cause) for cause in self.causes[:1]):
            said.append(f"the first cause does not match {fault.cause!r}")
        return said


@dataclass(frozen=True, kw_only=True)
class Planted:
    """A copy of a system with faults that break different tests.

    Args:
        name: Of the copy.
        system: The name of the system.
        faults: What is planted in it.
    """

    name: str
    system: str
    faults: tuple[Fault, ...]

    def run(self, copy: Copy) -> tuple[Run, list[Finding]]:
        """Plant the faults in a copy, run the tests that they break in all modes, and read what the verdict says."""
        copy.hurry()
        for fault in self.faults:
            fault.plant(copy)
        report = copy.folder / "report.json"
        options = ("-k", self._selection, f"--report-json={report}", "-q")
        by_hand = [fault.by_hand for fault in self.faults if fault.by_hand]
        if not by_hand:
            run = copy.run_suite(*options)
        else:
            with _stage(copy) as cloud:
                for change in by_hand:
                    change(cloud)
                run = copy.run_suite(*options)
        document = json.loads(report.read_text() or "{}") if report.exists() else {}
        return run, [_finding(fault, test, run, document) for fault in self.faults for test in fault.tests]

    @property
    def _selection(self) -> str:
        tests = dict.fromkeys(test for fault in self.faults for test in fault.tests)
        return " or ".join(f"(test_{module} and test_{name})" for module, name in (test.split(".") for test in tests))


def _finding(fault: Fault, test: str, run: Run, document: Mapping[str, Any]) -> Finding:
    module, _, name = test.partition(".")
    failed = [mode for mode in _MODES if run.outcomes.get((test, mode)) in ("failed", "error")]
    said = [one for one in document.get("verdicts", ()) if one["test"].endswith(f"test_{module}.py::test_{name}")]
    if not said:
        return Finding(fault=fault, test=test, first=failed[0] if failed else "")
    causes = tuple(cause["text"] for cause in said[0]["causes"])
    return Finding(fault=fault, test=test, first=failed[0] if failed else "", area=said[0]["area"], causes=causes)


@contextmanager
def _stage(copy: Copy) -> Iterator[Cloud]:
    """Keep the cloud of `harness up`, in which what is deployed can be changed by hand."""
    folder = copy.folder / ".harness"
    copy.harness("up")
    found = embedded.find(folder)
    assert found is not None
    try:
        yield embedded_cloud(found.endpoint, folder=folder, region=REGION)
    finally:
        embedded.stop(found)
        embedded.forget(folder)
