"""Whatever the umask: all that the harness writes is for its owner's eyes only, and git leaves it out."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from harness import _files
from harness.cloud.leases import lease
from harness.cloud.locks import locked
from harness.errors import FileNotWritten
from harness.settings import read_settings

from .conftest import HARNESS, PYTEST, Place

LOOKING = """
import os
import stat

def wide(folder):
    for above, folders, files in os.walk(folder):
        for path in (os.path.join(above, name) for name in (*folders, *files)):
            if not os.path.islink(path) and stat.S_IMODE(os.stat(path).st_mode) & 0o077:
                yield path
"""
SUITE = f"""
import pytest
{LOOKING}

def test_hears(stage):
    stage.publish("Bus", source="shop", detail_type="placed", detail={{"id": 1}})
    stage.journal.expect("Bus", detail={{"id": 1}})
    stage.call("Work", {{}})


def test_keeps_to_itself(stage, pytestconfig):
    with stage.user(), stage.items("Table", [{{"id": "1"}}]):
        stage.call("Work", {{}})
        folder = pytestconfig.rootpath / ".harness"
        assert {{"alive", "held", "ledger"}} <= {{path.name for path in folder.iterdir()}}
        assert list(wide(folder)) == []
"""


def wide(folder: Path) -> list[str]:
    """Give what others may read, write or enter."""
    found = [folder, *folder.rglob("*")]
    return [str(path) for path in found if not path.is_symlink() and mode(path) & 0o077]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def open_to_all() -> Iterator[None]:
    """A umask that takes nothing away."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_all_files_are_the_owners_only(here: Place) -> None:
    """Those of the cloud, its log, its functions, the caches, the ledger: while a run goes on, and afterwards."""
    here.suite(SUITE)

    up = here.run(HARNESS, "up", umask=0)
    ended = here.run(*PYTEST, "--mode=all", umask=0)

    assert (0, 0) == (up.code, ended.code), ended.text
    assert {"archives", "clouds", "cloud.json", "leases", "stages"} <= {path.name for path in here.state.iterdir()}
    assert [] == wide(here.state)


@pytest.mark.usefixtures("open_to_all")
def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    """An earlier version, or somebody's hand, has made it."""
    (tmp_path / ".harness").mkdir(mode=0o777)

    folder = read_settings(tmp_path, environment={}).folder

    assert 0o700 == mode(folder)


@pytest.mark.usefixtures("open_to_all")
def test_a_cache_that_is_not_ours_is_left(tmp_path: Path) -> None:
    """Only the rights of others are taken; those that the owner does not have are not given."""
    (tmp_path / ".harness").mkdir(mode=0o555)

    folder = read_settings(tmp_path, environment={}).folder

    assert 0o500 == mode(folder)


def test_git_sees_nothing_of_it(tmp_path: Path) -> None:
    """Not even the file that says so."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)

    _files.write(read_settings(tmp_path, environment={}).folder / "state", b"secret")

    seen = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, check=True, capture_output=True)
    assert b"" == seen.stdout


def test_a_gitignore_of_the_projects_own_stays(tmp_path: Path) -> None:
    """Whoever has written one has a reason."""
    (tmp_path / ".harness").mkdir()
    (tmp_path / ".harness" / ".gitignore").write_text("!stages\n")

    folder = read_settings(tmp_path, environment={}).folder

    assert "!stages\n" == (folder / ".gitignore").read_text()


@pytest.mark.usefixtures("open_to_all")
def test_folders_on_the_way_are_the_owners_only(tmp_path: Path) -> None:
    """Also those above the one that is asked for."""
    _files.write(tmp_path / "a" / "b" / "c", b"")

    assert [0o700, 0o700, 0o600] == [mode(tmp_path / name) for name in ("a", "a/b", "a/b/c")]


@pytest.mark.usefixtures("open_to_all")
def test_locks_and_leases_are_the_owners_only(tmp_path: Path) -> None:
    """They hold nothing, but nobody else should be able to hold them."""
    with locked(tmp_path / "stages" / "one.lock"):
        lease(tmp_path, cloud="1").close()

    assert [] == wide(tmp_path / "stages") + wide(tmp_path / "leases")


def filled_up(part: IO[bytes]) -> None:
    """Write until the disk is full."""
    part.write(b"ha")
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_half_a_file_is_not_left(tmp_path: Path) -> None:
    """What was there before still is."""
    _files.write(tmp_path / "kept", b"whole")

    with pytest.raises(FileNotWritten), _files.replacing(tmp_path / "kept") as part:
        filled_up(part)

    assert ["kept"] == [path.name for path in tmp_path.iterdir()]
    assert b"whole" == (tmp_path / "kept").read_bytes()


def test_a_file_in_the_place_of_a_folder_is_told(tmp_path: Path) -> None:
    """The whole message."""
    (tmp_path / "a").write_text("")

    with pytest.raises(FileNotWritten) as caught:
        _files.write(tmp_path / "a" / "b", b"")

    assert str(caught.value) == (
        f"The file {str(tmp_path / 'a' / 'b')!r} cannot be written: Not a directory.\n  let its folder be written to"
    )


def test_a_full_disk_is_told() -> None:
    """The whole message, and the code of a broken environment."""
    disk = Path("/dev/full")

    with pytest.raises(FileNotWritten) as caught, _files.in_words(disk):
        disk.write_bytes(b"something")

    assert str(caught.value) == (
        "The file '/dev/full' cannot be written: No space left on device.\n  make room on its disk"
    )
    assert 6 == caught.value.exit_code


def test_what_is_wrong_elsewhere_is_not_said_of_a_file_of_ours(tmp_path: Path) -> None:
    """Code that is packed may not be there to be read."""
    with pytest.raises(FileNotFoundError), _files.replacing(tmp_path / "ours" / "archive") as part:
        part.write(Path("/not/there").read_bytes())

    assert [] == list((tmp_path / "ours").iterdir())


def test_links_are_left_when_rights_are_taken(tmp_path: Path) -> None:
    """What is behind them is the user's."""
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    theirs.touch(mode=0o644)
    ours.mkdir()
    (ours / "link").symlink_to(theirs)
    (ours / "program").touch(mode=0o755)

    _files.narrow(ours)

    assert [0o644, 0o700] == [mode(theirs), mode(ours / "program")]
