"""What a failed expectation says of the functions around it, in each mode."""

from __future__ import annotations

import pytest

from harness.errors import NeverHappened
from harness.stage import Stage

from .seeing import said


def never(stage: Stage, source: str, within: float = 0.1) -> list[str]:
    with pytest.raises(NeverHappened) as caught:
        stage.journal.expect(source, where=lambda _entry: False, within=within)
    return str(caught.value).splitlines()


def test_the_likely_reasons_are_named(stage: Stage) -> None:
    """Who may publish there, and what starts those."""
    text = "\n".join(never(stage, "Topic"))

    assert "did any of these run, which know of it: Bill" in text
    assert (
        'Bill is started by the rule BillPlaced on Bus: pattern {"source": ["shop"], "detail-type": ["order_placed"]}'
    ) in text
    assert "did it fail before it published? does it publish somewhere else?" in text


def test_nobody_publishes_there(stage: Stage) -> None:
    """No function knows of the topic."""
    assert "no function of the template knows of Inline: nothing here publishes to it" in "\n".join(
        never(stage, "Inline")
    )


def test_the_last_lines_of_the_functions_are_shown(stage: Stage) -> None:
    """In mode http they come from CloudWatch Logs."""
    stage.request("POST", "/orders", json={"id": "o-1", "kind": "book", "total": 20})
    said(stage, "Ship")

    lines = never(stage, "Topic", within=1.0)

    assert any("Bill has said it" in line for line in lines), lines
    assert any("Ship has said it" in line for line in lines), lines


@pytest.mark.parametrize(
    ("source", "silence"), [("quiet", "(it ran and logged nothing)"), ("nobody", "(it did not run)")]
)
def test_a_local_function_that_says_nothing_may_have_run(handler: Stage, source: str, silence: str) -> None:
    """In this process the mode knows."""
    handler.publish("Bus", source=source, detail_type="told", detail={})

    lines = never(handler, "Bus")

    assert silence == lines[lines.index("  log of Quiet: the last line") + 1].strip()
