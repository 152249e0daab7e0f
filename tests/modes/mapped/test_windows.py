"""Batching windows: what is sent within one is one batch, when it is full or when the test waits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from harness.errors import FunctionFailed
from harness.journal.queues import entry_of
from harness.journal.store import Store
from harness.modes.mapped import MutedMappings, PlayedMappings
from harness.modes.mapped.batches import Piece
from harness.modes.mapped.records import record_entry
from harness.modes.mapped.windows import Windows, cut, has_window
from harness.modes.messages import ItemChange, QueueMessage, StreamRecord
from harness.modes.playing import Player
from harness.stage import Stage
from harness.system.model import EventSourceMapping, System

from .seeing import batches
from .test_played import Local, player
from .test_shards import piece, pieces

MAPPING = EventSourceMapping(name="Reads", function="Clicks", source="Stream", kind="stream", batch_size=3, window=5.0)


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Kept:
    """Keeps the batches that were handed on, and fails for one with something bad in it."""

    def __init__(self) -> None:
        self.batches: list[str] = []

    def __call__(self, _mapping: EventSourceMapping, batch: Sequence[Piece], /) -> int:
        self.batches.append("".join(one.id for one in batch))
        if "!" in self.batches[-1]:
            raise FunctionFailed(f"bad: {self.batches[-1]!r}.")
        return 1


def windowed(system: System, *, window: float = 60.0) -> dict[str, EventSourceMapping]:
    """Give the mappings of a system, each with the same window."""
    return {name: replace(one, window=window) for name, one in system.mappings.items()}


def bodies(local: Local, function: str) -> list[list[str]]:
    return [[record["body"] for record in records] for name, records in local.got if name == function]


def test_a_shard_gathers_until_a_batch_is_full() -> None:
    """A full one goes at once; the rest waits for the end of the window."""
    kept = Kept()
    windows = Windows(kept, clock=Clock())

    started = [windows.gather(MAPPING, pieces(text)) for text in ("ab", "cde")]

    assert ([0, 1], ["abc"]) == (started, kept.batches)
    assert (1, ["abc", "de"]) == (windows.end(), kept.batches)
    assert not windows


def test_each_shard_gathers_by_itself() -> None:
    """Its order is its own; the window that began first ends first."""
    kept, clock = Kept(), Clock()
    windows = Windows(kept, clock=clock)

    for text, shard in (("a", "0"), ("b", "1"), ("c", "0")):
        windows.gather(MAPPING, pieces(text), shard=shard)
        clock.now += 1
    windows.end()

    assert ["ac", "b"] == kept.batches


def test_a_window_that_is_over_closes_its_batch() -> None:
    """What comes next begins another one."""
    kept, clock = Kept(), Clock()
    windows = Windows(kept, clock=clock)
    windows.gather(MAPPING, pieces("a"))
    clock.now += 4.9
    assert 0 == windows.end(only_over=True)

    clock.now += 0.1
    windows.gather(MAPPING, pieces("b"))

    assert ["a"] == kept.batches
    clock.now += 5
    assert (1, ["a", "b"]) == (windows.end(only_over=True), kept.batches)


def test_a_failure_keeps_nothing_else_back() -> None:
    """Neither the next batch of the same records nor that of another shard."""
    kept = Kept()
    windows = Windows(kept, clock=Clock())

    with pytest.raises(FunctionFailed, match="bad: 'a!b'"):
        windows.gather(MAPPING, pieces("a!bcdef!"))
    with pytest.raises(FunctionFailed, match="bad: 'f!'"):
        windows.end()

    assert (["a!b", "cde", "f!"], False) == (kept.batches, bool(windows))


def test_what_a_failed_test_has_gathered_is_forgotten() -> None:
    """It reaches no other test."""
    kept = Kept()
    windows = Windows(kept, clock=Clock())
    windows.gather(MAPPING, pieces("a"))

    windows.drop()

    assert (0, []) == (windows.end(), kept.batches)


def test_a_payload_is_full_at_six_megabytes() -> None:
    """Whatever the size of the batch."""
    large = [piece("x" * 2_000_000) for _ in range(4)]  # In the record its text stands in base64 and as its number.

    batches = [(len(batch), full) for batch, full in cut(large, size=100)]

    assert [(1, True), (1, True), (1, True), (1, False)] == batches


def test_a_queue_with_an_order_has_no_window() -> None:
    """AWS refuses one."""
    assert (True, False, False) == (
        has_window(MAPPING),
        has_window(MAPPING, fifo=True),
        has_window(replace(MAPPING, window=0)),
    )


@pytest.fixture
def played(handler: Stage) -> tuple[Player, Local]:
    """Mappings with a window, played."""
    local = Local()
    return player(handler, local, mappings=windowed(handler.system)), local


def test_messages_sent_within_a_window_are_one_batch(played: tuple[Player, Local]) -> None:
    """When the test waits."""
    playing, local = played
    playing.put([QueueMessage(queue="Orders", body="one")])
    playing.put([QueueMessage(queue="Orders", body="ignored"), QueueMessage(queue="Orders", body="two")])
    assert (True, []) == (playing.gathers, local.got)

    started = playing.deliver() if playing.deliver else None

    assert (1, [["one", "two"]]) == (started, bodies(local, "Partly"))
    assert not playing.gathers


def test_a_full_batch_of_messages_goes_at_once(played: tuple[Player, Local]) -> None:
    """Five here; two stay."""
    playing, local = played

    playing.put([QueueMessage(queue="Orders", body=letter) for letter in "abcdefg"])

    assert [list("abcde")] == bodies(local, "Partly")
    assert playing.gathers


def test_a_failure_in_what_was_gathered_is_told_at_the_wait(played: tuple[Player, Local]) -> None:
    """The messages go to the dead letters after their receives, and to the function that reads those."""
    playing, local = played
    playing.put([QueueMessage(queue="Parcels", body="bad")])
    assert [] == local.got

    with pytest.raises(FunctionFailed, match=r"The function 'Found' failed with ValueError: bad\."):
        playing.deliver()  # type: ignore[misc]

    assert ["Whole", "Found"] == [function for function, _ in local.got]
    assert not playing.gathers


def test_records_put_within_a_window_are_one_batch(played: tuple[Player, Local]) -> None:
    """In their order."""
    playing, local = played

    numbers = [playing.put([StreamRecord(stream="StepStream", data=b"{}", key="k")])[0] for _ in range(3)]
    assert [] == local.got
    playing.deliver()  # type: ignore[misc]

    [(_, records)] = local.got
    assert numbers == [record["kinesis"]["sequenceNumber"] for record in records]


def test_changes_made_within_a_window_are_one_batch(played: tuple[Player, Local]) -> None:
    """In their order."""
    playing, local = played
    for number in (1, 2):
        playing.put([ItemChange(table="Keyed", operation="put", item={"id": "w-1", "n": number})])

    playing.deliver()  # type: ignore[misc]

    [(_, records)] = local.got
    assert ["INSERT", "MODIFY"] == [record["eventName"] for record in records]


def test_what_was_played_in_a_failed_test_is_forgotten(played: tuple[Player, Local]) -> None:
    """It reaches no other test."""
    playing, local = played
    playing.put([QueueMessage(queue="Orders", body="left")])

    playing.drop()

    assert (0, []) == (playing.deliver(), local.got)  # type: ignore[misc]


def test_without_a_window_nothing_is_waited_for(handler: Stage) -> None:
    """The function has run when the verb returns, and no wait has anything to hand on."""
    local = Local()
    playing = player(handler, local, mappings=windowed(handler.system, window=0))

    playing.put([QueueMessage(queue="Orders", body="one")])

    assert ([["one"]], None) == (bodies(local, "Partly"), playing.deliver)


def test_a_played_window_may_be_over(handler: Stage) -> None:
    """Then the next message is in another batch."""
    local, clock = Local(), Clock()
    playing = PlayedMappings(
        replace(handler.system, mappings=windowed(handler.system)),
        names=handler.names,
        store=Store(),
        start=lambda function, event, /, path: local(function, event),
        send_on=lambda *_, **__: None,
        tell=None,
        clock=clock,
    )
    playing.send([QueueMessage(queue="Orders", body="one")])

    clock.now += 60
    playing.send([QueueMessage(queue="Orders", body="two")])

    assert [["one"]] == bodies(local, "Partly")
    assert (1, [["one"], ["two"]]) == (playing.end_windows(), bodies(local, "Partly"))


class Muted:
    """The mappings of the muted stage with a window, read by functions that keep what they get."""

    def __init__(self, stage: Stage, *, reading: str) -> None:
        self.local, self.clock, self.store = Local(), Clock(), Store()
        self.queue = reading
        self._sqs, self._url = stage.cloud.client("sqs"), stage.physical_id(reading)
        self.mappings = MutedMappings(
            replace(stage.system, mappings=windowed(stage.system)),
            cloud=stage.cloud,
            names=stage.names,
            store=self.store,
            start=lambda function, event, /, path: self.local(function, event),
            cause=lambda _entry: (),
            since=lambda: 0.0,
            tell=None,
            clock=self.clock,
        )

    def send(self, *bodies: str) -> int:
        """Send messages and tell of them, as the tap does; say how many functions that has started."""
        entries = []
        for body in bodies:
            sent = self._sqs.send_message(QueueUrl=self._url, MessageBody=body)
            shown = {"MessageId": sent["MessageId"], "Body": body, "Attributes": {"SentTimestamp": "1000"}}
            entries.append(entry_of(shown, source=self.queue, seen=1.0))
        return self.mappings.take(entries)

    def waiting(self) -> int:
        """Say how many messages lie in the queue, hidden or not."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)["Attributes"]
        return sum(int(number) for number in found.values())


def test_messages_of_the_muted_stage_lie_in_their_queue(handler: Stage) -> None:
    """Nobody receives them before the test waits, so that their receives are counted rightly."""
    muted = Muted(handler, reading="Orders")
    assert (0, 0, 2) == (muted.send("one"), muted.send("two"), muted.waiting())

    assert 1 == muted.mappings.end_windows()

    [(_, records)] = muted.local.got
    told = [(record["body"], record["attributes"]["ApproximateReceiveCount"]) for record in records]
    assert ([("one", "1"), ("two", "1")], 0) == (told, muted.waiting())


def test_a_full_batch_of_the_muted_stage_goes_at_once(handler: Stage) -> None:
    """Five here; two stay, and go when the test waits."""
    muted = Muted(handler, reading="Orders")

    assert (1, 2) == (muted.send(*"abcdefg"), muted.waiting())
    assert (0, 1) == (muted.mappings.end_windows(only_over=True), muted.mappings.end_windows())

    assert [list("abcde"), list("fg")] == bodies(muted.local, "Partly")


def test_a_window_of_the_muted_stage_may_be_over(handler: Stage) -> None:
    """Then what lies in the queue is a batch."""
    muted = Muted(handler, reading="Orders")
    muted.send("one")
    muted.clock.now += 60

    started = muted.mappings.end_windows(only_over=True)
    muted.send("two")
    muted.mappings.end_windows()

    assert (1, [["one"], ["two"]]) == (started, bodies(muted.local, "Partly"))


def test_what_lies_in_a_queue_when_a_test_has_failed_is_taken_out(handler: Stage) -> None:
    """The next test would wait for it in vain."""
    muted = Muted(handler, reading="Orders")
    muted.send("left")

    muted.mappings.drop()

    assert (0, 0, []) == (muted.waiting(), muted.mappings.end_windows(), muted.local.got)


def test_records_of_the_muted_stage_are_gathered(handler: Stage) -> None:
    """Each shard by itself; a full batch goes at once."""
    muted = Muted(handler, reading="Orders")
    entries = [record_entry(piece(text).record, source="Stream") for text in "abcdef"]

    started = [muted.mappings.take([entry]) for entry in entries]
    started.append(muted.mappings.end_windows())

    assert [0, 0, 0, 1, 0, 0, 1] == started
    numbers = ["".join(one["kinesis"]["sequenceNumber"] for one in records) for _, records in muted.local.got]
    assert ["abcd", "ef"] == numbers


def test_a_failure_on_the_muted_stage_is_told_at_the_wait(handler: Stage) -> None:
    """The batch is that of both, of which the queue has no dead letters."""
    muted = Muted(handler, reading="Lost")
    muted.send("good")
    muted.send("bad")

    with pytest.raises(FunctionFailed, match=r"The function 'Found' failed with ValueError: bad\."):
        muted.mappings.end_windows()

    assert ([["good", "bad"]], 0) == (bodies(muted.local, "Found"), muted.waiting())


@pytest.fixture(params=["handler", "invoke"])
def playing_stage(request: pytest.FixtureRequest) -> Stage:
    """The stage in the modes that play a window; the embedded cloud itself has none."""
    stage: Stage = request.getfixturevalue(request.param)
    return stage


def test_verbs_within_a_window_make_one_batch(playing_stage: Stage) -> None:
    """A full one goes within its verb, the rest when the test waits; nobody waits for a minute."""
    for body in "abcd":
        playing_stage.send("Slow", body)

    assert [["a", "b", "c"], ["d"]] == batches(playing_stage, "Whole")


def test_the_end_of_a_test_ends_a_window(playing_stage: Stage) -> None:
    """A failure is then that of the test."""
    playing_stage.send("Slow", "good")
    playing_stage.send("Slow", "bad")

    with pytest.raises(FunctionFailed, match=r"The function 'Slowly' failed with ValueError: a bad message\."):
        playing_stage.over(passed=True)

    assert [["good", "bad"]] == batches(playing_stage, "Whole")


def test_what_a_failed_test_has_sent_within_a_window_is_forgotten(playing_stage: Stage) -> None:
    """It is in no batch of the next test, which waits for nothing."""
    playing_stage.send("Slow", "left")
    playing_stage.over(passed=False)

    playing_stage.send("Slow", "mine")

    assert [["mine"]] == batches(playing_stage, "Whole")
