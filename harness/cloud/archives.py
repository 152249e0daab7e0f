"""Archives that come out the same on every machine, and the files that go into them."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from harness._files import replacing

__all__ = ["Found", "digest", "files", "stats", "zipped"]

# What tools leave behind, and what must never be uploaded. `.packages` is where some projects keep requirements.
_FOLDERS_LEFT_OUT = frozenset({
    ".aws-sam", ".git", ".harness", ".hg", ".hypothesis", ".mypy_cache", ".packages", ".pytest_cache",
    ".ruff_cache", ".svn", ".tox", ".venv", "__pycache__",
})  # fmt: skip
_FILES_LEFT_OUT = frozenset({".DS_Store", ".coverage", ".gitignore"})

# The ZIP format cannot hold an earlier time.
_EARLIEST = (1980, 1, 1, 0, 0, 0)

Found = os.DirEntry[str]


def files(root: Path, *, without: Iterable[str] = ()) -> Mapping[str, Found]:
    """Give the files below a folder by their path in an archive, in order.

    Args:
        root: The folder.
        without: Names at the top of the folder that are left out as well.
    """
    left_out = frozenset(without)
    walked = _walked(root, prefix="", above=(os.path.realpath(root),))
    return dict(sorted((path, found) for path, found in walked if path.split("/", 1)[0] not in left_out))


def _walked(folder: Path | str, *, prefix: str, above: tuple[str, ...]) -> Iterator[tuple[str, Found]]:
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_dir():
                yield from _entered(entry, prefix=prefix, above=above)
            elif entry.is_file() and not _is_left_out(entry.name):
                yield prefix + entry.name, entry


def _entered(entry: Found, *, prefix: str, above: tuple[str, ...]) -> Iterator[tuple[str, Found]]:
    """Walk into a folder; links are followed, as packagers do, unless they lead back up."""
    if entry.name in _FOLDERS_LEFT_OUT:
        return
    real = os.path.realpath(entry.path) if entry.is_symlink() else entry.path
    if real not in above:
        yield from _walked(entry.path, prefix=f"{prefix}{entry.name}/", above=(*above, real))


def _is_left_out(name: str) -> bool:
    return name in _FILES_LEFT_OUT or name.startswith((".env", ".test.env")) or name.endswith((".pyc", ".pyo"))


def stats(found: Mapping[str, Found], *, watched: Iterable[Path] = ()) -> list[list[object]]:
    """Give path, size, time and mode of each file, which tell an unchanged tree without reading it.

    Args:
        found: The files of the tree.
        watched: Files and folders elsewhere on which the tree depends.
    """
    known = [[path, *_stat(entry.stat())] for path, entry in found.items()]
    for path in watched:
        below = files(path) if path.is_dir() else {}
        known += [[f"{path}/{name}", *_stat(entry.stat())] for name, entry in below.items()]
        known += [[str(path), *_stat(path.stat())]] if path.is_file() else []
    return known


def _stat(stat: os.stat_result) -> list[object]:
    return [stat.st_size, stat.st_mtime_ns, bool(stat.st_mode & 0o100)]


def digest(found: Mapping[str, Found]) -> str:
    """Give the SHA-256 of names, contents and executable bits."""
    total = hashlib.sha256()
    for path, entry in sorted(found.items()):
        content = hashlib.sha256(Path(entry.path).read_bytes()).hexdigest()
        total.update(f"{path}\0{_mode(entry):o}\0{content}\n".encode())
    return total.hexdigest()


def zipped(found: Mapping[str, Found], *, into: Path) -> None:
    """Write an archive: sorted, with one time for all, with the two modes that Lambda needs."""
    with replacing(into) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, entry in sorted(found.items()):
            member = zipfile.ZipInfo(path, date_time=_EARLIEST)
            member.external_attr = (0o100000 | _mode(entry)) << 16
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, Path(entry.path).read_bytes())


def _mode(entry: Found) -> int:
    # Lambda's user must be able to read every file, whatever the umask was here.
    return 0o755 if entry.stat().st_mode & 0o100 else 0o644
