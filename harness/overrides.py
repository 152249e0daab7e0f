"""What a project overrides for its tests, in dotenv files beside the template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.cloud.names import Names

__all__ = ["Overrides"]


class Overrides:
    """The variables of ``.test.env.<Function>`` and ``.test.env``; the first file that names a variable wins.

    They replace environment variables of handlers in this process, and stack outputs of the same name. Deployed
    functions keep their own environment.

    Args:
        folder: The folder of the template.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, function: str) -> Mapping[str, str]:
        """Give the variables that are overridden for a function, by its logical id."""
        return {**_values(self._folder / ".test.env"), **_values(self._folder / f".test.env.{function}")}

    def over(self, names: Names) -> Names:
        """Give the names of a stage with the outputs that are overridden."""
        values = _values(self._folder / ".test.env")
        return replace(names, outputs={key: values.get(key, value) for key, value in names.outputs.items()})


@cache
def _values(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # noqa: PLC0415 - most systems override nothing

    return {name: value for name, value in dotenv_values(path).items() if value is not None}
