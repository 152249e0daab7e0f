"""Settings: which value counts, and what is said about a wrong one."""

from pathlib import Path

import pytest

from harness.errors import MalformedSettings, NoTemplate, UnknownMode, UnknownSystem, UsageError
from harness.settings import Choice, Settings, read_settings


def settings_of(root: Path, **sources: dict[str, str]) -> Settings:
    return read_settings(root, **{"environment": {}, **sources})


def project(root: Path, text: str) -> Path:
    (root / "pyproject.toml").write_text(text)
    return root


def test_the_defaults_need_nothing(tmp_path: Path) -> None:
    """Without any setting the mode is handler and the stage the embedded one."""
    settings = settings_of(tmp_path)

    assert settings.modes == ("handler",)
    assert settings.stage == Choice("embedded", "default")
    assert settings.region.value == "us-east-1"


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ({"given": {"mode": "http"}, "environment": {"TEST_MODE": "invoke"}}, Choice("http", "--mode")),
        ({"environment": {"TEST_MODE": "invoke"}, "ini": {"mode": "http"}}, Choice("invoke", "TEST_MODE")),
        ({"ini": {"mode": "http"}}, Choice("http", "ini setting harness_mode")),
    ],
)
def test_the_nearest_source_counts(tmp_path: Path, sources: dict[str, dict[str, str]], expected: Choice) -> None:
    """The command line goes before the environment, and the environment before the ini file."""
    assert settings_of(tmp_path, **sources).mode == expected


def test_the_project_file_is_the_last_source(tmp_path: Path) -> None:
    """A value of pyproject.toml counts when nothing nearer says otherwise."""
    project(tmp_path, '[tool.harness]\nregion = "eu-west-1"')

    assert settings_of(tmp_path).region == Choice("eu-west-1", "pyproject.toml")


@pytest.mark.parametrize(
    ("asked", "modes"),
    [
        ("all", ("handler", "invoke", "http")),
        ("http,handler", ("handler", "http")),
        ("invoke", ("invoke",)),
    ],
)
def test_modes_run_in_their_order(tmp_path: Path, asked: str, modes: tuple[str, ...]) -> None:
    """Several modes run from the code outwards, however they are named."""
    assert settings_of(tmp_path, given={"mode": asked}).modes == modes


def test_an_unknown_mode_is_refused(tmp_path: Path) -> None:
    """A misspelt mode is answered with the right ones."""
    settings = settings_of(tmp_path, environment={"TEST_MODE": "handlr"})

    with pytest.raises(UnknownMode) as caught:
        _ = settings.modes

    assert str(caught.value) == (
        "No mode is called 'handlr'.\n"
        "  asked for by: TEST_MODE\n"
        "  modes: handler, invoke, http, all\n"
        "  did you mean 'handler'?"
    )


def test_an_unknown_system_is_refused(tmp_path: Path) -> None:
    """A misspelt system is answered with the declared ones."""
    project(tmp_path, '[tool.harness.systems.bigmouth]\ntemplate = "template.yaml"')

    with pytest.raises(UnknownSystem) as caught:
        settings_of(tmp_path).system("bigmuth")

    assert str(caught.value) == (
        f"No system is called 'bigmuth'.\n  systems of {tmp_path}: bigmouth\n  did you mean 'bigmouth'?"
    )


def test_a_missing_template_is_named(tmp_path: Path) -> None:
    """A system whose template is not there says where it was looked for."""
    project(tmp_path, '[tool.harness.systems.bigmouth]\ntemplate = "gone.yaml"')

    with pytest.raises(NoTemplate) as caught:
        settings_of(tmp_path).system("bigmouth")

    assert str(caught.value) == (
        "The template of system 'bigmouth' is not there.\n"
        f"  looked for: {tmp_path / 'gone.yaml'}\n"
        f"  correct [tool.harness.systems.bigmouth] in {tmp_path / 'pyproject.toml'}"
    )


def test_systems_are_found_by_their_folders(tmp_path: Path) -> None:
    """A template below systems/ needs no setting."""
    for name in ("first", "second"):
        (tmp_path / "systems" / name).mkdir(parents=True)
        (tmp_path / "systems" / name / "template.yml").write_text("Resources: {}")

    assert sorted(settings_of(tmp_path).systems) == ["first", "second"]


def test_a_template_at_the_root_is_a_system(tmp_path: Path) -> None:
    """A project of one system keeps its template at its root."""
    (tmp_path / "template.yaml").write_text("Resources: {}")

    assert list(settings_of(tmp_path).systems) == [tmp_path.name]


def test_a_broken_project_file_is_refused(tmp_path: Path) -> None:
    """A syntax error is named with its place."""
    project(tmp_path, "[tool.harness\n")

    with pytest.raises(MalformedSettings, match=r"pyproject.toml' cannot be read: .*line 1"):
        settings_of(tmp_path)


def test_an_unknown_setting_is_refused(tmp_path: Path) -> None:
    """A misspelt setting is not ignored."""
    project(tmp_path, '[tool.harness]\nregon = "eu-west-1"')

    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path)

    assert str(caught.value) == (
        "[tool.harness] has no setting 'regon'.\n"
        f"  file: {tmp_path / 'pyproject.toml'}\n"
        "  settings: accounts, endpoint, mode, profile, protected, region, regions, stage, stages, systems\n"
        "  did you mean 'region'?"
    )


@pytest.mark.parametrize(("variable", "value"), [("AWS_PROFILE", "work"), ("AWS_ENDPOINT_URL", "http://localhost:1")])
def test_a_cloud_without_a_stage_is_refused(tmp_path: Path, variable: str, value: str) -> None:
    """A profile in the shell is neither ignored nor taken for a wish to test there."""
    with pytest.raises(UsageError) as caught:
        settings_of(tmp_path, environment={variable: value}).insist_on_a_stage()

    assert str(caught.value) == (
        f"A cloud is chosen by {variable}={value!r}, but no stage is named.\n"
        "  name the stage in it: --stage=dev\n"
        "  or take the embedded cloud all the same: --stage=embedded"
    )


def test_the_embedded_stage_can_be_insisted_on(tmp_path: Path) -> None:
    """A named embedded stage wins over a profile in the shell."""
    settings = settings_of(tmp_path, given={"stage": "embedded"}, environment={"AWS_PROFILE": "work"})

    settings.insist_on_a_stage()
    assert settings.embedded


@pytest.mark.parametrize(
    ("system", "stack"), [("bigmouth", "bigmouth-dev"), ("my_shop 2", "my-shop-2-dev"), ("2nd", "stack-2nd-dev")]
)
def test_a_stack_is_called_after_system_and_stage(tmp_path: Path, system: str, stack: str) -> None:
    """CloudFormation takes letters, digits and hyphens, and a letter first."""
    assert settings_of(tmp_path, given={"stage": "dev"}).stack(system) == stack


def test_a_choice_says_where_it_came_from() -> None:
    """The header shows each value with its origin."""
    assert str(Choice("http", "--mode")) == "http (from --mode)"
    assert str(Choice("handler", "default")) == "handler (default)"


def test_all_takes_the_others_in(tmp_path: Path) -> None:
    """`all` beside another mode is all."""
    assert settings_of(tmp_path, given={"mode": "handler,all"}).modes == ("handler", "invoke", "http")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tool]\nharness = 3", "[tool.harness] is 3, which is no table."),
        ("[tool.harness]\nregion = ['a']", "[tool.harness] region is ['a'], which is no text."),
        ("[tool.harness]\nsystems = 3", "[tool.harness] systems is 3, which is no table."),
        ("[tool.harness.systems]\na = 3", "[tool.harness] systems.a is 3, which is no table."),
        ("[tool.harness.systems.a]\nparameters = 'x'", "[tool.harness] parameters is 'x', which is no table."),
        ("[tool.harness.systems.a]\ntemplat = 'x'", "[tool.harness.systems.a] has no setting 'templat'."),
    ],
)
def test_settings_of_a_wrong_shape_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """The error names the setting and the file."""
    project(tmp_path, text)

    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path)

    assert caught.value.sentence == message
    assert ("file", tmp_path / "pyproject.toml") in caught.value.facts


def test_an_endpoint_that_is_no_address_is_refused(tmp_path: Path) -> None:
    """The error names where it came from and how one is written."""
    settings = settings_of(tmp_path, given={"stage": "dev"}, environment={"AWS_ENDPOINT_URL": "nonsense"})

    with pytest.raises(MalformedSettings) as caught:
        settings.insist_on_a_stage()

    assert str(caught.value) == (
        "The endpoint 'nonsense' is no address.\n  from: AWS_ENDPOINT_URL\n  write it as http://host:port"
    )
