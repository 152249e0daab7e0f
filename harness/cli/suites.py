"""Where the tests of a system are."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from harness.errors import NoTemplate, UsageError
from harness.settings import Settings

__all__ = ["suites_of"]

_USUAL = "suites"
_NOT_LOOKED_INTO = ("node_modules", "build", "dist")
_TESTS = ("test_*.py", "*_test.py")


def suites_of(settings: Settings, systems: Sequence[str], *, others: Sequence[str] = ()) -> list[Path]:
    """Give the folders that hold the tests of systems; none where pytest is to find them by itself.

    A test is about the system whose name is a folder above it. The folder below ``suites`` is taken where there is one,
    else all folders of that name that hold tests.

    Args:
        settings: What is set.
        systems: The systems that were named; all of them when none was.
        others: Further arguments for pytest, which may name files.

    Raises:
        NoTemplate: The project has no system.
        UnknownSystem: It does not declare one of those that were named.
        UsageError: There is no folder with tests of a system that was named.
    """
    if not settings.systems:
        raise NoTemplate(
            f"The project at {str(settings.root)!r} has no system whose tests could be run.",
            remedy="put a template at systems/<name>/template.yaml",
        )
    found = {settings.system(name).name: _folders(settings, name) for name in systems or settings.systems}
    named = any((settings.root / other.partition("::")[0]).exists() for other in others if not other.startswith("-"))
    for system, folders in found.items():
        if systems and not folders and not named and len(settings.systems) > 1:
            raise UsageError(
                f"There is no folder with tests of the system {system!r}.",
                facts=[("looked for", f"{_USUAL}/{system}, and folders of that name below {settings.root}")],
                remedy=f"put them there, or name them: harness gate {system} -- tests/test_it.py",
            )
    return [folder for folders in found.values() for folder in folders]


def _folders(settings: Settings, system: str) -> list[Path]:
    usual = settings.root / _USUAL / system
    if usual.is_dir():
        return [usual]
    code = settings.system(system).template.parent
    return [folder for folder in _walked(settings.root) if folder.name == system and folder != code and _holds(folder)]


def _walked(root: Path) -> Iterator[Path]:
    """Give the folders of a project; what is hidden or installed is none of it."""
    for place, folders, files in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith(".") and one not in _NOT_LOOKED_INTO)
        if "pyvenv.cfg" in files:
            folders.clear()
        elif Path(place) != root:
            yield Path(place)


def _holds(folder: Path) -> bool:
    return any(next(folder.rglob(pattern), None) for pattern in _TESTS)
