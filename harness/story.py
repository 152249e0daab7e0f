"""The story of a test: its steps in the order in which they were taken, each with its time.

Steps are plain functions of modules that are called `given`, `when` and `then`, in a package `steps`. Nobody marks
them: an import hook (`listen`) puts a listener before each when its module is imported, so that a step that a test
imports by name is heard as well.
"""

from __future__ import annotations

import inspect
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import wraps
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType, TracebackType
from typing import Any, Literal

__all__ = ["STORY", "Step", "Story", "listen"]

Kind = Literal["given", "when", "then"]

_KINDS: Mapping[str, Kind] = {"given": "given", "when": "when", "then": "then"}
_PACKAGE = "steps"
# The evidence for a failure is what was done last; a loop of a hundred thousand steps must not be kept whole.
_KEPT = 500


class Step:
    """One step, while it is taken and afterwards.

    Args:
        kind: ``given``, ``when`` or ``then``: the module that it stands in.
        name: The name of its function.
        depth: 0 for a step of the test itself, 1 for a step that such a step takes.
    """

    __slots__ = ("began", "depth", "failed", "kind", "name", "seconds")

    def __init__(self, kind: Kind, name: str, *, depth: int) -> None:
        self.kind = kind
        self.name = name
        self.depth = depth
        self.began = time.time()
        self.seconds = 0.0
        self.failed = False

    @property
    def words(self) -> str:
        """Its name as people say it."""
        return self.name.replace("_", " ")


class Story:
    """The steps of the running test.

    >>> story = Story()
    >>> with story.step("when", "we_place_an_order"):
    ...     pass
    >>> [(step.kind, step.words, step.failed) for step in story.steps]
    [('when', 'we place an order', False)]
    """

    def __init__(self) -> None:
        self.steps: deque[Step] = deque(maxlen=_KEPT)
        self._depth = 0

    def begin(self) -> None:
        """Begin a new story: a test begins."""
        self.steps.clear()
        self._depth = 0

    def step(self, kind: Kind, name: str) -> _Telling:
        """Note a step for as long as the context lasts."""
        step = Step(kind, name, depth=self._depth)
        self.steps.append(step)
        return _Telling(self, step)

    def deeper(self, by: int) -> None:
        """Go into a step, or out of it."""
        self._depth = max(0, self._depth + by)


class _Telling:
    """A step that is being taken."""

    __slots__ = ("_step", "_story")

    def __init__(self, story: Story, step: Step) -> None:
        self._story, self._step = story, step

    def __enter__(self) -> Step:
        self._story.deeper(1)
        return self._step

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._story.deeper(-1)
        self._step.seconds = time.time() - self._step.began
        self._step.failed = raised is not None


# One test runs at a time in a process.
STORY = Story()


def listen(story: Story = STORY) -> Callable[[], None]:
    """Hear the steps of all modules of steps that are imported from now on; give what ends that."""
    finder = _Finder(story)
    sys.meta_path.insert(0, finder)

    def end() -> None:
        if finder in sys.meta_path:
            sys.meta_path.remove(finder)

    return end


class _Finder(MetaPathFinder):
    """Finds modules of steps as everybody else does, and has what they define heard."""

    def __init__(self, story: Story) -> None:
        self._story = story

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Give the spec that the other finders give, with a loader around theirs."""
        *packages, last = fullname.split(".")
        kind = _KINDS.get(last)
        # Others have modules of these names too, the code of handlers among them.
        if kind is None or _PACKAGE not in packages:
            return None
        # Those that come after this one: there may be another listener before it.
        for finder in sys.meta_path[sys.meta_path.index(self) + 1 :]:
            found = finder.find_spec(fullname, path, target)
            if found is None:
                continue
            if found.loader is not None:
                found.loader = _Listening(found.loader, kind=kind, story=self._story)
            return found
        return None


class _Listening(Loader):
    """Loads a module with another's loader, and puts a listener before each of its steps."""

    def __init__(self, loader: Loader, *, kind: Kind, story: Story) -> None:
        self._loader, self._kind, self._story = loader, kind, story

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):  # A copy of it has nothing yet to look into.
            raise AttributeError(name)
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)
        for name, found in list(vars(module).items()):
            is_its_own = inspect.isfunction(found) and found.__module__ == module.__name__
            if is_its_own and not name.startswith("_"):
                setattr(module, name, _heard(found, kind=self._kind, story=self._story))


def _heard(step: Callable[..., Any], *, kind: Kind, story: Story) -> Callable[..., Any]:
    """Give the same step, noted whenever it is taken; one that yields is noted when it brings what it brings."""
    if inspect.iscoroutinefunction(step):

        @wraps(step)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            __tracebackhide__ = True
            with story.step(kind, step.__name__):
                return await step(*args, **kwargs)

        return awaited

    @wraps(step)
    def taken(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        with story.step(kind, step.__name__) as noted:
            result = step(*args, **kwargs)
        if isinstance(result, _YIELDING):
            # A generator has done nothing yet: the step is taken where its context is entered.
            with suppress(ValueError):  # A step of very many steps has pushed it out.
                story.steps.remove(noted)
            return _Bringing(result, kind=kind, name=step.__name__, story=story)
        return result

    return taken


class _Bringing(AbstractContextManager[Any]):
    """A step that takes away afterwards what it brought."""

    def __init__(self, context: AbstractContextManager[Any], *, kind: Kind, name: str, story: Story) -> None:
        self._context, self._kind, self._name, self._story = context, kind, name, story

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._context, name)

    def __call__(self, function: Callable[..., Any]) -> Any:
        """Decorate a function, as every context of a generator can."""
        decorate: Any = self._context
        return decorate(function)

    def __enter__(self) -> Any:
        __tracebackhide__ = True
        with self._story.step(self._kind, self._name):
            return self._context.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        __tracebackhide__ = True
        return self._context.__exit__(kind, raised, trace)


@contextmanager
def _nothing() -> Iterator[None]:
    yield


# What a function gives that is decorated with `contextmanager`; its class has no public name.
_YIELDING = (type(_nothing()), _Bringing)
