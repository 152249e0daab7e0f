"""Imports while a function runs: its own modules and its search path; what it does not bring is shared."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from importlib.abc import Loader
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any

from harness.runtime.compiled import keep, kept
from harness.runtime.paths import brought

__all__ = ["Imports"]


class Imports:
    """The modules of one function and the path on which they are found.

    A module is the function's own when the function brings its top-level name; then it hides the process's module
    of that name. Every other module is shared, and imported in the process's world, so that it is
    never bound to a function's module and no function's setting is in force while it starts.

    Args:
        places: The folders of the function's modules, in order.
        outside: Goes back to the process's world for a while.
    """

    def __init__(self, places: Sequence[str], *, outside: Callable[[], AbstractContextManager[None]]) -> None:
        self._places = tuple(places)
        self._outside = outside
        self._names: frozenset[str] | None = None
        self._path = _OwnList("path", front=self._places)
        self._finders = _OwnList("meta_path", front=[self])
        self._own: dict[str, ModuleType] = {}
        self._items: list[tuple[str, ModuleType]] = []
        self._host: dict[str, ModuleType] = {}
        self._hidden: dict[str, ModuleType] = {}
        self._count = 0
        self._searched = True
        self._thread = 0
        self._threads = 0

    def enter(self) -> None:
        """Put the function's modules and path in."""
        self._path.enter()
        self._finders.enter()
        if self._names is None:
            self._names = brought(self._places, host=self._path.host)
        modules = sys.modules
        self._host = modules.copy()
        self._hidden = {}
        self._hide(self._names)
        modules.update(self._items)
        self._count = len(modules)
        self._thread, self._threads = threading.get_ident(), threading.active_count()

    def leave(self) -> None:
        """Take the function's modules and path out."""
        if not self._untouched():
            self._own = self._sorted_out()
            keep(self._own)
            self._items = list(self._own.items())
        self._searched = False
        if self._hidden:
            sys.modules.update(self._hidden)
        self._finders.leave()
        self._path.leave()

    def end(self) -> bool:
        """Let the modules go, and say whether any of them works with sockets."""
        sockets = any("socket" in vars(module) for module in self._own.values() if isinstance(module, ModuleType))
        self._own, self._items, self._host, self._hidden = {}, [], {}, {}
        return sockets

    def _untouched(self) -> bool:
        """Take the function's modules from the end of the table, where they still are if nothing was imported.

        Comparing all modules would take as long as everything else together.
        """
        if self._searched or len(sys.modules) != self._count:
            return False
        take = sys.modules.popitem
        own = [take() for _ in self._own]
        own.reverse()
        if own == self._items:
            return True
        sys.modules.update(own)
        return False

    def _sorted_out(self) -> dict[str, ModuleType]:
        """Take out the modules that are the function's, and put back what it has replaced or removed."""
        modules = sys.modules
        mine = {name: modules.pop(name) for name in self._own if name in modules}
        for name, module in [item for item in modules.items() if self._host.get(item[0]) is not item[1]]:
            if name in self._host or self._is_own(name, module):
                mine[name] = modules.pop(name)
        modules.update(self._host)
        return mine

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Find what the function does not bring in the process's world; leave the rest to the ordinary finders."""
        self._searched = True
        if target is not None:
            return None
        if self._brings(name, path):
            again = None if path is not None else kept(name, sys.path)
            if again is None:
                return None
            sys.modules.update({member: module for member, module in again.items() if member != name})
            return ModuleSpec(name, _Loaded(lambda: again[name]))
        # Other threads must not see the worlds change: with them about, the import goes the ordinary way.
        if self._thread != threading.get_ident() or self._threads != threading.active_count():
            return None
        return self._shared(name)

    def _shared(self, name: str) -> ModuleSpec | None:
        with self._outside():
            found = sys.modules[name].__spec__ if name in sys.modules else importlib.util.find_spec(name)
        self._searched = True
        if found is None:
            return None
        spec = ModuleSpec(name, _Loaded(lambda: self._load(name)), origin=found.origin)
        spec.submodule_search_locations = found.submodule_search_locations
        return spec

    def _load(self, name: str) -> ModuleType:
        with self._outside():
            return importlib.import_module(name)

    def _brings(self, name: str, path: Sequence[str] | None) -> bool:
        names = self._names or frozenset()
        if name.partition(".")[0] in names:
            return True
        # A function may put a folder of its own before everything else, such as "vendored".
        added = [] if path is not None else self._path.added_in_front()
        if not added or PathFinder.find_spec(name, added) is None:
            return False
        self._names = names | {name}
        self._hide({name})
        return True

    def _hide(self, names: frozenset[str] | set[str]) -> None:
        """Take the process's modules of these names out, parts of packages included."""
        hidden = [name for name in names if name in sys.modules]
        if hidden:
            starts = tuple(f"{name}." for name in hidden)
            for name in [name for name in sys.modules if name in names or name.startswith(starts)]:
                self._hidden[name] = sys.modules.pop(name)

    def _is_own(self, name: str, module: ModuleType) -> bool:
        """Say whether a new module is the function's: by its name, by its file, or because it was made by hand."""
        if name.partition(".")[0] in (self._names or ()):
            return True
        spec = getattr(module, "__spec__", None)
        if spec is None:
            return True
        file = spec.origin or next(iter(spec.submodule_search_locations or ()), "")
        mine = max((len(place) for place in self._places if file.startswith(place + os.sep)), default=0)
        # A virtual environment may lie within the code root: the innermost folder decides.
        theirs = max((len(place) for place in self._path.host if file.startswith(place + os.sep)), default=0)
        return mine > theirs


class _Loaded(Loader):
    """Gives a module that is loaded elsewhere."""

    def __init__(self, load: Callable[[], ModuleType]) -> None:
        self._load = load
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002 - the signature of a loader
        module = self._load()
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # The import machinery has just written our spec into the module.
        module.__spec__ = self._spec


class _OwnList:
    """A list of `sys` of which a function has its own version, based on the process's."""

    def __init__(self, name: str, *, front: Sequence[Any]) -> None:
        self._name = name
        self._front = list(front)
        self._live: list[Any] = []
        self._before: list[Any] | None = None
        self._own: list[Any] = []
        self.host: list[Any] = []

    def enter(self) -> None:
        self._live = getattr(sys, self._name)
        if self._live != self._before:
            self._rebase()
        self._live[:] = self._own

    def leave(self) -> None:
        now = getattr(sys, self._name)
        if now != self._own:
            self._own = list(now)
        self._live[:] = self._before or ()
        setattr(sys, self._name, self._live)

    def added_in_front(self) -> list[Any]:
        """Give what the function put before the process's part, apart from what it started with."""
        now = getattr(sys, self._name)
        if now == self._own:
            return []
        first = next((index for index, one in enumerate(now) if one in self.host), len(now))
        return [one for one in now[:first] if one not in self._front]

    def _rebase(self) -> None:
        """Keep what the function added before and after the process's part when that part has changed."""
        old = self.host
        first = next((index for index, one in enumerate(self._own) if one in old), len(self._own))
        front = self._own[:first] if self._before is not None else self._front
        back = [one for one in self._own[first:] if one not in old]
        self._before = list(self._live)
        self.host = [_absolute(one) for one in self._live]
        self._own = [*front, *self.host, *back]


def _absolute(entry: Any) -> Any:
    # A relative entry would mean another folder as soon as the working directory changes.
    return entry if not isinstance(entry, str) or os.path.isabs(entry) else os.path.abspath(entry)  # noqa: PTH100, PTH117 - text in, text out
