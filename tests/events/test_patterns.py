"""Event patterns; the table is put to the embedded cloud as well."""

import json
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.errors import MisusedStep
from harness.events.patterns import Mismatch, matches, unmatched

EVENT = {
    "version": "0",
    "id": "1",
    "account": "123456789012",
    "source": "shop",
    "time": "2026-01-02T03:04:05Z",
    "region": "us-east-1",
    "resources": ["arn:a", "arn:b"],
    "detail-type": "placed",
}
PEOPLE = {"people": [{"first": "Anna", "last": "Smith"}, {"first": "Peter", "last": "Jones", "age": 7}]}
NESTED = {"people": [[{"first": "Anna"}], [{"first": "Peter"}]]}


def asked(*entries: Any) -> dict[str, Any]:
    """Give a pattern that asks this of the field `a` of the detail."""
    return {"detail": {"a": list(entries)}}


# A pattern, the detail of the event, whether AWS says that it matches.
TABLE: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"source": ["shop"]}, {}, True),
    ({"source": ["Shop"]}, {}, False),
    ({"resources": ["arn:b", "arn:c"]}, {}, True),
    ({"resources": ["arn:c"]}, {}, False),
    ({"time": [{"prefix": "2026-01-02"}]}, {}, True),
    (asked("x", "y"), {"a": "y"}, True),
    (asked("x"), {"a": "xy"}, False),
    (asked("x"), {"b": "x"}, False),
    (asked(""), {"a": ""}, True),
    (asked(""), {"a": None}, False),
    (asked(None), {"a": None}, True),
    (asked(None), {}, False),
    ({"detail": {"a": [True]}}, {"a": True}, True),
    ({"detail": {"a": [True]}}, {"a": "true"}, False),
    (asked(1), {"a": True}, False),
    (asked(300), {"a": 3.0e2}, True),
    (asked(300), {"a": "300"}, False),
    (asked("x"), {"a": ["w", "x"]}, True),
    (asked("x"), {"a": []}, False),
    (asked("x"), {"a": {"x": 1}}, False),
    (asked({"prefix": "or"}), {"a": "order"}, True),
    (asked({"prefix": "OR"}), {"a": "order"}, False),
    (asked({"prefix": "5"}), {"a": 5}, False),
    (asked({"prefix": ""}), {"a": "anything"}, True),
    (asked({"prefix": {"equals-ignore-case": "OR"}}), {"a": "order"}, True),
    (asked({"suffix": ".png"}), {"a": "x.png"}, True),
    (asked({"suffix": ".png"}), {"a": "x.PNG"}, False),
    (asked({"suffix": {"equals-ignore-case": ".png"}}), {"a": "x.PNG"}, True),
    (asked({"equals-ignore-case": "alice"}), {"a": "ALICE"}, True),
    (asked({"equals-ignore-case": "alice"}), {"a": "ALICE "}, False),
    (asked({"exactly": "x"}), {"a": "x"}, True),
    (asked({"anything-but": "x"}), {"a": "y"}, True),
    (asked({"anything-but": "x"}), {"a": "x"}, False),
    (asked({"anything-but": "x"}), {}, False),
    (asked({"anything-but": "x"}), {"a": None}, True),
    (asked({"anything-but": "x"}), {"a": ["x", "y"]}, True),
    (asked({"anything-but": ["x", "y"]}), {"a": "y"}, False),
    (asked({"anything-but": 5}), {"a": 5.0}, False),
    (asked({"anything-but": [5, 6]}), {"a": 7}, True),
    (asked({"anything-but": {"prefix": "x"}}), {"a": "xy"}, False),
    (asked({"anything-but": {"prefix": "x"}}), {"a": 7}, True),
    (asked({"anything-but": {"prefix": ["x", "y"]}}), {"a": "yz"}, False),
    (asked({"anything-but": {"suffix": ".png"}}), {"a": "x.jpg"}, True),
    (asked({"anything-but": {"suffix": [".png", ".jpg"]}}), {"a": "x.jpg"}, False),
    (asked({"anything-but": {"equals-ignore-case": ["A", "B"]}}), {"a": "b"}, False),
    (asked({"anything-but": {"equals-ignore-case": "A"}}), {"a": "b"}, True),
    (asked({"anything-but": {"wildcard": "*/lib/*"}}), {"a": "x/lib/y"}, False),
    (asked({"anything-but": {"wildcard": ["*/lib/*", "*/bin/*"]}}), {"a": "x/src/y"}, True),
    (asked({"numeric": [">", 0, "<=", 5]}), {"a": 5}, True),
    (asked({"numeric": [">", 0, "<=", 5]}), {"a": 0}, False),
    (asked({"numeric": [">=", 0, "<", 5]}), {"a": 0}, True),
    (asked({"numeric": ["<", 10]}), {"a": 10}, False),
    (asked({"numeric": ["=", 3.018e2]}), {"a": 301.8}, True),
    (asked({"numeric": ["<", 10]}), {"a": "5"}, False),
    (asked({"numeric": ["<", 10]}), {"a": True}, False),
    (asked({"cidr": "10.0.0.0/24"}), {"a": "10.0.0.33"}, True),
    (asked({"cidr": "10.0.0.5/24"}), {"a": "10.0.0.33"}, True),
    (asked({"cidr": "10.0.0.0/24"}), {"a": "10.0.1.1"}, False),
    (asked({"cidr": "10.0.0.0/24"}), {"a": "somewhere"}, False),
    (asked({"cidr": "2001:db8::/32"}), {"a": "2001:db8::7"}, True),
    (asked({"exists": True}), {"a": None}, True),
    (asked({"exists": True}), {}, False),
    (asked({"exists": True}), {"a": {"b": 1}}, False),
    (asked({"exists": False}), {"b": 1}, True),
    (asked({"exists": False}), {"a": 0}, False),
    (asked({"exists": False}), {"a": {"b": 1}}, True),
    (asked({"exists": False}), {"a": []}, True),
    (asked("x", {"exists": False}), {}, True),
    (asked("x", {"exists": False}), {"a": "y"}, False),
    (asked({"wildcard": "dir/*.png"}), {"a": "dir/x/y.png"}, True),
    (asked({"wildcard": "dir/*.png"}), {"a": "dir/x.jpg"}, False),
    (asked({"wildcard": "*"}), {"a": ""}, True),
    (asked({"wildcard": "a\\*b*"}), {"a": "a*bc"}, True),
    (asked({"wildcard": "a\\*b*"}), {"a": "axbc"}, False),
    (asked({"wildcard": "a\\\\*"}), {"a": "a\\b"}, True),
    (asked({"wildcard": "a.c"}), {"a": "abc"}, False),
    ({"detail": {"people": {"first": ["Anna"]}}}, PEOPLE, True),
    ({"detail": {"people": {"first": ["Peter"]}}}, NESTED, True),
    ({"detail": {"people": {"first": ["Anna"], "last": ["Smith"]}}}, PEOPLE, True),
    ({"detail": {"people": {"first": ["Anna"], "last": ["Jones"]}}}, PEOPLE, False),
    ({"detail": {"people": {"last": ["Smith"], "tall": [{"exists": False}]}}}, PEOPLE, True),
    ({"detail": {"a.b": ["x"]}}, {"a": {"b": "x"}}, True),
    ({"detail": {"a": {"b": ["x"]}}}, {"a": "x"}, False),
    ({"detail": {"$or": [{"a": ["x"]}, {"b": [{"numeric": [">", 1]}]}]}}, {"b": 2}, True),
    ({"detail": {"$or": [{"a": ["x"]}, {"b": [{"numeric": [">", 1]}]}]}}, {"a": "y", "b": 1}, False),
    ({"source": ["shop"], "$or": [{"detail": {"a": ["x"]}}, {"region": ["eu-west-1"]}]}, {"a": "x"}, True),
    ({"detail": {"$or": [{"a": ["x"]}, {"$or": [{"b": [1]}, {"c": [2]}]}]}}, {"c": 2}, True),
    ({"detail": {"a": ["1"], "$or": [{"a": ["2"]}, {"b": ["3"]}]}}, {"a": "2"}, True),
    ({"detail": {"a": ["1"], "$or": [{"a": ["2"]}, {"b": ["3"]}]}}, {"a": "1"}, False),
    ({"detail": {"$or": ["x"]}}, {"$or": "x"}, True),
]

OTHERWISE_IN_MINISTACK: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # Event Ruler asks for an absence in the order of the paths (NameState.getNameTransitions, StructuredFinder.walk):
    # "age" comes before "first", when no element is chosen yet, and some element has an age. ministack asks each
    # element by itself.
    ({"detail": {"people": {"first": ["Anna"], "age": [{"exists": False}]}}}, PEOPLE, False),
    # "These rules will match against following two events", with and without a dot in the event's key (README of
    # Event Ruler, "Compiled rules and JSON keys with dots"). ministack reads dots in patterns only.
    ({"detail": {"a": {"b": ["x"]}}}, {"a.b": "x"}, True),
]


@pytest.mark.parametrize(("pattern", "detail", "expected"), TABLE + OTHERWISE_IN_MINISTACK)
def test_a_pattern_matches_as_in_aws(pattern: dict[str, Any], detail: dict[str, Any], *, expected: bool) -> None:
    """Each row is a rule of AWS's page of operators or of Event Ruler."""
    event = {**EVENT, "detail": detail}

    assert expected is matches(pattern, event)


def of_the_cloud(cloud: Cloud, pattern: dict[str, Any], detail: dict[str, Any]) -> bool:
    """Ask the embedded cloud whether the event matches."""
    event = json.dumps({**EVENT, "detail": detail})
    answer = cloud.client("events").test_event_pattern(EventPattern=json.dumps(pattern), Event=event)
    return bool(answer["Result"])


@pytest.mark.parametrize(("pattern", "detail", "expected"), TABLE)
def test_the_embedded_cloud_says_the_same(
    cloud: Cloud, pattern: dict[str, Any], detail: dict[str, Any], *, expected: bool
) -> None:
    """The harness and the cloud that it starts agree on what a rule lets through."""
    assert expected is of_the_cloud(cloud, pattern, detail)


@pytest.mark.parametrize(("pattern", "detail", "expected"), OTHERWISE_IN_MINISTACK)
def test_the_embedded_cloud_still_differs(
    cloud: Cloud, pattern: dict[str, Any], detail: dict[str, Any], *, expected: bool
) -> None:
    """A row that ministack has put right belongs into the table."""
    assert expected is not of_the_cloud(cloud, pattern, detail)


def test_an_absence_is_asked_of_the_chosen_element() -> None:
    """Where an earlier path has chosen an element, others may have the field."""
    pattern = {"people": {"first": ["Anna"], "zip": [{"exists": False}]}}

    assert matches(pattern, {"people": [{"first": "Anna"}, {"first": "Peter", "zip": 1}]})


@pytest.mark.parametrize(
    ("entries", "wanted"),
    [
        (["x"], "'x'"),
        (["x", 1, None, True], "one of 'x', 1, null, true"),
        (["x", {"prefix": "y"}], "'x' or a prefix 'y'"),
        ([{"prefix": {"equals-ignore-case": "y"}}], "a prefix 'y' in any case"),
        ([{"suffix": "y"}], "a suffix 'y'"),
        ([{"equals-ignore-case": "y"}], "'y' in any case"),
        ([{"wildcard": "a*"}], "text like 'a*'"),
        ([{"cidr": "10.0.0.0/8"}], "an address in 10.0.0.0/8"),
        ([{"numeric": [">", 0, "<=", 5]}], "a number > 0 and <= 5"),
        ([{"exists": True}], "any value"),
        ([{"anything-but": {"prefix": ["x", "y"]}}], "anything but a prefix 'x', a prefix 'y'"),
    ],
)
def test_what_is_wanted_is_said_in_words(entries: list[Any], wanted: str) -> None:
    """A field that is not there is missing, and the pattern's list is told in short words."""
    assert [Mismatch("a.b", wanted, missing=True)] == unmatched({"a": {"b": entries}}, {"a": {"c": 1}})


@pytest.mark.parametrize("value", ["y", None, [], ["y", "z"], {"b": 1}])
def test_what_is_found_is_shown_as_it_is(value: Any) -> None:
    """A value that does not match is not missing, be it null, empty or an object."""
    assert [Mismatch("a", "'x'", found=value)] == unmatched({"a": ["x"]}, {"a": value})


def test_each_field_that_differs_is_named() -> None:
    """Fields that match are not told."""
    pattern = {"source": ["shop"], "detail-type": ["paid"], "detail": {"id": [{"exists": False}]}}

    found = unmatched(pattern, {"source": "shop", "detail-type": "placed", "detail": {"id": 7}})

    assert ["detail-type is 'placed', wanted 'paid'", "detail.id is 7, wanted no such field"] == list(map(str, found))


def test_fields_that_match_in_different_elements_are_told() -> None:
    """Each field matches by itself; the first that does not join the others is named with all its values."""
    pattern = {"people": {"first": ["Anna"], "last": ["Jones"]}}

    found = unmatched(pattern, PEOPLE)

    wanted = "'Jones' in the same element of an array as the fields before it"
    assert [Mismatch("people.last", wanted, found=["Smith", "Jones"])] == found


def test_the_nearest_alternative_is_told() -> None:
    """Of the branches of `$or`, the one with the fewest differences."""
    pattern = {"$or": [{"a": [1], "b": [2]}, {"c": [3]}]}

    assert ["c is 4, wanted 3"] == list(map(str, unmatched(pattern, {"c": 4})))


def test_an_unknown_operator_is_refused() -> None:
    """The message shows what is written, where, and what may be there."""
    with pytest.raises(MisusedStep) as caught:
        matches({"detail": {"state": [{"starts": "x"}]}}, {})

    assert str(caught.value) == (
        "A pattern cannot have {'starts': 'x'} at 'detail.state'.\n"
        "  allowed: an object with one operator of anything-but, cidr, equals-ignore-case, exactly, exists, numeric, "
        "prefix, suffix, wildcard"
    )


def test_a_value_that_is_not_in_a_list_is_refused() -> None:
    """Forgetting the brackets is the usual mistake."""
    with pytest.raises(MisusedStep) as caught:
        matches({"detail": {"state": "x"}}, {})

    assert str(caught.value) == (
        "A pattern cannot have 'x' at 'detail.state'.\n"
        "  allowed: a list of values and operators, or an object with at least one field"
    )


@pytest.mark.parametrize(
    "pattern",
    [
        {},
        {"detail": {}},
        {"a": []},
        {"a": [["x"]]},
        {"a": [{}]},
        {"a": [{"prefix": "x", "suffix": "y"}]},
        {"a": [{"prefix": 5}]},
        {"a": [{"prefix": {"wildcard": "x"}}]},
        {"a": [{"suffix": {"equals-ignore-case": 5}}]},
        {"a": [{"equals-ignore-case": ["x"]}]},
        {"a": [{"exactly": 5}]},
        {"a": [{"wildcard": "a**b"}]},
        {"a": [{"wildcard": "a\\b"}]},
        {"a": [{"cidr": "10.0.0.1"}]},
        {"a": [{"cidr": "10.0.0.1/99"}]},
        {"a": [{"exists": "true"}]},
        {"a": [{"numeric": 5}]},
        {"a": [{"numeric": []}]},
        {"a": [{"numeric": ["!=", 5]}]},
        {"a": [{"numeric": [">", "5"]}]},
        {"a": [{"numeric": [">"]}]},
        {"a": [{"numeric": ["<", 5, ">", 1]}]},
        {"a": [{"numeric": [">", 5, "<", 1]}]},
        {"a": [{"anything-but": None}]},
        {"a": [{"anything-but": []}]},
        {"a": [{"anything-but": ["x", 5]}]},
        {"a": [{"anything-but": {"numeric": [">", 1]}}]},
        {"a": [{"anything-but": {"prefix": ["x", ""]}}]},
        {"a": [{"anything-but": {"suffix": 5}}]},
        {"$or": [{"a": ["x"]}]},
        {"$or": [{"numeric": 123}, {"prefix": "abc"}]},
        {"$or": [{"a": ["x"]}, {}]},
    ],
)
def test_what_aws_refuses_is_refused(cloud: Cloud, pattern: dict[str, Any]) -> None:
    """The harness refuses what PutRule refuses; the embedded cloud is the witness."""
    events = cloud.client("events")

    with pytest.raises(events.exceptions.InvalidEventPatternException):
        events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(EVENT))
    with pytest.raises(MisusedStep):
        matches(pattern, EVENT)
