"""Authorizers that are functions of the system, as API Gateway asks them."""

from typing import Any

import pytest

from harness.modes.exchange import Response
from harness.modes.gateway.policies import verdict
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import Authorizer, Route

from .world import NOW, World, request, route

ARN = "arn:aws:execute-api:eu-west-1:123456789012:abc123/dev/GET/orders"
TOKEN = Authorizer(name="A", kind="lambda", function="Guard", takes="token", sources=("header.X-Token",))
REQUEST = Authorizer(name="A", kind="lambda", function="Guard", sources=("header.X-Token", "querystring.q"))
SIMPLE = Authorizer(
    name="A",
    kind="lambda",
    function="Guard",
    sources=("header.X-Token",),
    payload_format="2.0",
    simple_responses=True,
)
POLICY_2 = Authorizer(name="A", kind="lambda", function="Guard", sources=("header.X-Token",), payload_format="2.0")
POLICY_1 = Authorizer(name="A", kind="lambda", function="Guard", sources=("header.X-Token",))
ASKED = request(headers={"X-Token": "t"}, query=(("q", "1"),))

UNAUTHORIZED = (401, '{"message":"Unauthorized"}')
FAILED = (500, '{"message":null}')
MALFORMED = (500, '{"message": "Internal server error"}')


def policy(effect: str = "Allow", resource: Any = ARN, **more: Any) -> dict[str, Any]:
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}
    return {"policyDocument": {"Version": "2012-10-17", "Statement": [statement]}, **more}


def rest(authorizer: Authorizer, answer: Any, *routes: Route) -> World:
    world = World(route(authorizer=authorizer), *routes)
    return decided(world, answer)


def http(authorizer: Authorizer, answer: Any, **api: Any) -> World:
    return decided(World(route(authorizer=authorizer, payload_format="2.0"), kind="http", **api), answer)


def decided(world: World, answer: Any) -> World:
    error = answer if isinstance(answer, FunctionError) else None
    payload = None if error else answer
    world.function.others["Guard"] = Invocation(
        function="Guard", request_id="g", payload=payload, error=error, seconds=0.12
    )
    return world


def refused(response: Response) -> tuple[int, str]:
    return response.status_code, response.text


def asked(world: World) -> list[str]:
    return [name for name, _ in world.function.events]


def test_a_token_authorizer_gets_the_token() -> None:
    """And what is asked for, and nothing else."""
    world = rest(TOKEN, policy())

    world.gateway.request(ASKED)

    assert ("Guard", {"type": "TOKEN", "authorizationToken": "t", "methodArn": ARN}) == world.function.events[0]


def test_the_function_sees_what_the_authorizer_said() -> None:
    """Values as text, the principal, and how long it took in milliseconds."""
    world = rest(TOKEN, policy(principalId=7, context={"n": 1, "yes": True, "text": "a", "none": None}))

    world.gateway.request(ASKED)

    expected = {"n": "1", "yes": "true", "text": "a", "principalId": "7", "integrationLatency": 120}
    assert expected == world.function.event["requestContext"]["authorizer"]


@pytest.mark.parametrize("token", [{}, {"X-Token": ""}, {"X-Token": "ab"}])
def test_a_token_that_cannot_be_one_is_refused_unasked(token: dict[str, str]) -> None:
    """None, an empty one, one that does not match as a whole."""
    authorizer = Authorizer(
        name="A", kind="lambda", function="Guard", takes="token", sources=("header.X-Token",), validation="[a-a]"
    )
    world = rest(authorizer, policy())

    assert UNAUTHORIZED == refused(world.gateway.request(request(headers=token)))
    assert [] == world.function.events


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (FunctionError(type="Exception", message="Unauthorized", trace=""), UNAUTHORIZED),
        (FunctionError(type="Exception", message="unauthorized!", trace=""), FAILED),
        (None, MALFORMED),
        ({"principalId": "me"}, MALFORMED),
        (policy(context={"list": []}), MALFORMED),
        (policy(context="text"), MALFORMED),
    ],
)
def test_an_authorizer_of_a_rest_api_fails(answer: Any, expected: tuple[int, str]) -> None:
    """One exception is 401; any other, and an answer in a wrong format, is 500."""
    world = rest(TOKEN, answer)

    assert expected == refused(world.gateway.request(ASKED))
    assert ["Guard"] == asked(world)


def test_a_denial_says_that_it_is_one() -> None:
    """With the key in capitals, as AWS writes it."""
    world = rest(TOKEN, policy("Deny"))

    response = world.gateway.request(ASKED)

    text = "User is not authorized to access this resource with an explicit deny in an identity-based policy"
    assert (403, f'{{"Message":"{text}"}}') == refused(response)
    assert "AccessDeniedException" == response.headers["x-amzn-ErrorType"]


def test_what_no_statement_allows_is_refused() -> None:
    """A policy about another route allows nothing here."""
    world = rest(TOKEN, policy(resource=ARN.replace("GET", "PUT")))

    expected = (403, '{"Message":"User is not authorized to access this resource"}')
    assert expected == refused(world.gateway.request(ASKED))


def test_a_request_authorizer_gets_the_request() -> None:
    """The event of the function without the body; what there is none of is empty, not null."""
    world = rest(REQUEST, policy())

    world.gateway.request(ASKED)

    event = world.function.events[0][1]
    given = ("type", "methodArn", "path", "httpMethod", "queryStringParameters", "pathParameters", "stageVariables")
    assert ["REQUEST", ARN, "/orders", "GET", {"q": "1"}, {}, {}] == [event[name] for name in given]
    assert not {"body", "isBase64Encoded", "version", "identitySource"} & event.keys()
    assert "authorizer" not in event["requestContext"]


def test_each_source_must_be_there() -> None:
    """All of them, not empty."""
    world = rest(REQUEST, policy())

    assert UNAUTHORIZED == refused(world.gateway.request(request(headers={"X-Token": "t"}, query=(("q", ""),))))
    assert [] == world.function.events


def test_without_a_cache_a_rest_api_asks_anyway() -> None:
    """There the sources are no key."""
    authorizer = Authorizer(name="A", kind="lambda", function="Guard", sources=("header.X-Token",), ttl=0)
    world = rest(authorizer, policy())

    response = world.gateway.request(request())

    assert (200, ["Guard", "F"]) == (response.status_code, asked(world))


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("stageVariables.colour", "red"),
        ("context.httpMethod", "GET"),
        ("context.identity.sourceIp", "127.0.0.1"),
        ("context.routeKey", "GET /orders"),
        ("querystring.q", "1"),
    ],
)
def test_sources_come_from_many_places(source: str, value: str) -> None:
    """Their values are told to an authorizer with payload 2.0."""
    authorizer = Authorizer(name="A", kind="lambda", function="Guard", sources=(source,), payload_format="2.0")
    world = http(authorizer, policy(), variables={"colour": "red"})

    world.gateway.request(ASKED)

    assert [value] == world.function.events[0][1]["identitySource"]


@pytest.mark.parametrize("source", ["context.nothing", "stageVariables.none", "path.id", "header.X-None"])
def test_a_source_that_is_nowhere_is_missing(source: str) -> None:
    """Path parameters are no sources."""
    world = http(Authorizer(name="A", kind="lambda", function="Guard", sources=(source,)), policy())

    assert UNAUTHORIZED == refused(world.gateway.request(ASKED))


def test_an_answer_counts_for_a_while() -> None:
    """Until its time is over, to the second; then the function is asked again."""
    world = rest(TOKEN, policy())

    for moment in (0, 299, 300):
        world.clock.now = NOW + moment
        world.gateway.request(ASKED)

    assert ["Guard", "F", "F", "Guard", "F"] == asked(world)


def test_a_kept_answer_took_no_time() -> None:
    """The latency is that of this request."""
    world = rest(TOKEN, policy())

    world.gateway.request(ASKED)
    world.gateway.request(ASKED)

    assert 0 == world.function.event["requestContext"]["authorizer"]["integrationLatency"]


def test_a_kept_policy_is_held_against_each_route() -> None:
    """A policy for one route only is a denial at the next one: the best known trap of the cache."""
    world = rest(TOKEN, policy(), route("GET", "/other", authorizer=TOKEN))
    world.gateway.request(ASKED)

    response = world.gateway.request(request(path="/other", headers={"X-Token": "t"}))

    assert (403, ["Guard", "F"]) == (response.status_code, asked(world))


@pytest.mark.parametrize("answer", [FunctionError(type="E", message="x", trace=""), {}])
def test_a_failure_is_not_kept(answer: Any) -> None:
    """The next request asks again."""
    world = rest(TOKEN, answer)

    world.gateway.request(ASKED)
    world.gateway.request(ASKED)

    assert ["Guard", "Guard"] == asked(world)


def test_no_sources_no_cache() -> None:
    """There is nothing to keep an answer under."""
    world = http(Authorizer(name="A", kind="lambda", function="Guard"), policy(resource="*"))

    world.gateway.request(ASKED)
    world.gateway.request(ASKED)

    assert ["Guard", "F", "Guard", "F"] == asked(world)


def test_an_http_api_asks_in_format_1() -> None:
    """With the sources as one text, twice, and the version."""
    world = http(POLICY_1, policy(resource="*", context={"n": 1}, principalId="me"))

    world.gateway.request(ASKED)

    event = world.function.events[0][1]
    told = [event[name] for name in ("version", "type", "identitySource", "authorizationToken")]
    assert ["1.0", "REQUEST", "t", "t"] == told
    assert {"lambda": {"n": "1", "principalId": "me"}} == world.function.event["requestContext"]["authorizer"]


def test_a_simple_response_admits() -> None:
    """The context keeps the types of its values."""
    world = http(SIMPLE, {"isAuthorized": True, "context": {"n": 1, "list": [1]}})

    world.gateway.request(ASKED)

    event = world.function.events[0][1]
    assert ("2.0", ARN.replace("/dev/", "/$default/")) == (event["version"], event["routeArn"])
    assert not {"body", "isBase64Encoded"} & event.keys()
    assert {"lambda": {"n": 1, "list": [1]}} == world.function.event["requestContext"]["authorizer"]


def test_an_authorizer_without_a_context_leaves_a_null() -> None:
    """As events recorded in AWS show."""
    world = http(SIMPLE, {"isAuthorized": True, "context": {}})

    world.gateway.request(ASKED)

    assert {"lambda": None} == world.function.event["requestContext"]["authorizer"]


@pytest.mark.parametrize(
    ("authorizer", "answer"), [(SIMPLE, {"isAuthorized": False}), (POLICY_2, policy("Deny", "*")), (POLICY_2, policy())]
)
def test_an_http_api_forbids(authorizer: Authorizer, answer: Any) -> None:
    """It does not say why."""
    world = http(authorizer, answer)

    assert (403, '{"message":"Forbidden"}') == refused(world.gateway.request(ASKED))


@pytest.mark.parametrize(
    ("authorizer", "answer"),
    [
        (SIMPLE, {"isAuthorized": "true"}),
        (SIMPLE, {"isAuthorized": True, "context": "text"}),
        (SIMPLE, "yes"),
        (SIMPLE, FunctionError(type="Exception", message="Unauthorized", trace="")),
        (POLICY_2, {"isAuthorized": True}),
    ],
)
def test_an_authorizer_of_an_http_api_fails(authorizer: Authorizer, answer: Any) -> None:
    """Whatever is wrong with it, clients see 500."""
    world = http(authorizer, answer)

    assert (500, '{"message":"Internal Server Error"}') == refused(world.gateway.request(ASKED))


def test_an_http_api_in_format_1_shows_the_context_flat() -> None:
    """The function's own format counts."""
    world = decided(World(route(authorizer=SIMPLE), kind="http"), {"isAuthorized": True, "context": {"a": "b"}})

    world.gateway.request(ASKED)

    assert {"a": "b"} == world.function.event["requestContext"]["authorizer"]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, "allow"),
        ({"Effect": "Allow", "Action": ["execute-api:invoke"], "Resource": [ARN[:-1] + "?"]}, "allow"),
        ({"Effect": "Allow", "Action": "lambda:*", "Resource": "*"}, "nothing"),
        ({"Effect": "Allow", "NotAction": "execute-api:*", "Resource": "*"}, "nothing"),
        ({"Effect": "Allow", "NotAction": "lambda:*", "Resource": "*"}, "allow"),
        ({"Effect": "Allow", "Action": "*", "NotResource": ARN}, "nothing"),
        ({"Effect": "Deny", "Action": "*", "NotResource": "other"}, "deny"),
        ({"Effect": "Allow", "Action": "*"}, "nothing"),
    ],
)
def test_a_statement_is_about_a_route_or_not(statement: dict[str, Any], expected: str) -> None:
    """Actions in any case, wildcards, and what is excepted."""
    document = {"Statement": statement}

    assert expected == verdict(document, ARN)


def test_a_denial_counts_more_than_a_permission() -> None:
    """In any order; what is no statement is passed over."""
    allow = {"Effect": "Allow", "Resource": "*"}
    document = {"Statement": [allow, "text", allow | {"Effect": "Deny"}, allow]}

    assert ("deny", "nothing") == (verdict(document, ARN), verdict({}, ARN))
