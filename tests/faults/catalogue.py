"""The catalogue of planted faults: what is broken where, and what the verdict must say of it.

`bench/faults.py` tries all of it, `tests/faults/test_verdicts.py` a part.
"""

from .in_bigmouth import IN_BIGMOUTH
from .in_others import IN_OTHERS
from .planted import Fault, Finding, Planted

__all__ = ["CATALOGUE", "Fault", "Finding", "Planted"]

CATALOGUE: tuple[Planted, ...] = (*IN_BIGMOUTH, *IN_OTHERS)
