"""A protected stage: what writes is refused, and tests that only read run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.cli import main
from harness.errors import StageProtected
from harness.modes.exchange import Request, Response
from harness.project import Project
from harness.settings import read_settings
from harness.stage import Stage
from harness.stage.protection import is_mutation

LEFT_OUT = "the stage 'prod' is protected, and the test is not read_only"


def run(project: pytest.Pytester, suite: str, *arguments: str) -> pytest.RunResult:
    project.makepyfile(test_it=suite)
    return project.runpytest_subprocess("--stage=prod", "--mode=http", *arguments)


SUITE = """
    import pytest

    @pytest.mark.read_only
    def test_reads(stage):
        assert stage.request("GET", "/hello/Ann").json == "GET"

    def test_may_write(stage):
        raise AssertionError("it must not run")

    def test_needs_no_stage():
        pass
"""


def test_only_what_reads_runs(project: pytest.Pytester) -> None:
    """The others are deselected, and that is told with the reason."""
    result = run(project, SUITE)

    result.assert_outcomes(passed=2, deselected=1)
    result.stdout.fnmatch_lines([f"deselected in http: test_it.py::test_may_write: {LEFT_OUT}"])
    assert 0 == result.ret


def test_workers_leave_the_same_out(project: pytest.Pytester) -> None:
    """Their controller tells it."""
    result = run(project, SUITE, "-n1")

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([f"deselected in http: test_it.py::test_may_write: {LEFT_OUT}"])


def test_none_that_reads_is_no_success(project: pytest.Pytester) -> None:
    """Pytest's own code for a run without tests ends it."""
    result = run(project, "def test_writes(stage): pass")

    assert pytest.ExitCode.NO_TESTS_COLLECTED == result.ret


def test_a_gate_tells_what_nobody_has_looked_at(project: pytest.Pytester) -> None:
    """The report has a line for each test that was left out."""
    report = project.path / "report.json"

    run(project, SUITE, f"--report-json={report}")

    assert LEFT_OUT in report.read_text()


VERBS = """
    import pytest

    pytestmark = pytest.mark.read_only

    def test_sends(stage):
        stage.send("Queue", "text")

    def test_deletes(stage):
        stage.request("DELETE", "/hello/Ann?now=1")
"""


def test_a_test_that_writes_all_the_same_fails(project: pytest.Pytester) -> None:
    """The marker is a promise that the stage does not rely on; no frame of the harness is shown."""
    result = run(project, VERBS)

    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            "E       harness.errors.StageProtected: `stage.send` may write, and the stage 'prod' is protected.",
            "E         asked: send Queue",
            "E         stage: prod (from --stage)",
            "E         protected: prod (default)",
            "E         let it be tested in another stage; in this one tests only read",
            "E       harness.errors.StageProtected: `stage.request` may write, and the stage 'prod' is protected.",
            "E         asked: request DELETE /hello/Ann",
            "E         stage: prod (from --stage)",
            "E         protected: prod (default)",
            'E         if that route only reads, say so: @pytest.mark.read_only(also=[[]"DELETE /hello/{name}"[]])',
            "E         otherwise let it be tested in another stage; in this one tests only read",
        ]
    )


ALSO = """
    import pytest

    @pytest.mark.read_only(also=["POST /hello/{name}/search", "PUT /anyhow"])
    def test_searches(stage):
        assert stage.request("POST", "/hello/Ann/search").json == "POST"
        assert stage.request("PUT", "/anyhow").json == "PUT"

    @pytest.mark.read_only
    def test_does_not_say_so(stage):
        stage.request("POST", "/hello/Ann/search")
"""


def test_routes_that_only_read_are_named(project: pytest.Pytester) -> None:
    """They count for the test that names them, and for no other."""
    result = run(project, ALSO)

    result.assert_outcomes(passed=1, failed=1)


def test_what_is_no_route_is_refused(project: pytest.Pytester) -> None:
    """A route is written as the template writes it, also on a stage that nobody protects."""
    suite = """
        import pytest

        @pytest.mark.read_only(also=["POST /hello/{id}/search"])
        def test_searches(stage): pass
    """

    project.makepyfile(test_it=suite)
    result = project.runpytest_subprocess("--stage=embedded", "--mode=http")

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    result.stderr.fnmatch_lines(
        [
            "*harness.UnknownResource: No route is called 'POST /hello/{id}/search'.",
            "*ANY /anyhow, DELETE /anyhow, DELETE /hello/{name}, GET /hello/{name}, *",
            "*did you mean 'POST /hello/{name}/search'?",
        ]
    )


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ('"GET /hello"', "\"'GET /hello'\""),
        ('also="GET /hello"', "\"also='GET /hello'\""),
        ("also=[1]", "'also=[1]'"),
        ("to=[]", "'to=[]'"),
    ],
)
def test_the_marker_takes_routes_only(project: pytest.Pytester, call: str, given: str) -> None:
    """What would be accepted and then not done is refused."""
    suite = f"import pytest\n\n@pytest.mark.read_only({call})\ndef test_it(stage): pass\n"

    result = run(project, suite)

    assert pytest.ExitCode.USAGE_ERROR == result.ret
    assert (
        f"harness.UsageError: The marker 'read_only' is called with {given}.\n"
        "  on: test_it.py::test_it[http]\n"
        "  it takes routes as the template writes them: "
        '@pytest.mark.read_only(also=["POST /orders/search"])'
    ) in result.stderr.str()


@pytest.mark.parametrize(
    "arguments", [["deploy"], ["down"], ["put", "Queue", "text"], ["tail", "Queue", "--for=1"]], ids=lambda one: one[0]
)
def test_commands_that_write_are_refused(
    project: pytest.Pytester, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """By the patterns of the project, and with its exit code."""
    code = main([*arguments, "--stage=prod"])

    command = arguments[0]
    assert 4 == code
    assert (
        f"harness.StageProtected: `harness {command}` does not touch the stage 'prod'.\n"
        "  stage: prod (from --stage)\n"
        "  protected: prod (default)\n"
    ) in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["status"], ["doctor"]], ids=lambda one: one[0])
def test_commands_that_read_run(
    project: pytest.Pytester, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Nobody need look away from a protected stage."""
    main([*arguments, "--stage=prod"])

    out = capsys.readouterr()
    assert "shop-prod" in out.out
    assert "" == out.err


class Answering:
    """A mode that answers what must be refused before it comes here, and queries."""

    name = "answering"

    def query(self, request: Request) -> Response:
        return Response(status_code=200, request=request)

    def request(self, request: Request) -> Response:
        return Response(status_code=200, request=request)


@pytest.fixture
def opened(project: pytest.Pytester, prod: Path) -> Stage:
    """The stage `prod` as a project opens it, but for its mode."""
    found = Project(read_settings(project.path, given={"stage": "prod"}), tell=print).stage("shop", mode="http")
    found._mode = Answering()  # type: ignore[assignment]  # noqa: SLF001 - whatever comes through is answered
    return found


@pytest.mark.parametrize(
    ("verb", "ask"),
    [
        ("publish", lambda stage: stage.publish("default", source="a", detail_type="b", detail={})),
        ("send", lambda stage: stage.send("Queue", "text")),
        ("call", lambda stage: stage.call("Hello")),
        ("cold_start", lambda stage: stage.cold_start("Hello")),
        ("fire", lambda stage: stage.fire("Schedule")),
        ("start", lambda stage: stage.start("Machine")),
        ("test_state", lambda stage: stage.test_state("Machine", "State")),
        ("user", lambda stage: stage.user()),
        ("with_expired_token", lambda stage: stage.with_expired_token(None)),
        ("items", lambda stage: stage.items("Table", [])),
        ("secret_parameter", lambda stage: stage.secret_parameter("name", "value", key="Key")),
        ("query", lambda stage: stage.query("mutation { a }", path="/anyhow")),
        ("query", lambda stage: stage.query("{ a }", path="/anyhow")),
    ],
)
def test_every_verb_that_writes_is_refused(opened: Stage, verb: str, ask: Callable[[Stage], Any]) -> None:
    """Before anything else is looked at, and it is none of what the test did."""
    with pytest.raises(StageProtected) as caught:
        ask(opened)

    assert f"`stage.{verb}` may write, and the stage 'prod' is protected." == caught.value.sentence
    assert not opened.acts


def test_a_query_is_let_in_where_the_test_says_that_a_route_only_reads(opened: Stage) -> None:
    """The template does not say whether a route speaks GraphQL; a mutation is refused there all the same."""
    assert opened._protection is not None  # noqa: SLF001 - the marker of a test sets it
    opened._protection.also = frozenset({"ANY /anyhow"})  # noqa: SLF001

    assert 200 == opened.query("{ a }", path="/anyhow").status_code
    with pytest.raises(StageProtected):
        opened.query("mutation { a }", path="/anyhow")


def test_a_query_that_is_refused_says_how_it_is_let_in(opened: Stage) -> None:
    """It is the route that is named."""
    with pytest.raises(StageProtected) as caught:
        opened.query("{ a }", path="/hello/Ann/search")

    assert str(caught.value) == (
        "`stage.query` may write, and the stage 'prod' is protected.\n"
        "  asked: query POST /hello/Ann/search\n"
        "  stage: prod (from --stage)\n"
        "  protected: prod (default)\n"
        '  if that route only reads, say so: @pytest.mark.read_only(also=["POST /hello/{name}/search"])\n'
        "  otherwise let it be tested in another stage; in this one tests only read"
    )


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ orders { id } }", False),
        ("query Q($given: In = {mutation: 1}) { mutation(of: {subscription: $given}) }", False),
        ('query { find(text: "} mutation {") } # } mutation {', False),
        ('query { find(text: """ " } mutation { """) }', False),
        ("fragment mutation on Order { id } query subscription { orders { ...mutation } }", False),
        ("query { a } mutation { b }", True),
        ("# read\rmutation Place { place { id } }", True),
        ("query { a } # read\r\nmutation { b }", True),
        ("# read\nmutation Place { place { id } }", True),
        ("fragment F on Order { id }\nmutation { place { ...F } }", True),
        ("subscription { orders { id } }", True),
    ],
)
def test_a_mutation_is_known_by_its_first_word(query: str, expected: bool) -> None:  # noqa: FBT001 - a case
    """Not by what stands in a text, a comment, an argument or a name."""
    assert expected is is_mutation(query)
