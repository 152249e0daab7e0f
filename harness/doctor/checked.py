"""What a check says: that all is well, or what is wrong, what was there instead, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.errors import HarnessError

__all__ = ["Checked", "Finding", "finding_of"]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """Something that is wrong, or that is to be known.

    Args:
        sentence: What is wrong, in a sentence that ends in a period.
        facts: Pairs of label and value: what was there instead.
        remedy: What to do about it; empty when nobody can know.
        is_wrong: Whether it is wrong; else a stage may well be meant so.
    """

    sentence: str
    facts: tuple[tuple[str, str], ...] = ()
    remedy: str = ""
    is_wrong: bool = True


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What came of one check.

    Args:
        name: What was looked at: ``clock``.
        well: What there is to say when nothing is wrong.
        findings: What is wrong.
    """

    name: str
    well: str
    findings: tuple[Finding, ...] = ()

    @property
    def wrong(self) -> int:
        """How much of it is wrong."""
        return sum(finding.is_wrong for finding in self.findings)

    def lines(self) -> Iterator[str]:
        """Give the lines for a person: one where all is well, else a block for each finding.

        >>> print(*Checked(name="clock", well="1 s off").lines())
        ok     clock: 1 s off
        """
        if not self.findings:
            yield f"ok     {self.name}: {self.well}"
        for finding in self.findings:
            yield f"{'wrong' if finding.is_wrong else 'note '}  {self.name}: {finding.sentence}"
            yield from (f"         {label}: {value}" for label, value in finding.facts)
            yield from (f"         {line}" for line in finding.remedy.splitlines())


def finding_of(error: HarnessError) -> Finding:
    """Give an error that only one part of the examination ends in."""
    return Finding(
        sentence=error.sentence,
        facts=tuple((label, str(value)) for label, value in error.facts),
        remedy=error.remedy,
    )
