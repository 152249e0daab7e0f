"""Dotenv files of a stage: its outputs, and the environment of each function."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness._files import write
from harness._text import listed
from harness.cloud.names import Names
from harness.project import Project
from harness.tracked import IGNORING, not_ignored, tracked

__all__ = ["names_now", "words_on_git", "write_dotenv"]


def names_now(project: Project, system: str) -> Names:
    """Give the names of a system's stage as it is now; in the embedded cloud it is deployed first, as for tests.

    There `Project.names` answers from what was kept at the deployment, and somebody may have changed the stage since.

    Raises:
        NotDeployed: There is no such stage at the endpoint or in the account.
    """
    from harness.cloud.resolving import resolve_names  # noqa: PLC0415 - loads boto3

    names = project.names(system)
    if not project.settings.embedded:
        return names
    return resolve_names(project.system(system), cloud=project.cloud, stack=names.stack, anew=True)


def write_dotenv(names: Names, *, folder: Path) -> list[Path]:
    """Write ``.env`` with the outputs and ``.env.<Function>`` with each function's environment; give the paths.

    Only the user may read them (mode 0600): an environment may hold what others must not see.

    Raises:
        FileNotWritten: One of them cannot be written; it is as it was.
    """
    files = {".env": names.outputs} | {f".env.{name}": one.environment for name, one in names.functions.items()}
    return [_written(folder / name, variables) for name, variables in files.items()]


def _written(path: Path, variables: Mapping[str, str]) -> Path:
    lines = "".join(f"{name}={_quoted(value)}\n" for name, value in sorted(variables.items()))
    # What is behind a link is written, and the link stays.
    write(path.resolve(), lines.encode())
    return path


def words_on_git(paths: Sequence[Path], *, folder: Path) -> Iterator[str]:
    """Give what is to be said of dotenv files that git takes in, or would take in; without git that is nothing.

    Args:
        paths: Those that were written just now.
        folder: Where they are; others may be beside them.
    """
    for one in tracked([folder], written=paths):
        yield "\n  ".join([one.sentence, one.why, *one.remedy.splitlines()])
    if found := not_ignored(paths):
        names = listed(path.name for path in found)
        yield f"Git does not ignore what was written to {str(folder)!r}: {names}.\n  add to .gitignore: {IGNORING}"


def _quoted(value: str) -> str:
    """Quote a value so that python-dotenv reads it back as it was.

    It expands ``${NAME}`` in any quotes and knows no escape for it, but it expands only once: a default value that is
    a dollar sign (``${NAME:-$}``) leaves one that stays.
    """
    escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "${_DOLLAR:-$}{")
    return f"'{escaped}'"
