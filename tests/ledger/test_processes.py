"""Many processes and threads of a run write one file."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from harness.ledger import Ledger, read

from .things import RUN, process, thing

WRITES = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(300):
    name = f"{sys.argv[2]}-{number}-" + "x" * (number % 200)
    ledger.creating(thing(name))
    if number % 3:
        ledger.removed(thing(name))
    else:
        ledger.failed(thing(name), why=name)
print("done", flush=True)
"""


def test_nothing_is_lost_or_mixed_when_processes_write_at_once(tmp_path: Path) -> None:
    """Each line is whole, whoever writes it."""
    with ExitStack() as stack:
        writers = [stack.enter_context(process(WRITES, tmp_path, f"w{number}")) for number in range(4)]
        for writer in writers:
            print(file=writer.stdin, flush=True)
        assert ["done\n"] * 4 == [writer.stdout.readline() for writer in writers if writer.stdout]

    book = read(tmp_path / "ledger" / f"{RUN}.jsonl")
    names = {one.thing.name for one in book.left}
    expected = {f"w{writer}-{number}-{'x' * (number % 200)}" for writer in range(4) for number in range(0, 300, 3)}
    assert (0, expected) == (book.unreadable, names)
    assert all(one.why == one.thing.name for one in book.left)


def test_nothing_is_lost_when_threads_write_at_once(tmp_path: Path) -> None:
    """As when thousands of things are taken away."""
    ledger = Ledger(tmp_path, run=RUN)
    things = [thing(name=f"q{number}") for number in range(400)]
    ledger.creating(*things)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(ledger.removed, things[1:]))

    assert (things[0],) == tuple(one.thing for one in ledger.left)
    ledger.close()


CREATES = """
ledger.creating(thing(sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
ledger.removed(thing(sys.argv[2]))
ledger.close()
print("done", flush=True)
"""


def test_the_file_goes_with_the_last_process(tmp_path: Path) -> None:
    """Whoever closes before leaves it to the others, although nothing of its own is left."""
    path = tmp_path / "ledger" / f"{RUN}.jsonl"
    with process(CREATES, tmp_path, "one") as one, process(CREATES, tmp_path, "two") as two:
        seen = []
        for ending in (one, two):
            print(file=ending.stdin, flush=True)
            assert ending.stdout is not None
            ending.stdout.readline()
            seen.append(path.exists())

    assert [True, False] == seen
