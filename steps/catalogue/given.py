"""What is there before something happens."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from harness import Stage, User

__all__ = ["a_signed_in_customer", "the_products"]


@contextmanager
def the_products(stage: Stage) -> Iterator[list[dict[str, Any]]]:
    """Five products of two categories are in the table."""
    seed = stage.system.template.parent / "products.json"
    products: list[dict[str, Any]] = json.loads(seed.read_text(encoding="utf-8"))
    with stage.items("ProductsTable", products):
        yield products


@contextmanager
def a_signed_in_customer(stage: Stage) -> Iterator[User]:
    """A customer has signed in."""
    with stage.user("UserPool", client="ServerClient") as customer:
        yield customer
