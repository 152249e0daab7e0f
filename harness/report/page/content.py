"""What the page shows: the run, ordered by test, as values of JSON without what is empty."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from harness.report.gating import Gate, unselected
from harness.report.headline import Headline, headline
from harness.report.plain import to_json
from harness.report.record import PERHAPS, RunRecord, SystemRecord, TestRecord, VerdictRecord
from harness.report.surface.share import modes_of

__all__ = ["Overview", "embedded"]

# A node of the picture names this many of the tests that reached it.
_TESTS_OF_A_NODE = 50
# The fields of a run that are told neither by test nor by system.
_ABOUT = ("schema", "version", "runs", "began", "seconds", "stage", "cloud", "region", "deselected", "drift", "left",
          "ended")  # fmt: skip
# What would end a script element or start another, and the two line ends of JSON that older JavaScript has not.
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def embedded(value: object) -> str:
    r"""Give a value as JSON that can stand in a script element.

    >>> print(embedded({"text": "</script>"}))
    {"text":"\u003c/script\u003e"}
    """
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


class Overview:
    """A run with its tests in the order in which they were first seen, each with its modes."""

    def __init__(self, run: RunRecord, *, verdicts: Sequence[VerdictRecord], gate: Gate | None = None) -> None:
        self.run = run
        self.verdicts = verdicts
        self.gate = gate
        # A test that asks for no stage has no mode, and so no column.
        self.modes = tuple(mode for mode in modes_of(run) if mode)
        self.tests: dict[tuple[str, str], dict[str, TestRecord]] = {}
        for one in run.tests:
            modes = self.tests.setdefault((one.system, one.test), {})
            # In merged runs a test may come twice in a mode; then its failure counts.
            if one.mode not in modes or one.is_broken:
                modes[one.mode] = one

    @property
    def ran(self) -> int:
        """How many tests ran in some mode."""
        return sum(any(one.outcome != "skipped" for one in modes.values()) for modes in self.tests.values())

    @property
    def broken(self) -> int:
        """How many tests failed in some mode."""
        return sum(any(one.is_broken for one in modes.values()) for modes in self.tests.values())

    @property
    def headline(self) -> Headline:
        """The outcome in a sentence without a period.

        >>> Overview(RunRecord(), verdicts=()).headline.text
        'No test ran'
        """
        return headline(self.run, gate=self.gate)

    def as_json(self) -> dict[str, Any]:
        """Give what is shown at once."""
        return {
            **{name: to_json(getattr(self.run, name)) for name in _ABOUT},
            "headline": self.headline.text,
            "state": self.headline.state,
            "unselected": unselected(self.run),
            "gate": None if self.gate is None else to_json(self.gate.conditions),
            "modes": self.modes,
            "broken": self.broken,
            "ran": self.ran,
            "systems": [self._system(one) for one in self.run.systems],
            "verdicts": [_slim(to_json(one)) for one in self.verdicts],
            "tests": [_test(*name, modes) for name, modes in self.tests.items()],
        }

    def details(self) -> Iterator[dict[str, Any]]:
        """Give each test with all that it did and saw, by mode, in the order of the overview."""
        for modes in self.tests.values():
            yield {mode: _slim(to_json(one)) for mode, one in modes.items()}

    def _system(self, system: SystemRecord) -> dict[str, Any]:
        return {**to_json(system), "reached": self._reached(system.name)}

    def _reached(self, system: str) -> dict[str, dict[str, Any]]:
        """By the id of what was reached: the modes in which it was, how many tests did, and the first of them."""
        reached: dict[str, dict[str, Any]] = {}
        for number, ((of, _), modes) in enumerate(self.tests.items()):
            if of == system:
                for identity, where in _reached_by(modes).items():
                    found = reached.setdefault(identity, {"modes": [], "times": 0, "tests": []})
                    found["times"] += 1
                    found["modes"] += [mode for mode in where if mode not in found["modes"]]
                    if len(found["tests"]) < _TESTS_OF_A_NODE:
                        found["tests"].append(number)
        return reached


def _test(system: str, test: str, modes: dict[str, TestRecord]) -> dict[str, Any]:
    """One test for the matrix; of a broken one also what the evidence names first, and what it failed with."""
    told = {mode: [one.outcome, round(one.seconds, 3)] for mode, one in modes.items()}
    broken = [one for one in modes.values() if one.is_broken]
    causes = [to_json(cause) for one in broken for cause in one.causes]
    failure = next((one.failure.partition("\n")[0] for one in broken if one.failure), "")
    return _slim({"system": system, "test": test, "modes": told, "cause": (causes or [{}])[0], "failure": failure})  # type: ignore[no-any-return]


def _reached_by(modes: dict[str, TestRecord]) -> dict[str, list[str]]:
    """By the id of what one test reached: the modes in which it did."""
    reached: dict[str, list[str]] = {}
    for mode, one in modes.items():
        for identity in (each for each in one.reached if not each.endswith(PERHAPS)):
            reached.setdefault(identity, []).append(mode)
    return reached


def _slim(value: Any) -> Any:
    """Give a value of JSON without what is empty; a time of 0 is kept."""
    if isinstance(value, dict):
        return {name: _slim(part) for name, part in value.items() if part or (part == 0 and part is not False)}
    return [_slim(one) for one in value] if isinstance(value, list) else value
