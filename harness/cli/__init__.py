"""The command line: ``harness up``, ``down``, ``deploy``, ``gate`` and others."""

from harness.cli.commands import main

__all__ = ["main"]
