"""Where a function runs: its working directory and its arguments."""

from __future__ import annotations

import os
import sys
from pathlib import Path

__all__ = ["Place"]


class Place:
    """The working directory and `sys.argv` of one function.

    Args:
        root: The code root, in which a function starts.
    """

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._folder = self._root
        # https://github.com/aws/aws-lambda-python-runtime-interface-client starts as `bootstrap.py`.
        self._arguments = ["/var/runtime/bootstrap.py"]
        self._host_folder = ""
        self._host_arguments: list[str] = []

    def enter(self) -> None:
        """Go to the function's working directory."""
        self._host_folder = os.getcwd()  # noqa: PTH109 - twice as fast as Path.cwd, on every invocation
        self._host_arguments, sys.argv = sys.argv, self._arguments
        try:
            os.chdir(self._folder)
        except FileNotFoundError:  # The handler had gone to a folder that a test has taken away since.
            os.chdir(self._root)

    def leave(self) -> None:
        """Go back to where the process was."""
        self._arguments, sys.argv = sys.argv, self._host_arguments
        try:
            self._folder = os.getcwd()  # noqa: PTH109 - see above
        except FileNotFoundError:
            self._folder = self._root
        os.chdir(self._host_folder)
