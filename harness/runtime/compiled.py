"""Packages with compiled parts, which a process can load only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.machinery import ExtensionFileLoader, ModuleSpec, PathFinder
from types import ModuleType

__all__ = ["keep", "kept"]

# By top-level name and file: the modules of the package. NumPy answers a second load of its library with an
# ImportError, and others hold on to the classes that they saw first, so such a package survives a cold start,
# and functions with the same folder share it. Another folder has another library, and so a package of its own.
_kept: dict[tuple[str, str], dict[str, ModuleType]] = {}


def keep(modules: Mapping[str, ModuleType]) -> None:
    """Keep the packages among these modules that have compiled parts and are loaded to the end."""
    compiled = {name.partition(".")[0] for name, module in modules.items() if _is_compiled(module)}
    for top in compiled:
        spec = getattr(modules.get(top), "__spec__", None)
        if spec is not None and not getattr(spec, "_initializing", False):
            members = {name: one for name, one in modules.items() if name == top or name.startswith(f"{top}.")}
            _kept.setdefault((top, spec.origin or ""), {}).update(members)


def kept(name: str, path: Sequence[str]) -> dict[str, ModuleType] | None:
    """Give the modules of a kept package if an import on this path would find the same file."""
    if not any(top == name for top, _ in _kept):
        return None
    spec: ModuleSpec | None = PathFinder.find_spec(name, list(path))
    return None if spec is None else _kept.get((name, spec.origin or ""))


def _is_compiled(module: ModuleType) -> bool:
    return isinstance(getattr(getattr(module, "__spec__", None), "loader", None), ExtensionFileLoader)
