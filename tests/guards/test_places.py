"""Where the project lets its stages be, and which of them are protected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.cloud.account import Cloud
from harness.cloud.stacks import describe
from harness.errors import ForeignPlace, MalformedSettings, UsageError
from harness.project import Project
from harness.settings import Choice, Limit, Settings, read_settings


def settings_of(root: Path, text: str = "", *, stage: str = "dev", **environment: str) -> Settings:
    (root / "pyproject.toml").write_text(f"[tool.harness]\n{text}")
    return read_settings(root, given={"stage": stage}, environment=environment)


@pytest.fixture
def elsewhere(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The embedded cloud as an address that is not embedded, and who the tester is there."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "210987654321")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return {"AWS_ENDPOINT_URL": str(cloud.endpoint)}


def test_a_wrong_account_is_refused(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    """The message tells who one is, what is allowed, and where that is set."""
    settings = settings_of(tmp_path, 'accounts = ["123456789012", "111111111111"]', **elsewhere)

    with pytest.raises(ForeignPlace) as caught:
        _ = Project(settings).cloud

    assert 6 == caught.value.exit_code
    assert str(caught.value) == (
        "The account '210987654321' is none in which the project lets the stage 'dev' be.\n"
        "  identity: arn:aws:iam::210987654321:root\n"
        "  profile: none, but what the environment offers\n"
        "  allowed: 123456789012, 111111111111\n"
        f"  set by: [tool.harness] accounts of {tmp_path / 'pyproject.toml'}\n"
        "  take credentials of an account that is allowed: --profile=NAME"
    )


def test_a_wrong_region_is_refused_without_a_call(tmp_path: Path) -> None:
    """Nothing listens at the address, and nobody is asked."""
    settings = settings_of(
        tmp_path, 'regions = ["eu-west-1"]', AWS_REGION="us-east-1", AWS_ENDPOINT_URL="http://127.0.0.1:9"
    )

    with pytest.raises(ForeignPlace) as caught:
        _ = Project(settings).cloud

    assert str(caught.value) == (
        "The region 'us-east-1' is none in which the project lets the stage 'dev' be.\n"
        "  region: us-east-1 (from AWS_REGION)\n"
        "  allowed: eu-west-1\n"
        f"  set by: [tool.harness] regions of {tmp_path / 'pyproject.toml'}\n"
        "  name one that is allowed: --region=eu-west-1"
    )


@pytest.mark.parametrize(
    "text", ['accounts = ["210987654321"]', '[tool.harness.stages.dev]\naccount = "210987654321"', ""]
)
def test_an_account_that_is_allowed_passes(tmp_path: Path, elsewhere: dict[str, str], text: str) -> None:
    """So does any account where the project names none."""
    assert "210987654321" == Project(settings_of(tmp_path, text, **elsewhere)).cloud.account


def test_the_embedded_cloud_is_always_allowed(tmp_path: Path) -> None:
    """Its accounts are nobody's."""
    settings = settings_of(tmp_path, 'accounts = ["123456789012"]\nregions = ["eu-west-1"]', stage="embedded")

    assert "embedded cloud, account 000000000000" in Project(settings).described()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "account 210987654321 (the project names no accounts) · region"),
        ('accounts = ["210987654321"]', "account 210987654321 · region"),
        ('accounts = ["123456789012"]', "The account '210987654321' is none in which the project lets"),
    ],
)
def test_the_header_says_whether_accounts_are_named(
    tmp_path: Path, elsewhere: dict[str, str], text: str, words: str
) -> None:
    """Whoever names none is reminded, and a wrong one is told without an end."""
    assert words in Project(settings_of(tmp_path, text, **elsewhere)).described()


def test_the_header_says_that_a_stage_is_protected(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    """Before anybody wonders where the tests are."""
    lines = Project(settings_of(tmp_path, stage="prod", **elsewhere)).described().splitlines()

    assert "harness: the stage is protected, so only tests marked read_only run, and they cannot write" == lines[-1]


def test_a_stage_has_its_own_account_and_region(tmp_path: Path) -> None:
    """What is set for it counts before what is set for the project."""
    text = 'accounts = ["111111111111"]\nregions = ["us-east-1"]\n[tool.harness.stages.Dev]\n'

    settings = settings_of(tmp_path, text + 'account = "222222222222"\nregion = "eu-west-1"')

    assert Limit(values=("222222222222",), origin="[tool.harness.stages.Dev] account") == settings.accounts
    assert Limit(values=("eu-west-1",), origin="[tool.harness.stages.Dev] region") == settings.regions


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Choice("eu-west-1", "[tool.harness.stages.dev] region")),
        ({"AWS_REGION": "eu-north-1"}, Choice("eu-north-1", "AWS_REGION")),
    ],
)
def test_the_region_of_a_stage_is_chosen(tmp_path: Path, environment: dict[str, str], expected: Choice) -> None:
    """Unless somebody asks for another, which is then refused."""
    text = 'region = "us-west-2"\n[tool.harness.stages.dev]\nregion = "eu-west-1"'

    assert expected == settings_of(tmp_path, text, **environment).region


@pytest.mark.parametrize(
    ("stage", "text", "expected"),
    [
        ("prod", "", Choice("prod", "default")),
        ("Production", "", Choice("production", "default")),
        ("live-eu", 'protected = ["prod", "LIVE-*"]', Choice("LIVE-*", "[tool.harness] protected")),
        ("prod", 'protected = ["live-*"]', None),
        ("prod", "protected = []", None),
        ("dev", "", None),
        ("dev", "[tool.harness.stages.DEV]\nprotected = true", Choice("true", "[tool.harness.stages.DEV] protected")),
        ("prod", "[tool.harness.stages.prod]\nprotected = false", None),
        ("embedded", 'protected = ["*"]', None),
    ],
)
def test_stages_are_protected_by_pattern_or_by_name(
    tmp_path: Path, stage: str, text: str, expected: Choice | None
) -> None:
    """Capital letters make no difference, and what is set for the stage itself counts first."""
    assert expected == settings_of(tmp_path, text, stage=stage).protection


A_NAME = "\n  a name has letters and digits, and single hyphens between them"


@pytest.mark.parametrize(
    "stage", ["prod ", " prod", "prod.", "prod_", "-prod", "prod-", "prod\r", "prod\n", "pre--prod", "pr\u00f3d", "a/b"]
)
def test_a_stage_whose_stack_would_be_that_of_another_is_refused(tmp_path: Path, stage: str) -> None:
    """What is no letter or digit would be left out of the name of its stack, and no guard would know it."""
    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path, stage=stage)

    assert str(caught.value) == f"No stage can be called {stage!r}.\n  from: --stage{A_NAME}"


def test_a_name_from_the_environment_is_looked_at_too(tmp_path: Path) -> None:
    """A file of variables may end its lines as Windows does."""
    with pytest.raises(MalformedSettings) as caught:
        read_settings(tmp_path, environment={"TEST_STAGE": "prod\r"})

    assert str(caught.value) == f"No stage can be called 'prod\\r'.\n  from: TEST_STAGE{A_NAME}"


def test_what_is_set_for_a_stage_that_cannot_be_is_refused(tmp_path: Path) -> None:
    """It would protect nothing."""
    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path, '[tool.harness.stages."live_eu"]\nprotected = true')

    assert str(caught.value) == (
        "No stage can be called 'live_eu'.\n"
        f"  from: [tool.harness.stages]\n  file: {tmp_path / 'pyproject.toml'}{A_NAME}"
    )


def test_a_pattern_that_no_stage_can_be_like_is_refused(tmp_path: Path) -> None:
    """It would protect nothing either."""
    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path, 'protected = ["prod", "live_*"]')

    assert str(caught.value) == (
        "[tool.harness] protected: no stage can have a name like 'live_*'.\n"
        f"  file: {tmp_path / 'pyproject.toml'}{A_NAME}; * stands for any of them, ? for one"
    )


TWO = """
[tool.harness.systems.a]
template = "a.yaml"
[tool.harness.systems.a_b]
template = "b.yaml"
"""


def test_a_stage_with_a_stack_of_a_protected_one_is_refused(tmp_path: Path) -> None:
    """`harness down` of the one would take the other away."""
    with pytest.raises(UsageError) as caught:
        settings_of(tmp_path, TWO, stage="b-prod")

    assert str(caught.value) == (
        "The stage 'b-prod' would have a stack of the protected stage 'prod'.\n"
        "  stage: b-prod (from --stage)\n"
        "  stack: a-b-prod, of system 'a' in 'b-prod' and of 'a_b' in 'prod'\n"
        "  protected: prod (default)\n"
        "  name the stage otherwise"
    )


@pytest.mark.parametrize("stage", ["b-dev", "c-prod", "b", "prod", "embedded"])
def test_other_stages_have_stacks_of_their_own(tmp_path: Path, stage: str) -> None:
    """Or share them with stages that are as little protected, or are protected themselves."""
    assert stage == settings_of(tmp_path, TWO, stage=stage).stage.value


TWELVE = "\n  an account has twelve digits, as text: 123456789012 in quotes"
NAME_THEM = "\n  name those that are allowed, or leave it out to allow any"


@pytest.mark.parametrize(
    ("text", "sentence", "remedy"),
    [
        ('accounts = ["1234"]', "[tool.harness] accounts: '1234' is no account.", TWELVE),
        ("accounts = [123456789012]", "[tool.harness] accounts: 123456789012 is no account.", TWELVE),
        (
            'accounts = "123456789012"',
            "[tool.harness] accounts is '123456789012', which is no list that names any.",
            NAME_THEM,
        ),
        ("accounts = []", "[tool.harness] accounts is [], which is no list that names any.", NAME_THEM),
        (
            'regions = ["Ireland"]',
            "[tool.harness] regions: 'Ireland' is no region.",
            "\n  write it as AWS does: eu-west-1",
        ),
        ("protected = true", "[tool.harness] protected is True, which is no list of names.", ""),
        (
            '[tool.harness.stages.dev]\nprotected = "no"',
            "[tool.harness.stages.dev] protected is 'no', which is neither true nor false.",
            "",
        ),
        (
            '[tool.harness.stages.dev]\naccount = "12"',
            "[tool.harness.stages.dev] account: '12' is no account.",
            TWELVE,
        ),
        ("stages = 1", "[tool.harness] stages is 1, which is no table.", ""),
        ("[tool.harness.stages]\ndev = 1", "[tool.harness] stages.dev is 1, which is no table.", ""),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, text: str, sentence: str, remedy: str) -> None:
    """A guard that is misspelt must not stand open."""
    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path, text)

    assert f"{sentence}\n  file: {tmp_path / 'pyproject.toml'}{remedy}" == str(caught.value)


@pytest.mark.parametrize(
    ("name", "setting", "known"),
    [("dev", "acount", "account, protected, region"), ("embedded", "protected", "region")],
)
def test_an_unknown_setting_of_a_stage_is_refused(tmp_path: Path, name: str, setting: str, known: str) -> None:
    """The embedded cloud has no account to name, and nothing in it is protected."""
    with pytest.raises(MalformedSettings) as caught:
        settings_of(tmp_path, f"[tool.harness.stages.{name}]\n{setting} = true")

    lines: list[Any] = str(caught.value).splitlines()
    assert f"[tool.harness.stages.{name}] has no setting {setting!r}." == lines[0]
    assert f"  settings: {known}" == lines[2]


WRONG = 'accounts = ["123456789012"]\n[tool.harness.systems.shop]\ntemplate = "{prod}"'


def test_a_run_in_a_wrong_account_ends_at_once(project: pytest.Pytester, prod: Path) -> None:
    """With the exit code of an environment that must be put right."""
    project.makepyprojecttoml(f"[tool.harness]\n{WRONG.format(prod=prod)}")
    project.makepyfile(test_it='def test_it(stage): stage.send("Queue", "text")')

    result = project.runpytest_subprocess("--stage=dev", "--mode=http")

    assert 6 == result.ret
    words = "The account '000000000000' is none in which the project lets the stage 'dev' be."
    assert f"harness.ForeignPlace: {words}" in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize("text", [WRONG, WRONG.replace("accounts", "regions").replace("123456789012", "eu-west-1")])
def test_nothing_is_deployed_in_a_wrong_place(
    project: pytest.Pytester, prod: Path, cloud: Cloud, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """Neither a stack nor the bucket for its packages is there afterwards."""
    project.makepyprojecttoml(f"[tool.harness]\n{text.format(prod=prod)}")
    before = cloud.client("s3").list_buckets()["Buckets"]

    code = main(["deploy", "--stage=dev"])

    assert 6 == code
    assert "harness.ForeignPlace: " in capsys.readouterr().err
    assert describe(cloud, "shop-dev") is None
    assert before == cloud.client("s3").list_buckets()["Buckets"]
