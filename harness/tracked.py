"""Dotenv files as git sees them: those with secrets in them belong into no commit."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness._text import is_hidden, listed

__all__ = ["IGNORING", "Tracked", "not_ignored", "tracked"]

# The line of a .gitignore that keeps out what `harness env` writes.
IGNORING = ".env*"

_PATTERNS = (".env*", ".test.env*")
# Every program that reads such files takes these lines; of a value of several lines the first one is enough.
_LINE = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(.*)$", re.MULTILINE)
# What is there in the place of a secret: nothing, or the name by which a service knows it.
_NO_SECRET = re.compile(r"""["']?(?:arn:|(?:/[\w.-]+){2,}["']?\s*$|["']?\s*(?:#|$))""")
_PATIENCE = 5.0


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A dotenv file that git tracks and should not.

    Args:
        path: The file.
        names: The variables that are secret by their names; the values are told nowhere.
    """

    path: Path
    names: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is wrong."""
        return f"The file {str(self.path)!r} is tracked by git."

    @property
    def why(self) -> str:
        """Why that is wrong: the names of secrets, if it holds any."""
        return f"secret by their names: {listed(self.names)}" if self.names else "it holds environments of functions"

    @property
    def remedy(self) -> str:
        """What to do about it."""
        command = f"take it out: git rm --cached {shlex.quote(str(self.path))}"
        return f"{command}\nand change the secrets: the history of git keeps them" if self.names else command


def tracked(folders: Iterable[Path], *, written: Container[Path] = ()) -> list[Tracked]:
    """Give the dotenv files with secrets that git tracks; git is asked only where there is such a file.

    Without git, and outside of a repository, there are none.

    Args:
        folders: Those of templates, beside which the harness reads and writes dotenv files.
        written: Files that should not be tracked whatever the names in them are: `harness env` has written them.
    """
    found = []
    for folder in dict.fromkeys(folders):
        held = {path: _secret_names(path) for path in _dotenv_files(folder)}
        asked = [path.name for path, names in held.items() if names or path in written]
        known = _asked(folder, "ls-files", "-z", "--", names=asked)
        found += [Tracked(path=path, names=names) for path, names in held.items() if path.name in known]
    return found


def not_ignored(paths: Sequence[Path]) -> list[Path]:
    """Give the files that the next ``git add`` would take in; none without git and outside of a repository.

    Args:
        paths: Files that are there.
    """
    found = []
    for folder in dict.fromkeys(path.parent for path in paths):
        names = [path.name for path in paths if path.parent == folder]
        others = _asked(folder, "ls-files", "-z", "--others", "--exclude-standard", "--", names=names)
        found += [folder / name for name in names if name in others]
    return found


def _dotenv_files(folder: Path) -> list[Path]:
    return sorted(path for pattern in _PATTERNS for path in folder.glob(pattern) if path.is_file())


def _secret_names(path: Path) -> tuple[str, ...]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:  # Nobody may read it, so nobody may be told of it.
        return ()
    return tuple(
        dict.fromkeys(name for name, value in _LINE.findall(text) if is_hidden(name) and not _NO_SECRET.match(value))
    )


def _asked(folder: Path, *command: str, names: Sequence[str]) -> set[str]:
    """Give what git answers of files in a folder, by name; nothing when there is nothing or nobody to ask."""
    if not names:  # Git would take it for all files.
        return set()
    try:
        answer = subprocess.run(
            ["git", "--literal-pathspecs", *command, *names],  # noqa: S607 - whichever git the user has
            cwd=folder,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return set()
    return set(os.fsdecode(answer.stdout).split("\0")) - {""}
