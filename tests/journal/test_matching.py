"""What tells a thing apart from what was expected."""

from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from dirty_equals import AnyThing, IsInt, IsPartialDict, IsStr, IsUUID

from harness.journal.matching import MISSING, Difference, Words, differences, written

UUID = "6b6c1c9e-3c52-4f3e-9a54-4b7a4ad4a6d6"
TOKEN = "eyJhbGciOi.eyJzdWIi.c2ln"


class Odd:
    def __eq__(self, other: object) -> bool:
        raise KeyError(f"no {other}")

    def __hash__(self) -> int:
        return 0

    def __repr__(self) -> str:
        return "Odd()"


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({}, {"a": 1}),
        ({"a": {"b": "x"}}, {"a": {"b": "x", "c": "y"}}),
        (MappingProxyType({"a": 1}), {"a": 1, "b": 2}),
        ([{"a": 1}, 2], [{"a": 1, "b": 2}, 2]),
        ((1, 2), [1, 2]),
        ([], []),
        (None, None),
        ({"a": None}, {"a": None}),
        (b"\xff", b"\xff"),
        (1, 1.0),
        (1.1, Decimal("1.1")),
        (Decimal("1.1"), 1.1),
        (Decimal(1), 1),
        (True, True),
        (IsUUID, UUID),
        ({"a": [{"id": IsUUID(4)}]}, {"a": [{"id": UUID}]}),
        ({"a": IsStr(regex="o.*") | IsInt()}, {"a": "order"}),
        (IsPartialDict(a=1), {"a": 1, "b": 2}),
        ({"a": AnyThing()}, {"a": None}),
    ],
)
def test_what_is_the_same_in_part_matches(expected: Any, actual: Any) -> None:
    """Further keys are allowed, numbers are compared by value, and any object with ``==`` may stand anywhere."""
    assert [] == differences(expected, actual)


@pytest.mark.parametrize(
    ("expected", "actual", "lines"),
    [
        ({"id": "a"}, {"id": "b"}, ["detail.id: expected 'a', was 'b'"]),
        ({"id": "a"}, {}, ["detail.id: missing, expected 'a'"]),
        ({"id": None}, {}, ["detail.id: missing, expected None"]),
        ({"id": AnyThing()}, {}, ["detail.id: missing, expected AnyThing()"]),
        ({"a": 1, "b": 2}, {"a": 2, "b": 3}, ["detail.a: expected 1, was 2", "detail.b: expected 2, was 3"]),
        ({"items": [{"id": 1}]}, {"items": [{"id": 2}]}, ["detail.items[0].id: expected 1, was 2"]),
        ({"items": [1, 2]}, {"items": [1]}, ["detail.items[1]: missing, expected 2"]),
        ({"items": [1]}, {"items": [1, "b"]}, ["detail.items[1]: not expected, was 'b'"]),
        ({"items": [AnyThing()]}, {"items": []}, ["detail.items[0]: missing, expected AnyThing()"]),
        ({"items": [1]}, {"items": "1"}, ["detail.items: expected [1], was '1'"]),
        ({"a": 1}, "text", ["detail: expected {'a': 1}, was 'text'"]),
        ({"detail-type": 1}, {"detail-type": 2}, ["detail.detail-type: expected 1, was 2"]),
        ({"a b": 1}, {"a b": 2}, ["detail['a b']: expected 1, was 2"]),
        ({7: 1}, {7: 2}, ["detail[7]: expected 1, was 2"]),
        (1, True, ["detail: expected 1, was True"]),
        (True, 1, ["detail: expected True, was 1"]),
        (Decimal(1), True, ["detail: expected Decimal('1'), was True"]),
        (1, "1", ["detail: expected 1, was '1'"]),
        (None, 0, ["detail: expected None, was 0"]),
        ({"id": IsUUID()}, {"id": "x"}, ["detail.id: expected IsUUID(), was 'x'"]),
        (IsPartialDict(a=IsInt()), {"a": "x"}, ["detail: expected IsPartialDict(a=IsInt()), was {'a': 'x'}"]),
    ],
)
def test_each_difference_is_a_line(expected: Any, actual: Any, lines: list[str]) -> None:
    """The place, what was expected there, and what is there."""
    found = differences(expected, actual, path="detail")

    assert lines == [str(one) for one in found]


def test_a_difference_keeps_its_parts() -> None:
    """Whoever ranks differences needs no text."""
    assert [Difference("[0].id", 1, MISSING)] == differences([{"id": 1}], [{}])
    assert "missing" == repr(MISSING)


def test_the_whole_thing_has_no_path() -> None:
    """A difference at the top is told without a label."""
    assert "expected 'a', was 'b'" == str(differences("a", "b")[0])


def test_a_key_at_the_top_is_a_path_of_its_own() -> None:
    """No point stands before the first name."""
    assert "id" == differences({"id": 1}, {"id": 2})[0].path


def test_a_comparison_that_raises_is_a_difference() -> None:
    """An ``==`` of the user that fails is shown with its exception."""
    [found] = differences({"id": Odd()}, {"id": "x"}, path="body")

    assert "body.id: Odd() raised KeyError('no x') for 'x'" == str(found)


def test_a_matcher_is_shown_as_it_was_written() -> None:
    """Once it was equal, an object of dirty-equals shows what it met, which is another entry's."""
    expected = {"id": IsUUID(), "of": IsPartialDict(id=IsInt())}
    differences(expected, {"id": UUID, "of": {"id": 1}})

    found = differences(expected, {"of": {"id": "x"}})

    assert ["id: missing, expected IsUUID()", "of: expected IsPartialDict(id=IsInt()), was {'id': 'x'}"] == [
        str(one) for one in found
    ]


def test_a_matcher_still_gives_its_value() -> None:
    """To show a matcher of dirty-equals does not take away what it met."""
    expected = IsStr(regex="o-.*")
    differences({"id": expected}, {"id": "o-1"})

    shown = written({"id": expected})

    assert "{'id': IsStr(regex='o-.*')}" == shown
    assert "o-1" == expected.value


def test_a_long_value_is_shortened() -> None:
    """A failure is read on one screen."""
    [found] = differences("a", "b" * 500)

    assert f"expected 'a', was '{'b' * 119}… (382 more characters)" == str(found)


def test_two_long_values_show_where_they_part() -> None:
    """The same beginning of two texts tells nothing."""
    [found] = differences("x" * 300 + "left", "x" * 300 + "right")

    assert f"expected …{'x' * 20}left', was …{'x' * 20}right'" == str(found)


@pytest.mark.parametrize(
    ("expected", "actual", "line"),
    [
        ({"password": "a"}, {"password": "b"}, "password: expected '***', was another"),
        ({"tokens": ["a"]}, {"tokens": [1]}, "tokens[0]: expected '***', was 1"),
        ({"user": {"apiKey": ("a",)}}, {"user": None}, "user: expected {'apiKey': ('***',)}, was None"),
        ("a", f"Bearer {TOKEN}", "expected 'a', was 'Bearer ***'"),
        ("it's", '{"secret": "x"}', 'expected "it\'s", was \'{"secret": "***"}\''),
        ({"secret": "a"}, {}, "secret: missing, expected '***'"),
        ({"secret": b"a"}, {"secret": None}, "secret: expected '***', was None"),
    ],
)
def test_a_secret_is_not_shown(expected: Any, actual: Any, line: str) -> None:
    """What is secret by its name, and any token, is hidden on both sides."""
    assert [line] == [str(one) for one in differences(expected, actual)]


def test_words_stand_for_themselves() -> None:
    """An explanation is not put in quotes, and is looked through for tokens as well."""
    assert "a prefix '***'" == written(Words(f"a prefix '{TOKEN}'"))
