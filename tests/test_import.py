"""Being installed costs nothing."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["boto3", "botocore", "pytest", "yaml", "requests", "jwt", "faker", "samtranslator"])
def test_importing_the_harness_does_not_load(module: str) -> None:
    """`import harness` alone loads nothing heavy."""
    program = f"import harness, sys; sys.exit({module!r} in sys.modules)"

    outcome = subprocess.run([sys.executable, "-c", program], check=False)

    assert outcome.returncode == 0


@pytest.mark.parametrize("module", ["boto3", "botocore", "yaml", "requests", "jwt", "faker", "samtranslator", "bs4"])
def test_the_plugin_does_not_load(module: str) -> None:
    """A pytest run without systems pays for nothing that it does not use."""
    program = f"import harness.plugin, sys; sys.exit({module!r} in sys.modules)"

    outcome = subprocess.run([sys.executable, "-c", program], check=False)

    assert outcome.returncode == 0


def test_every_public_name_is_there() -> None:
    """What `harness.__all__` promises can be imported from `harness`."""
    import harness

    found = [name for name in harness.__all__ if hasattr(harness, name)]

    assert found == harness.__all__


def test_an_unknown_name_is_an_attribute_error() -> None:
    """A misspelt name fails as it does for any module."""
    import harness

    with pytest.raises(AttributeError, match="module 'harness' has no attribute 'Stge'"):
        _ = harness.Stge
