"""Templates as the embedded cloud reads them."""

from __future__ import annotations

from typing import Any

from harness.cloud.adapting import adapt


def test_variables_of_functions_are_text() -> None:
    """As CloudFormation makes them; references stay."""
    variables: dict[str, Any] = {"DEBUG": True, "SIZE": 5, "SHARE": 0.5, "LEVEL": "INFO", "TABLE": {"Ref": "Table"}}
    function = {"Type": "AWS::Lambda::Function", "Properties": {"Environment": {"Variables": variables}}}

    adapt({"Resources": {"Work": function}})

    assert {"DEBUG": "true", "SIZE": "5", "SHARE": "0.5", "LEVEL": "INFO", "TABLE": {"Ref": "Table"}} == variables
