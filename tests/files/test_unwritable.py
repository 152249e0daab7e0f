"""Where the harness cannot write it says so before the first creation: in words, with a code, and leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import HARNESS, PYTEST, Elsewhere, Place, Spoiler

ROOM = (
    "what is not in the ledger is found by nobody after a crash: make room, or let the project's folder be written to"
)


def a_full_disk(_place: Place) -> tuple[str, str]:
    """Folders can be made, but nothing can be written."""
    return "full", "cannot be written: File too large."


def a_read_only_folder(place: Place) -> tuple[str, str]:
    """The harness's folder is there, and nothing can be put into it."""
    place.state.mkdir(mode=0o500)
    return "bound", "cannot be written: Permission denied."


def files_for_folders(place: Place) -> tuple[str, str]:
    """Somebody has put files where folders should be."""
    place.state.mkdir(mode=0o700)
    for name in ("ledger", "templates", "clouds"):
        (place.state / name).write_text("")
    return "none", "cannot be written: Not a directory."


SPOILERS = (a_full_disk, a_read_only_folder, files_for_folders)
COMMANDS = ((HARNESS, "deploy", "--stage=new"), (HARNESS, "tail"), (*PYTEST, "--mode=all"))


def left_in(folder: Path) -> list[str]:
    """Give the files in a folder that hold anything, apart from what git reads; those of locks are empty."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    return sorted(path.name for path in files if path.name != ".gitignore")


@pytest.mark.parametrize("spoil", SPOILERS)
@pytest.mark.parametrize("command", COMMANDS, ids=["deploy", "tail", "pytest"])
def test_nothing_is_created(there: Place, elsewhere: Elsewhere, spoil: Spoiler, command: tuple[str, ...]) -> None:
    """The message says what cannot be written; the code is that of a broken environment."""
    before = elsewhere.made()
    limit, message = spoil(there)

    ended = there.run(*command, limit=limit)

    assert message in ended.text
    assert (ended.code, "Traceback" in ended.text) == (6, False), ended.text
    assert (before, []) == (elsewhere.made(), left_in(there.state))


@pytest.mark.parametrize("spoil", SPOILERS)
@pytest.mark.parametrize("command", [(HARNESS, "up"), PYTEST], ids=["up", "pytest"])
def test_no_cloud_is_started(here: Place, spoil: Spoiler, command: tuple[str, ...]) -> None:
    """Nor is a folder of one left."""
    limit, message = spoil(here)

    ended = here.run(*command, limit=limit)

    assert message in ended.text
    assert (ended.code, "Traceback" in ended.text) == (6, False), ended.text
    assert not [path for path in here.state.glob("clouds/*") if path.is_dir()]


@pytest.mark.parametrize("command", [(HARNESS, "deploy"), (HARNESS, "tail"), PYTEST], ids=["deploy", "tail", "pytest"])
def test_a_folder_that_cannot_be_made_is_the_projects(
    there: Place, elsewhere: Elsewhere, command: tuple[str, ...]
) -> None:
    """The code says that the project must act."""
    before = elsewhere.made()
    there.state.write_text("")

    ended = there.run(*command)

    words = f"The folder {str(there.state)!r} for caches and state cannot be made: Not a directory."
    assert f"harness.MalformedSettings: {words}\n  let the project's folder be written to" in ended.text
    assert (ended.code, "Traceback" in ended.text) == (4, False)
    assert before == elsewhere.made()


def test_a_read_only_project_is_told(there: Place, elsewhere: Elsewhere) -> None:
    """The folder cannot be made in it."""
    before = elsewhere.made()
    there.folder.chmod(0o555)

    ended = there.run(*PYTEST, limit="bound")

    there.folder.chmod(0o755)
    assert "for caches and state cannot be made: Permission denied." in ended.text
    assert (ended.code, "Traceback" in ended.text, before) == (4, False, elsewhere.made())


def test_workers_tell_it_through_their_controller(there: Place, elsewhere: Elsewhere) -> None:
    """Once, and the run ends with the code that it would have without workers."""
    before = elsewhere.made()
    limit, message = files_for_folders(there)

    ended = there.run(*PYTEST, "-n", "2", "--mode=all", limit=limit)

    assert message in ended.text
    assert (6, before) == (ended.code, elsewhere.made())


def test_the_ledger_is_named_with_what_to_do(there: Place, elsewhere: Elsewhere) -> None:
    """What cannot be written down is not created, and whoever reads that knows why."""
    there.state.mkdir()
    (there.state / "ledger").write_text("")

    ended = there.run(*PYTEST)

    assert elsewhere.cloud.endpoint == there.endpoint
    assert f"harness.LedgerNotWritten: The ledger '{there.state}/ledger/" in ended.text
    assert f".jsonl' cannot be written: Not a directory.\n  {ROOM}" in ended.text


def test_tests_that_need_no_stage_need_no_folder(here: Place) -> None:
    """They run where nothing can be written."""
    here.suite("def test_adds():\n    assert 2 == 1 + 1\n")
    here.state.write_text("")

    ended = here.run(*PYTEST)

    assert (0, True) == (ended.code, "1 passed" in ended.text), ended.text


def test_a_protected_stage_needs_no_ledger(there: Place) -> None:
    """Nothing is created there, so what fails is that there is no such stage."""
    there.suite("import pytest\n\n@pytest.mark.read_only\ndef test_reads(stage):\n    pass\n")
    there.state.mkdir()
    (there.state / "ledger").write_text("")

    ended = there.run(*PYTEST, "--stage=prod", "--mode=http")

    assert "The stack 'shop-prod' is not deployed." in ended.text


@pytest.mark.parametrize("command", [(HARNESS, "status"), (HARNESS, "doctor")], ids=["status", "doctor"])
def test_what_creates_nothing_says_it_as_well(here: Place, command: tuple[str, ...]) -> None:
    """Whether they need a file or not, there is no traceback."""
    limit, _ = a_read_only_folder(here)

    ended = here.run(*command, limit=limit)

    assert "Traceback" not in ended.text
    assert ended.code in {0, 6}


def test_output_that_nobody_can_take_is_told(here: Place) -> None:
    """Python would say so twice, with a traceback."""
    ended = here.run("sh", "-c", f"{HARNESS} status > /dev/full")

    assert ended.text == (
        "harness.FileNotWritten: The disk takes no more of what is printed: No space left on device.\n"
    )
    assert ended.code == 6


def test_a_report_that_cannot_be_written_is_told_before_anything_runs(there: Place, elsewhere: Elsewhere) -> None:
    """The option is wrong, so the project must act."""
    before = elsewhere.made()
    (there.folder / "reports").mkdir(mode=0o500)

    ended = there.run(*PYTEST, "--report=reports/page.html", limit="bound")

    assert "--report cannot be written to 'reports/page.html'.\n  cause: Permission denied" in ended.text
    assert (4, before) == (ended.code, elsewhere.made())


def test_a_gate_without_a_place_for_its_report_says_so(there: Place) -> None:
    """It has one of its own where none is asked for."""
    ended = there.run(HARNESS, "gate", limit="full")

    assert "cannot be written: No usable temporary directory found in" in ended.text
    assert (ended.code, "Traceback" in ended.text) == (6, False)
