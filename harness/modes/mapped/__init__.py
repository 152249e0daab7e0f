"""Event source mappings: what Lambda itself reads for a function, played with the function of the mode.

Lambda reads a queue, a stream of Kinesis or the stream of a table in batches and invokes the function with each. It
answers for what becomes of a batch that failed. A batching window is not waited out: it ends when the test waits.
"""

from harness.modes.mapped.muted import MutedMappings
from harness.modes.mapped.played import PlayedMappings
from harness.modes.mapped.unfinished import unfinished

__all__ = ["MutedMappings", "PlayedMappings", "unfinished"]
