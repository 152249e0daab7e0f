"""The steps of a test, heard as they are taken."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import ModuleType

import pytest

from harness.story import Step, Story, listen

GIVEN = """
from contextlib import contextmanager

@contextmanager
def a_customer(stage):
    stage.append("brought")
    with a_user(stage) as user:
        yield user
    stage.append("taken away")

@contextmanager
def a_user(stage):
    yield "ann"

def an_order():
    "An order."
    return {"id": 1}

def many(stage):
    for _ in range(600):
        an_order()
    return _held()

@contextmanager
def _held():
    yield 600

def _hidden():
    return 1
"""
WHEN = """
from contextlib import ExitStack
from told.steps.given import an_order

class Thing:
    pass

def we_order(stage, *, twice=False):
    stage.append(an_order())

def we_fail(stage):
    raise ValueError("no")

def a_stack():
    return ExitStack()

async def we_wait():
    raise ValueError("late")
"""


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """A story that hears the steps of a package of its own."""
    package = tmp_path / "told" / "steps"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "given.py").write_text(GIVEN)
    (package / "when.py").write_text(WHEN)
    (package / "other.py").write_text("def helper():\n    return 1\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    heard = Story()
    end = listen(heard)
    yield heard
    end()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("told", "others")]:
        del sys.modules[name]


def words(name: str, *, package: str = "told.steps") -> ModuleType:
    return importlib.import_module(f"{package}.{name}")


def told(steps: Iterator[Step] | object) -> list[tuple[str, str, int, bool]]:
    return [(step.kind, step.words, step.depth, step.failed) for step in steps]  # type: ignore[attr-defined]


def test_steps_are_heard_in_order_with_their_depth(story: Story) -> None:
    """Also one that another module imported by name; nobody marks a step."""
    words("when").we_order([])
    words("given").an_order()

    assert told(story.steps) == [
        ("when", "we order", 0, False),
        ("given", "an order", 1, False),
        ("given", "an order", 0, False),
    ]


def test_a_step_that_yields_is_taken_where_its_context_is_entered(story: Story) -> None:
    """What it takes away afterwards is no step."""
    stage: list[str] = []
    context = words("given").a_customer(stage)
    assert told(story.steps) == []

    with context as user:
        assert (user, stage) == ("ann", ["brought"])

    assert stage == ["brought", "taken away"]
    assert told(story.steps) == [("given", "a customer", 0, False), ("given", "a user", 1, False)]


def test_a_step_that_fails_is_marked(story: Story) -> None:
    """The exception goes on as it is."""
    with pytest.raises(ValueError, match="no"):
        words("when").we_fail([])

    assert told(story.steps) == [("when", "we fail", 0, True)]


def test_a_step_keeps_its_name_and_its_words(story: Story) -> None:
    """Whoever looks at it sees what was written."""
    step = words("given").an_order

    assert (step.__name__, step.__doc__) == ("an_order", "An order.")
    assert step() == {"id": 1}


def test_only_steps_are_heard(story: Story) -> None:
    """No private function, no class, no other module."""
    words("given")._hidden()  # noqa: SLF001 - it is what is meant
    words("when").Thing()
    words("other").helper()

    assert told(story.steps) == []


def test_modules_of_these_names_elsewhere_are_left_alone(story: Story, tmp_path: Path) -> None:
    """A handler may have a module that is called `when`, and must run here as it does in Lambda."""
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "when.py").write_text("def now():\n    return 1\n")

    assert words("when", package="others").now() == 1
    assert told(story.steps) == []


def test_a_step_that_yields_can_decorate(story: Story) -> None:
    """As every function of `contextmanager` can."""
    stage: list[str] = []

    @words("given").a_customer(stage)
    def test() -> None:
        stage.append("tested")

    test()

    assert stage == ["brought", "tested", "taken away"]


def test_other_contexts_are_given_as_they_are(story: Story) -> None:
    """Whoever looks at the type of a stack finds a stack."""
    assert type(words("when").a_stack()) is ExitStack
    assert told(story.steps) == [("when", "a stack", 0, False)]


def test_a_step_that_is_awaited_is_heard_until_its_end(story: Story) -> None:
    """With its failure."""
    with pytest.raises(ValueError, match="late"):
        asyncio.run(words("when").we_wait())

    assert told(story.steps) == [("when", "we wait", 0, True)]


def test_a_step_of_very_many_steps_does_its_work(story: Story) -> None:
    """It has been forgotten itself by then."""
    with words("given").many([]) as done:
        assert done == 600

    assert len(story.steps) == 500


def test_a_new_test_begins_a_new_story(story: Story) -> None:
    """Whatever the last one did."""
    words("given").an_order()
    story.begin()

    assert told(story.steps) == []


def test_nothing_is_heard_after_the_end(tmp_path: Path) -> None:
    """The hook goes as it came, and twice does no harm."""
    before = list(sys.meta_path)
    end = listen(Story())
    end()
    end()

    assert sys.meta_path == before
