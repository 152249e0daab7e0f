"""The command line: ``harness up``, ``down``, ``deploy``, ``status``, ``env``."""

from harness.cli.commands import main

__all__ = ["main"]
