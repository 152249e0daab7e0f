"""That no builder of `harness.events` goes without a test with Powertools for AWS Lambda."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

from harness import events

# What gives no event and no record of one, and why; a function that stands neither here nor there fails.
_PARTS = {
    "authorizers.route_arn": "an ARN",
    "eventbridge.handed_on": "whatever the target of a rule makes of an event",
    "eventbridge.text_handed_on": "whatever the target of a rule makes of an event, as text",
    "http.by_name": "values by name",
    "http.http_headers": "headers",
    "http.identity": "a part of a request of `payload_v1`",
    "http.rest_headers": "headers",
    "http.url_headers": "headers",
    "s3.encoded": "a key",
}


def public() -> set[str]:
    """Every public function of the modules that users see."""
    modules = {name: getattr(events, name) for name in events.__all__}
    return {
        f"{module}.{name}"
        for module, holder in modules.items()
        for name in holder.__all__
        if inspect.isfunction(getattr(holder, name))
    }


def tried_with_powertools() -> set[str]:
    """Every ``events.module.name`` in the tests with Powertools."""
    tree = ast.parse(Path(__file__).with_name("test_powertools.py").read_text(encoding="utf-8"))
    chains = (ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    return {chain.removeprefix("events.") for chain in chains if chain.startswith("events.")}


def test_every_builder_is_tried_with_powertools() -> None:
    """Whoever adds one names it there, or says here what else it gives."""
    assert set() == public() - tried_with_powertools() - set(_PARTS)


def test_what_is_left_out_is_there() -> None:
    """A part that has gone, or is tried after all, is no longer left out."""
    assert set() == set(_PARTS) - public()
    assert set() == set(_PARTS) & tried_with_powertools()


def test_every_module_is_told_of() -> None:
    """The page for users names the modules whose builders are tried."""
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")

    assert set() == set(events.__all__) - set(re.findall(r"\bevents\.(\w+)", page))
