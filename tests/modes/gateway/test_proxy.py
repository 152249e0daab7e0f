import base64
from typing import Any

import pytest

from harness.modes.gateway.proxy import Answer, http_contract, http_contract_v1, rest_contract
from harness.modes.gateway.refusals import HttpRefusal, RestRefusal
from harness.runtime.invocation import FunctionError, Invocation

REST = rest_contract(())
PNG = base64.b64encode(b"\x89PNG").decode()
JSON, PLAIN = ("Content-Type", "application/json"), ("Content-Type", "text/plain;charset=UTF-8")


def returned(payload: Any, **changes: Any) -> Invocation:
    return Invocation(function="F", request_id="r", payload=payload, **changes)


def rest(payload: Any) -> Any:
    return REST(returned(payload), None)


FAILED = returned(None, error=FunctionError(type="KeyError", message="'x'"))

MALFORMED = [
    {},
    {"statusCode": None},
    {"statusCode": "abc"},
    {"statusCode": "²"},
    {"statusCode": True},
    {"statusCode": 200.5},
    {"statusCode": 99},
    {"statusCode": 600},
    {"statusCode": 200, "body": {"a": 1}},
    {"statusCode": 200, "headers": ["a"]},
    {"statusCode": 200, "headers": {"a": ["b"]}},
    {"statusCode": 200, "multiValueHeaders": {"a": "b"}},
    {"statusCode": 200, "multiValueHeaders": {"a": [None]}},
    {"statusCode": 200, "isBase64Encoded": "yes"},
]


@pytest.mark.parametrize("payload", [None, "text", [], {"statusCode": 200, "extra": 1}, *MALFORMED])
def test_a_malformed_answer_is_a_rest_apis_502(payload: Any) -> None:
    """Not an object, an unknown key, no status, a body or a header that is no text."""
    assert rest(payload) == RestRefusal.malformed


@pytest.mark.parametrize("payload", [None, "text", *MALFORMED])
def test_a_malformed_answer_is_an_http_apis_500(payload: Any) -> None:
    """With payload format 1.0 nothing is inferred."""
    assert http_contract_v1(returned(payload), None) == HttpRefusal.malformed


def test_an_error_is_a_502_in_a_rest_api_and_a_500_in_an_http_api() -> None:
    """Whatever the error is, the client learns nothing of it."""
    found = [contract(FAILED, None) for contract in (REST, http_contract_v1, http_contract)]

    assert found == [RestRefusal.malformed, HttpRefusal.malformed, HttpRefusal.malformed]


@pytest.mark.parametrize("code", [201, "201"])
def test_an_answer_goes_to_the_client(code: Any) -> None:
    """Scalars become text, JSON is the type by default, no body is an empty one."""
    answer = rest({"statusCode": code, "headers": {"X-A": 1, "X-B": True}, "body": None})

    assert answer == Answer(status=201, headers=[JSON, ("X-A", "1"), ("X-B", "true")], content=b"")


def test_both_forms_of_headers_are_merged() -> None:
    """A pair in both comes once; values of one name come one after the other."""
    single = {"Set-Cookie": "a=1", "content-type": "text/html", "Vary": "c"}

    answer = rest({"statusCode": 200, "headers": single, "multiValueHeaders": {"set-cookie": ["a=1", "b=2"]}})

    pairs = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-type", "text/html"), ("Vary", "c")]
    assert answer == Answer(status=200, headers=pairs, content=b"")


def test_a_rest_api_renames_what_it_keeps_for_itself() -> None:
    """A function cannot set ``WWW-Authenticate`` or the length."""
    answer = rest({"statusCode": 401, "headers": {"WWW-Authenticate": "Basic", "Content-Length": "7"}})

    assert answer.headers == [JSON, ("x-amzn-Remapped-WWW-Authenticate", "Basic")]


@pytest.mark.parametrize(
    ("types", "accept", "content"),
    [
        (("image/*",), "image/png", b"\x89PNG"),
        (("image/*",), "image/png, */*", b"\x89PNG"),
        (("*/*",), None, b"\x89PNG"),
        (("image/*",), "*/*", PNG.encode()),
        (("image/*",), "text/html, image/png", PNG.encode()),
        ((), "image/png", PNG.encode()),
    ],
)
def test_a_rest_api_decodes_what_the_client_accepts_first(
    types: tuple[str, ...], accept: str | None, content: bytes
) -> None:
    """The first type of ``Accept`` must be a binary media type, else base64 stays base64."""
    answer = rest_contract(types)(returned({"statusCode": 200, "body": PNG, "isBase64Encoded": True}), accept)

    assert answer == Answer(status=200, headers=[JSON], content=content)


def test_a_rest_api_fails_at_what_is_no_base64() -> None:
    """That is an error of the API's configuration: 500."""
    broken = returned({"statusCode": 200, "body": "é", "isBase64Encoded": "true"})

    assert rest_contract(("*/*",))(broken, None) == RestRefusal.undecodable


@pytest.mark.parametrize("contract", [http_contract, http_contract_v1])
def test_an_http_api_always_decodes(contract: Any) -> None:
    """It has no binary media types; the flag alone decides."""
    flagged = contract(returned({"statusCode": 200, "body": PNG, "isBase64Encoded": True}), "text/html")
    broken = contract(returned({"statusCode": 200, "body": "é", "isBase64Encoded": True}), None)

    assert flagged == Answer(status=200, headers=[PLAIN], content=b"\x89PNG")
    assert broken == HttpRefusal.malformed


@pytest.mark.parametrize("flag", [False, "false", None])
def test_a_flag_that_says_no_leaves_the_body(flag: Any) -> None:
    """Text stays text."""
    answer = http_contract_v1(returned({"statusCode": 200, "body": "YQ==", "isBase64Encoded": flag}), None)

    assert answer == Answer(status=200, headers=[PLAIN], content=b"YQ==")


def test_an_http_api_sets_cookies_and_passes_over_the_rest() -> None:
    """Format 2.0 has ``cookies``, names in lower case, no ``multiValueHeaders``, and unknown keys do no harm."""
    payload = {"statusCode": 200, "cookies": ["a=1", "b=2"], "headers": {"X-A": "1"}, "extra": 1}

    answer = http_contract(returned(payload | {"multiValueHeaders": {"x": ["y"]}}), None)

    pairs = [PLAIN, ("set-cookie", "a=1"), ("set-cookie", "b=2"), ("x-a", "1")]
    assert answer == Answer(status=200, headers=pairs, content=b"")


@pytest.mark.parametrize("payload", [{"statusCode": 200, "cookies": "a=1"}, {"statusCode": 200, "body": []}])
def test_an_http_api_infers_nothing_where_there_is_a_status(payload: Any) -> None:
    """An answer with a status code must be a whole one."""
    assert http_contract(returned(payload), None) == HttpRefusal.malformed


@pytest.mark.parametrize(
    ("payload", "content"),
    [("Hello", b"Hello"), ({"a": "é"}, '{"a":"é"}'.encode()), ([1], b"[1]"), (None, b"null")],
)
def test_an_http_api_infers_an_answer(payload: Any, content: bytes) -> None:
    """What has no status code is the body of a 200, as JSON."""
    answer = http_contract(returned(payload), None)

    assert answer == Answer(status=200, headers=[("content-type", "application/json")], content=content)


@pytest.mark.parametrize(
    ("contract", "seconds", "expected"),
    [
        (REST, 29.1, RestRefusal.timed_out),
        (http_contract, 30.1, HttpRefusal.timed_out),
        (http_contract_v1, 30.1, HttpRefusal.timed_out),
    ],
)
def test_a_slow_function_is_not_waited_for(contract: Any, seconds: float, expected: Any) -> None:
    """The client is gone before the answer is there, good or bad."""
    slow = returned({"statusCode": 200}, seconds=seconds)
    failed = returned(None, seconds=seconds, error=FunctionError(type="Sandbox.Timedout", message="…"))

    assert [contract(slow, None), contract(failed, None)] == [expected, expected]


def test_a_slow_function_without_a_status_is_not_waited_for() -> None:
    """An inferred answer comes too late as well."""
    assert http_contract(returned("Hello", seconds=30.1), None) == HttpRefusal.timed_out
