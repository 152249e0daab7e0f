"""A plugin for pytest that takes the harness's evidence out of a run, to see what it costs: ``-p _no_evidence``."""

from __future__ import annotations

import sys
import time

import pytest

from harness import story
from harness.fixtures import PROJECT


class _Began:
    """All that the other hooks need: when the running test began."""

    def __init__(self, config: pytest.Config) -> None:
        self._project = config.stash[PROJECT]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self._project.began = time.time()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Replace the reporting, and end the listening before any module of steps is imported."""
    config.pluginmanager.unregister(name="harness-reporting")
    config.pluginmanager.register(_Began(config))
    sys.meta_path[:] = [finder for finder in sys.meta_path if type(finder).__module__ != story.__name__]
