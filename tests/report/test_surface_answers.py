"""Whether the gateway itself has answered, and what a query asks for."""

from __future__ import annotations

from typing import Any

import pytest

from harness.modes.gateway.refusals import HttpRefusal, Refusal, RestRefusal, UrlRefusal
from harness.report.surface.answers import is_refusal
from harness.report.surface.asked import asks, is_answered
from harness.system.model import Api, Authorizer, GatewayResponse, Route

GUARD = Authorizer(name="Guard", kind="cognito")


def refused(status: int | None, text: str, *, kind: str = "rest", responses: Any = None, **route: Any) -> bool:
    one = Route(api="Api", method="GET", path="/", function="Work", **route)
    api = Api(name="Api", kind=kind, stage="dev", routes=(one,), gateway_responses=responses or {})  # type: ignore[arg-type]
    return is_refusal(status, text, api=api, route=one)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (RestRefusal.missing_token, "rest"),
        (RestRefusal.unauthorized, "rest"),
        (RestRefusal.expired, "rest"),
        (RestRefusal.not_allowed, "rest"),
        (RestRefusal.denied, "rest"),
        (RestRefusal.authorizer_failed, "rest"),
        (RestRefusal.authorizer_malformed, "rest"),
        (RestRefusal.invalid_body, "rest"),
        (RestRefusal.missing_parameters(["page"]), "rest"),
        (RestRefusal.unsupported_type, "rest"),
        (RestRefusal.too_long, "rest"),
        (RestRefusal.misconfigured, "rest"),
        (HttpRefusal.forbidden, "http"),
        (HttpRefusal.too_long, "http"),
        (HttpRefusal.missing_token, "http"),
        (HttpRefusal.bad_token("expired"), "http"),
        (UrlRefusal.forbidden, "url"),
    ],
)
def test_what_a_gateway_says_by_itself_is_a_refusal(refusal: Refusal, kind: str) -> None:
    """All that the harness plays, in the words of AWS."""
    text = refusal.content.decode()

    assert refused(refusal.status, text, kind=kind, authorizer=GUARD, validates_body=True)


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(RestRefusal.malformed, "rest"), (RestRefusal.timed_out, "rest"), (HttpRefusal.malformed, "http")],
)
def test_what_a_gateway_says_of_a_function_that_failed_is_none(refusal: Refusal, kind: str) -> None:
    """The function has run."""
    assert not refused(refusal.status, refusal.content.decode(), kind=kind, authorizer=GUARD, validates_body=True)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{"message": "Unauthorized"}'),
        (401, '{"message": "Unauthorized"}'),
        (400, '{"message": "Invalid request body"}'),
        (401, "Unauthorized"),
        (413, '{"message": "Request Too Long", "limit": 3}'),
        (413, '["Request Too Long"]'),
    ],
)
def test_an_open_route_refuses_nobody(status: int, text: str) -> None:
    """Without an authorizer or a validation it is the function that has said so; as it is where the body differs."""
    assert not refused(status, text)


def test_no_answer_comes_from_no_function() -> None:
    """Nothing is known of it."""
    assert refused(None, "")


@pytest.mark.parametrize(
    ("responses", "status", "expected"),
    [
        ({"UNAUTHORIZED": GatewayResponse(template='{"error": "who?"}')}, 401, True),
        ({"UNAUTHORIZED": GatewayResponse(status=418, template="tea")}, 418, True),
        ({"UNAUTHORIZED": GatewayResponse(status=418, template="tea")}, 401, False),
        ({"DEFAULT_4XX": GatewayResponse(template="no")}, 403, True),
        ({"DEFAULT_5XX": GatewayResponse(template="no")}, 500, True),
        ({"DEFAULT_4XX": GatewayResponse(headers=(("X", "'1'"),))}, 401, False),
    ],
)
def test_changed_gateway_responses_are_told_by_their_status(
    responses: dict[str, GatewayResponse],
    status: int,
    expected: bool,  # noqa: FBT001 - a parameter
) -> None:
    """What a template makes of the text is not known."""
    assert expected == refused(status, '{"error": "who?"}', responses=responses, authorizer=GUARD)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ product(id: 1) { name } }", True),
        ("{\\n  product { name }\\n}", True),
        ("query ($product: ID!) { basket(id: $product) { id } }", False),
        ("query product { basket { id } }", False),
        ("{ basket(product: 1) { id } }", False),
        ("{ mine: product { id } }", True),
        ('{ basket(text: \\"product {\\") { id } }', False),
        ("mutation { product(id: 1) { id } }", False),
        ("{ products { id } }", False),
    ],
)
def test_a_query_asks_for_the_fields_in_it(query: str, expected: bool) -> None:  # noqa: FBT001 - a parameter
    """Not for variables, names of operations, names of arguments, texts or longer names."""
    assert expected == asks(f'{{"query": "{query}", "variables": {{"product": 1}}}}', type="Query", field="product")


def test_a_field_of_another_type_is_asked_for_anywhere() -> None:
    """It is below a field of the root, in queries and in mutations."""
    assert asks('{"query": "mutation { add { price } }"}', type="Product", field="price")


@pytest.mark.parametrize(
    ("status", "answer", "expected"),
    [
        (200, '{"data": {"product": null}, "errors": [{"errorType": "Lambda:Unhandled"}]}', True),
        (200, '{"data": {"product": null}, "errors": [{"message": "Not Authorized to access product"}]}', False),
        (401, '{"errors": []}', False),
        (None, "", False),
    ],
)
def test_resolvers_run_for_what_is_neither_refused_nor_invalid(
    status: int | None,
    answer: str,
    expected: bool,  # noqa: FBT001 - a parameter
) -> None:
    """A function that failed has run."""
    assert expected == is_answered(status, answer)
