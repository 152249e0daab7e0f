"""What there is of a system that tests can reach."""

from __future__ import annotations

import pytest

from harness.report.record import SurfaceRecord
from harness.report.surface import surface_of
from harness.system.model import (
    Api,
    AsyncConfig,
    Authorizer,
    EventSourceMapping,
    Function,
    Queue,
    Resource,
    Route,
    Rule,
    Schedule,
    StateMachine,
    Subscription,
    System,
    Target,
)
from tests.report.real_systems import hand_made, system


def things(found: System) -> dict[str, tuple[str, ...]]:
    return {one.id: one.leads_to for one in surface_of(found)}


def function(name: str) -> Function:
    return Function(name=name, handler="app.handler", code=None)


def test_bigmouth_has_routes_rules_a_subscription_and_functions() -> None:
    """All of it, front doors first; what leads to the test queue is a part of it."""
    found = surface_of(system("bigmouth"))

    assert [
        SurfaceRecord(id="route:Api GET /", kind="route", name="Api GET /", leads_to=("function:GetIndex",)),
        ("route:Api GET /restaurants", ("function:GetRestaurants",)),
        ("route:Api POST /restaurants/search", ("function:SearchRestaurants",)),
        ("route:Api POST /orders", ("function:PlaceOrder",)),
        ("rule:NotifyRestaurantOrderPlaced", ("function:NotifyRestaurant",)),
        ("rule:TestRule", ()),
        ("subscription:TestSubscription", ()),
        ("function:GetIndex", ()),
        ("function:GetRestaurants", ()),
        ("function:SearchRestaurants", ()),
        ("function:PlaceOrder", ()),
        ("function:NotifyRestaurant", ()),
    ] == [found[0], *((one.id, one.leads_to) for one in found[1:])]


def test_orders_async_has_mappings_and_where_things_end() -> None:
    """A queue and a stream are read; what fails ends in queues."""
    assert {
        "route:Api POST /jobs": ("function:SubmitJob",),
        "route:Api GET /jobs/{id}": ("function:GetJob",),
        "mapping:DoJobsJobs": ("function:DoJobs",),
        "mapping:SummariseAuditAudit": ("function:SummariseAudit",),
        "function:SubmitJob": (),
        "function:GetJob": (),
        "function:DoJobs": (),
        "function:SummariseAudit": ("destination:SummariseAuditAudit failure",),
        "destination:SummariseAuditAudit failure": (),
        "destination:JobsQueue dead letters": (),
    } == things(system("orders_async"))


def test_photos_has_notifications_a_schedule_and_a_machine() -> None:
    """A state machine leads to the functions of its tasks, those in branches too."""
    found = things(system("photos"))

    assert ("function:ExtractMetadata",) == found["notification:UploadBucket[0]"]
    assert ("function:DeleteOldMetadata",) == found["schedule:Daily"]
    assert ("function:ReadMetadata", "function:Classify") == found["machine:Workflow"]


def test_fields_of_appsync_are_front_doors() -> None:
    """Each field with a resolver is one, and leads to the function of its data source."""
    found = {name: leads for name, leads in things(system("catalogue")).items() if name.startswith("field:")}

    assert {
        "field:GraphApi Query.product": ("function:GetProduct",),
        "field:GraphApi Query.products": ("function:ListProducts",),
        "field:GraphApi Mutation.addProduct": ("function:AddProduct",),
    } == found


def graph(**resolvers: dict[str, object]) -> System:
    """Give a GraphQL API with a data source of a function."""
    config = {"LambdaFunctionArn": {"Fn::GetAtt": ["Work", "Arn"]}}
    declared = {
        "Graph": ("AWS::AppSync::GraphQLApi", {}),
        "Source": ("AWS::AppSync::DataSource", {"Name": "source", "LambdaConfig": config}),
        "Work": ("AWS::Lambda::Function", {}),
        **{name: ("AWS::AppSync::Resolver", said) for name, said in resolvers.items()},
    }
    return hand_made(
        functions={"Work": function("Work")},
        resources={name: Resource(name=name, type=kind, properties=said) for name, (kind, said) in declared.items()},
    )


@pytest.mark.parametrize(
    ("source", "expected"),
    [("source", ("function:Work",)), ({"Ref": "Source"}, ("function:Work",)), ("other", ()), (None, ())],
)
def test_a_resolver_names_its_data_source(source: object, expected: tuple[str, ...]) -> None:
    """By the name that it has in AppSync, or by reference; a pipeline has none."""
    said = {"ApiId": {"Fn::GetAtt": ["Graph", "ApiId"]}, "TypeName": "Query", "FieldName": "thing"}

    found = things(graph(Thing={**said, "DataSourceName": source}))

    assert expected == found["field:Graph Query.thing"]


def test_a_resolver_of_another_stack_is_left_out() -> None:
    """Its API is not of this template."""
    said = {"ApiId": "abc", "TypeName": "Query", "FieldName": "thing", "DataSourceName": "source"}

    assert {"function:Work": ()} == things(graph(Thing=said))


def test_preflight_routes_are_routes() -> None:
    """A mock that answers to browsers leads to nothing, and is there all the same."""
    assert () == things(system("gettogethers"))["route:Api OPTIONS /getTogethers"]


def test_dead_letters_lead_on() -> None:
    """The topic of a function's dead letters has a subscription of its own."""
    found = things(system("gettogethers"))

    assert ("destination:NotifyOrganiser dead letters",) == found["function:NotifyOrganiser"]
    assert ("subscription:NotificationFailedFailed",) == found["destination:NotifyOrganiser dead letters"]


@pytest.mark.parametrize("name", ["bigmouth", "gettogethers", "photos", "orders_async", "catalogue"])
def test_ids_are_unique_and_lead_to_what_there_is(name: str) -> None:
    """No id comes twice, and none leads out of the surface."""
    found = surface_of(system(name))
    ids = [one.id for one in found]

    assert sorted(set(ids)) == sorted(ids)
    assert {target for one in found for target in one.leads_to} <= set(ids)


def test_what_is_disabled_is_left_out() -> None:
    """AWS does nothing about it; the function behind it is there."""
    target = (Target(resource="Work"),)
    found = hand_made(
        functions={"Work": function("Work")},
        rules={"Off": Rule(name="Off", pattern={"source": ["a"]}, enabled=False, targets=target)},
        schedules={"Late": Schedule(name="Late", expression="rate(1 day)", target="Work", enabled=False)},
        mappings={"Read": EventSourceMapping(name="Read", function="Work", source="Q", kind="queue", enabled=False)},
    )

    assert {"function:Work": ()} == things(found)


def test_a_rule_with_a_schedule_is_a_schedule() -> None:
    """It is fired like one, and no event leads to it."""
    rule = Rule(name="Nightly", schedule="rate(1 day)", targets=(Target(resource="Work"),))
    found = hand_made(functions={"Work": function("Work")}, rules={"Nightly": rule})

    assert {"schedule:Nightly": ("function:Work",), "function:Work": ()} == things(found)


def test_a_rule_leads_to_what_listens_behind_its_targets() -> None:
    """Behind a topic its subscriptions, behind a queue its mappings, behind a bus its rules; a machine itself."""
    targets = tuple(Target(resource=name) for name in ("Mail", "Jobs", "Other", "Flow", "Elsewhere"))
    found = hand_made(
        functions={"Work": function("Work")},
        rules={
            "Fan": Rule(name="Fan", bus="Bus", pattern={"source": ["a"]}, targets=targets),
            "Next": Rule(name="Next", bus="Other", pattern={"source": ["a"]}),
        },
        subscriptions={"Sub": Subscription(name="Sub", topic="Mail", protocol="email", endpoint="a@example.com")},
        mappings={"Read": EventSourceMapping(name="Read", function="Work", source="Jobs", kind="queue")},
        machines={"Flow": StateMachine(name="Flow", definition={})},
    )

    assert ("subscription:Sub", "mapping:Read", "rule:Next", "machine:Flow") == things(found)["rule:Fan"]


def test_an_authorizer_that_is_a_function_comes_once() -> None:
    """Two routes share it; an authorizer that is no function is a part of its route."""
    guard = Authorizer(name="Guard", kind="lambda", function="Check")
    signed = Authorizer(name="AWS_IAM", kind="iam")
    routes = (
        Route(api="Api", method="GET", path="/a", function="Work", authorizer=guard),
        Route(api="Api", method="GET", path="/b", function="Work", authorizer=guard),
        Route(api="Api", method="GET", path="/c", function="Work", authorizer=signed),
    )
    found = hand_made(
        functions={"Work": function("Work"), "Check": function("Check")},
        apis={"Api": Api(name="Api", kind="rest", stage="dev", routes=routes)},
    )

    guards = {name: leads for name, leads in things(found).items() if name.startswith("authorizer:")}

    assert {"authorizer:Api Guard": ("function:Check",)} == guards


def test_destinations_are_named_after_what_ends() -> None:
    """Success, failure and dead letters of a function, and the dead letters of a queue."""
    found = hand_made(
        functions={"Work": function("Work"), "Tell": function("Tell")},
        asynchronous={"Work": AsyncConfig(on_success="Tell", on_failure="Lost", dead_letters="Lost")},
        queues={"Jobs": Queue(name="Jobs", dead_letters="Lost", receives=3), "Lost": Queue(name="Lost")},
    )

    endings = [one for one in surface_of(found) if one.kind == "destination"]

    assert ["Work success", "Work failure", "Work dead letters", "Jobs dead letters"] == [one.name for one in endings]
    assert ("function:Tell",) == endings[0].leads_to
