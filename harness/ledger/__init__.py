"""The ledger: what a run has created, written down before it is created.

One file for each run, to which each of its processes appends a line before it creates something and after it has taken
it away. Whoever reads the file of a run that was killed knows what to look for.
"""

from harness.ledger.alive import is_alive
from harness.ledger.others import is_noted, is_used
from harness.ledger.reading import Book, Left, books, read
from harness.ledger.thing import ORDER, Identity, Kind, Thing
from harness.ledger.writing import Ledger

__all__ = [
    "ORDER", "Book", "Identity", "Kind", "Ledger", "Left", "Thing", "books", "is_alive", "is_noted", "is_used", "read",
]  # fmt: skip
