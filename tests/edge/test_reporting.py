"""What a run reports: evidence under a failure, the verdict and the surface at its end, files, properties of JUnit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

STEPS = """
from contextlib import contextmanager


@contextmanager
def a_name(stage):
    yield "Ann"
"""
WHEN = """
def we_are_greeted(stage, name):
    return stage.request("GET", f"/hello/{name}")
"""
SUITE = """
from steps.hello import given, when


def test_greets(stage):
    with given.a_name(stage) as name:
        answer = when.we_are_greeted(stage, name)

    assert answer.json["words"] == "Servus Ann"
"""
NAMING = """
import pytest
from steps.hello import given


@pytest.fixture
def name(stage):
    with given.a_name(stage) as name:
        yield name
"""
NAMED = """
from steps.hello import when


def test_greets(stage, name):
    assert when.we_are_greeted(stage, name).status_code == 200
"""
GREETED = """
import pytest
from steps.hello import when


@pytest.fixture(scope="session")
def words(stage):
    return when.we_are_greeted(stage, "Ann").json["words"]


def test_first(words):
    assert words


def test_second(words):
    assert words
"""
# Cognito invents none of these, and no regular expression knows them.
SECRET = "violet-harbour-47"


@pytest.fixture
def greeting(project: pytest.Pytester) -> pytest.Pytester:
    """A project whose handlers greet otherwise in this process than where they are deployed."""
    (project.path / "systems" / "hello" / ".test.env").write_text("greeting=Servus\n")
    project.makepyfile(
        **{
            "steps/__init__": "",
            "steps/hello/__init__": "",
            "steps/hello/given": STEPS,
            "steps/hello/when": WHEN,
            "suites/hello/test_hello": SUITE,
            "conftest": "",
        }
    )
    project.makeini("[pytest]\naddopts = -p no:cacheprovider\npythonpath = .")
    return project


def read(project: pytest.Pytester, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project.path / name).read_text(encoding="utf-8"))
    return found


def test_a_failure_shows_its_steps(greeting: pytest.Pytester) -> None:
    """In order, with their times, as their functions are called; nobody has marked them."""
    outcome = greeting.runpytest_subprocess("--mode=invoke")

    outcome.assert_outcomes(failed=1)
    outcome.stdout.re_match_lines_random([
        r"-+ invoke: steps -+",
        r" *\d+\.\d{3} s  given a name  \(\d\.\d{3} s\)",
        r" *\d+\.\d{3} s  when we are greeted  \(\d\.\d{3} s\)",
        r"-+ invoke: requests to hello -+",
    ])  # fmt: skip


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["without workers", "with a worker"])
def test_steps_that_a_conftest_imports_are_steps(greeting: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """That of a folder on the command line is loaded long before plugins are configured."""
    greeting.makepyfile(**{"suites/hello/conftest": NAMING, "suites/hello/test_hello": NAMED})

    outcome = greeting.runpytest_subprocess("suites/hello", "--mode=handler", "--report-json=run.json", *workers)

    outcome.assert_outcomes(passed=1)
    assert [(step["kind"], step["words"]) for step in read(greeting, "run.json")["tests"][0]["steps"]] == [
        ("given", "a name"), ("when", "we are greeted")
    ]  # fmt: skip


def test_a_project_without_systems_keeps_its_steps(pytester: pytest.Pytester) -> None:
    """Whatever its modules are called: nothing of it is heard."""
    heard = "def test_is_plain():\n    assert not hasattr(given.a_name, '__wrapped__')\n"
    pytester.makepyfile(
        **{
            "steps/__init__": "",
            "steps/given": "def a_name():\n    return 'Ann'\n",
            "suites/conftest": "from steps import given\n",
            "suites/test_plain": f"from steps import given\n\n{heard}",
        }
    )
    pytester.makeini("[pytest]\npythonpath = .")

    pytester.runpytest_subprocess("suites").assert_outcomes(passed=1)


def test_a_fixture_that_failed_once_has_its_evidence_in_each_test(greeting: pytest.Pytester) -> None:
    """Pytest does not try it again, and raises what it raised; tests need not ask for the stage themselves."""
    code = greeting.path / "systems" / "hello" / "functions" / "hello.py"
    code.write_text("def handler(event, context):\n    return event['nme']\n")
    greeting.makepyfile(**{"suites/hello/test_hello": GREETED})

    outcome = greeting.runpytest_subprocess("--mode=handler,invoke", "--report-json=run.json")

    outcome.assert_outcomes(errors=4)
    found = read(greeting, "run.json")
    first, second = found["tests"][:2]
    assert (first["as_in"], second["as_in"]) == ("", "suites/hello/test_hello.py::test_first")
    assert [act["status"] for act in second["acts"]] == [502]
    assert second["causes"] == first["causes"] != []
    assert len({(one["area"], one["text"]) for one in found["verdicts"]}) == 1
    outcome.stdout.fnmatch_lines(["-* handler: as in suites/hello/test_hello.py::test_first -*"])


def test_a_green_run_shows_nothing_of_it(greeting: pytest.Pytester) -> None:
    """Neither evidence nor a verdict."""
    outcome = greeting.runpytest_subprocess("--mode=handler")

    outcome.assert_outcomes(passed=1)
    outcome.stdout.no_fnmatch_line("*steps*")
    outcome.stdout.no_fnmatch_line("*verdict*")
    outcome.stdout.no_fnmatch_line("*surface*")


def test_modes_that_disagree_get_a_verdict(greeting: pytest.Pytester) -> None:
    """What runs in this process is right, so it is no matter of the code."""
    outcome = greeting.runpytest_subprocess("--mode=all")

    outcome.assert_outcomes(passed=1, failed=2)
    outcome.stdout.fnmatch_lines([
        "=* verdict =*",
        "*handler passed · invoke failed · http failed*test_greets",
    ])  # fmt: skip


def test_the_reports_hold_each_test_in_each_mode(greeting: pytest.Pytester) -> None:
    """As a page, as JSON and as Markdown; they are written of a red run too."""
    outcome = greeting.runpytest_subprocess(
        "--mode=all", "--report=out/page.html", "--report-json=out/run.json", "--report-summary=out/run.md"
    )

    found = read(greeting, "out/run.json")
    outcome.stdout.fnmatch_lines(["harness: report in out/page.html", "harness: report in out/run.json"])
    assert [(test["mode"], test["outcome"]) for test in found["tests"]] == [
        ("handler", "passed"), ("invoke", "failed"), ("http", "failed")
    ]  # fmt: skip
    assert {test["test"] for test in found["tests"]} == {"suites/hello/test_hello.py::test_greets"}
    assert [step["words"] for step in found["tests"][0]["steps"]] == ["a name", "we are greeted"]
    assert "test_greets" in (greeting.path / "out/page.html").read_text(encoding="utf-8")
    assert "hello" in (greeting.path / "out/run.md").read_text(encoding="utf-8")


def test_workers_report_to_their_controller(greeting: pytest.Pytester) -> None:
    """With pytest-xdist there is one report, and one run, to which all workers belong."""
    greeting.runpytest_subprocess("--mode=handler,invoke", "-n", "2", "--report-json=run.json")

    found = read(greeting, "run.json")
    assert sorted(test["mode"] for test in found["tests"]) == ["handler", "invoke"]
    assert len(found["runs"]) == 1
    assert [verdict["first"] for verdict in found["verdicts"]] == ["invoke"]


def test_the_surface_is_shown_on_request(project: pytest.Pytester) -> None:
    """What was reached in which mode."""
    outcome = project.runpytest_subprocess("--mode=handler", "--surface", "--surface-fail-under=100")

    outcome.assert_outcomes(passed=1)
    assert outcome.ret == pytest.ExitCode.OK
    outcome.stdout.fnmatch_lines(["=* surface =*", "*GET /hello/{name}*"])


def test_a_run_that_reaches_too_little_fails(project: pytest.Pytester) -> None:
    """Its tests pass; the exit code is that of a failed run, and the line says why."""
    template = project.path / "systems" / "hello" / "template.yaml"
    other = "        Other: {Type: Api, Properties: {Path: /other, Method: get}}\nOutputs:"
    template.write_text(template.read_text().replace("Outputs:", other))

    outcome = project.runpytest_subprocess("--mode=handler", "--surface-fail-under=90")

    outcome.assert_outcomes(passed=1)
    assert outcome.ret == pytest.ExitCode.TESTS_FAILED
    outcome.stdout.fnmatch_lines(["harness: the tests reached 66 % of the surface, but --surface-fail-under is 90"])


def test_a_report_that_cannot_be_written_is_refused_before_any_test(project: pytest.Pytester) -> None:
    """Nobody waits for a suite to hear that."""
    outcome = project.runpytest_subprocess("--report=/dev/null/page.html")

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines(["*harness.UsageError: --report cannot be written: '/dev/null' is no folder."])
    outcome.stdout.no_fnmatch_line("*creating*")


@pytest.mark.parametrize("percent", ["500", "nan", "-1"])
def test_a_share_that_is_no_percentage_is_refused(project: pytest.Pytester, percent: str) -> None:
    """It would never hold, or always."""
    outcome = project.runpytest_subprocess(f"--surface-fail-under={percent}")

    assert outcome.ret == pytest.ExitCode.USAGE_ERROR
    outcome.stderr.fnmatch_lines([f"*--surface-fail-under is '{percent}', which is no percentage."])


def test_a_list_of_tests_leaves_the_last_report_alone(project: pytest.Pytester) -> None:
    """Nothing was tested."""
    (project.path / "run.json").write_text("of an earlier run")

    project.runpytest_subprocess("--collect-only", "--report-json=run.json")

    assert (project.path / "run.json").read_text() == "of an earlier run"


def test_what_no_test_tells_is_told_of_the_run(project: pytest.Pytester) -> None:
    """A test without a stage, a test that was not selected, and a module that cannot be collected."""
    project.makepyfile(
        **{
            "suites/hello/test_plain": "def test_plain():\n    assert False\n\ndef test_other():\n    pass\n",
            "suites/hello/test_broken": "raise ValueError\n",
        }
    )

    options = ("--continue-on-collection-errors", "--deselect=suites/hello/test_plain.py::test_other")
    project.runpytest_subprocess("--mode=handler", "--report-json=run.json", *options)

    found = read(project, "run.json")
    assert [(test["test"], test["mode"], test["outcome"]) for test in found["tests"]] == [
        ("suites/hello/test_hello.py::test_greets", "handler", "passed"),
        ("suites/hello/test_plain.py::test_plain", "", "failed"),
    ]
    assert found["unselected"] == 1
    assert found["ended"].startswith("1 failure is of no test that ended")


def test_ids_of_parameters_stay_whole(project: pytest.Pytester) -> None:
    """Also one that holds the name of a mode: a test has the same name in each mode."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            import pytest

            @pytest.mark.parametrize("name", ["handler-old", "a[b]", "http"])
            def test_greets(stage, name):
                assert stage.request("GET", f"/hello/{name}").status_code == 200
            """
        }
    )

    project.runpytest_subprocess("--mode=handler,invoke", "--report-json=run.json")

    tests = {test["test"].partition("::")[2] for test in read(project, "run.json")["tests"]}
    assert tests == {"test_greets[handler-old]", "test_greets[a[b]]", "test_greets[http]"}


def test_causes_are_properties_in_junit(project: pytest.Pytester) -> None:
    """So that what reads JUnit files shows them."""
    code = project.path / "systems" / "hello" / "functions" / "hello.py"
    code.write_text("def handler(event, context):\n    return event['nme']\n")

    project.runpytest_subprocess("--mode=handler", "--junit-xml=junit.xml")

    properties = [(one.get("name"), one.get("value")) for one in ET.parse(project.path / "junit.xml").iter("property")]
    assert ("harness", "hello handler") in properties
    assert any(name == "harness.cause" and "KeyError" in str(value) for name, value in properties)


def test_what_is_secret_stands_nowhere(project: pytest.Pytester) -> None:
    """Neither in what pytest shows of a failure, nor in a report, as soon as the harness is told that it is secret."""
    project.makepyfile(
        **{
            "suites/hello/test_hello": """
            from harness._secrets import keep_secret

            def test_tells(stage):
                secret = "-".join(["violet", "harbour", "47"])
                keep_secret(secret)
                print(secret)
                answer = stage.request("GET", f"/hello/{secret}", headers={"X-Pin": secret})
                assert answer.text == secret
            """
        }
    )

    outcome = project.runpytest_subprocess(
        "--mode=all", "-l", "--report=page.html", "--report-json=run.json", "--report-summary=run.md",
        "--junit-xml=junit.xml",
    )  # fmt: skip

    outcome.assert_outcomes(failed=3)
    written = [(project.path / name).read_text() for name in ("page.html", "run.json", "run.md", "junit.xml")]
    assert [SECRET in text for text in [*written, "\n".join([*outcome.outlines, *outcome.errlines])]] == [False] * 5
    assert "***" in written[1]
