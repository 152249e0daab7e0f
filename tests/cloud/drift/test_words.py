"""How values are compared, and how they are told."""

from __future__ import annotations

import pytest

from harness.cloud.drift.difference import Difference, compared, said


@pytest.mark.parametrize(
    ("template", "deployed"), [(True, "true"), (5, "5"), (2.0, 2), ("1", 1), ([False, {"a": 1}], ["false", {"a": "1"}])]
)
def test_what_cloudformation_takes_for_the_same_is_the_same(template: object, deployed: object) -> None:
    """Numbers and booleans may be text in a template."""
    assert [] == list(compared("rule", "Placed", {"pattern": (template, deployed)}))


def test_one_and_a_half_is_not_one() -> None:
    """Only whole numbers lose their point."""
    assert [Difference(kind="rule", name="Placed", what="pattern", template="1.5", deployed="1")] == list(
        compared("rule", "Placed", {"pattern": (1.5, 1)})
    )


def test_what_is_long_is_shortened() -> None:
    """A pattern may have hundreds of values."""
    assert f"{'x' * 200}… (50 more characters)" == said("x" * 250)
