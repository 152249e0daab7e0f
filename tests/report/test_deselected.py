"""The lines on tests that were left out with a reason."""

from __future__ import annotations

from harness.report.deselected import in_short, line, places

REASON = "it looks at: [the] front door"


def test_a_line_excuses_its_test_and_its_parameters() -> None:
    """Parameters may hold anything."""
    lines = [line("t.py::test_it[one: two]", modes=("handler", "invoke"), reason=REASON)]

    assert {"handler", "invoke"} == places("t.py::test_it[one: two]", lines)


def test_a_line_excuses_no_other_parameters() -> None:
    """Of a test of which one is marked, the others are not."""
    lines = [line("t.py::test_it[1]", modes=("handler",), reason=REASON)]

    assert set() == places("t.py::test_it[2]", lines) | places("t.py::test_it", lines) | places("t.py::test_i", lines)


def test_what_is_no_such_line_excuses_nothing() -> None:
    """Whatever it names."""
    assert set() == places("t.py::test_it", ["t.py::test_it: marked slow"])


def test_parameters_that_were_left_out_alike_are_one_line() -> None:
    """Those for another reason, or in other modes, are another."""
    lines = [
        line("test_it[a]", modes=("http",), reason=REASON),
        line("test_it[b]", modes=("http",), reason=REASON),
        line("test_it[c]", modes=("handler",), reason=REASON),
        line("test_other", modes=("http",), reason=REASON),
        "marked slow",
    ]

    assert [
        f"deselected in http: test_it, with 2 sets of parameters: {REASON}",
        f"deselected in handler: test_it[c]: {REASON}",
        f"deselected in http: test_other: {REASON}",
        "marked slow",
    ] == list(in_short(lines))
