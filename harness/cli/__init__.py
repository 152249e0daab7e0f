"""The command line: ``harness up``, ``down``, ``deploy``, ``status``, ``env``, ``tail``, ``put``."""

from harness.cli.commands import main

__all__ = ["main"]
