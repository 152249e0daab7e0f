"""Dotenv files with secrets belong into no commit."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from harness.cli.dotenv import words_on_git, write_dotenv
from harness.cloud.names import FunctionNames, Names
from harness.doctor.dotenv import check_tracked
from harness.errors import FileNotWritten
from harness.tracked import Tracked, not_ignored, tracked

from .conftest import HARNESS, PYTEST, Place

WORK = FunctionNames(name="w", arn="", role="", environment={"PIN": "hunter2"})
NAMES = Names(stack="s", account="", region="", outputs={"Url": "https://x"}, functions={"Work": WORK})
SECRET = "API_KEY=hunter2\nLEVEL=DEBUG\n"


def git(folder: Path, *command: str) -> str:
    done = subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A folder within a repository."""
    folder = tmp_path / "systems" / "sh[o]p"
    folder.mkdir(parents=True)
    git(tmp_path, "init", "--quiet")
    return folder


def file(folder: Path, text: str, *, name: str = ".test.env", add: bool = True) -> Path:
    path = folder / name
    path.write_text(text)
    if add:
        git(folder, "add", "--force", name)
    return path


def test_a_tracked_file_with_a_secret_is_found(repository: Path) -> None:
    """It is told by the names of its variables; those of no secret are not."""
    path = file(repository, SECRET)

    assert [Tracked(path=path, names=("API_KEY",))] == tracked([repository])


@pytest.mark.parametrize(
    "text",
    [
        "LEVEL=DEBUG\n",
        "API_KEY=\n",
        "API_KEY='' # set it yourself\n",
        "SECRET_ARN=x\n",
        "DB_PASSWORD=arn:aws:ssm:eu-west-1:1:parameter/x\n",
        "DB_PASSWORD='/shop/dev/password'\n",
        "# API_KEY=hunter2\n",
    ],
)
def test_a_tracked_file_without_a_secret_is_well(repository: Path, text: str) -> None:
    """Overrides may be shared on purpose."""
    file(repository, text)

    assert [] == tracked([repository])


@pytest.mark.parametrize("line", ["export API_KEY=x1", "  token = 'x1'", 'ClientSecret="x1"', "DB_PASSWORD=/ab+c/dE="])
def test_secrets_are_found_as_programs_write_them(repository: Path, line: str) -> None:
    """As shells and Docker do; a base64 text may begin like a path."""
    file(repository, f"LEVEL=1\n{line}\n", name=".env.Work")

    assert 1 == len(tracked([repository]))


def test_a_file_that_is_not_tracked_is_well(repository: Path) -> None:
    """It is on this machine only."""
    file(repository, SECRET, add=False)

    assert [] == tracked([repository])


def test_a_file_that_cannot_be_read_is_left_alone(repository: Path) -> None:
    """Its names are not known, so nobody can be told of them."""
    (repository / ".env.memory").symlink_to("/proc/self/mem")

    assert [] == tracked([repository])


def test_without_a_repository_there_is_nothing_to_say(tmp_path: Path) -> None:
    """Nobody can commit it."""
    path = file(tmp_path, SECRET, add=False)

    assert ([], []) == (tracked([tmp_path]), not_ignored([path]))


def test_without_git_there_is_nothing_to_say(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can be asked."""
    path = file(repository, SECRET)
    monkeypatch.setenv("PATH", "/nowhere")

    assert ([], []) == (tracked([repository]), not_ignored([path]))


def test_git_is_asked_only_where_there_is_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most projects have none, and each start of pytest would pay for it."""
    asked = tmp_path / "asked"
    (tmp_path / "git").write_text(f"#!/bin/sh\ntouch {asked}\n")
    (tmp_path / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    file(tmp_path, "LEVEL=DEBUG\n", add=False)
    tracked([tmp_path])
    before = asked.exists()

    file(tmp_path, SECRET, add=False)
    tracked([tmp_path])

    assert (False, True) == (before, asked.exists())


def test_what_git_does_not_ignore_is_told_with_the_line_that_does(repository: Path) -> None:
    """The whole message; once that line is there, nothing is said."""
    paths = write_dotenv(NAMES, folder=repository)

    words = list(words_on_git(paths, folder=repository))
    (repository / ".gitignore").write_text(f"{words[0].rpartition(' ')[2]}\n")

    assert words == [
        f"Git does not ignore what was written to {str(repository)!r}: .env, .env.Work.\n  add to .gitignore: .env*"
    ]
    assert [] == list(words_on_git(paths, folder=repository))


def test_written_files_that_are_tracked_are_told(repository: Path) -> None:
    """Whatever the names in them are: they hold environments of functions. The whole messages."""
    paths = write_dotenv(NAMES, folder=repository)
    git(repository, "add", ".env.Work")
    override = file(repository, SECRET)
    (repository / ".gitignore").write_text(".env\n")

    written = (
        f"The file {str(repository / '.env.Work')!r} is tracked by git.\n  it holds environments of functions\n"
        f"  take it out: git rm --cached '{repository}/.env.Work'"
    )
    secret = (
        f"The file {str(override)!r} is tracked by git.\n  secret by their names: API_KEY\n"
        f"  take it out: git rm --cached '{override}'\n  and change the secrets: the history of git keeps them"
    )
    assert [written, secret] == list(words_on_git(paths, folder=repository))


def test_the_doctor_finds_them(repository: Path) -> None:
    """A finding for each, without a value."""
    file(repository, SECRET)

    assert list(check_tracked(repository).lines()) == [
        f"wrong  git: The file {str(repository / '.test.env')!r} is tracked by git.",
        "         why that is wrong: secret by their names: API_KEY",
        f"         take it out: git rm --cached '{repository}/.test.env'",
        "         and change the secrets: the history of git keeps them",
    ]


def test_the_doctor_knows_what_was_written_here(repository: Path) -> None:
    """A file of another program is left alone, unless it holds a secret."""
    write_dotenv(NAMES, folder=repository)
    file(repository, "# of Docker\nPORT=80\n", name=".env.docker")
    git(repository, "add", ".env")

    assert 1 == check_tracked(repository).wrong


def test_a_dotenv_file_is_never_open_to_others(tmp_path: Path) -> None:
    """Whoever had opened the earlier one reads the earlier one."""
    (tmp_path / ".env").touch(mode=0o644)
    with (tmp_path / ".env").open() as theirs:
        write_dotenv(NAMES, folder=tmp_path)

        assert ("", 0o600) == (theirs.read(), (tmp_path / ".env").stat().st_mode & 0o777)


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """What is behind it is written."""
    (tmp_path / ".env").symlink_to(tmp_path / "elsewhere")

    write_dotenv(NAMES, folder=tmp_path)

    assert (tmp_path / ".env").is_symlink()
    assert "Url='https://x'\n" == (tmp_path / "elsewhere").read_text()


def test_a_folder_that_takes_no_dotenv_file_is_told(tmp_path: Path) -> None:
    """In words."""
    (tmp_path / "to").touch()

    with pytest.raises(FileNotWritten, match=r"to/\.env' cannot be written: Not a directory\."):
        write_dotenv(NAMES, folder=tmp_path / "to")


def test_pytest_says_it_once(here: Place) -> None:
    """In its header, by name; the value is nowhere."""
    here.suite("def test_adds():\n    assert 2 == 1 + 1\n")
    git(here.folder, "init", "--quiet")
    path = file(here.folder / "systems" / "shop", SECRET)

    ended = here.run(*PYTEST, "-n", "2")

    line = f"harness: The file {str(path)!r} is tracked by git; secret by their names: API_KEY"
    assert (0, 1, False) == (ended.code, ended.text.count(line), "hunter2" in ended.text), ended.text


def test_env_says_it(there: Place) -> None:
    """On stderr, which this runs together with the paths."""
    git(there.folder, "init", "--quiet")

    ended = there.run(HARNESS, "env")

    assert 0 == ended.code, ended.text
    assert "Git does not ignore what was written to" in ended.text
    assert ": .env, .env.Work.\n  add to .gitignore: .env*" in ended.text
    assert "hunter2" not in ended.text
