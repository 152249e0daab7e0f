"""Dotenv files beside the template: those that `harness env` wrote, and those that override variables for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness._text import did_you_mean, listed
from harness.cloud.names import Names
from harness.doctor.checked import Checked, Finding
from harness.tracked import tracked

__all__ = ["check", "check_overrides", "check_tracked"]

_OVERRIDES = ".test.env"
# As `harness env` writes variables: in single quotes, one after the other.
_WRITTEN = re.compile(r"[^=#\s]+='.*'\n", re.DOTALL)


def check(folder: Path, *, names: Names, system: str) -> Checked:
    """Say which files are stale; only names are told, since a value may be a secret.

    A file that somebody else wrote is left alone: other programs have an ``.env`` as well.

    Args:
        folder: The folder of the template.
        names: The names of the stage.
        system: The name of the system.
    """
    deployed = {".env": names.outputs} | {f".env.{name}": one.environment for name, one in names.functions.items()}
    files = {folder / name: variables for name, variables in deployed.items() if _is_ours(folder / name)}
    findings = [
        finding for path, variables in files.items() if (finding := _stale(path, variables, system=system)) is not None
    ]
    well = f"{len(files)} files are as deployed" if files else "`harness env` has written none here"
    return Checked(name="dotenv files", well=well, findings=tuple(findings))


def _is_ours(path: Path) -> bool:
    return path.is_file() and _WRITTEN.fullmatch(path.read_text(encoding="utf-8")) is not None


def _stale(path: Path, deployed: Mapping[str, str], *, system: str) -> Finding | None:
    written = _values(path)
    parts = (
        ("other values", [name for name in written.keys() & deployed.keys() if written[name] != deployed[name]]),
        ("only deployed", deployed.keys() - written.keys()),
        ("only in the file", written.keys() - deployed.keys()),
    )
    facts = tuple((label, listed(found)) for label, found in parts if found)
    if not facts:
        return None
    return Finding(
        sentence=f"The file {str(path)!r} is not as the stage is deployed.",
        facts=facts,
        remedy=f"write it anew: harness env {system}",
    )


def check_overrides(folder: Path, *, names: Names) -> Checked:
    """Say which overrides reach nothing: variables that no function and no output has, files of no function.

    Args:
        folder: The folder of the template.
        names: The names of the stage.
    """
    files = [path for path in sorted(folder.glob(f"{_OVERRIDES}*")) if path.is_file()]
    findings = [finding for path in files for finding in _without_effect(path, names=names)]
    well = f"{len(files)} files override what there is" if files else "none"
    return Checked(name="overrides", well=well, findings=tuple(findings))


def check_tracked(folder: Path) -> Checked:
    """Say which dotenv files git tracks although they hold secrets, or were written by `harness env`.

    Args:
        folder: The folder of the template.
    """
    ours = [path for path in folder.glob(".env*") if _is_ours(path)]
    findings = [
        Finding(sentence=one.sentence, facts=(("why that is wrong", one.why),), remedy=one.remedy)
        for one in tracked([folder], written=ours)
    ]
    return Checked(name="git", well="no dotenv file with secrets is tracked", findings=tuple(findings))


def _without_effect(path: Path, *, names: Names) -> Iterator[Finding]:
    function = path.name.removeprefix(_OVERRIDES).removeprefix(".")
    if function and function not in names.functions:
        yield Finding(
            sentence=f"The file {str(path)!r} overrides nothing: no function is called {function!r}.",
            facts=(("functions", listed(names.functions)),),
            remedy=did_you_mean(function, names.functions) or "delete it",
        )
        return
    chosen = [names.functions[function]] if function else list(names.functions.values())
    known = {name for one in chosen for name in one.environment} | (set() if function else set(names.outputs))
    unknown = _values(path).keys() - known
    if unknown:
        has = f"{function} has no such variable" if function else "no function and no output has such a name"
        yield Finding(
            sentence=f"The file {str(path)!r} sets what nothing has.",
            facts=(("variables", listed(unknown)), ("deployed", has)),
            remedy=next(filter(None, (did_you_mean(name, known) for name in sorted(unknown))), ""),
        )


def _values(path: Path) -> dict[str, str]:
    from dotenv import dotenv_values  # noqa: PLC0415 - most projects have no such files

    return {name: value for name, value in dotenv_values(path).items() if value is not None}
