"""Files of the harness's own: caches, state, the ledger. They are for their owner's eyes only, whatever the umask.

All of them are below ``.harness``, and some hold secrets: values to be restored, tokens, what functions have printed.
"""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from harness.errors import FileNotWritten

__all__ = [
    "DISK_IS_FULL",
    "UMASK",
    "in_words",
    "narrow",
    "open_private",
    "own_folder",
    "private_folder",
    "replacing",
    "write",
]

# For processes that write below the harness's folder in ways of their own.
UMASK = 0o077

_FOLDER, _FILE = 0o700, 0o600
_IGNORED = b"# What is in here is of this machine only, and some of it is secret.\n*\n"
_REMEDIES = {
    errno.ENOSPC: "make room on its disk",
    errno.EDQUOT: "make room: the quota is used up",
    errno.EFBIG: "let files be larger (ulimit -f)",
}
DISK_IS_FULL = frozenset(_REMEDIES)


def own_folder(folder: Path) -> None:
    """Make the folder in which all else is, or narrow the rights of one that is there; git leaves out what is in it.

    Raises:
        OSError: It cannot be made.
    """
    try:
        found = folder.stat()
    except FileNotFoundError:
        private_folder(folder)
        found = folder.stat()
    if not stat.S_ISDIR(found.st_mode):
        raise _no_folder(folder)
    if found.st_mode & UMASK and found.st_uid == os.geteuid():
        # A disk that knows no rights has none to narrow.
        with suppress(OSError):
            folder.chmod(stat.S_IMODE(found.st_mode) & ~UMASK)
    ignored = folder / ".gitignore"
    if not ignored.exists():
        # Whoever has something to keep here is told why that cannot be done, and the next one tries this again.
        with suppress(FileNotWritten):
            write(ignored, _IGNORED)


def private_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for the owner's eyes only; one that is there stays as it is.

    Raises:
        OSError: It cannot be made.
    """
    try:
        folder.mkdir(mode=_FOLDER)
    except FileNotFoundError:
        private_folder(folder.parent)
        folder.mkdir(mode=_FOLDER, exist_ok=True)
    except FileExistsError:
        if not folder.is_dir():
            raise _no_folder(folder) from None


def _no_folder(path: Path) -> NotADirectoryError:
    return NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def open_private(path: Path, mode: str) -> IO[Any]:
    """Open a file to write; if it is made, then in a folder and with rights for the owner only.

    Raises:
        OSError: It cannot be written.
    """
    private_folder(path.parent)
    return open(path, mode, opener=_opened)


def _opened(path: str, flags: int) -> int:
    return os.open(path, flags, _FILE)


def write(path: Path, content: bytes) -> None:
    """Write a file such that another process sees all of it or nothing.

    Raises:
        FileNotWritten: It cannot be written; what was there before still is.
    """
    with replacing(path) as part:
        part.write(content)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of another one when all of it is written; of half a one nothing is left.

    Raises:
        FileNotWritten: It cannot be written; what was there before still is.
    """
    with in_words(path):
        private_folder(path.parent)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
            try:
                yield part
                part.close()  # On a full disk this may be what fails.
                Path(part.name).replace(path)
            except BaseException:
                Path(part.name).unlink(missing_ok=True)
                raise


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """Say in one sentence that a file or a folder cannot be written; what is wrong with files elsewhere passes.

    Raises:
        FileNotWritten: It cannot be written.
    """
    try:
        yield
    except OSError as error:
        # A write that fails names no file; what opens or makes one does.
        if error.filename is not None and not _is_near(Path(os.fsdecode(error.filename)), path):
            raise
        raise FileNotWritten(
            f"The file {str(path)!r} cannot be written: {error.strerror or error}.",
            remedy=_REMEDIES.get(error.errno or 0, "let its folder be written to"),
        ) from error


def _is_near(named: Path, path: Path) -> bool:
    return named in path.parents or named.is_relative_to(path.parent)


def narrow(folder: Path) -> None:
    """Take the rights of others from all that is in a folder, which others have written in ways of their own."""
    for above, folders, files in os.walk(folder):
        for path in (os.path.join(above, name) for name in (*folders, *files)):  # noqa: PTH118 - thousands of them
            if not os.path.islink(path):  # noqa: PTH114
                os.chmod(path, stat.S_IMODE(os.stat(path).st_mode) & ~UMASK)  # noqa: PTH101, PTH116
