"""What is built and kept on disk, where the disk takes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cloud import embedded
from harness.cloud.account import embedded_cloud
from harness.cloud.interpreter import interpreter
from harness.cloud.machines import write_mocks
from harness.cloud.packaging import Target, package
from harness.errors import FileNotWritten, PackagingFailed
from harness.system.model import Function

from .conftest import HARNESS, Place


def function(folder: Path, requirements: str = "") -> Function:
    folder.mkdir()
    (folder / "work.py").write_text("handler = print\n")
    (folder / "requirements.txt").write_text(requirements)
    return Function(name="Work", handler="work.handler", code=folder, runtime="python3.11")


def blocked(folder: Path, name: str) -> Path:
    """Give a folder for caches and state in which a file is where a folder should be."""
    folder.mkdir()
    (folder / name).touch()
    return folder


def python_of_a_full_disk(folder: Path) -> str:
    """Give an interpreter whose pip ends as it does on a full disk."""
    python, said = (
        folder / "python",
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
    )
    python.write_text(f"#!/bin/sh\n[ \"$1\" = -c ] && exit 0\necho '{said}'\nexit 1\n")
    python.chmod(0o755)
    return str(python)


def test_a_package_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    """Before anything is uploaded."""
    work = function(tmp_path / "code")

    with pytest.raises(FileNotWritten, match=r"archives/[0-9a-f]+\.zip' cannot be written: Not a directory\."):
        package(work, folder=blocked(tmp_path / "state", "archives"), target=Target.here())


def test_requirements_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    """Before pip is started."""
    work = function(tmp_path / "code", "six\n")

    with pytest.raises(FileNotWritten, match=r"packages/[0-9a-f]+\.lock' cannot be written: Not a directory\."):
        package(work, folder=blocked(tmp_path / "state", "packages"), target=Target.here())


def test_a_disk_that_gets_full_while_pip_installs_is_told(tmp_path: Path) -> None:
    """In pip's words; half of a package is not left."""
    work = function(tmp_path / "code", "six\n")

    with pytest.raises(PackagingFailed) as caught:
        package(work, folder=tmp_path / "state", target=Target.here(), python=python_of_a_full_disk(tmp_path))

    assert "could not be installed." in caught.value.sentence
    assert "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device" in str(
        caught.value
    )
    assert [] == [path for path in (tmp_path / "state" / "packages").iterdir() if path.is_dir()]


def test_an_interpreter_that_cannot_be_built_is_told(tmp_path: Path) -> None:
    """The functions of the embedded cloud need one."""
    with pytest.raises(FileNotWritten, match=r"runtime/[0-9a-f]+' cannot be written: Not a directory\."):
        interpreter(blocked(tmp_path / "state", "runtime"))


def test_a_cloud_without_an_interpreter_leaves_no_folder(tmp_path: Path) -> None:
    """It was not started."""
    folder = blocked(tmp_path / "state", "runtime")

    with pytest.raises(FileNotWritten):
        embedded.start(folder, region="us-east-1")

    assert [] == list((folder / "clouds").iterdir())


def test_mocks_that_cannot_be_kept_are_told(tmp_path: Path) -> None:
    """Before the execution that needs them is started."""
    (tmp_path / "clouds" / "1").mkdir(parents=True)
    (tmp_path / "clouds" / "1" / "mocks").touch()
    cloud = embedded_cloud("http://127.0.0.1:1", folder=tmp_path, region="us-east-1")

    with pytest.raises(FileNotWritten, match=r"mocks/it\.json' cannot be written: Not a directory\."):
        write_mocks({}, cloud=cloud, execution="it")


def test_a_cloud_without_a_place_for_its_log_is_not_started(here: Place) -> None:
    """All that is cached is there; the log would be the first file that is written."""
    here.run(HARNESS, "up")
    here.run(HARNESS, "down")

    ended = here.run(HARNESS, "up", limit="full")

    assert ended.text.startswith(f"harness.FileNotWritten: The file '{here.state}/clouds/"), ended.text
    assert "/cloud.log' cannot be written: File too large." in ended.text
    assert (6, []) == (ended.code, list((here.state / "clouds").iterdir()))


def test_a_cloud_that_cannot_be_remembered_is_stopped(here: Place) -> None:
    """Nothing could find it any more."""
    (here.state / "cloud.json").mkdir(parents=True)

    ended = here.run(HARNESS, "up")

    assert f"The file '{here.state}/cloud.json' cannot be written: Is a directory." in ended.text
    assert (6, []) == (ended.code, list((here.state / "clouds").iterdir()))
