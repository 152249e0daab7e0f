"""The picture of a system."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.report.record import EdgeRecord, NodeRecord
from harness.report.surface import picture_of, surface_of
from harness.system.model import (
    Api,
    Authorizer,
    EventSourceMapping,
    Function,
    Notification,
    Resource,
    Route,
    Rule,
    Subscription,
    System,
    Target,
)
from tests.report.real_systems import hand_made, system


def arrows(found: System, *, kind: str) -> dict[tuple[str, str], str]:
    """Give the labels of the edges by their ends."""
    return {(edge.source, edge.target): edge.label for edge in picture_of(found)[1] if edge.kind == kind}


def kinds(found: System) -> dict[str, str]:
    return {node.id: node.kind for node in picture_of(found)[0]}


def function(name: str, **rest: Any) -> Function:
    return Function(name=name, handler="app.handler", code=None, **rest)


def allowed(*statements: dict[str, Any], environment: dict[str, Any] | None = None, **resources: Resource) -> System:
    """Give a system with a function, a role of these statements, a table, and an API with two routes."""
    role = Resource(
        name="Role",
        type="AWS::IAM::Role",
        properties={
            "Policies": [{"PolicyDocument": {"Statement": list(statements)}}],
            "ManagedPolicyArns": [{"Ref": "Managed"}],
        },
    )
    table = Resource(name="Table", type="AWS::DynamoDB::Table", properties={"TableName": "things"})
    routes = tuple(Route(api="Api", method="GET", path=path, function="") for path in ("/things", "/things/{id}"))
    return hand_made(
        functions={"Work": function("Work", role={"Fn::GetAtt": ["Role", "Arn"]}, environment=environment or {})},
        apis={"Api": Api(name="Api", kind="rest", stage="dev", routes=routes)},
        resources={
            "Role": role,
            "Table": table,
            "Api": Resource(name="Api", type="AWS::ApiGateway::RestApi"),
            **resources,
        },
    )


def grant(actions: Any, resource: Any, *, effect: str = "Allow") -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Resource": resource}


def test_bigmouth_has_its_doors_functions_and_resources() -> None:
    """Front doors first, what things are kept in last."""
    nodes, _ = picture_of(system("bigmouth"))

    assert NodeRecord(id="route:Api GET /", kind="door", label="GET /", surface=("route:Api GET /",)) == nodes[0]
    assert NodeRecord(id="GetIndex", kind="function", label="GetIndex", surface=("function:GetIndex",)) == nodes[4]
    assert [
        NodeRecord(id="EventBus", kind="bus", label="EventBus"),
        NodeRecord(id="RestaurantNotificationTopic", kind="topic", label="RestaurantNotificationTopic"),
        NodeRecord(id="TestQueue", kind="queue", label="TestQueue"),
        NodeRecord(id="RestaurantsTable", kind="table", label="RestaurantsTable"),
        NodeRecord(id="UserPool", kind="pool", label="UserPool"),
    ] == list(nodes[9:])


def test_bigmouth_starts_functions_by_routes_and_a_rule() -> None:
    """A rule is an arrow from its bus, with the detail-types that it wants."""
    _, edges = picture_of(system("bigmouth"))

    rule = "rule:NotifyRestaurantOrderPlaced"
    assert (
        EdgeRecord(source="EventBus", target="NotifyRestaurant", kind="starts", label="order_placed", surface=rule)
        in edges
    )
    assert (
        EdgeRecord(
            source="route:Api POST /orders", target="PlaceOrder", kind="starts", surface="route:Api POST /orders"
        )
        in edges
    )


def test_bigmouth_uses_what_its_roles_allow() -> None:
    """What a function publishes, reads, calls; what its environment alone names it knows of."""
    assert {
        ("route:Api POST /restaurants/search", "UserPool"): "checks tokens",
        ("route:Api POST /orders", "UserPool"): "checks tokens",
        ("GetIndex", "route:Api GET /restaurants"): "calls",
        ("GetIndex", "UserPool"): "knows of",
        ("GetIndex", "route:Api POST /orders"): "knows of",
        ("GetRestaurants", "RestaurantsTable"): "reads",
        ("SearchRestaurants", "RestaurantsTable"): "reads",
        ("PlaceOrder", "EventBus"): "publishes",
        ("NotifyRestaurant", "RestaurantNotificationTopic"): "publishes",
        ("NotifyRestaurant", "EventBus"): "publishes",
    } == arrows(system("bigmouth"), kind="uses")


def test_orders_async_reads_its_queue_through_a_mapping_only() -> None:
    """Lambda reads a queue with the role of the function, which does not use it; nor what it tells a destination."""
    started, used = (arrows(system("orders_async"), kind=kind) for kind in ("starts", "uses"))

    assert {("JobsQueue", "DoJobs"): "", ("JobsQueue", "DeadLetters"): "dead letters"}.items() <= started.items()
    assert "on failure" == started["SummariseAudit", "UncountedAudit"]
    assert {
        ("SubmitJob", "JobsTable"): "writes",
        ("SubmitJob", "JobsQueue"): "sends",
        ("SubmitJob", "AuditStream"): "writes",
        ("GetJob", "JobsTable"): "reads",
        ("DoJobs", "JobsTable"): "reads, writes",
        ("SummariseAudit", "SummariesTable"): "writes",
    } == used


def test_photos_shows_schedule_notifications_and_tasks() -> None:
    """A task is an arrow from its machine, with the state's name; policies beside the role count."""
    started, used = (arrows(system("photos"), kind=kind) for kind in ("starts", "uses"))

    assert {
        ("Daily", "DeleteOldMetadata"): "rate(1 day)",
        ("Workflow", "ReadMetadata"): "ExtractMetadata",
        ("Workflow", "Classify"): "ClassifyPicture",
    }.items() <= started.items()
    assert {
        ("Workflow", "MetadataTable"): "PersistMetadata",
        ("ExtractMetadata", "UploadBucket"): "reads",
    }.items() <= used.items()
    assert "door" == kinds(system("photos"))["Daily"]


def test_catalogue_shows_fields_and_who_vouches() -> None:
    """A JWT authorizer names its pool in the issuer; of an index the table is shown."""
    started, used = (arrows(system("catalogue"), kind=kind) for kind in ("starts", "uses"))

    assert "" == started["field:GraphApi Query.product", "GetProduct"]
    assert "checks tokens" == used["route:Api POST /graphql", "UserPool"]
    assert "reads" == used["ListProducts", "ProductsTable"]


@pytest.mark.parametrize("name", ["bigmouth", "gettogethers", "photos", "orders_async", "catalogue"])
def test_the_picture_shows_the_surface(name: str) -> None:
    """Each thing of the surface is a node or an edge that leads somewhere, and each edge joins two nodes."""
    nodes, edges = picture_of(system(name))
    shown = {one for node in nodes for one in node.surface} | {edge.surface for edge in edges}

    assert {one.id for one in surface_of(system(name))} <= shown
    assert {end for edge in edges for end in (edge.source, edge.target)} <= {node.id for node in nodes}


def test_what_is_disabled_is_drawn_and_stands_for_nothing() -> None:
    """It is no part of the surface."""
    rule = Rule(name="Off", bus="Bus", pattern={"source": ["a"]}, enabled=False, targets=(Target(resource="Work"),))

    _, edges = picture_of(hand_made(functions={"Work": function("Work")}, rules={"Off": rule}))

    assert (EdgeRecord(source="Bus", target="Work", kind="starts", label="disabled"),) == edges


def test_what_no_template_declares_is_told_by_its_arrows() -> None:
    """The default bus, a topic of another stack, an address of e-mail."""
    found = hand_made(
        functions={"Work": function("Work")},
        rules={"Any": Rule(name="Any", pattern={"source": ["a"]}, targets=(Target(resource="Work"),))},
        subscriptions={"Mail": Subscription(name="Mail", topic="T", protocol="email", endpoint="a@example.com")},
        mappings={"Read": EventSourceMapping(name="Read", function="Work", source="S", kind="stream")},
        notifications={"B[0]": Notification(name="B[0]", bucket="B", events=("s3:ObjectCreated:*",), target="Work")},
    )

    assert {
        "Work": "function",
        "default": "bus",
        "T": "topic",
        "S": "stream",
        "B": "bucket",
        "a@example.com": "other",
    } == kinds(found)
    assert "default bus" in {node.label for node in picture_of(found)[0]}
    assert "ObjectCreated" == arrows(found, kind="starts")["B", "Work"]


@pytest.mark.parametrize(
    ("pattern", "label"),
    [
        ({"detail-type": ["a", {"prefix": "b"}]}, 'a, {"prefix": "b"}'),
        ({"detail-type": ["a", "b", "c", "d", "e"]}, "a, b, c and 2 more"),
        ({"source": ["shop"]}, "shop"),
        ({"detail": {"id": [1]}}, ""),
    ],
)
def test_a_rule_says_what_it_wants(pattern: dict[str, Any], label: str) -> None:
    """Detail-types, or else sources, and not too many of them."""
    rule = Rule(name="Any", bus="Bus", pattern=pattern, targets=(Target(resource="Work"),))

    found = hand_made(functions={"Work": function("Work")}, rules={"Any": rule})

    assert {("Bus", "Work"): label} == arrows(found, kind="starts")


def test_doors_name_their_api_where_there_are_several() -> None:
    """A function URL is called after itself: it has one route for all."""
    routes = (Route(api="Api", method="GET", path="/", function="Work"),)
    url = (Route(api="Url", method="ANY", path="$default", function="Work"),)
    found = hand_made(
        functions={"Work": function("Work")},
        apis={
            "Api": Api(name="Api", kind="rest", stage="dev", routes=routes),
            "Url": Api(name="Url", kind="url", stage="$default", routes=url),
        },
    )

    assert ["Api GET /", "URL Url", "Work"] == [node.label for node in picture_of(found)[0]]


def test_a_function_that_authorizes_is_reached_from_each_door() -> None:
    """It stands for one thing of the surface."""
    guard = Authorizer(name="Guard", kind="lambda", function="Check")
    other = Authorizer(name="Other", kind="lambda", function="Check")
    routes = tuple(
        Route(api="Api", method="GET", path=path, function="Work", authorizer=one)
        for path, one in (("/a", guard), ("/b", guard), ("/c", other))
    )
    found = hand_made(
        functions={"Work": function("Work"), "Check": function("Check")},
        apis={"Api": Api(name="Api", kind="rest", stage="dev", routes=routes)},
    )

    guarded = [edge.source for edge in picture_of(found)[1] if edge.surface == "authorizer:Api Guard"]

    assert ["route:Api GET /a", "route:Api GET /b"] == guarded


def test_triggers_of_a_pool_start_functions() -> None:
    """Which nobody can count as reached."""
    pool = Resource(
        name="Pool",
        type="AWS::Cognito::UserPool",
        properties={"LambdaConfig": {"PreSignUp": {"Fn::GetAtt": ["Work", "Arn"]}, "PostConfirmation": "elsewhere"}},
    )
    declared = Resource(name="Work", type="AWS::Lambda::Function")
    found = hand_made(functions={"Work": function("Work")}, resources={"Pool": pool, "Work": declared})

    assert {("Pool", "Work"): "PreSignUp"} == arrows(found, kind="starts")


@pytest.mark.parametrize(
    ("actions", "resource", "label"),
    [
        ("dynamodb:GetItem", {"Fn::GetAtt": ["Table", "Arn"]}, "reads"),
        (["dynamodb:Put*"], {"Fn::Sub": "${Table.Arn}/index/*"}, "writes"),
        (["dynamodb:DeleteItem"], {"Ref": "Table"}, "deletes"),
        ("dynamodb:*", [{"Ref": "Table"}], "reads, writes, deletes"),
        ("*", "arn:aws:dynamodb:eu-west-1:123456789012:table/things", "reads, writes, deletes"),
    ],
)
def test_a_grant_in_any_shape_is_a_use(actions: Any, resource: Any, label: str) -> None:
    """A wildcard covers all that it covers."""
    assert {("Work", "Table"): label} == arrows(allowed(grant(actions, resource)), kind="uses")


@pytest.mark.parametrize(
    "statement",
    [
        grant("dynamodb:GetItem", "*"),
        grant("dynamodb:DescribeTable", {"Ref": "Table"}),
        grant("dynamodb:GetItem", {"Ref": "Table"}, effect="Deny"),
        grant("s3:GetObject", {"Ref": "Table"}),
        {"Fn::If": ["Unknown", {}, {}]},
    ],
)
def test_what_grants_nothing_of_note_is_no_use(statement: dict[str, Any]) -> None:
    """Everything says nothing; a refusal, another service, a description and an unknown condition are no use."""
    assert {} == arrows(allowed(statement), kind="uses")


def test_policies_beside_the_role_count() -> None:
    """One that names the role, and one that the role names."""
    document = {"Statement": grant("dynamodb:GetItem", {"Ref": "Table"})}
    beside = Resource(
        name="Beside", type="AWS::IAM::Policy", properties={"Roles": [{"Ref": "Role"}], "PolicyDocument": document}
    )
    document = {"Statement": grant("dynamodb:PutItem", {"Ref": "Table"})}
    managed = Resource(name="Managed", type="AWS::IAM::ManagedPolicy", properties={"PolicyDocument": document})

    found = allowed(grant("logs:PutLogEvents", "*"), Beside=beside, Managed=managed)

    assert {("Work", "Table"): "reads, writes"} == arrows(found, kind="uses")


@pytest.mark.parametrize(
    ("end", "routes"),
    [
        ("dev/GET/things", ["/things"]),
        ("*/*/things/*", ["/things/{id}"]),
        ("dev/GET/*", ["/things", "/things/{id}"]),
        ("dev/POST/things", []),
    ],
)
def test_who_may_invoke_an_api_calls_its_routes(end: str, routes: list[str]) -> None:
    """Those of the method and the path that the grant names."""
    arn = f"arn:aws:execute-api:eu-west-1:123456789012:${{Api}}/{end}"

    found = arrows(allowed(grant("execute-api:Invoke", {"Fn::Sub": arn})), kind="uses")

    assert {("Work", f"route:Api GET {path}"): "calls" for path in routes} == found


def test_what_the_environment_names_is_known_of() -> None:
    """Where no grant says more."""
    found = allowed(environment={"TABLE": {"Ref": "Table"}, "LEVEL": "INFO"})

    assert {("Work", "Table"): "knows of"} == arrows(found, kind="uses")


@pytest.mark.parametrize(
    ("address", "doors"),
    [
        ("https://${Api}.execute-api.eu-west-1.amazonaws.com/dev", ["Api GET /things", "Api GET /things/{id}"]),
        ("https://${Api}.execute-api.eu-west-1.amazonaws.com/dev/things", ["Api GET /things"]),
        ("https://${Api}.execute-api.eu-west-1.amazonaws.com/dev/things/7", ["Api GET /things/{id}"]),
        ("https://${Foreign}.execute-api.eu-west-1.amazonaws.com/dev/things", []),
        ("${Url.FunctionUrl}", ["Url ANY $default"]),
    ],
)
def test_whoever_has_an_address_knows_of_its_routes(address: str, doors: list[str]) -> None:
    """All of them, where the address has no path."""
    declared = Resource(name="Url", type="AWS::Lambda::Url")
    found = allowed(environment={"ADDRESS": {"Fn::Sub": address}}, Url=declared)
    url = Api(
        name="Url", kind="url", stage="$default", routes=(Route(api="Url", method="ANY", path="$default", function=""),)
    )

    found = replace(found, apis={**found.apis, "Url": url})

    assert {("Work", f"route:{door}"): "knows of" for door in doors} == arrows(found, kind="uses")
