"""What the page about guards shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from harness.system.reader import read

ROOT = Path(__file__).parents[2]


def test_the_tests_of_the_page_name_routes_that_there_are() -> None:
    """They are marked as the harness reads it, and about a system of this project."""
    (text,) = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "guards.md").read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(text, names)
    bigmouth = read(ROOT / "systems" / "bigmouth" / "template.yaml", name="bigmouth")
    routes = {f"{route.method} {route.path}" for api in bigmouth.apis.values() for route in api.routes}

    marks = [mark for one in names.values() for mark in getattr(one, "pytestmark", [])]

    assert ["read_only", "read_only"] == [mark.name for mark in marks]
    assert {route for mark in marks for route in mark.kwargs.get("also", [])} <= routes
