from dataclasses import replace
from typing import Any

import pytest

from harness.errors import MisusedStep, UnknownResource
from harness.modes.exchange import Request, Response
from harness.system.model import Authorizer

from .world import COGNITO, IAM, JWT, NOW, POOL, Issuer, World, request, route, token_in


def refused(response: Response) -> tuple[int, str, str | None]:
    return response.status_code, response.text, response.headers.get("x-amzn-ErrorType")


UNAUTHORIZED = (401, '{"message":"Unauthorized"}', "UnauthorizedException")
EXPIRED = (401, '{"message":"The incoming token has expired"}', "UnauthorizedException")
FORBIDDEN = (403, '{"message":"Forbidden"}', None)


@pytest.mark.parametrize("prefix", ["", "Bearer ", "bearer "])
def test_a_user_passes_with_an_id_token(issuer: Issuer, prefix: str) -> None:
    """The token comes raw or after ``Bearer``, and its claims reach the function as text."""
    world = World(route(authorizer=COGNITO), issuer=issuer)

    response = world.gateway.request(token_in(prefix + issuer.token(email="a@b.c", iat=int(NOW), exp=int(NOW) + 60)))

    assert response.status_code == 200
    assert world.function.event["requestContext"]["authorizer"]["claims"] == {
        "iss": POOL,
        "sub": "u",
        "aud": "client-1",
        "token_use": "id",
        "iat": "Fri Nov 21 07:00:00 UTC 2025",
        "exp": "Fri Nov 21 07:01:00 UTC 2025",
        "email": "a@b.c",
    }


def test_no_token_is_refused() -> None:
    """No header, no keys fetched, no function run."""
    world = World(route(authorizer=COGNITO))

    response = world.gateway.request(request())

    assert refused(response) == UNAUTHORIZED
    assert (response.invocation, world.function.events) == (None, [])


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_other"},
        {"iss": None},
        {"token_use": "access"},
        {"token_use": None},
    ],
)
def test_a_token_for_something_else_is_refused(issuer: Issuer, changes: dict[str, Any]) -> None:
    """Another pool, no issuer, an access token where an id token is due."""
    world = World(route(authorizer=COGNITO), issuer=issuer)

    assert refused(world.gateway.request(token_in(issuer.token(**changes)))) == UNAUTHORIZED


@pytest.mark.parametrize("changes", [{"exp": NOW}, {"exp": None}, {"exp": "soon"}])
def test_an_expired_token_is_refused_in_its_own_words(issuer: Issuer, changes: dict[str, Any]) -> None:
    """A token is over at the second of its end, and without a readable end."""
    world = World(route(authorizer=COGNITO), issuer=issuer)

    assert refused(world.gateway.request(token_in(issuer.token(**changes)))) == EXPIRED


def test_a_token_expires_though_it_was_good_before(issuer: Issuer) -> None:
    """A remembered token is held against the clock at each request."""
    world = World(route(authorizer=COGNITO), issuer=issuer)
    asked = token_in(issuer.token(exp=NOW + 10))

    before, world.clock.now = world.gateway.request(asked), NOW + 10

    assert before.status_code == 200
    assert refused(world.gateway.request(asked)) == EXPIRED


def test_a_tampered_token_is_refused_each_time(issuer: Issuer, stranger: Issuer) -> None:
    """A signature by another key proves nothing, neither the first time nor after a good one."""
    world = World(route(authorizer=COGNITO), issuer=issuer)
    good = world.gateway.request(token_in(issuer.token()))

    answers = [refused(world.gateway.request(token_in(stranger.token()))) for _ in range(2)]

    assert (good.status_code, answers) == (200, [UNAUTHORIZED, UNAUTHORIZED])


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_a_torn_token_is_refused(issuer: Issuer, token: str) -> None:
    """What is not a token is not an error of the gateway."""
    world = World(route(authorizer=COGNITO), issuer=issuer)

    assert refused(world.gateway.request(token_in(token))) == UNAUTHORIZED


def test_an_unsigned_token_is_refused(issuer: Issuer) -> None:
    """The algorithm ``none`` is no signature, though issuer and key id are right."""
    header, payload, _ = issuer.token().split(".")
    del header
    none = "eyJhbGciOiJub25lIiwia2lkIjoia2V5LTEifQ"  # {"alg":"none","kid":"key-1"}
    world = World(route(authorizer=COGNITO), issuer=issuer)

    assert refused(world.gateway.request(token_in(f"{none}.{payload}."))) == UNAUTHORIZED


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"token_use": "access", "scope": "shop/read shop/write"}, 200),
        ({"token_use": "access", "scope": "shop/other"}, 401),
        ({"token_use": "access"}, 401),
        ({"token_use": "id", "scope": "shop/read"}, 401),
    ],
)
def test_a_route_with_scopes_wants_an_access_token_with_one(
    issuer: Issuer, changes: dict[str, Any], status: int
) -> None:
    """AWS documents 401, not 403, for a missing scope."""
    world = World(route(authorizer=COGNITO, scopes=("shop/read",)), issuer=issuer)

    assert world.gateway.request(token_in(issuer.token(**changes))).status_code == status


def test_the_token_comes_in_the_header_of_the_authorizer(issuer: Issuer) -> None:
    """An authorizer may read another header than ``Authorization``."""
    world = World(route(authorizer=replace(COGNITO, header="X-Token")), issuer=issuer)

    answers = [world.gateway.request(token_in(issuer.token(), header)) for header in ("X-Token", "Authorization")]

    assert [answer.status_code for answer in answers] == [200, 401]


def test_a_pool_may_be_named_by_its_arn(issuer: Issuer) -> None:
    """A pool outside the template has no logical id."""
    arn = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_far"
    world = World(route(authorizer=replace(COGNITO, pools=(arn,))), issuer=issuer)

    far = issuer.token(iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_far")

    assert world.gateway.request(token_in(far)).status_code == 200


def test_an_unknown_pool_is_the_templates_mistake() -> None:
    """A wrong logical id is not a 401."""
    world = World(route(authorizer=replace(COGNITO, pools=("UserPol",))))

    with pytest.raises(UnknownResource) as failure:
        world.gateway.request(request())

    assert str(failure.value) == (
        "No user pool is called 'UserPol'.\n"
        "  declared in template.yaml: Api, Client, UserPool\n"
        "  did you mean 'UserPool'?"
    )


def test_an_http_api_passes_a_token_with_its_claims(issuer: Issuer) -> None:
    """Issuer and audience are resolved; without scopes of the route there are none in the event."""
    world = World(route(authorizer=JWT, payload_format="2.0"), issuer=issuer, kind="http")

    response = world.gateway.request(token_in(f"Bearer {issuer.token(iat=int(NOW), exp=int(NOW) + 60)}"))

    assert response.status_code == 200
    assert world.function.event["requestContext"]["authorizer"] == {
        "jwt": {
            "claims": {
                "iss": POOL,
                "sub": "u",
                "aud": "client-1",
                "token_use": "id",
                "iat": "1763708400",
                "exp": "1763708460",
            },
            "scopes": None,
        }
    }


@pytest.mark.parametrize(
    ("changes", "description"),
    [
        ({"exp": NOW}, "the token has expired"),
        ({"nbf": NOW + 1}, "the token is not valid yet"),
        ({"iat": NOW + 1}, "the token is not valid yet"),
        ({"aud": "other"}, "the token does not have a valid audience"),
        ({"aud": "other", "client_id": "client-1"}, "the token does not have a valid audience"),
        ({"aud": None}, "the token does not have a valid audience"),
        ({"iss": "https://elsewhere"}, "the token does not have a valid issuer"),
    ],
)
def test_an_http_api_says_what_is_wrong_with_a_token(issuer: Issuer, changes: dict[str, Any], description: str) -> None:
    """The reason is in ``www-authenticate``, the body is always the same."""
    world = World(route(authorizer=JWT), issuer=issuer, kind="http")

    response = world.gateway.request(token_in(issuer.token(**changes)))

    assert refused(response) == (401, '{"message":"Unauthorized"}', None)
    challenge = f'Bearer scope="" error="invalid_token" error_description="{description}"'
    assert response.headers["www-authenticate"] == challenge


@pytest.mark.parametrize("changes", [{"aud": ["x", "client-1"]}, {"aud": None, "client_id": "client-1"}])
def test_an_http_api_takes_client_id_where_there_is_no_audience(issuer: Issuer, changes: dict[str, Any]) -> None:
    """An access token of Cognito has ``client_id`` only; ``aud`` may be a list."""
    world = World(route(authorizer=JWT), issuer=issuer, kind="http")

    assert world.gateway.request(token_in(issuer.token(**changes))).status_code == 200


def test_an_http_api_asks_for_a_missing_token() -> None:
    """The challenge names the scheme and no error."""
    world = World(route(authorizer=JWT), kind="http")

    response = world.gateway.request(request())

    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize("changes", [{"scope": "a shop/read"}, {"scp": ["a", "shop/read"]}])
def test_an_http_api_hands_on_the_scopes(issuer: Issuer, changes: dict[str, Any]) -> None:
    """Where the route asks for scopes, the token's are in the event, from ``scope`` or ``scp``."""
    guarded = route(authorizer=JWT, scopes=("shop/read",), payload_format="2.0")
    world = World(guarded, issuer=issuer, kind="http")

    world.gateway.request(token_in(issuer.token(**changes)))

    assert world.function.event["requestContext"]["authorizer"]["jwt"]["scopes"] == ["a", "shop/read"]


def test_an_http_api_forbids_a_token_without_the_scope(issuer: Issuer) -> None:
    """A missing scope is 403 there."""
    world = World(route(authorizer=JWT, scopes=("shop/read",)), issuer=issuer, kind="http")

    response = world.gateway.request(token_in(issuer.token()))

    assert refused(response) == FORBIDDEN
    assert response.headers["www-authenticate"] == 'Bearer scope="shop/read" error="insufficient_scope"'


def test_an_http_api_refuses_a_tampered_token(issuer: Issuer, stranger: Issuer) -> None:
    """A signature by another key is 401."""
    world = World(route(authorizer=JWT), issuer=issuer, kind="http")

    assert world.gateway.request(token_in(stranger.token())).status_code == 401


@pytest.mark.parametrize(
    "signed", [request(sign=True), token_in("AWS4-HMAC-SHA256 Credential=…, SignedHeaders=host, Signature=…")]
)
def test_a_signed_request_passes_with_its_caller(signed: Request) -> None:
    """The step's own signature, or one that the test made."""
    world = World(route(authorizer=IAM))

    world.gateway.request(signed)

    assert world.function.event["requestContext"]["identity"]["userArn"] == "arn:aws:iam::123456789012:user/t"


def test_a_rest_api_misses_the_signature() -> None:
    """It calls the signature a token."""
    world = World(route(authorizer=IAM))

    response = world.gateway.request(token_in("Bearer x"))

    missing = '{"message":"Missing Authentication Token"}'
    assert refused(response) == (403, missing, "MissingAuthenticationTokenException")


def test_an_http_api_forbids_an_unsigned_request() -> None:
    """It does not say why."""
    world = World(route(authorizer=IAM), kind="http")

    assert refused(world.gateway.request(request())) == FORBIDDEN


def test_a_lambda_authorizer_of_another_stack_is_not_played() -> None:
    """Nothing is let through unasked."""
    world = World(route(authorizer=Authorizer(name="Custom", kind="lambda")))

    with pytest.raises(MisusedStep) as failure:
        world.gateway.request(request())

    assert str(failure.value) == (
        "The Lambda authorizer 'Custom' asks a function that the template does not declare.\n"
        "  function: unknown\n"
        "  route: GET /orders of Api\n"
        "  run this test with --mode=http."
    )
