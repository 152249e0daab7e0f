"""What a mapping does with the records of a shard: batches, retries, halves, ages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from harness.errors import FunctionFailed, MisusedStep, NotAllowed, ResultLost
from harness.events import kinesis
from harness.modes.mapped.batches import Outcome, Piece
from harness.modes.mapped.records import record_entry
from harness.modes.mapped.shards import ShardReading
from harness.runtime.invocation import FunctionError, Invocation
from harness.system.model import EventSourceMapping

STREAM = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks"
MAPPING = EventSourceMapping(
    name="Reads", function="Clicks", source="Stream", kind="stream", batch_size=4, retries=1, on_failure="Lost"
)


def piece(text: str, *, arrived: float = 100.0) -> Piece:
    record = kinesis.record(text.encode(), key="k", stream_arn=STREAM, sequence_number=text, arrived=arrived)
    return Piece(id=text, record=record, entry=record_entry(record, source="Stream"), path=("Stream",))


def pieces(text: str) -> list[Piece]:
    return [piece(letter) for letter in text]


class Function:
    """A function that fails with a batch in which something is bad, and keeps what it got."""

    def __init__(self, *, bad: str = "", answer: Callable[[str], Any] = lambda _batch: None) -> None:
        self.bad = bad
        self.answer = answer
        self.got: list[str] = []

    def __call__(self, function: str, event: Mapping[str, Any], /, *, path: tuple[str, ...]) -> Invocation:
        assert ("Stream",) == path
        batch = "".join(record["kinesis"]["sequenceNumber"] for record in event["Records"])
        self.got.append(batch)
        error = FunctionError(type="ValueError", message="bad") if set(batch) & set(self.bad) else None
        return Invocation(function=function, request_id="r-1", payload=self.answer(batch), error=error)


class Abandoned:
    """Keeps what was given up."""

    def __init__(self, *, raises: Exception | None = None) -> None:
        self.batches: list[tuple[str, int, str]] = []
        self.raises = raises

    def __call__(
        self, _mapping: EventSourceMapping, batch: Sequence[Piece], _outcome: Outcome | None, attempts: int, why: str
    ) -> None:
        if self.raises:
            raise self.raises
        self.batches.append(("".join(one.id for one in batch), attempts, why))


def read(
    mapping: EventSourceMapping,
    function: Function,
    texts: str,
    *,
    abandoned: Abandoned | None = None,
    patterns: Sequence[Any] = (),
) -> ShardReading:
    reading = ShardReading(
        mapping, patterns=patterns, start=function, abandon=abandoned or Abandoned(), now=lambda: 200.0
    )
    reading.hand(pieces(texts))
    return reading


def test_records_come_in_batches() -> None:
    """As large as the mapping says."""
    function = Function()

    reading = read(MAPPING, function, "abcdef")

    assert (["abcd", "ef"], 2) == (function.got, reading.started)


def test_filters_come_before_batches() -> None:
    """What they refuse is in none."""
    function = Function()

    read(MAPPING, function, "abc", patterns=[{"partitionKey": ["another"]}])

    assert [] == function.got


def test_a_batch_is_given_up_after_its_retries() -> None:
    """The next batch is not held back."""
    function, abandoned = Function(bad="b"), Abandoned()

    read(MAPPING, function, "abcdef", abandoned=abandoned)

    assert ["abcd", "abcd", "ef"] == function.got
    assert [("abcd", 2, "RetryAttemptsExhausted")] == abandoned.batches


def test_halves_do_not_count_as_retries() -> None:
    """Only the bad record is given up."""
    function, abandoned = Function(bad="c"), Abandoned()

    read(replace(MAPPING, bisects=True, retries=0), function, "abcd", abandoned=abandoned)

    assert ["abcd", "ab", "cd", "c", "d"] == function.got
    assert [("c", 1, "RetryAttemptsExhausted")] == abandoned.batches


def said(*numbers: str) -> Callable[[str], Any]:
    return lambda batch: {"batchItemFailures": [{"itemIdentifier": number} for number in numbers if number in batch]}


def test_the_first_failure_that_is_told_is_where_it_goes_on() -> None:
    """Records before it are done, those behind it are tried again with it."""
    function, abandoned = Function(answer=said("d", "c")), Abandoned()

    read(replace(MAPPING, reports_failures=True), function, "abcd", abandoned=abandoned)

    assert ["abcd", "cd"] == function.got
    assert [("cd", 2, "RetryAttemptsExhausted")] == abandoned.batches


def test_a_batch_is_split_where_a_failure_is_told() -> None:
    """With both, the batch is bisected at the number that the function returned."""
    function, abandoned = Function(answer=said("c")), Abandoned()

    read(replace(MAPPING, reports_failures=True, bisects=True, retries=0), function, "abcd", abandoned=abandoned)

    assert ["abcd", "cd", "c", "d"] == function.got
    assert [("c", 1, "RetryAttemptsExhausted")] == abandoned.batches


def test_what_cannot_be_read_is_a_failure_of_all() -> None:
    """The error says what was answered."""
    function = Function(answer=lambda _batch: {"batchItemFailures": [{"itemIdentifier": None}]})

    with pytest.raises(FunctionFailed) as caught:
        read(replace(MAPPING, reports_failures=True, retries=0, on_failure=None), function, "ab")

    assert str(caught.value) == (
        "What the function 'Clicks' answers of failures cannot be read: an itemIdentifier is None.\n"
        "  started by: Reads, by Stream a (played) and 1 more\n"
        "  its answer: {'batchItemFailures': [{'itemIdentifier': None}]}\n"
        "  attempts: 1\n"
        "  not tried again: the mapping names nobody who is told"
    )


def test_records_that_are_too_old_are_not_tried() -> None:
    """They are told, and the others go on."""
    function, abandoned = Function(), Abandoned()
    mapping = replace(MAPPING, maximum_age=60)
    reading = ShardReading(mapping, patterns=[], start=function, abandon=abandoned, now=lambda: 200.0)

    reading.hand([piece("a", arrived=100), piece("b", arrived=190)])

    assert (["b"], [("a", 0, "RecordAgeExceeded")]) == (function.got, abandoned.batches)


def test_old_records_of_which_nobody_is_told_are_dropped() -> None:
    """No function has failed for them."""
    function = Function()
    mapping = replace(MAPPING, maximum_age=60, on_failure=None)
    reading = ShardReading(mapping, patterns=[], start=function, abandon=None, now=lambda: 200.0)

    reading.hand([piece("a", arrived=100)])

    assert [] == function.got


def test_without_a_number_of_retries_age_ends_them() -> None:
    """It is not waited for."""
    function, abandoned = Function(bad="a"), Abandoned()

    read(replace(MAPPING, retries=None, maximum_age=3600), function, "a", abandoned=abandoned)

    assert (["a"] * 3, [("a", 3, "RecordAgeExceeded")]) == (function.got, abandoned.batches)


def test_what_would_be_tried_without_an_end_is_a_failure() -> None:
    """Although somebody would be told, if it ended."""
    with pytest.raises(FunctionFailed) as caught:
        read(replace(MAPPING, retries=None), Function(bad="a"), "a")

    assert str(caught.value) == (
        "The function 'Clicks' failed with ValueError: bad.\n"
        "  started by: Reads, by Stream a (played)\n"
        "  attempts: 3\n"
        "  not tried again: AWS would try it until the records expire, and hold the shard back"
    )


def test_the_failures_of_other_batches_are_noted() -> None:
    """The first is raised."""
    with pytest.raises(FunctionFailed) as caught:
        read(replace(MAPPING, on_failure=None, batch_size=1), Function(bad="ab"), "ab")

    assert ["And: The function 'Clicks' failed with ValueError: bad."] == caught.value.__notes__


def test_a_record_that_nobody_may_be_told_of_is_a_failure() -> None:
    """The role of the function does not let it be sent."""
    lost = ResultLost("How it ended cannot be told.")

    with pytest.raises(ResultLost) as caught:
        read(MAPPING, Function(bad="a"), "a", abandoned=Abandoned(raises=lost))

    assert lost is caught.value


def test_a_fault_of_the_stage_ends_it() -> None:
    """It is no failure of the function."""
    with pytest.raises(NotAllowed):
        read(MAPPING, Function(bad="a"), "ab", abandoned=Abandoned(raises=NotAllowed("No.")))


def test_tumbling_windows_are_refused() -> None:
    """The function would need a state that is not played."""
    with pytest.raises(MisusedStep) as caught:
        read(replace(MAPPING, tumbling_window=30), Function(), "a")

    assert str(caught.value) == (
        "The event source mapping 'Reads' has a tumbling window, which only AWS itself has.\n"
        "  function: Clicks\n"
        "  window: 30 s\n"
        '  test it in mode http in AWS, and mark the test: @pytest.mark.modes("http", reason="…")'
    )
