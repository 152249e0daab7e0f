"""What the verdict says of planted faults: one for each area; wiring, and one more, in the stage alone.

`bench/faults.py` tries the whole catalogue.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from .catalogue import CATALOGUE, Finding, Planted
from .projects import Copy, Run

IN_THE_PROJECT = (
    "a bug in the code",
    "a missing dependency",
    "a missing grant",
    "a wrong environment name",
    "too little memory for the payload",
)
IN_THE_STAGE = ("a missing authorizer", "a missing grant")

Found = tuple[Run, list[Finding]]


def chosen(where: str, names: tuple[str, ...]) -> Planted:
    """Plant some faults of the catalogue in one copy of bigmouth; the first of each name is taken."""
    faults = [fault for planted in CATALOGUE for fault in planted.faults if planted.system == "bigmouth"]
    by_name = {fault.name: fault for fault in reversed(faults) if fault.where == where}
    return Planted(name=where, system="bigmouth", faults=tuple(by_name[name] for name in names))


@pytest.fixture(scope="module")
def project(bigmouth: Callable[[], Copy]) -> Found:
    """A fault for each area but wiring, in code and template."""
    return chosen("project", IN_THE_PROJECT).run(bigmouth())


@pytest.fixture(scope="module")
def stage(bigmouth: Callable[[], Copy]) -> Found:
    """Faults that somebody has made by hand in a deployed stage."""
    return chosen("stage", IN_THE_STAGE).run(bigmouth())


@pytest.mark.parametrize("name", IN_THE_PROJECT)
def test_a_fault_of_the_project_is_concluded(project: Found, name: str) -> None:
    """It fails first where it must, in the right area, for the right reason."""
    run, findings = project

    [finding] = [finding for finding in findings if finding.fault.name == name]

    assert finding.wrong == [], f"{finding}\n{run.output}"


@pytest.mark.parametrize("name", IN_THE_STAGE)
def test_a_fault_of_the_stage_is_concluded(stage: Found, name: str) -> None:
    """The template is right, so it is a difference between template and stage that is named."""
    run, findings = stage

    [finding] = [finding for finding in findings if finding.fault.name == name]

    assert finding.wrong == [], f"{finding}\n{run.output}"


@pytest.mark.parametrize("name", IN_THE_PROJECT)
def test_the_terminal_says_the_same(project: Found, name: str) -> None:
    """Whoever reads no file finds the surest cause below the run."""
    run, findings = project

    [finding] = [finding for finding in findings if finding.fault.name == name]

    assert finding.causes[0] in " ".join(run.output.split())


def test_the_catalogue_has_each_area() -> None:
    """What the issue asks for is there: at least twelve faults, in every area that has to do with them."""
    faults = [fault for planted in CATALOGUE for fault in planted.faults]

    areas = {area for fault in faults for area in fault.area.split("|")}

    assert len({fault.name for fault in faults}) >= 12
    assert areas == {"code", "packaging", "environment", "permissions", "limits", "wiring"}


def test_a_finding_that_is_wrong_says_why() -> None:
    """A conclusion that is right by chance is none: mode, area and words are each held against the catalogue."""
    [fault] = [one for one in CATALOGUE[0].faults if one.name == "a missing authorizer"]
    finding = Finding(fault=fault, test=fault.tests[0], first="http", area="code", causes=("something else",))

    assert finding.wrong == [
        "fails first in http, not in handler",
        "the area is code, not wiring",
        "the first cause does not match 'POST /orders .*no authorizer'",
    ]
    assert replace(
        finding, first="handler", area="wiring", causes=("POST /orders has no authorizer in the template",)
    ).wrong == []  # fmt: skip
