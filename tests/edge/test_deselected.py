"""What is told of tests that were left out in a mode."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from harness.modes_of_tests import Deselected, without_mode


@dataclass
class Item:
    """A test as pytest names it."""

    nodeid: str

    @property
    def name(self) -> str:
        return self.nodeid.rpartition("::")[2]

    @property
    def originalname(self) -> str:
        return self.name.partition("[")[0]

    @property
    def callspec(self) -> SimpleNamespace:
        ids = self.name.partition("[")[2].removesuffix("]")
        return SimpleNamespace(_idlist=ids.split("-") if ids else [])


def deselected(*names: str) -> Deselected:
    """Tests that were left out in handler and invoke."""
    found = Deselected()
    for name in names:
        for mode in ("handler", "invoke"):
            item: Any = Item(name.replace("MODE", mode))
            found.add(item, mode=mode, reason="why")
    return found


def test_each_set_of_parameters_is_told() -> None:
    """A gate excuses those that a marker names, and no other."""
    found = deselected("t.py::test_it[MODE-1]", "t.py::test_it[MODE-2]", "t.py::test_plain[MODE]")

    assert [
        "deselected in handler, invoke: t.py::test_it[1]: why",
        "deselected in handler, invoke: t.py::test_it[2]: why",
        "deselected in handler, invoke: t.py::test_plain: why",
    ] == list(found.lines())


def test_people_are_told_of_all_parameters_at_once() -> None:
    """There may be hundreds; what workers of pytest-xdist tell is told alike."""
    found = deselected("t.py::test_it[MODE-1]")
    found.elsewhere = list(deselected("t.py::test_it[MODE-2]").lines())

    assert ["deselected in handler, invoke: t.py::test_it, with 2 sets of parameters: why"] == list(found.shown())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("t.py::test_it", "t.py::test_it"),
        ("t.py::test_it[http]", "t.py::test_it"),
        ("t.py::test_it[a-http-b]", "t.py::test_it[a-b]"),
        ("t.py::test_it[other]", "t.py::test_it[other]"),
    ],
)
def test_a_test_has_one_name_in_all_modes(name: str, expected: str) -> None:
    """Its mode is a parameter among others."""
    item: Any = Item(name)

    assert expected == without_mode(item, mode="http")
