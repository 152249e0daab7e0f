"""A run in which everything that is secret is logged, raised and asserted on: no output of it shows any of that."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from urllib.parse import quote

import pytest

from .projects import FUNCTIONS, MODES, Copy, Run

REPORTS = ("page.html", "run.json", "run.md", "report.xml")
LOG = "tests.log"

# The secret key of the embedded cloud is no secret, and has four.
SHORTEST = 6

# Each handler tells all that it knows, in the ways in which handlers do, and puts it where only this test looks.
TELLING = """
import base64
import json
import logging
import os
import sys
import urllib.parse

from aws_lambda_powertools import Logger

NAMES = ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def tell(event, **more):
    keys = {name: os.environ[name] for name in NAMES if name in os.environ}
    all_of_it = {"event": event, "keys": keys, **more}
    with open(SEEN, "a") as seen:
        seen.write(json.dumps(all_of_it) + "\\n")
    headers = event.get("headers") or {}
    print(all_of_it)
    print(json.dumps(all_of_it))
    print(json.dumps({"body": json.dumps(all_of_it)}, indent=1))
    print("\\n".join(f"{name}: {value}" for name, value in headers.items()))
    print(urllib.parse.urlencode(headers), list(headers.items()), file=sys.stderr)
    print(base64.b64encode(json.dumps(more).encode()).decode())
    print("cut:", *(f"{value[:60]}... ...{value[-60:]}" for value in [*headers.values(), *more.values()]))
    print("broken:", *(f"{value[at:at + 76]}\\n" for value in headers.values() for at in range(0, len(value), 76)))
    logging.getLogger("handler").warning("%s", all_of_it)
    Logger().info(all_of_it)
"""
PLACED = '    restaurant = proxy.text_in_body(event, "restaurantName")\n'
LISTED = "    found = restaurants.listed(settings.invocation().default_results)\n"
SEARCHED = "    # API Gateway validates only bodies"
REFUSED = '{"statusCode": 418, "body": proxy.ok(event["headers"])["body"], "headers": event["headers"]}'

TESTS = '''
"""Everything is shown."""

import json
import logging
import warnings

import pytest

from harness import Stage, User
from harness.cloud.taking import take_away
from steps.bigmouth import given, then, when


def test_a_user_is_shown(stage: Stage, customer: User, record_property) -> None:
    token, password, everything = customer.id_token, customer.password, vars(customer)
    answer = when.we_search_for(stage, "cartoon", user=customer)
    request = answer.request
    headers = dict(request.headers)
    pairs = list(request.headers.items())
    print(token, password, everything, headers, pairs, request.headers)
    logging.getLogger("test").warning("%s", everything)
    warnings.warn(f"the token {token} of {password}")
    record_property("token", token)
    error = AssertionError(f"{headers} {pairs}")
    error.add_note(f"with {password} and {customer.refresh_token}")
    error.__cause__ = ValueError(customer.access_token)
    raise error


def test_a_difference_is_shown(stage: Stage, customer: User) -> None:
    signed = when.we_list_the_restaurants(stage, signed=True)
    found = [vars(customer), signed.text, dict(signed.headers), customer.id_token.encode()]
    assert found == [{}, "", {}, b""]


def test_tokens_differ(stage: Stage, customer: User) -> None:
    assert customer.id_token == customer.access_token


def test_a_mapping_is_searched(stage: Stage, customer: User) -> None:
    assert {"Authorization": customer.id_token, "who": customer.password} == {"Authorization": customer.password}


def test_nothing_is_said(stage: Stage, customer: User) -> None:
    stage.publish("EventBus", source="test", detail_type=customer.password, detail={"it": customer.id_token})
    stage.journal.expect("EventBus", detail={"it": customer.access_token, "who": customer.password}, within=0.5)


@pytest.mark.xfail(strict=False)
def test_is_expected_to_fail(stage: Stage, customer: User) -> None:
    print(customer.id_token)
    pytest.fail(customer.id_token)


def test_is_skipped(stage: Stage, customer: User) -> None:
    print(customer.id_token)
    pytest.skip(customer.id_token)


def test_passes(stage: Stage, customer: User) -> None:
    when.we_search_for(stage, "cartoon", user=customer)
    stage.publish("EventBus", source="test", detail_type="told", detail={"it": customer.id_token})
    print(customer.id_token, customer.password)
    logging.getLogger("test").warning(customer.refresh_token)


def test_a_tampered_token(stage: Stage) -> None:
    with given.a_customer_with_a_tampered_token(stage) as impostor:
        answer = when.we_search_for(stage, "cartoon", user=impostor)
        assert impostor.id_token == answer


def test_an_expired_token(stage: Stage) -> None:
    with given.a_customer_with_an_expired_token(stage) as late:
        answer = when.we_search_for(stage, "cartoon", user=late)
        assert late.id_token == answer


def test_something_is_left(stage: Stage, customer: User) -> None:
    nobody = stage.cloud.creating("user", "", within=stage.physical_id("UserPool"))
    assert not take_away(nobody, cloud=stage.cloud)


@pytest.fixture
def broken(stage: Stage, customer: User):
    print(customer.id_token)
    yield
    raise ValueError(customer.password)


def test_ends_badly(stage: Stage, customer: User, broken) -> None:
    pass
'''
GRAPH = '''
"""The key of an API of AppSync is shown."""

from harness import Stage


def test_a_key_is_shown(stage: Stage) -> None:
    request = stage.query("{ __typename }", key=True).request
    print(request.headers["x-api-key"], vars(request))
    assert dict(request.headers) == {}, request.headers
'''
# What is known at the end, and what is on disk while the cloud still runs, put where only this test looks.
CONFTEST = """

import json
from pathlib import Path

import harness._secrets


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    with (APART / "known.jsonl").open("a") as known:
        known.write(json.dumps(list(harness._secrets._known)) + "\\n")
    with (APART / "files.txt").open("a") as files:
        folder = session.config.rootpath / ".harness"
        for path in folder.rglob("*"):
            if path.is_file() and not set(path.relative_to(folder).parts) & {"packages", "runtime", "tmp", "state"}:
                files.write(f"{path}\\n{path.read_text(errors='replace')}\\n")
"""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A run that tells everything.

    Args:
        run: What came of it.
        outputs: The texts that it left, by what they are called.
        files: What was in the project's folder for caches and state, the log of the embedded cloud included.
        secrets: What they must not hold, by what it is called.
        seen: What the handlers saw, as they put it on disk.
    """

    run: Run
    outputs: dict[str, str]
    files: str
    secrets: dict[str, str]
    seen: str


def planted(copy: Copy, *, tests: str = TESTS, apart: Path) -> Copy:
    """Plant tests that tell everything, and what keeps for us what there is to be found."""
    copy.hurry()
    suite = copy.folder / "suites" / copy.system
    (suite / "test_telling.py").write_text(tests)
    conftest = suite / "conftest.py"
    kept = CONFTEST.replace("\n\n\n@", f"\n\nAPART = Path({str(apart)!r})\n\n\n@", 1)
    conftest.write_text(f"{conftest.read_text()}{kept}")
    return copy


def plant_in_functions(copy: Copy, *, apart: Path) -> None:
    """Plant handlers that log, raise and answer with all that they know."""
    seen = f"SEEN = {str(apart / 'seen.jsonl')!r}\n"
    (copy.folder / FUNCTIONS / "telling.py").write_text(f"{seen}{TELLING}")
    tell, known = "    import telling\n    telling.tell(event)\n", "    known = settings.invocation().secret\n"
    failing = "    raise RuntimeError(f\"{event['headers']} of {event}\")\n"
    copy.plant(f"{FUNCTIONS}/place_order.py", PLACED, f"{tell}{failing}{PLACED}")
    copy.plant(f"{FUNCTIONS}/get_restaurants.py", LISTED, f"{tell}    return {REFUSED}\n{LISTED}")
    tell = tell.replace("event)", "event, secret=known)")
    copy.plant(f"{FUNCTIONS}/search_restaurants.py", SEARCHED, f"{known}{tell}{failing}{SEARCHED}")


def told_by(copy: Copy, *options: str, mode: str, apart: Path) -> Told:
    """Run the suite with every report, and read what it left."""
    reports = ("--report=page.html", "--report-json=run.json", "--report-summary=run.md", "--surface")
    # What the copy's settings make of a warning is no matter here; that of `record_property` would end a test.
    run = copy.run_suite("-l", "-rA", "-W", "default", "-o", "junit_logging=all", *reports, *options, mode=mode)
    assert run.code == 1, run.output
    read = {path.name: path.read_text() for path in apart.iterdir()}
    outputs = {name: (copy.folder / name).read_text() for name in REPORTS}
    seen = read.get("seen.jsonl", "")
    return Told(
        run=run,
        outputs={"terminal": run.output, **outputs},
        files=read["files.txt"],
        secrets=dict(known_secrets(seen, known=read["known.jsonl"])),
        seen=seen,
    )


def known_secrets(seen: str, *, known: str) -> Iterator[tuple[str, str]]:
    """Give all that is secret: what the harness knows, and what the handlers got."""
    for number, value in enumerate(one for line in known.splitlines() for one in json.loads(line)):
        yield f"known {number}", value
    for number, told in enumerate(map(json.loads, seen.splitlines())):
        headers = {name.lower(): value for name, value in (told["event"].get("headers") or {}).items()}
        authorization = headers.get("authorization", "")
        signed, signature = authorization.partition("Signature=")[::2]
        yield f"{'signature' if signature else 'token'} {number}", signature or signed
        yield f"security token {number}", headers.get("x-amz-security-token", "")
        yield f"parameter {number}", told.get("secret", "")
        yield from ((f"{name} {number}", value) for name, value in told["keys"].items())


def writings(value: str) -> Iterator[str]:
    """Give a secret as it may be written, and what is secret of a token."""
    encoded = base64.b64encode(value.encode()).decode()
    as_json = json.dumps(value)[1:-1]
    yield from (value, as_json, quote(value, safe=""), repr(value)[1:-1], encoded.rstrip("=")[:-1], escape(value))
    yield re.sub("[<>&]", lambda found: f"\\u{ord(found[0]):04x}", as_json)  # As JSON stands in a page.
    if value.startswith("eyJ") and value.count(".") == 2:
        header, payload, signature = value.split(".")
        yield from (f"{header}.{payload}", payload, signature)
        yield from (payload[:40], payload[-40:], signature[:40], signature[-40:], signature[100:140])


def found_in(outputs: dict[str, str], secrets: dict[str, str]) -> list[tuple[str, str, str]]:
    """Give where what was found: the output, the secret, some of the text before it."""
    return [
        (output, name, text[max(at - 200, 0) : at + 30])
        for output, text in outputs.items()
        for name, value in secrets.items()
        if len(value) >= SHORTEST
        for written in dict.fromkeys(writings(value))
        if (at := text.find(written)) >= 0
    ]


@pytest.fixture(scope="module")
def told(bigmouth: Callable[[], Copy], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Handlers and tests tell everything, in all modes; functions of the stage print into the cloud's log."""
    apart = tmp_path_factory.mktemp("apart")
    copy = planted(bigmouth(), apart=apart)
    plant_in_functions(copy, apart=apart)
    return told_by(copy, "-k", "telling or answers_an_id or lists_eight or finds_four", mode="all", apart=apart)


@pytest.fixture(scope="module")
def spread(bigmouth: Callable[[], Copy], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tests tell everything in two processes; the functions say nothing."""
    apart = tmp_path_factory.mktemp("apart")
    copy = planted(bigmouth(), apart=apart)
    return told_by(copy, "-n", "2", "-k", "telling", mode="handler,http", apart=apart)


@pytest.fixture(scope="module")
def debugged(bigmouth: Callable[[], Copy], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Tests and handlers tell everything, and boto3 tells all that it does: at once, into a file, and captured."""
    apart = tmp_path_factory.mktemp("apart")
    copy = planted(bigmouth(), apart=apart)
    plant_in_functions(copy, apart=apart)
    logs = ("log_level=DEBUG", "log_cli=true", f"log_file={LOG}")
    options = [part for one in logs for part in ("-o", one)]
    told = told_by(copy, *options, "-k", "is_shown or finds_four", mode="handler", apart=apart)
    return replace(told, outputs=told.outputs | {LOG: (copy.folder / LOG).read_text()})


@pytest.fixture(scope="module")
def graph(copied: Callable[[str], Copy], tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A test tells the key with which it has asked AppSync."""
    apart = tmp_path_factory.mktemp("apart")
    copy = planted(copied("catalogue"), tests=GRAPH, apart=apart)
    return told_by(copy, "-k", "telling", mode="handler", apart=apart)


def test_there_is_much_to_tell(told: Told) -> None:
    """Every kind of secret reached a handler, in each mode a test failed for it, and a search finds them all."""
    kinds = {name.rpartition(" ")[0] for name, value in told.secrets.items() if len(value) >= SHORTEST}
    found = {name for _, name, _ in found_in({"seen": told.seen}, told.secrets)}

    assert kinds >= {"known", "token", "signature", "security token", "parameter", "AWS_SESSION_TOKEN"}
    assert found >= {name for name, value in told.secrets.items() if len(value) >= SHORTEST and "known" not in name}
    assert told.run.broken.keys() >= {"order.answers_an_id", "landing_page.lists_eight_restaurants"}
    assert {mode for modes in told.run.broken.values() for mode in modes} == MODES


def test_no_output_shows_a_secret(told: Told) -> None:
    """Neither the terminal nor a report, in any writing, and no part of a token."""
    assert found_in(told.outputs, told.secrets) == []


def test_the_outputs_show_that_something_is_left_out(told: Told) -> None:
    """They do tell of errors and headers; the summary in Markdown has the beginnings of errors only."""
    told_of = {name for name, text in told.outputs.items() if "'Authorization': '***'" in text}

    assert told_of >= {"terminal", "page.html", "run.json", "report.xml"}
    assert "RuntimeError" in told.outputs["run.md"]


def test_no_log_of_boto3_shows_a_secret(debugged: Told) -> None:
    """Neither a live one nor a file nor what was captured; a signature is known to botocore alone."""
    signatures = {
        name: re.findall(r"Signature\W{1,8}n?\s*[0-9a-f]{64}", text) for name, text in debugged.outputs.items()
    }

    assert found_in(debugged.outputs, debugged.secrets) == []
    assert {name for name, found in signatures.items() if found} == set()


def test_the_logs_of_boto3_show_that_something_is_left_out(debugged: Told) -> None:
    """They are there, live, in the file and captured, and so are the lines of the tests and of the handlers."""
    shown = {name for name, text in debugged.outputs.items() if re.search(r"Signature:\s*\*\*\*", text)}

    assert shown >= {"terminal", "report.xml", LOG}
    assert "live log call" in debugged.outputs["terminal"]
    assert "'password': '***'" in debugged.outputs[LOG]


def test_no_output_of_many_processes_shows_a_secret(spread: Told) -> None:
    """Workers leave out what is secret before they tell their controller."""
    assert found_in(spread.outputs, spread.secrets) == []


def test_no_output_shows_the_key_of_an_api(graph: Told) -> None:
    """The harness has looked it up, so it is known."""
    assert graph.run.broken == {"telling.a_key_is_shown": {"handler"}}
    assert list(graph.secrets) == ["known 0"]
    assert found_in(graph.outputs, graph.secrets) == []
    assert "'x-api-key': '***'" in graph.outputs["terminal"]


def test_no_file_of_the_harness_holds_a_secret(spread: Told) -> None:
    """The ledger, the embedded cloud's log, what is kept between runs; what a function prints would be in the log."""
    assert "cloud.log" in spread.files
    assert all(f'{{"{told}": {{"kind": "user"' in spread.files for told in ("creating", "removed", "failed"))
    assert found_in({"files": spread.files}, spread.secrets) == []
