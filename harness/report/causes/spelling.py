"""Whether a name is a misspelt other one, or the name of something else."""

from __future__ import annotations

import re

__all__ = ["is_misspelt"]

# ``order_placed``, ``OrderPlaced`` and ``order.placed`` are made of the same words.
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W_]+")
# A letter more or less makes another word of a short one: ``paid``, ``said``.
_SHORTEST = 5


def is_misspelt(name: str, other: str) -> bool:
    """Say whether a name is meant to be another one: word by word it is the same, but for a slip of the keyboard.

    >>> is_misspelt("order_placd", "order_placed"), is_misspelt("costumerAdded", "customer_added")
    (True, True)
    >>> is_misspelt("order_updated", "order_created"), is_misspelt("order_replaced", "order_placed")
    (False, False)
    """
    words, others = _words(name), _words(other)
    if name == other or "".join(words) == "".join(others):
        return name != other
    return len(words) == len(others) and all(map(_is_slip, words, others))


def _words(name: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(name)]


def _is_slip(word: str, other: str) -> bool:
    """Say whether two words are the same but for one letter, or for the order of their letters."""
    if word == other:
        return True
    shorter, longer = sorted((word, other), key=len)
    if len(longer) < _SHORTEST or not (word + other).isalpha():
        return False
    if len(shorter) == len(longer):
        differing = sum(one != two for one, two in zip(word, other, strict=True))
        return differing == 1 or sorted(word) == sorted(other)
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
