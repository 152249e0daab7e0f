"""`harness doctor`, as a user calls it."""

from __future__ import annotations

from .conftest import Shop
