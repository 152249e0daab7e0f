"""Bigmouth as the report knows it: its surface and its picture, written out by hand."""

from __future__ import annotations

from harness.report.record import EdgeRecord, NodeRecord, SurfaceRecord, SystemRecord

__all__ = ["BIGMOUTH", "wide"]

_ROUTES = {
    "route:Api GET /": "GetIndex",
    "route:Api GET /restaurants": "GetRestaurants",
    "route:Api POST /restaurants/search": "SearchRestaurants",
    "route:Api POST /orders": "PlaceOrder",
}
_FUNCTIONS = ("GetIndex", "GetRestaurants", "SearchRestaurants", "PlaceOrder", "NotifyRestaurant")
_OTHERS = {
    "EventBus": "bus",
    "RestaurantNotificationTopic": "topic",
    "RestaurantsTable": "table",
    "TestQueue": "queue",
    "UserPool": "pool",
}
_USES = (
    ("GetIndex", "UserPool"),
    ("GetRestaurants", "RestaurantsTable"),
    ("SearchRestaurants", "RestaurantsTable"),
    ("PlaceOrder", "EventBus"),
    ("NotifyRestaurant", "RestaurantNotificationTopic"),
    ("NotifyRestaurant", "EventBus"),
)
_STARTS = (
    ("EventBus", "NotifyRestaurant", "order_placed", "rule:OrderPlaced"),
    ("EventBus", "TestQueue", "", "rule:ToTestQueue"),
    ("RestaurantNotificationTopic", "TestQueue", "", "subscription:ToTestQueueFromTopic"),
)


def _surface(identity: str, *leads_to: str) -> SurfaceRecord:
    kind, _, name = identity.partition(":")
    return SurfaceRecord(id=identity, kind=kind, name=name, leads_to=leads_to)


BIGMOUTH = SystemRecord(
    name="bigmouth",
    template="systems/bigmouth/template.yaml",
    surface=(
        *(_surface(route, f"function:{function}") for route, function in _ROUTES.items()),
        *(_surface(f"function:{function}") for function in _FUNCTIONS),
        *(_surface(identity, f"function:{target}") for _, target, _, identity in _STARTS),
    ),
    nodes=(
        *(NodeRecord(id=route, kind="door", label=route.partition(" ")[2], surface=(route,)) for route in _ROUTES),
        *(NodeRecord(id=one, kind="function", label=one, surface=(f"function:{one}",)) for one in _FUNCTIONS),
        *(NodeRecord(id=name, kind=kind, label=name) for name, kind in _OTHERS.items()),
    ),
    edges=(
        *(
            EdgeRecord(source=route, target=function, kind="starts", surface=route)
            for route, function in _ROUTES.items()
        ),
        *(EdgeRecord(source=source, target=target, kind="uses") for source, target in _USES),
        *(
            EdgeRecord(source=source, target=target, kind="starts", label=label, surface=identity)
            for source, target, label, identity in _STARTS
        ),
    ),
)


def wide(functions: int) -> SystemRecord:
    """A system with so many functions, each behind a route and before a table that two of them share."""
    names = [f"Function{number}" for number in range(functions)]
    tables = [f"Table{number}" for number in range(functions // 2)]
    doors = [f"route:Api GET /things/{number}" for number in range(functions)]
    return SystemRecord(
        name="wide",
        surface=tuple(map(_surface, [*doors, *(f"function:{name}" for name in names)])),
        nodes=(
            *(NodeRecord(id=door, kind="door", label=door.partition(" ")[2], surface=(door,)) for door in doors),
            *(NodeRecord(id=name, kind="function", label=name, surface=(f"function:{name}",)) for name in names),
            *(NodeRecord(id=table, kind="table", label=table) for table in tables),
        ),
        edges=(
            *(
                EdgeRecord(source=door, target=name, kind="starts", surface=door)
                for door, name in zip(doors, names, strict=True)
            ),
            *(
                EdgeRecord(source=name, target=tables[(number * 7) % len(tables)], kind="uses")
                for number, name in enumerate(names)
            ),
        ),
    )
