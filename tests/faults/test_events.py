"""Faults in what functions publish and in what that starts: each is found in every mode in which AWS would show it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from harness.cloud import embedded

from .projects import FUNCTIONS, MODES, TEMPLATE, Copy, Run, another_cloud

PLACE, NOTIFY, BUS = (f"{FUNCTIONS}/{name}.py" for name in ("place_order", "notify_restaurant", "bus"))

PUBLISHED = '    bus.publish("order_placed", order)\n'
NOTIFIED = '    bus.publish("restaurant_notified", order)\n'
NAMED = '        "EventBusName": os.environ["bus_name"],\n'
ORDERED = '    order = {"orderId": str(uuid4()), "restaurantName": restaurant}\n'
READ = '    restaurant = proxy.text_in_body(event, "restaurantName")\n'
PATTERN = """\
              source: [big-mouth]
              detail-type: [order_placed]
"""
TOPIC_PERMISSION = """\
                Action: sns:Publish
                Resource: !Ref RestaurantNotificationTopic
"""
BUS_PERMISSION = """\
                Action: events:PutEvents
                Resource: !GetAtt EventBus.Arn
"""
PLACE_ORDER, ROLE_OF_PLACE_ORDER = "  PlaceOrder:\n", "  PlaceOrderRole:\n"
ROLE_OF_NOTIFY_RESTAURANT = "  NotifyRestaurantRole:\n"
ORDER_PLACED = """\
      Events:
        OrderPlaced:
          Type: EventBridgeRule
          Properties:
            EventBusName: !Ref EventBus
            Pattern:
              source: [big-mouth]
              detail-type: [order_placed]
"""
RULE_ALONE = """\
  NotifyRestaurantOrderPlaced:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref EventBus
      EventPattern:
        source: [big-mouth]
        detail-type: [order_placed]
      Targets:
        - Id: NotifyRestaurant
          Arn: !GetAtt NotifyRestaurant.Arn

"""
LOG_GROUP = "  NotifyRestaurantLogGroup:\n"
ORDERED_BY_CUSTOMERS = """\
      Events:
        Order:
          Type: Api
          Properties:
            RestApiId: !Ref Api
            Path: /orders
            Method: POST
"""

PLACING = {"order.is_told_to_the_bus": MODES}
NOTIFYING = {"order.reaches_the_restaurant": MODES}
ANSWERING = {"order.answers_an_id": MODES}
REFUSING = {"order.refuses_an_order_from_no_restaurant": MODES}


def after(copy: Copy, mark: str, text: str, fault: str) -> None:
    """Put a fault in the place of the first text after a mark in the template."""
    path = copy.folder / TEMPLATE
    before, _, behind = path.read_text().partition(mark)
    assert text in behind
    path.write_text(before + mark + behind.replace(text, fault, 1))


def misnamed(copy: Copy) -> None:
    """PlaceOrder misspells the detail-type; NotifyRestaurant misspells a field."""
    copy.plant(PLACE, PUBLISHED, PUBLISHED.replace("placed", "placd"))
    copy.plant(NOTIFY, 'event["detail"]', 'event["Detail"]')


def elsewhere(copy: Copy) -> None:
    """PlaceOrder publishes to the default bus, and may; NotifyRestaurant publishes to the topic and not to the bus."""
    copy.plant(
        BUS, NAMED, '        **({} if detail_type == "order_placed" else {"EventBusName": "bigmouth-embedded"}),\n'
    )
    after(copy, ROLE_OF_PLACE_ORDER, BUS_PERMISSION, BUS_PERMISSION.replace("!GetAtt EventBus.Arn", '"*"'))
    copy.plant(NOTIFY, NOTIFIED, "")


def silent(copy: Copy) -> None:
    """PlaceOrder publishes nothing; NotifyRestaurant publishes another detail."""
    copy.plant(PLACE, PUBLISHED, "")
    copy.plant(NOTIFY, NOTIFIED, NOTIFIED.replace("order)", '{"order": order["orderId"]})'))


def twice(copy: Copy) -> None:
    """PlaceOrder publishes twice; the source in the rule of NotifyRestaurant is misspelt."""
    copy.plant(PLACE, PUBLISHED, PUBLISHED * 2)
    copy.plant(TEMPLATE, PATTERN, PATTERN.replace("big-mouth", "bigmouth"))


def hasty(copy: Copy) -> None:
    """PlaceOrder publishes before it looks at the body; the detail-type in the rule of NotifyRestaurant is misspelt."""
    copy.plant(PLACE, ORDERED + PUBLISHED, "")
    copy.plant(PLACE, READ, READ + ORDERED + PUBLISHED)
    copy.plant(TEMPLATE, PATTERN, PATTERN.replace("order_placed", "order_place"))


def forbidden(copy: Copy) -> None:
    """Neither role may put events on the bus."""
    for role in (ROLE_OF_PLACE_ORDER, ROLE_OF_NOTIFY_RESTAURANT):
        after(copy, role, "events:PutEvents", "events:TestEventPattern")


def misdirected(copy: Copy) -> None:
    """The variable of PlaceOrder names a bus that is not there; the role of NotifyRestaurant may not use its topic."""
    copy.plant(TEMPLATE, TOPIC_PERMISSION, TOPIC_PERMISSION.replace("sns:Publish", "sns:Subscribe"))
    after(copy, PLACE_ORDER, "bus_name: !Ref EventBus", "bus_name: !Sub ${EventBus}-of-nobody")


def unpermitted(copy: Copy) -> None:
    """Neither function admits what starts it: SAM adds a permission for each event of a function, for nothing else."""
    copy.plant(TEMPLATE, ORDER_PLACED, "")
    copy.plant(TEMPLATE, LOG_GROUP, RULE_ALONE + LOG_GROUP)
    copy.plant(TEMPLATE, ORDERED_BY_CUSTOMERS, "")


@dataclass(frozen=True)
class Faulty:
    """A copy with faults, and the run of its tests of orders in every mode."""

    copy: Copy
    run: Run


@pytest.fixture(scope="module")
def faulty(bigmouth: Callable[[], Copy]) -> Callable[[Callable[[Copy], None]], Faulty]:
    """Plants faults and runs the tests; once for all tests that ask for the same faults."""
    made: dict[Callable[[Copy], None], Faulty] = {}

    def run(plant: Callable[[Copy], None]) -> Faulty:
        if plant not in made:
            copy = bigmouth()
            copy.hurry()
            plant(copy)
            # What goes all the way fails with either of two faults, and so would tell nothing.
            made[plant] = Faulty(copy, copy.run_suite("-k", "test_order and not all_the_way"))
        return made[plant]

    return run


Faults = Callable[[Callable[[Copy], None]], Faulty]


@pytest.mark.parametrize(
    ("plant", "broken"),
    [
        (misnamed, PLACING | NOTIFYING),
        (elsewhere, PLACING | NOTIFYING),
        (silent, PLACING | NOTIFYING),
        (twice, PLACING | NOTIFYING),
        (hasty, REFUSING | NOTIFYING),
        (forbidden, PLACING | NOTIFYING | ANSWERING),
        (misdirected, PLACING | NOTIFYING | ANSWERING),
        (unpermitted, {test: {"http"} for test in NOTIFYING | PLACING | ANSWERING | REFUSING}),
    ],
)
def test_the_run_fails_where_the_faults_are_and_nowhere_else(
    faulty: Faults, plant: Callable[[Copy], None], broken: dict[str, set[str]]
) -> None:
    """Each of these faults is in code or template, which all modes share."""
    run = faulty(plant).run

    assert run.code == pytest.ExitCode.TESTS_FAILED
    assert run.broken == broken


@pytest.mark.parametrize("where", sorted(MODES))
@pytest.mark.parametrize(
    ("plant", "test", "said"),
    [
        (misnamed, "order.is_told_to_the_bus", "detail_type: expected 'order_placed', was 'order_placd'"),
        (elsewhere, "order.is_told_to_the_bus", "EventBus nothing at all"),
        (elsewhere, "order.reaches_the_restaurant", "RestaurantNotificationTopic 1\n"),
        (silent, "order.is_told_to_the_bus", "does it publish somewhere else?"),
        (silent, "order.reaches_the_restaurant", "detail.orderId: missing, expected '"),
        (twice, "order.is_told_to_the_bus", "2 came, but only 1 was to come that matches EventBus"),
        (twice, "order.reaches_the_restaurant", "no rule matched: NotifyRestaurantOrderPlaced"),
        (twice, "order.reaches_the_restaurant", "source is 'big-mouth', wanted 'bigmouth'"),
        (hasty, "order.reaches_the_restaurant", "detail-type is 'order_placed', wanted 'order_place'"),
        (hasty, "order.refuses_an_order_from_no_restaurant", "1 came, but nothing was to come that matches EventBus"),
    ],
)
def test_every_mode_names_the_cause(
    faulty: Faults, plant: Callable[[Copy], None], test: str, said: str, where: str
) -> None:
    """A journal sees the same in every mode, and says the same of it."""
    assert said in faulty(plant).run.under(test, where)


@pytest.mark.parametrize(("where", "at"), [("handler", ":{line}: KeyError"), ("invoke", '", line {line}, in handler')])
def test_an_error_behind_a_bus_is_shown_at_its_line(faulty: Faults, where: str, at: str) -> None:
    """Nobody waits for the answer of a function behind a bus; who plays the bus does, and tells what it said."""
    found = faulty(misnamed)
    line = found.copy.line_of("notify_restaurant.py", "Detail")

    shown = found.run.under("order.reaches_the_restaurant", where)

    assert "The function 'NotifyRestaurant' failed with KeyError: 'Detail'." in shown
    assert "started by: NotifyRestaurantOrderPlaced, by EventBus order_placed" in shown
    assert f"notify_restaurant.py{at.format(line=line)}" in shown


def test_an_error_behind_the_real_bus_is_in_the_log(faulty: Faults) -> None:
    """In http mode the function runs far away; the end of its log is under the failure."""
    shown = faulty(misnamed).run.under("order.reaches_the_restaurant", "http")

    assert "log of NotifyRestaurant: the last" in shown
    assert "KeyError: 'Detail'" in shown


def test_a_missing_permission_is_named(faulty: Faults) -> None:
    """Nobody tells a bus that it may not start a function; the template does."""
    shown = faulty(unpermitted).run.under("order.reaches_the_restaurant", "http")

    assert '"detail-type": ["order_placed"]}, which no AWS::Lambda::Permission for events.amazonaws.com admits' in shown
    assert "(nothing in its log)" in shown


@pytest.mark.parametrize("where", ["handler", "invoke"])
@pytest.mark.parametrize(
    ("plant", "test", "denial"),
    [
        (forbidden, "order.answers_an_id", "PlaceOrderRole-.* events:PutEvents"),
        (forbidden, "order.reaches_the_restaurant", "NotifyRestaurantRole-.* events:PutEvents"),
        (misdirected, "order.answers_an_id", "PlaceOrderRole-.* events:PutEvents"),
        (misdirected, "order.reaches_the_restaurant", "NotifyRestaurantRole-.* sns:Publish"),
    ],
)
def test_what_is_forbidden_says_so(
    faulty: Faults, plant: Callable[[Copy], None], test: str, denial: str, where: str
) -> None:
    """Local handlers are under the role of the function, too; a role that may use one bus may not use another."""
    shown = faulty(plant).run.under(test, where)

    denied = denial.replace(" ", " is not authorized to perform: ")
    assert re.search(f"assumed-role/bigmouth-embedded-{denied}", shown), shown


@pytest.mark.parametrize(("plant", "action"), [(forbidden, "events:PutEvents"), (misdirected, "sns:Publish")])
def test_what_is_forbidden_is_in_the_log(faulty: Faults, plant: Callable[[Copy], None], action: str) -> None:
    """In http mode AWS tells the denial to nobody but the log."""
    shown = faulty(plant).run.under("order.reaches_the_restaurant", "http")

    assert f"is not authorized to perform: {action}" in shown


@pytest.fixture(scope="module")
def stale(bigmouth: Callable[[], Copy], running: embedded.Running) -> Run:
    """A stage that was deployed with a misspelt detail-type, which has been put right here since."""
    copy = replace(bigmouth(), environment=another_cloud(running.endpoint))
    copy.hurry()
    misspelt = PUBLISHED.replace("placed", "placd")
    copy.plant(PLACE, PUBLISHED, misspelt)
    copy.harness("deploy", "bigmouth", "--stage", "stale")
    copy.plant(PLACE, misspelt, PUBLISHED)
    return copy.run_suite("-k", "told_to_the_bus", "--stage=stale")


def test_a_deployment_that_is_out_of_date_fails_where_it_runs(stale: Run) -> None:
    """The local code is right, so what is deployed is not the same."""
    assert stale.broken == {"order.is_told_to_the_bus": {"invoke", "http"}}


@pytest.mark.parametrize("where", ["invoke", "http"])
def test_what_an_old_deployment_publishes_is_shown(stale: Run, where: str) -> None:
    """It is still the misspelt one."""
    assert "detail_type: expected 'order_placed', was 'order_placd'" in stale.under("order.is_told_to_the_bus", where)
