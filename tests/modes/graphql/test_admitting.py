"""Whom an API of AppSync lets in."""

from __future__ import annotations

import pytest

from harness.errors import NotOffered
from harness.modes.exchange import Response
from harness.runtime.invocation import Invocation
from tests.modes.gateway.world import CALLER, NOW, POOL, Issuer
from tests.modes.graphql.world import World, resource

PRODUCT = '{ product(id: "1") { name } }'


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer("key-1")


def refusal(response: Response) -> tuple[int, str, str]:
    [error] = response.json["errors"]
    assert response.headers["x-amzn-errortype"] == error["errorType"]
    return response.status_code, error["errorType"], error["message"]


def unauthorized(message: str) -> tuple[int, str, str]:
    return 401, "UnauthorizedException", message


def test_a_valid_key_lets_in() -> None:
    """The function behind the field is told of nobody."""
    world = World()

    answer = world.ask(PRODUCT)

    assert answer.json == {"data": {"product": {"name": "Kettle"}}}
    assert world.function.events[0]["identity"] is None


def test_another_key_does_not() -> None:
    """AppSync says so itself; no function runs."""
    world = World()

    answer = world.ask(PRODUCT, headers={"x-api-key": "da2-bad"})

    assert refusal(answer) == unauthorized("You are not authorized to make this call.")
    assert world.function.events == []


def test_nothing_does_not_let_in() -> None:
    """A request without key, signature and token belongs to no provider."""
    assert refusal(World().ask(PRODUCT, headers={})) == unauthorized("Valid authorization header not provided.")


def test_a_signature_lets_in() -> None:
    """The function is told who signs."""
    world = World()

    world.ask(PRODUCT, headers={}, sign=True)

    assert world.function.events[0]["identity"]["userArn"] == CALLER.arn


def test_a_signature_needs_its_provider() -> None:
    """An API that knows API keys only takes no signature."""
    world = World(resource("Graph", "AppSync::GraphQLApi", AuthenticationType="API_KEY"))

    answer = world.ask(PRODUCT, headers={}, sign=True)

    assert refusal(answer) == unauthorized("You are not authorized to make this call.")


@pytest.mark.parametrize("before", ["", "Bearer "])
def test_a_token_lets_in(issuer: Issuer, before: str) -> None:
    """The function is told the claims of the user."""
    world = World(issuer=issuer)

    world.ask(PRODUCT, headers={"Authorization": before + issuer.token()})

    assert world.function.events[0]["identity"]["claims"]["iss"] == POOL


def test_an_expired_token_does_not(issuer: Issuer) -> None:
    """AppSync says what is wrong with it."""
    answer = World(issuer=issuer).ask(PRODUCT, headers={"Authorization": issuer.token(exp=NOW - 1)})

    assert refusal(answer) == unauthorized("Token has expired.")


def test_a_torn_token_does_not(issuer: Issuer) -> None:
    """What cannot be read is no token."""
    answer = World(issuer=issuer).ask(PRODUCT, headers={"Authorization": issuer.token() + "x"})

    assert refusal(answer) == unauthorized("Unable to parse JWT token.")


def test_a_token_needs_its_provider(issuer: Issuer) -> None:
    """An API that knows API keys only takes no token."""
    world = World(resource("Graph", "AppSync::GraphQLApi", AuthenticationType="API_KEY"), issuer=issuer)

    answer = world.ask(PRODUCT, headers={"Authorization": issuer.token()})

    assert refusal(answer) == unauthorized("You are not authorized to make this call.")


@pytest.mark.parametrize(("clients", "status"), [("client-.", 200), ("others", 401)])
def test_a_token_must_be_for_one_of_the_clients(issuer: Issuer, clients: str, status: int) -> None:
    """The pattern of the template is held against the client id; the pool is in the stage's region."""
    pool = {"UserPoolId": {"Ref": "Pool"}, "AppIdClientRegex": clients}
    kind = "AMAZON_COGNITO_USER_POOLS"
    world = World(resource("Graph", "AppSync::GraphQLApi", AuthenticationType=kind, UserPoolConfig=pool), issuer=issuer)

    assert world.ask(PRODUCT, headers={"Authorization": issuer.token()}).status_code == status


def test_a_function_that_authorizes_is_not_played(issuer: Issuer) -> None:
    """The error says which provider it is, and where the test can run."""
    world = World(resource("Graph", "AppSync::GraphQLApi", AuthenticationType="AWS_LAMBDA"))

    with pytest.raises(NotOffered) as caught:
        world.ask(PRODUCT, headers={"Authorization": "anything"})

    assert str(caught.value) == (
        "The GraphQL API 'Graph' lets in by AWS_LAMBDA, which is not played in handler and invoke mode.\n"
        "  run this test with --mode=http."
    )


def test_a_field_needs_a_directive_for_who_asks() -> None:
    """Without one the default provider is the only one, here the API key."""
    world = World()

    by_key, signed = world.ask("{ plain }"), world.ask("{ plain }", headers={}, sign=True)

    assert by_key.json == {"data": {"plain": None}}
    [error] = signed.json["errors"]
    assert (error["errorType"], error["message"]) == ("Unauthorized", "Not Authorized to access plain on type Query")


@pytest.mark.parametrize(("groups", "refused"), [(["admins"], False), (["guests"], True), (None, True)])
def test_a_field_may_ask_for_a_group(issuer: Issuer, groups: list[str] | None, refused: bool) -> None:  # noqa: FBT001
    """Only users of one of the groups see it."""
    world = World(issuer=issuer)
    world.function.invocation = Invocation(function="F", request_id="r", payload="told")

    answer = world.ask("{ secret }", headers={"Authorization": issuer.token(**{"cognito:groups": groups})})

    assert (world.function.events == []) is refused
    assert ("errors" in answer.json) is refused


def test_the_directives_of_a_type_count_for_its_fields() -> None:
    """A mutation for users of the pool is closed to whoever has a key."""
    answer = World().ask('mutation { rename(id: "1", name: "Pot") { name } }')

    assert answer.json["data"] is None
    assert answer.json["errors"][0]["path"] == ["rename"]
