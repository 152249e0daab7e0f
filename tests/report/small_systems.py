"""Small systems that are declared in Python, and what a test of bigmouth does and sees."""

from __future__ import annotations

from harness.system.model import EventSourceMapping, Function, Resource, Subscription, System
from tests.report.real_systems import act, event, hand_made

__all__ = ["ORDER", "PLACED", "RULES", "functions", "listening", "reading", "writer", "writing"]

PLACED = event("EventBus", source="big-mouth", detail_type="order_placed", detail={"orderId": "o-1"})
ORDER = act("request", "POST /orders", api="Api", route="POST /orders", status=200, answer='{"orderId": "o-1"}')
RULES = {"rule:NotifyRestaurantOrderPlaced", "rule:TestRule"}


def functions(*names: str) -> dict[str, Function]:
    """Give functions by logical id."""
    return {name: Function(name=name, handler="app.handler", code=None) for name in names}


def listening(policy: dict[str, object] | None = None) -> System:
    """Give a function that listens to a topic."""
    subscription = Subscription(name="Sub", topic="Topic", protocol="lambda", endpoint="Work", filter_policy=policy)
    return hand_made(functions=functions("Work"), subscriptions={"Sub": subscription})


def reading(kind: str, *filters: dict[str, object]) -> System:
    """Give a function that a mapping starts, which reads what is called Source."""
    mapping = EventSourceMapping(
        name="Read",
        function="Work",
        source="Source",
        kind=kind,
        filters=filters,  # type: ignore[arg-type]
    )
    return hand_made(functions=functions("Work"), mappings={"Read": mapping})


def writer(action: str, kind: str) -> dict[str, Resource]:
    """Give the role of a function that may do one thing with what is called Source."""
    statement = {"Effect": "Allow", "Action": action, "Resource": {"Ref": "Source"}}
    policies = {"Policies": [{"PolicyDocument": {"Statement": [statement]}}]}
    return {
        "Role": Resource(name="Role", type="AWS::IAM::Role", properties=policies),
        "Source": Resource(name="Source", type=kind),
    }


def writing() -> dict[str, Function]:
    """Give two functions, of which one has that role."""
    role = {"Fn::GetAtt": ["Role", "Arn"]}
    return {**functions("Work"), "Write": Function(name="Write", handler="app.handler", code=None, role=role)}
