"""Where the tests of a system are looked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.cli.suites import suites_of
from harness.errors import NoTemplate, UnknownSystem, UsageError
from harness.settings import Settings, read_settings


@pytest.fixture
def project(tmp_path: Path) -> Callable[..., Settings]:
    """Makes a project with systems and files."""

    def make(*systems: str, files: tuple[str, ...] = ()) -> Settings:
        for path in [*(f"systems/{name}/template.yaml" for name in systems), *files]:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).touch()
        return read_settings(tmp_path, environment={})

    return make


def found(settings: Settings, *systems: str, others: tuple[str, ...] = ()) -> list[str]:
    """Give the folders that are found, as one sees them from the project's."""
    return [str(path.relative_to(settings.root)) for path in suites_of(settings, systems, others=others)]


def test_the_usual_folder_is_taken(project: Callable[..., Settings]) -> None:
    """Whatever other folders of that name there are."""
    settings = project("shop", "bank", files=("suites/shop/test_a.py", "tests/shop/test_b.py"))

    assert ["suites/shop"] == found(settings, "shop")


def test_folders_of_its_name_that_hold_tests_are_taken(project: Callable[..., Settings]) -> None:
    """Not those of its steps or its code, nor what is hidden or installed."""
    settings = project(
        "shop",
        "bank",
        files=(
            "tests/shop/deep/test_a.py",
            "more/shop/a_test.py",
            "steps/shop/given.py",
            "systems/shop/test_handler.py",
            ".tox/shop/test_c.py",
            "venv/pyvenv.cfg",
            "venv/lib/shop/test_d.py",
            "node_modules/shop/test_e.py",
        ),
    )

    assert ["more/shop", "tests/shop"] == found(settings, "shop")


def test_all_systems_are_taken_when_none_is_named(project: Callable[..., Settings]) -> None:
    """Those that have tests; the gate misses the others."""
    settings = project("bank", "shop", "zoo", files=("suites/shop/test_a.py", "suites/bank/test_b.py"))

    assert ["suites/bank", "suites/shop"] == found(settings)


def test_the_only_system_needs_no_folder(project: Callable[..., Settings]) -> None:
    """Its tests are found as pytest finds any."""
    settings = project("shop", files=("tests/test_a.py",))

    assert [] == found(settings, "shop")
    assert [] == found(settings)


def test_a_system_that_is_named_and_has_no_tests_is_refused(project: Callable[..., Settings]) -> None:
    """Where there are others, whose tests would be run instead."""
    settings = project("shop", "bank", files=("tests/test_a.py",))

    with pytest.raises(UsageError) as raised:
        found(settings, "shop")

    assert str(raised.value) == (
        "There is no folder with tests of the system 'shop'.\n"
        f"  looked for: suites/shop, and folders of that name below {settings.root}\n"
        "  put them there, or name them: harness gate shop -- tests/test_it.py"
    )


def test_tests_that_are_named_need_no_folder(project: Callable[..., Settings]) -> None:
    """Markers in them may say which system they are about."""
    settings = project("shop", "bank", files=("tests/test_a.py",))

    assert [] == found(settings, "shop", others=("-x", "tests/test_a.py::test_it"))


def test_a_system_that_there_is_not_is_refused(project: Callable[..., Settings]) -> None:
    """With those that there are."""
    with pytest.raises(UnknownSystem):
        found(project("shop"), "shpo")


def test_a_project_without_systems_is_refused(project: Callable[..., Settings]) -> None:
    """There is nothing to pass."""
    settings = project()

    with pytest.raises(NoTemplate) as raised:
        found(settings)

    assert str(raised.value) == (
        f"The project at {str(settings.root)!r} has no system whose tests could be run.\n"
        "  put a template at systems/<name>/template.yaml"
    )
