"""What a user sees of the plugin: modes, header, ids, deselection, evidence, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest


def test_one_test_runs_in_every_mode(project: pytest.Pytester) -> None:
    """The mode is in the id, and the tally counts each mode."""
    outcome = project.runpytest_subprocess("--mode=all", "-v")

    outcome.assert_outcomes(passed=3)
    outcome.stdout.fnmatch_lines([
        "harness: mode all (from --mode) · stage embedded (default) · embedded cloud, account 000000000000 · *",
        "*::test_greets?handler? PASSED*",
        "*::test_greets?invoke? PASSED*",
        "*::test_greets?http? PASSED*",
        "hello  handler  1 passed",
        "hello  invoke   1 passed",
        "hello  http     1 passed",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "option", "modes"), [("http", None, {"http"}), ("http", "--mode=handler", {"handler"})]
)
def test_the_environment_is_the_same_flag(
    project: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    option: str | None,
    modes: set[str],
) -> None:
    """TEST_MODE does what --mode does, and the option wins."""
    monkeypatch.setenv("TEST_MODE", variable)

    outcome = project.runpytest_subprocess("--collect-only", "-q", *([option] if option else []))

    assert {line.partition("[")[2].rstrip("]") for line in outcome.outlines if "::" in line} == modes


def test_collecting_starts_no_cloud(project: pytest.Pytester) -> None:
    """An IDE that collects tests waits for nothing and leaves nothing behind."""
    project.runpytest_subprocess("--collect-only")

    assert not (project.path / ".harness" / "clouds").exists()


def test_nothing_is_left_running(project: pytest.Pytester) -> None:
    """The cloud that the run started is gone when it ends."""
    project.runpytest_subprocess("--mode=http")

    assert list((project.path / ".harness" / "clouds").iterdir()) == []


def test_the_ini_setting_is_the_same_flag(project: pytest.Pytester) -> None:
    """A project sets its default mode in its ini file."""
    project.makeini("[pytest]\nharness_mode = invoke")

    outcome = project.runpytest_subprocess()

    outcome.assert_outcomes(passed=1)
    outcome.stdout.fnmatch_lines(["harness: mode invoke (from ini setting harness_mode) *"])


def test_a_test_is_deselected_where_it_makes_no_sense(project: pytest.Pytester) -> None:
    """It is counted with its reason, and neither passed nor skipped."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            import pytest

            @pytest.mark.modes("handler", reason="looks at module state")
            def test_inside(stage):
                assert stage.mode == "handler"
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(passed=1, deselected=2)
    outcome.stdout.fnmatch_lines(
        ["deselected in invoke, http: suites/hello/test_hello.py::test_inside: looks at module state"]
    )


def test_a_marker_without_a_reason_is_refused(project: pytest.Pytester) -> None:
    """Leaving a test out needs a reason that a reader sees."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            import pytest

            @pytest.mark.modes("handler")
            def test_inside(stage): ...
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=http")

    assert outcome.ret == 4
    outcome.stderr.fnmatch_lines(["*harness.UsageError: The marker 'modes' gives no reason.", "*on: *test_inside*"])


def test_memory_stays_warm_until_a_cold_start(project: pytest.Pytester) -> None:
    """Module state lives on between requests, as in Lambda, and is dropped when a test asks, in every mode."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def calls(stage):
                return stage.request("GET", "/hello/Ann").json["calls"]

            def test_inside(stage):
                first = calls(stage)
                assert calls(stage) == first + 1
                stage.cold_start("Hello")
                assert calls(stage) == 1
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(passed=3)


def test_a_bug_in_a_handler_shows_its_traceback(project: pytest.Pytester) -> None:
    """The front door answers 502, and under the failure stands the line that raised."""
    code = project.path / "systems" / "hello" / "functions" / "hello.py"
    code.write_text("def handler(event, context):\n    return event['nme']\n")

    outcome = project.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(failed=3)
    outcome.stdout.fnmatch_lines([
        "*assert 502 == 200*",
        "*handler: requests to hello*",
        "GET /hello/Ann -> 502 *",
        "  Hello failed with KeyError: 'nme'",
        "*hello.py*line 2, in handler",
        "*return event?'nme'?",
    ])  # fmt: skip


def test_overrides_beside_the_template_count(project: pytest.Pytester) -> None:
    """`.test.env` replaces variables of handlers in this process, and the function's own file wins."""
    folder = project.path / "systems" / "hello"
    (folder / ".test.env").write_text("greeting=Bonjour\n")
    (folder / ".test.env.Hello").write_text("greeting=Servus\n")
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def test_greets(stage):
                assert stage.request("GET", "/hello/Ann").json["words"] == "Servus Ann"
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=handler")

    outcome.assert_outcomes(passed=1)


def refused(project: pytest.Pytester, *arguments: str, code: int) -> str:
    outcome = project.runpytest_subprocess(*arguments)
    assert outcome.ret == code, outcome.outlines
    return "\n".join([*outcome.outlines, *outcome.errlines])


def test_an_unknown_mode_is_refused(project: pytest.Pytester) -> None:
    """The message lists the modes; the code is that of a usage error."""
    text = refused(project, "--mode=handlr", code=4)

    assert "harness.UnknownMode: No mode is called 'handlr'." in text
    assert "did you mean 'handler'?" in text


def test_an_unknown_logical_id_lists_the_right_ones(project: pytest.Pytester) -> None:
    """A misspelt function fails the test with the names that exist."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def test_cold(stage):
                stage.cold_start("Helo")
            """
        }
    )

    text = refused(project, code=1)

    assert "UnknownResource: No function is called 'Helo'." in text
    assert "did you mean 'Hello'?" in text


def test_a_missing_template_is_refused(project: pytest.Pytester) -> None:
    """A declared system without a template says where it was looked for."""
    (project.path / "pyproject.toml").write_text('[tool.harness.systems.hello]\ntemplate = "gone.yaml"\n')

    text = refused(project, code=4)

    assert "harness.NoTemplate: The template of system 'hello' is not there." in text
    assert "gone.yaml" in text


def test_a_test_of_no_system_is_refused(project: pytest.Pytester) -> None:
    """With two systems a test must say which it is about."""
    (project.path / "systems" / "other").mkdir()
    (project.path / "systems" / "other" / "template.yaml").write_text("Resources: {}")
    project.makepyfile(test_lost="def test_lost(stage): ...")

    text = refused(project, "test_lost.py", code=4)

    assert "harness.UnknownSystem: Which system is the test 'test_lost.py::test_lost' about?" in text


def test_a_marker_names_the_system(project: pytest.Pytester) -> None:
    """A test outside the folder of its system is marked."""
    (project.path / "systems" / "other").mkdir()
    (project.path / "systems" / "other" / "template.yaml").write_text("Resources: {}")
    project.makepyfile(
        test_found="""
            import pytest

            @pytest.mark.system("hello")
            def test_found(stage):
                assert stage.system.name == "hello"
            """
    )

    outcome = project.runpytest_subprocess("test_found.py")

    outcome.assert_outcomes(passed=1)


def test_a_handler_that_cannot_be_imported_says_why(project: pytest.Pytester) -> None:
    """The message holds the import error and the path that was searched."""
    template = project.path / "systems" / "hello" / "template.yaml"
    template.write_text(template.read_text().replace("hello.handler", "helo.handler"))

    text = refused(project, "--mode=handler", code=1)

    assert "HandlerNotFound" in text
    assert "No module named 'helo'" in text
    assert str(Path("systems") / "hello" / "functions") in text


def test_an_unreachable_endpoint_ends_the_run(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing answers: the run ends at once, with the code of a broken environment."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

    text = refused(project, "--stage=dev", code=6)

    assert "harness.UnreachableEndpoint: Nothing answers at 'http://127.0.0.1:9'" in text


def test_no_credentials_ends_the_run(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without credentials the message says what to do."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")

    text = refused(project, "--stage=dev", code=6)

    assert "harness.NoCredentials: There are no credentials for the cloud." in text


def test_a_project_without_systems_is_left_alone(pytester: pytest.Pytester) -> None:
    """Being installed adds no header, no folder and no failure to somebody else's project."""
    pytester.makepyfile("def test_it(): ...")

    outcome = pytester.runpytest_subprocess()

    outcome.assert_outcomes(passed=1)
    assert not any("harness:" in line for line in outcome.outlines)
    assert not (pytester.path / ".harness").exists()


def test_a_shell_with_a_profile_does_not_disturb_other_tests(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test that needs no stage runs; the header says what is missing, and a test that needs one ends the run."""
    monkeypatch.setenv("AWS_PROFILE", "work")
    project.makepyfile(test_unit="def test_unit(): ...")

    unit = project.runpytest_subprocess("test_unit.py")
    staged = project.runpytest_subprocess("suites")

    unit.assert_outcomes(passed=1)
    unit.stdout.fnmatch_lines(["harness: *A cloud is chosen by AWS_PROFILE='work', but no stage is named*"])
    assert staged.ret == 4
    staged.stdout.fnmatch_lines(["*harness.UsageError: A cloud is chosen by AWS_PROFILE='work', but no stage*"])


@pytest.mark.parametrize(("variable", "value"), [("AWS_PROFILE", "work"), ("TEST_MODE", "true")])
def test_variables_of_others_do_not_disturb_a_project_without_systems(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """The harness may be installed where nobody uses it."""
    monkeypatch.setenv(variable, value)
    pytester.makepyfile("def test_it(): ...")

    pytester.runpytest_subprocess().assert_outcomes(passed=1)


def test_help_survives_broken_settings(project: pytest.Pytester) -> None:
    """Who looks for the right option finds it."""
    (project.path / "pyproject.toml").write_text("[tool.harness]\nregon = 'x'\n")

    outcome = project.runpytest_subprocess("--help")

    assert outcome.ret == 0
    outcome.stdout.fnmatch_lines(["*--mode=MODE*"])


def test_broken_settings_are_refused(project: pytest.Pytester) -> None:
    """A misspelt setting is not ignored."""
    (project.path / "pyproject.toml").write_text("[tool.harness]\nregon = 'x'\n")

    text = refused(project, code=4)

    assert "harness.MalformedSettings: [tool.harness] has no setting 'regon'." in text


BROKEN = "  Bad:\n    Type: AWS::Whatever::Thing\nOutputs:"


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "with workers"])
def test_a_failed_deployment_ends_the_run(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """The first failed resource and its reason are shown, and the code is that of a broken environment."""
    template = project.path / "systems" / "hello" / "template.yaml"
    template.write_text(template.read_text().replace("Outputs:", BROKEN))

    text = refused(project, *workers, code=6)

    assert "harness.DeploymentFailed:" in text
    assert "AWS::Whatever::Thing" in text


def test_a_usage_error_is_the_same_with_workers(project: pytest.Pytester) -> None:
    """The workers find it, and the controller says it, with its exit code."""
    (project.path / "systems" / "other").mkdir()
    (project.path / "systems" / "other" / "template.yaml").write_text("Resources: {}")
    project.makepyfile(test_lost="def test_lost(stage): ...")

    text = refused(project, "-n", "2", "test_lost.py", code=4)

    assert "harness.UnknownSystem: Which system is the test 'test_lost.py::test_lost' about?" in text


def test_what_is_deselected_is_counted_with_workers_too(project: pytest.Pytester) -> None:
    """The reasons reach the terminal of the controller, once."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            import pytest

            @pytest.mark.modes("handler", reason="looks at module state")
            def test_inside(stage):
                assert stage.mode == "handler"
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=all", "-n", "2")

    outcome.assert_outcomes(passed=1)
    lines = [line for line in outcome.outlines if line.startswith("deselected in")]
    assert lines == ["deselected in invoke, http: suites/hello/test_hello.py::test_inside: looks at module state"]


def test_a_project_without_any_template_is_told_where_one_goes(pytester: pytest.Pytester) -> None:
    """A test that asks for a stage needs a system."""
    pytester.makepyfile("def test_it(stage): ...")

    text = refused(pytester, code=4)

    assert "harness.NoTemplate: The test " in text
    assert "asks for a stage, but the project has no system." in text
    assert "template.yaml" in text


def test_no_token_reaches_a_report(project: pytest.Pytester) -> None:
    """Neither a header nor a secret in a body is shown under a failure, nor in the JUnit file."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def test_fails(stage):
                headers = {"Authorization": "Bearer eyJh.eyJi.c2ln"}
                answer = stage.request("GET", "/hello/Ann", headers=headers, json={"password": "p4ssword"})
                assert answer.request is None and answer.status_code == 500
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=all", "-vv", "--junitxml=junit.xml")

    shown = "\n".join(outcome.outlines) + (project.path / "junit.xml").read_text()
    outcome.assert_outcomes(failed=3)
    # The source of the failing test is shown as it stands; what the harness adds to it holds neither.
    assert shown.count("eyJh.eyJi.c2ln") == shown.count('"Bearer eyJh.eyJi.c2ln"') + shown.count("&quot;Bearer eyJh")
    assert '"password": "***"' in shown


def test_a_proxy_does_not_stand_between_a_handler_and_the_embedded_cloud(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shell behind a proxy that leads nowhere tests all the same."""
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    code = project.path / "systems" / "hello" / "functions" / "hello.py"
    code.write_text(
        f"import boto3\n{code.read_text()}".replace("calls += 1", "boto3.client('sts').get_caller_identity()")
    )

    outcome = project.runpytest_subprocess("--mode=handler")

    outcome.assert_outcomes(passed=1)


def test_inline_code_runs_in_this_process(project: pytest.Pytester) -> None:
    """Code that stands in the template needs no folder."""
    template = project.path / "systems" / "hello" / "template.yaml"
    inline = "InlineCode: |\n        def handler(event, context):\n            return {'statusCode': 200, 'body': 'in'}"
    text = template.read_text().replace("CodeUri: functions/", inline).replace("hello.handler", "index.handler")
    template.write_text(text)
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            def test_greets(stage):
                assert stage.request("GET", "/hello/Ann").text == "in"
            """
        }
    )

    outcome = project.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(passed=3)


def test_another_runtime_is_named(project: pytest.Pytester) -> None:
    """Only Python runs in this process; the message says which modes remain."""
    template = project.path / "systems" / "hello" / "template.yaml"
    template.write_text(template.read_text().replace("python3.12", "nodejs22.x"))

    text = refused(project, "--mode=handler", code=1)

    assert "The function 'Hello' does not run in this process: its runtime is 'nodejs22.x'." in text
    assert "functions ask for" not in text
