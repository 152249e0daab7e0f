"""The sweep that is told when something is left does the same in any shell in the project's folder."""

from __future__ import annotations

from pathlib import Path

from harness.closing import sweep
from harness.settings import read_settings


def test_what_was_given_on_the_command_line_is_told(tmp_path: Path) -> None:
    """Another shell has neither that nor the variables of this one."""
    given = {"stage": "dev", "region": "eu-west-3", "profile": "my team"}

    told = sweep(read_settings(tmp_path, given=given, environment={}))

    assert "harness sweep --stage dev --profile 'my team' --region eu-west-3" == told


def test_what_the_environment_said_is_told(tmp_path: Path) -> None:
    """The address too, for which there is no option."""
    environment = {"TEST_STAGE": "dev", "AWS_REGION": "eu-west-3", "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}

    told = sweep(read_settings(tmp_path, environment=environment))

    assert "AWS_ENDPOINT_URL=http://127.0.0.1:4566 harness sweep --stage dev --region eu-west-3" == told


def test_the_embedded_stage_is_named(tmp_path: Path) -> None:
    """The file of the project, or another shell, may name another one."""
    assert "harness sweep --stage embedded" == sweep(read_settings(tmp_path, environment={}))
