"""Dotenv files that are not as the stage is."""

from __future__ import annotations

from pathlib import Path

from harness.cli.dotenv import write_dotenv
from harness.cloud.names import FunctionNames, Names
from harness.doctor import dotenv

WORK = FunctionNames(name="small-work", arn="", role="", environment={"LEVEL": "INFO", "KEY": "hunter2"})
NAMES = Names(stack="small-dev", account="", region="", outputs={"Url": "https://x/${y}"}, functions={"Work": WORK})


def test_files_that_were_written_just_now_are_well(tmp_path: Path) -> None:
    """A dollar sign in a value is read back as it was written."""
    write_dotenv(NAMES, folder=tmp_path)

    check = dotenv.check(tmp_path, names=NAMES, system="small")

    assert ["ok     dotenv files: 2 files are as deployed"] == list(check.lines())


def test_a_stale_file_is_told_by_names(tmp_path: Path) -> None:
    """A value may be a secret."""
    old = FunctionNames(name="", arn="", role="", environment={"KEY": "hunter1", "OLD": "x"})
    write_dotenv(Names(stack="", account="", region="", functions={"Work": old}), folder=tmp_path)
    (tmp_path / ".env").unlink()

    check = dotenv.check(tmp_path, names=NAMES, system="small")

    assert [
        f"wrong  dotenv files: The file {str(tmp_path / '.env.Work')!r} is not as the stage is deployed.",
        "         other values: KEY",
        "         only deployed: LEVEL",
        "         only in the file: OLD",
        "         write it anew: harness env small",
    ] == list(check.lines())


def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    """Other programs have an ``.env`` as well."""
    (tmp_path / ".env").write_text("# for docker\nPORT=80\n")

    check = dotenv.check(tmp_path, names=NAMES, system="small")

    assert ["ok     dotenv files: `harness env` has written none here"] == list(check.lines())


def test_overrides_of_what_there_is_are_well(tmp_path: Path) -> None:
    """Of a function's variables, and of outputs."""
    (tmp_path / ".test.env").write_text("Url=http://localhost\nLEVEL=DEBUG\n")
    (tmp_path / ".test.env.Work").write_text("KEY=x\n")

    assert ["ok     overrides: 2 files override what there is"] == list(
        dotenv.check_overrides(tmp_path, names=NAMES).lines()
    )


def test_overrides_of_what_nothing_has_are_told(tmp_path: Path) -> None:
    """Most likely a typing error."""
    (tmp_path / ".test.env").write_text("LEVLE=DEBUG\n")

    assert [
        f"wrong  overrides: The file {str(tmp_path / '.test.env')!r} sets what nothing has.",
        "         variables: LEVLE",
        "         deployed: no function and no output has such a name",
        "         did you mean 'LEVEL'?",
    ] == list(dotenv.check_overrides(tmp_path, names=NAMES).lines())


def test_an_output_is_no_variable_of_a_function(tmp_path: Path) -> None:
    """The file of a function overrides that function only."""
    (tmp_path / ".test.env.Work").write_text("Url=http://localhost\n")

    assert [
        f"wrong  overrides: The file {str(tmp_path / '.test.env.Work')!r} sets what nothing has.",
        "         variables: Url",
        "         deployed: Work has no such variable",
    ] == list(dotenv.check_overrides(tmp_path, names=NAMES).lines())


def test_overrides_for_a_function_that_is_not_there_are_told(tmp_path: Path) -> None:
    """The file is called after the logical id."""
    (tmp_path / ".test.env.Wrok").write_text("KEY=x\n")

    assert [
        (
            f"wrong  overrides: The file {str(tmp_path / '.test.env.Wrok')!r} overrides nothing: "
            "no function is called 'Wrok'."
        ),
        "         functions: Work",
        "         did you mean 'Work'?",
    ] == list(dotenv.check_overrides(tmp_path, names=NAMES).lines())
