from __future__ import annotations

from harness.system.model import Api, Authorizer, Route, System

CUSTOMERS = Authorizer(
    name="Customers",
    kind="jwt",
    issuer={"Fn::Sub": "https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}"},
    audience=({"Ref": "Client"},),
    header="X-Token",
)


def route(api: str, method: str, path: str, **rest: object) -> Route:
    """Give a route to Orders, in payload format 2.0 unless told otherwise."""
    return Route(api=api, method=method, path=path, function="Orders", **{"payload_format": "2.0", **rest})  # type: ignore[arg-type]


def test_a_body_gives_routes(http_apis: System) -> None:
    """SAM's HttpApi has JWT and IAM authorizers, scopes, an open route and a default route."""
    api = http_apis.apis["Front"]

    customers = {"authorizer": CUSTOMERS, "scopes": ("orders/read",)}
    assert (
        Api(
            name="Front",
            kind="http",
            stage="v1",
            routes=(
                route("Front", "POST", "/orders", **customers),
                route("Front", "GET", "/signed", authorizer=Authorizer(name="AWS_IAM", kind="iam")),
                route("Front", "GET", "/open"),
                route("Front", "ANY", "$default", payload_format="1.0", **customers),
            ),
        )
        == api
    )


def test_sam_makes_an_implicit_api(http_apis: System) -> None:
    """An event that names no API belongs to ServerlessHttpApi."""
    api = http_apis.apis["ServerlessHttpApi"]

    routes = (route("ServerlessHttpApi", "ANY", "/files/{proxy+}"),)
    assert Api(name="ServerlessHttpApi", kind="http", stage="$default", routes=routes) == api


def test_resources_give_routes(http_apis: System) -> None:
    """Routes, integrations and authorizers that are resources of their own make the same routes."""
    api = http_apis.apis["Plain"]

    jwt = Authorizer(name="JwtAuthorizer", kind="jwt", issuer="https://issuer", audience=("web",))
    iam = Authorizer(name="AWS_IAM", kind="iam")
    assert (
        Api(
            name="Plain",
            kind="http",
            stage="$default",
            routes=(
                route("Plain", "GET", "/orders", authorizer=jwt, scopes=("orders/read",)),
                route("Plain", "ANY", "/signed", authorizer=iam, payload_format="1.0"),
                route("Plain", "GET", "/custom", authorizer=Authorizer(name="abc123", kind="lambda")),
                route("Plain", "ANY", "$default"),
            ),
        )
        == api
    )


def test_quick_create_gives_a_route(http_apis: System) -> None:
    """An API with a target of its own sends everything there."""
    api = http_apis.apis["Quick"]

    assert (route("Quick", "ANY", "$default"),) == api.routes


def test_a_websocket_api_is_only_a_resource(http_apis: System) -> None:
    """It is kept among the resources, not among the APIs."""
    kept = "Sockets" in http_apis.resources

    assert (kept, "Sockets" in http_apis.apis) == (True, False)
