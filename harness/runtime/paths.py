"""Where a function's modules lie, and which top-level names they take."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path

from harness.system.model import Function

__all__ = ["brought", "folders"]

# What Lambda's runtime (awslambdaric with simplejson) has loaded when it imports the handler, seen in Python 3.11 to
# 3.13: a module of the function with such a name is never found. Of the rest of the standard library it is found.
_LOADED_BY_LAMBDA = frozenset(
    """
    __future__ _collections_abc _colorize _decimal _json _weakrefset abc codecs collections contextlib copyreg
    decimal encodings enum functools genericpath importlib io json keyword linecache logging math numbers operator
    os posixpath re reprlib site stat string sys textwrap threading time token tokenize traceback types warnings
    weakref zipimport
    """.split()  # noqa: SIM905 - forty names in quotation marks would take forty lines
)
# These three know each other's inner parts, so a function that brings one has all of them to itself. The X-Ray SDK,
# for one, brings botocore without boto3; Lambda's own boto3 then works with the function's botocore.
_SDK = frozenset({"boto3", "botocore", "s3transfer"})


def folders(function: Function, *, code: Path, packages: Iterable[Path]) -> tuple[str, ...]:
    """Give the folders of a function's modules in the order in which they are searched.

    https://docs.aws.amazon.com/lambda/latest/dg/packaging-layers.html: the code is first, then ``/opt``, into which
    the layers are unpacked one over the other, so that the last one wins. A layer that is not built yet has its
    modules at the top of its folder.
    """
    layers = [
        layer / part
        for layer in reversed(function.layers)
        for part in (f"python/lib/{function.runtime}/site-packages", "python", ".")
    ]
    return tuple(str(folder) for folder in dict.fromkeys([code, *packages, *layers]) if folder.is_dir())


def brought(places: Iterable[str], *, host: Sequence[str]) -> frozenset[str]:
    """Give the top-level names of the modules that lie in these places.

    A folder without ``__init__`` yields to a real package of the process, as Python's own import does:
    a folder of templates called ``html`` is no module.
    """
    names: set[str] = set()
    loose: set[str] = set()
    for place in places:
        for entry in Path(place).iterdir():
            if entry.is_dir():
                (names if _is_package(entry) else loose).add(entry.name)
            elif name := inspect.getmodulename(entry.name):
                names.add(name)
    names |= {name for name in loose - names if name.isidentifier() and not _is_real(name, host)}
    if names & _SDK:
        names |= _SDK
    return frozenset(names - _LOADED_BY_LAMBDA)


def _is_package(folder: Path) -> bool:
    return any(inspect.getmodulename(file.name) == "__init__" for file in folder.glob("__init__.*"))


def _is_real(name: str, host: Sequence[str]) -> bool:
    spec = PathFinder.find_spec(name, list(host))
    return spec is not None and spec.origin is not None
