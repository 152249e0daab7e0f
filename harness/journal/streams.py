"""The taps that read a stream: one of Kinesis, and that of a table."""

from harness.journal.kinesis import StreamTap
from harness.journal.tables import TableTap

__all__ = ["StreamTap", "TableTap"]
