"""Examples in docstrings are executed."""

import doctest
import importlib
import pkgutil

import pytest

import harness

MODULES = [module.name for module in pkgutil.walk_packages(harness.__path__, prefix="harness.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name: str) -> None:
    """Each example of the module gives what it says."""
    module = importlib.import_module(name)

    outcome = doctest.testmod(module)

    assert outcome.failed == 0


def test_there_are_examples() -> None:
    """The walk finds the modules and their examples."""
    finder = doctest.DocTestFinder(exclude_empty=True)

    examples = [test for name in MODULES for test in finder.find(importlib.import_module(name)) if test.examples]

    assert len(examples) >= 5
