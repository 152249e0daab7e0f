"""Faults in Big Mouth: in its code, its template, and in a stage of it alone."""

from __future__ import annotations

from . import by_hand as hands
from .planted import Fault, Planted, in_code, in_template
from .projects import OF_HTTP_APIS

__all__ = ["IN_BIGMOUTH"]

BUS = "bigmouth-embedded"
PLACE, NOTIFY, LIST, SEARCH = (
    f"bigmouth-embedded-{name}"
    for name in ("place-order", "notify-restaurant", "get-restaurants", "search-restaurants")
)

LANDING = ("landing_page.lists_eight_restaurants",)
LISTING = ("restaurants.answers_a_signed_call",)
SEARCHING = ("search.finds_four_cartoons",)
ORDERING = ("order.answers_an_id",)
NOTIFYING = ("order.reaches_the_restaurant",)

CALLED = '    restaurants = signed.get_json(os.environ["restaurants_api"])\n'
LISTED = "    found = restaurants.listed("
PUBLISHED = '    bus.publish("order_placed", order)\n'
FOUND = "    found = restaurants.with_theme("
CLAIM = f'    assert {OF_HTTP_APIS}["email"]\n'
# The work of a function that needs more than a second, and one that needs more than 128 MB.
SLOW = '    __import__("time").sleep(1.5)\n'
LARGE = "    page_of_restaurants = b'x' * 200_000_000\n    del page_of_restaurants\n"
SECURITY = """\
          /orders:
            post:
              security: [Customers: []]
"""
SEARCHED = """\
          /restaurants/search:
            post:
              security: [Customers: []]
"""
PATTERN = "              detail-type: [order_placed]\n"
ROLE = "      Role: !GetAtt {}Role.Arn\n"


def with_property(function: str, line: str) -> tuple[str, str]:
    """Give the line of a function's role, and the same with another property below."""
    role = ROLE.format(function)
    return role, f"{role}      {line}\n"


_PROJECT = Planted(
    name="bigmouth, project 1",
    system="bigmouth",
    faults=(
        Fault(
            name="a bug in the code",
            tests=LANDING,
            first="handler",
            area="code",
            cause="KeyError.*restaurants_api",
            plant=in_code("get_index.py", CALLED, CALLED.replace('os.environ["', 'event["')),
        ),
        Fault(
            name="a claim read from the wrong place",
            tests=SEARCHING,
            first="handler",
            area="code",
            cause="KeyError.*jwt",
            plant=in_code("search_restaurants.py", FOUND, CLAIM + FOUND),
        ),
        Fault(
            name="a grant for the wrong resource",
            tests=LISTING,
            first="handler",
            area="permissions",
            cause=r"GetRestaurants may not dynamodb:Scan\b.*RestaurantsTable",
            plant=in_template(
                "                Action: dynamodb:Scan\n                Resource: !GetAtt RestaurantsTable.Arn\n",
                "                Action: dynamodb:Scan\n"
                "                Resource: !Sub ${RestaurantsTable.Arn}-of-nobody\n",
                of="GetRestaurantsRole",
            ),
        ),
        Fault(
            name="a missing grant",
            tests=NOTIFYING,
            first="handler",
            area="permissions",
            cause=r"NotifyRestaurant may not sns:Publish\b.*RestaurantNotificationTopic",
            plant=in_template("sns:Publish", "sns:Subscribe", of="NotifyRestaurantRole"),
        ),
        Fault(
            name="a missing authorizer",
            tests=("order.refuses_nobody",),
            first="handler",
            area="wiring",
            cause=r"POST /orders .*no authorizer",
            plant=in_template(SECURITY, SECURITY.replace("              security: [Customers: []]\n", "")),
        ),
        Fault(
            name="a misspelt detail-type",
            tests=("order.is_told_to_the_bus",),
            first="handler",
            area="code|wiring",
            cause="order_placd",
            plant=in_code("place_order.py", PUBLISHED, PUBLISHED.replace("placed", "placd")),
        ),
        Fault(
            name="a missing validator",
            tests=("search.refuses_a_body_without_a_theme",),
            first="handler",
            area="wiring",
            cause=r"POST /restaurants/search .*valid",
            plant=in_template("              x-amazon-apigateway-request-validator: body\n", ""),
        ),
    ),
)

_SETTINGS = Planted(
    name="bigmouth, project 2",
    system="bigmouth",
    faults=(
        Fault(
            name="a wrong handler name",
            tests=LANDING,
            first="handler",
            area="packaging",
            cause="GetIndex.*handlr.*get_index",
            plant=in_template("Handler: get_index.handler\n", "Handler: get_index.handlr\n"),
        ),
        Fault(
            name="a missing dependency",
            tests=SEARCHING,
            first="invoke",
            area="packaging",
            cause="'?requests'?",
            plant=in_code("search_restaurants.py", "import proxy\n", "import proxy\nimport requests\n"),
        ),
        Fault(
            name="a wrong environment name",
            tests=ORDERING,
            first="handler",
            area="environment",
            cause="bus_name",
            plant=in_template("          bus_name: ", "          bus_nme: ", of="PlaceOrder"),
        ),
        Fault(
            name="too little memory for the payload",
            tests=LISTING,
            first="invoke",
            area="limits",
            cause="GetRestaurants.*memory.*128",
            plant=lambda copy: (
                in_template(*with_property("GetRestaurants", "MemorySize: 128"))(copy),
                in_code("get_restaurants.py", LISTED, LARGE + LISTED)(copy),
            ),
        ),
        Fault(
            name="a wrong rule pattern",
            tests=NOTIFYING,
            first="handler",
            area="wiring",
            cause=r"no rule on EventBus match\w+.*order_placed",
            plant=in_template(PATTERN, PATTERN.replace("placed", "placd"), of="NotifyRestaurant"),
        ),
    ),
)

_LIMITS = Planted(
    name="bigmouth, project 3",
    system="bigmouth",
    faults=(
        Fault(
            name="too short a timeout",
            tests=LANDING,
            first="handler",
            area="limits",
            cause=r"GetIndex.*\b1(\.0+)? s",
            plant=lambda copy: (
                in_template(*with_property("GetIndex", "Timeout: 1"))(copy),
                in_code("get_index.py", CALLED, SLOW + CALLED)(copy),
            ),
        ),
        Fault(
            name="a missing grant of a front door's function",
            tests=ORDERING,
            first="handler",
            area="permissions",
            cause="PlaceOrder may not events:PutEvents on EventBus",
            plant=in_template("events:PutEvents", "events:TestEventPattern", of="PlaceOrderRole"),
        ),
        Fault(
            name="a disabled rule",
            tests=NOTIFYING,
            first="handler",
            area="wiring",
            cause="disabled",
            plant=in_template(
                "          Type: EventBridgeRule\n          Properties:\n",
                "          Type: EventBridgeRule\n          Properties:\n            State: DISABLED\n",
                of="NotifyRestaurant",
            ),
        ),
        Fault(
            name="a wrong authorizer",
            tests=SEARCHING,
            first="handler",
            area="wiring",
            cause=r"POST /restaurants/search .*(IAM|SigV4|sign)",
            plant=in_template(SEARCHED, SEARCHED.replace("Customers", "Signature")),
        ),
        Fault(
            name="a missing environment variable",
            tests=LISTING,
            first="handler",
            area="environment",
            cause="restaurants_table",
            plant=in_template("          restaurants_table: !Ref RestaurantsTable\n", "", of="GetRestaurants"),
        ),
    ),
)

_BY_HAND = Planted(
    name="bigmouth, stage 1",
    system="bigmouth",
    faults=(
        Fault(
            name="a missing authorizer",
            tests=("order.refuses_nobody",),
            first="http",
            area="wiring",
            cause="POST /orders .*authorizer",
            by_hand=hands.an_open_route("/orders", "POST"),
        ),
        Fault(
            name="a missing grant",
            tests=LISTING,
            first="invoke",
            area="permissions",
            cause="GetRestaurants may not dynamodb:Scan on RestaurantsTable",
            by_hand=hands.a_lost_grant(LIST, "dynamodb:Scan"),
        ),
        Fault(
            name="a wrong rule pattern",
            tests=("order.goes_all_the_way", *NOTIFYING),
            first="invoke http",
            area="wiring",
            cause="order_placd",
            by_hand=hands.a_changed_pattern(
                BUS, "NotifyRestaurant", {"source": ["big-mouth"], "detail-type": ["order_placd"]}
            ),
        ),
        Fault(
            name="too short a timeout",
            tests=SEARCHING,
            first="invoke",
            area="limits",
            cause=r"SearchRestaurants.*\b1(\.0+)? s",
            plant=in_code("search_restaurants.py", FOUND, SLOW + FOUND),
            by_hand=hands.less(SEARCH, Timeout=1),
        ),
    ),
)

_BY_ANOTHER_HAND = Planted(
    name="bigmouth, stage 2",
    system="bigmouth",
    faults=(
        Fault(
            name="a disabled rule",
            tests=NOTIFYING,
            first="http",
            area="wiring",
            cause="disabled",
            by_hand=hands.a_disabled_rule(BUS, "NotifyRestaurant"),
        ),
        Fault(
            name="a missing route",
            tests=SEARCHING,
            first="http",
            area="wiring",
            cause="POST /restaurants/search",
            by_hand=hands.a_lost_route("/restaurants/search", "POST"),
        ),
        Fault(
            name="too little memory for the payload",
            tests=LISTING,
            first="invoke",
            area="limits",
            cause="GetRestaurants.*memory.*128",
            plant=in_code("get_restaurants.py", LISTED, LARGE + LISTED),
            by_hand=hands.less(LIST, MemorySize=128),
        ),
        Fault(
            name="a wrong authorizer",
            tests=ORDERING,
            first="http",
            area="wiring",
            cause="POST /orders .*authorizer",
            by_hand=hands.a_foreign_authorizer("/orders", "POST"),
        ),
    ),
)

_PERMISSIONS = Planted(
    name="bigmouth, stage 3",
    system="bigmouth",
    faults=(
        Fault(
            name="a rule that may not start its function",
            tests=NOTIFYING,
            first="http",
            area="wiring|permissions",
            cause="events.amazonaws.com.*NotifyRestaurant|NotifyRestaurant.*(permission|events.amazonaws.com)",
            by_hand=hands.a_lost_permission(NOTIFY, "events.amazonaws.com"),
        ),
        Fault(
            name="an API that may not start its function",
            tests=ORDERING,
            first="http",
            area="wiring|permissions",
            cause="apigateway.amazonaws.com.*PlaceOrder|PlaceOrder.*(permission|apigateway.amazonaws.com)",
            by_hand=hands.a_lost_permission(PLACE, "apigateway.amazonaws.com"),
        ),
        Fault(
            name="a module that was not packed",
            tests=LISTING,
            first="invoke",
            area="packaging",
            cause="settings",
            by_hand=hands.a_lost_module(LIST, "settings.py"),
        ),
        Fault(
            name="a key that may not be used",
            tests=SEARCHING,
            first="",
            area="permissions",
            why="the embedded cloud does not encrypt SecureStrings, and asks for no kms:Decrypt",
            by_hand=hands.a_lost_grant(SEARCH, "kms:Decrypt"),
        ),
    ),
)

IN_BIGMOUTH = (_PROJECT, _SETTINGS, _LIMITS, _BY_HAND, _BY_ANOTHER_HAND, _PERMISSIONS)
