from __future__ import annotations

from dataclasses import replace

from harness.system.model import Api, Authorizer, Mock, Route, System

POOL = Authorizer(
    name="Pool",
    kind="cognito",
    pools=(
        "UserPool",
        "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_other",
        '{"Fn::ImportValue": "shared-pool"}',
    ),
    header="X-Token",
)
ITEM = {"type": "string"}
ORDER = {
    "type": "object",
    "required": ["item"],
    "properties": {
        "item": ITEM,
        "others": {"type": "array", "items": ITEM},
        "unknown": {"$ref": "#/definitions/Unknown"},
    },
}
TREE = {
    "type": "object",
    "properties": {"children": {"type": "array", "items": {"$ref": "#/definitions/Tree"}}},
}


def route(method: str, path: str, *, authorizer: Authorizer | None = None, **rest: object) -> Route:
    """Give a route of the API in rest.yaml, whose validator checks everything unless an operation says otherwise."""
    checked = {"validates_body": True, "validates_parameters": True, **rest}
    return Route(api="Api", method=method, path=path, function="Orders", authorizer=authorizer, **checked)  # type: ignore[arg-type]


BY_PATH = {
    ("GET", "/orders"): route(
        "GET", "/orders", authorizer=POOL, required_parameters=("querystring.page", "header.X-Key")
    ),
    ("POST", "/orders"): route(
        "POST",
        "/orders",
        authorizer=POOL,
        scopes=("orders/write",),
        model=ORDER,
        validates_body=False,
        required_parameters=("querystring.page",),
    ),
    ("GET", "/open"): route("GET", "/open"),
    ("PUT", "/open"): route("PUT", "/open"),
    ("DELETE", "/open"): route("DELETE", "/open"),
    ("ANY", "/tree/{id}"): route(
        "ANY",
        "/tree/{id}",
        authorizer=Authorizer(name="Signature", kind="iam"),
        model={**TREE, "definitions": {"Tree": TREE}},
        required_parameters=("path.id",),
    ),
    ("OPTIONS", "/orders"): replace(
        route("OPTIONS", "/orders", mock=Mock(), required_parameters=("querystring.page",)), function=""
    ),
    ("GET", "/custom"): route(
        "GET",
        "/custom",
        authorizer=Authorizer(
            name="Custom",
            kind="lambda",
            header="X-Custom",
            takes="token",
            sources=("header.X-Custom",),
        ),
    ),
    ("PATCH", "/custom"): route("PATCH", "/custom", authorizer=Authorizer(name="AWS_IAM", kind="iam")),
}


def test_a_body_gives_routes(rest_api: System) -> None:
    """Each operation that leads to a function or a mock is a route; others are none."""
    routes = rest_api.apis["Api"].routes

    assert {(route.method, route.path): route for route in routes} == BY_PATH
    assert len(BY_PATH) == len(routes)


def test_an_api_has_a_stage_and_binary_types(rest_api: System) -> None:
    """A stage that is a resource comes before that of a deployment; ~1 is a slash."""
    api = rest_api.apis["Api"]

    assert (api.kind, api.stage, api.binary_media_types) == ("rest", "shop1", ("image/png",))


def test_an_api_may_be_defined_elsewhere(rest_api: System) -> None:
    """A body that is not on this machine has no routes."""
    api = rest_api.apis["Elsewhere"]

    assert Api(name="Elsewhere", kind="rest", stage="", routes=()) == api


def test_resources_give_routes(rest_resources: System) -> None:
    """Methods, authorizers, validators and models that are resources of their own make the same routes."""
    api = rest_resources.apis["Api4"]

    customers = Authorizer(name="Customers", kind="cognito", pools=("Pool",), header="X-Token")
    order = {"type": "object", "properties": {"item": ITEM}}
    shared = {"api": "Api4", "function": "Orders7A"}
    put = Route(
        **shared,
        method="PUT",
        path="/orders/{id}",
        authorizer=customers,
        scopes=("orders/write",),
        model=order,
        validates_body=True,
        validates_parameters=True,
        required_parameters=("path.id",),
    )
    custom = Authorizer(name="abc123", kind="lambda")
    assert (
        Api(
            name="Api4",
            kind="rest",
            stage="prod",
            routes=(
                Route(**shared, method="GET", path="/"),
                put,
                Route(**shared, method="DELETE", path="/orders/{id}", authorizer=custom),
                Route(**shared, method="PATCH", path="/orders/{id}", authorizer=Authorizer(name="AWS_IAM", kind="iam")),
                Route(api="Api4", function="", method="OPTIONS", path="/orders/{id}", mock=Mock()),
            ),
        )
        == api
    )
