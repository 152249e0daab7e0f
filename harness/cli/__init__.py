"""The command line: ``harness up``, ``down``, ``deploy``, ``status``, ``env``, ``tail``, ``put``, ``gate``, ``merge``."""

from harness.cli.commands import main

__all__ = ["main"]
