"""Which tests run in which modes and stages, and about which system: what the markers and the folders say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from harness._text import did_you_mean
from harness.errors import NoTemplate, StageError, UnknownMode, UnknownResource, UnknownSystem, UsageError
from harness.report.deselected import in_short, line
from harness.settings import MODES, Settings
from harness.system.model import System

__all__ = [
    "LEFT_OUT",
    "Deselected",
    "insist_on_routes",
    "modes_of",
    "read_only_of",
    "routes_that_read",
    "system_of",
    "without_mode",
]

# On a test that makes no sense in its mode.
LEFT_OUT = pytest.StashKey[bool]()
_METHODS = ("DELETE", "PATCH", "POST", "PUT")


@dataclass
class Deselected:
    """Tests that were left out in a mode in which they make no sense, with the reason of each.

    Args:
        found: The modes by test and reason.
        elsewhere: The lines of a worker of pytest-xdist, in its controller.
    """

    found: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)

    def add(self, item: pytest.Item, *, mode: str, reason: str) -> None:
        """Count one test in one mode."""
        self.found.setdefault((without_mode(item, mode=mode), reason), []).append(mode)

    def lines(self) -> Iterator[str]:
        """Give a line for each test with its parameters, as a report needs it: where it was left out, and why."""
        yield from self.elsewhere
        for (test, reason), modes in sorted(self.found.items()):
            yield line(test, modes=modes, reason=reason)

    def shown(self) -> Iterator[str]:
        """Give the lines for the terminal: one for all parameters of a test."""
        return in_short(self.lines())


def without_mode(item: pytest.Item, *, mode: str) -> str:
    """Give the id of a test without its mode: ``test_it[handler-1]`` is ``test_it[1]`` in every mode."""
    callspec: Any = getattr(item, "callspec", None)
    ids = list(callspec._idlist) if callspec else []  # noqa: SLF001 - in the joined id nobody can tell where one ends
    if mode in ids:
        ids.remove(mode)
    name = getattr(item, "originalname", None) or item.name.partition("[")[0]
    return item.nodeid.removesuffix(item.name) + name + (f"[{'-'.join(ids)}]" if ids else "")


def modes_of(items: Iterable[pytest.Item], *, deselected: Deselected) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Part the tests into those that stay and those whose marker ``modes`` does not admit their mode.

    Raises:
        UnknownMode: A marker names a mode that does not exist.
        UsageError: A marker gives no reason.
    """
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        mode = _asked(item).get("stage_mode")
        marker = item.get_closest_marker("modes")
        if mode is None or marker is None or mode in _admitted(marker, item=item):
            kept.append(item)
        else:
            left_out.append(item)
            deselected.add(item, mode=mode, reason=marker.kwargs["reason"])
    return kept, left_out


def _admitted(marker: pytest.Mark, *, item: pytest.Item) -> tuple[Any, ...]:
    for name in marker.args:
        if name not in MODES:
            raise UnknownMode(
                f"No mode is called {name!r}.",
                facts=[("asked for by the marker of", item.nodeid), ("modes", ", ".join(MODES))],
                remedy=did_you_mean(str(name), MODES),
            )
    if not marker.kwargs.get("reason"):
        raise UsageError(
            "The marker 'modes' gives no reason.",
            facts=[("on", item.nodeid)],
            remedy='say why: @pytest.mark.modes("http", reason="…")',
        )
    return marker.args


def read_only_of(
    items: Iterable[pytest.Item], *, stage: str, deselected: Deselected
) -> tuple[list[pytest.Item], list[pytest.Item]]:
    """Part the tests into those that stay on a protected stage and those whose stage no marker ``read_only`` allows.

    A test that asks for no stage stays.
    """
    kept: list[pytest.Item] = []
    left_out: list[pytest.Item] = []
    for item in items:
        mode = _asked(item).get("stage_mode")
        if mode is None or item.get_closest_marker("read_only") is not None:
            kept.append(item)
        else:
            left_out.append(item)
            deselected.add(item, mode=mode, reason=f"the stage {stage!r} is protected, and the test is not read_only")
    return kept, left_out


def insist_on_routes(items: Iterable[pytest.Item], *, system: Callable[[str], System]) -> None:
    """Refuse markers ``read_only`` that name what is no route of the template, or something else altogether.

    Args:
        items: The tests.
        system: Gives a system by its name.

    Raises:
        UnknownResource: There is no such route.
        UsageError: The marker is written in another way.
    """
    checked: set[tuple[str, str]] = set()
    for item in items:
        name = _asked(item).get("stage_system")
        for route in routes_that_read(item):
            if name is None or (name, route) in checked:
                continue
            checked.add((name, route))
            try:
                declared = system(name)
            except StageError:  # Without credentials nobody reads the template; opening the stage says what is wrong.
                return
            known = _routes(declared)
            if route not in known:
                raise UnknownResource("route", route, known=sorted(known), declared_in=declared.template)


def _routes(system: System) -> set[str]:
    """Give the routes of a system with each method that they take."""
    routes = [route for api in system.apis.values() for route in api.routes]
    named = {f"{route.method} {route.path}" for route in routes}
    anyway = {f"{method} {route.path}" for route in routes if route.method == "ANY" for method in _METHODS}
    return named | anyway


def routes_that_read(item: pytest.Item) -> frozenset[str]:
    """Give the routes of which the nearest marker ``read_only`` says that they only read.

    Raises:
        UsageError: It is not written as it should be.
    """
    marker = item.get_closest_marker("read_only")
    if marker is None:
        return frozenset()
    also = marker.kwargs.get("also", ())
    is_list = isinstance(also, list | tuple) and all(isinstance(one, str) for one in also)
    if marker.args or set(marker.kwargs) - {"also"} or not is_list:
        given = [*map(repr, marker.args), *(f"{name}={value!r}" for name, value in marker.kwargs.items())]
        raise UsageError(
            f"The marker 'read_only' is called with {', '.join(given)!r}.",
            facts=[("on", item.nodeid)],
            remedy='it takes routes as the template writes them: @pytest.mark.read_only(also=["POST /orders/search"])',
        )
    return frozenset(also)


def _asked(item: pytest.Item) -> dict[str, Any]:
    return getattr(getattr(item, "callspec", None), "params", {})


def system_of(definition: pytest.Item, *, settings: Settings) -> str:
    """Give the name of the system that a test is about.

    Raises:
        NoTemplate: The project has no system at all.
        UnknownSystem: Neither a marker nor a folder names it, and the project has not just one.
    """
    marker = definition.get_closest_marker("system")
    if marker:
        return settings.system(str(marker.args[0])).name
    for folder in definition.path.parents:
        if folder.name in settings.systems:
            return folder.name
    if len(settings.systems) == 1:
        return next(iter(settings.systems))
    if not settings.systems:
        raise NoTemplate(
            f"The test {definition.nodeid!r} asks for a stage, but the project has no system.",
            facts=[("looked for", f"{settings.root}/systems/<name>/template.yaml, {settings.root}/template.yaml")],
            remedy="put the template there, or name it in [tool.harness.systems] of pyproject.toml",
        )
    raise UnknownSystem(
        f"Which system is the test {definition.nodeid!r} about?",
        facts=[(f"systems of {settings.root}", ", ".join(sorted(settings.systems)))],
        remedy='put it below suites/<system>/, or mark it: @pytest.mark.system("…")',
    )
