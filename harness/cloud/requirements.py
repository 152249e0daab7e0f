"""The requirements of a function, installed with pip into a folder that is kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harness._files import UMASK, in_words
from harness.cloud import archives
from harness.cloud.locks import locked
from harness.errors import PackagingFailed
from harness.system.model import Function

__all__ = ["Target", "installed", "sources"]

# Amazon Linux 2023, below python3.12 and later, has glibc 2.34; Amazon Linux 2, below the earlier ones, has 2.26.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_LATEST_ON_AMAZON_LINUX_2 = (3, 11)
_WHEELS_SINCE_2023 = ("manylinux_2_34", "manylinux_2_28", "manylinux_2_17", "manylinux2014")
_WHEELS_BEFORE = ("manylinux_2_26", "manylinux_2_17", "manylinux2014")
_MACHINES = {"x86_64": "x86_64", "arm64": "aarch64"}

_LINES_OF_PIP = 12

# ./package, -e ../package, package @ file:///somewhere/package
_LOCAL = re.compile(r"(?:(?:-e|--editable)[\s=]+|[\w.\[\]-]+\s*@\s*)?(?:file://)?(\.{0,2}/[^\s\[;]*|\.)")


@dataclass(frozen=True, kw_only=True)
class Target:
    """The machine on which a package will run.

    Args:
        python: Its Python, such as ``3.12``; empty for a runtime that is not Python.
        platforms: The platforms whose wheels run there; empty for this machine.
    """

    python: str
    platforms: tuple[str, ...] = ()

    @classmethod
    def here(cls) -> Target:
        """Give this machine and its interpreter, which the embedded cloud uses."""
        return cls(python=".".join(map(str, sys.version_info[:2])))

    @classmethod
    def of(cls, function: Function) -> Target:
        """Give the machine that a function asks of Lambda.

        >>> Target.of(Function(name="F", handler="f.f", code=None, runtime="python3.11", architecture="arm64"))
        Target(python='3.11', platforms=('manylinux_2_26_aarch64', 'manylinux_2_17_aarch64', 'manylinux2014_aarch64'))
        >>> Target.of(Function(name="F", handler="f.f", code=None, runtime="nodejs22.x")).python
        ''
        """
        version = re.fullmatch(r"python(\d+)\.(\d+)", function.runtime)
        if version is None:
            return cls(python="")
        older = (int(version[1]), int(version[2])) <= _LATEST_ON_AMAZON_LINUX_2
        wheels = _WHEELS_BEFORE if older else _WHEELS_SINCE_2023
        machine = _MACHINES[function.architecture]
        return cls(python=f"{version[1]}.{version[2]}", platforms=tuple(f"{wheel}_{machine}" for wheel in wheels))

    def __str__(self) -> str:
        return " ".join([self.python, *(self.platforms or (sysconfig.get_platform(),))])

    @property
    def options(self) -> list[str]:
        """What pip needs to be told."""
        if not self.platforms:
            return []
        named = [option for platform in self.platforms for option in ("--platform", platform)]
        return [*named, "--python-version", self.python, "--implementation", "cp", "--only-binary=:all:"]


def sources(requirements: Path) -> list[Path]:
    """Give the files and folders that requirements name: other lists, constraints, local packages.

    Relative paths mean what they mean to pip: those of ``-r`` and ``-c`` start at the list,
    those of packages at the folder in which pip runs, which is the code root.
    """
    found: list[Path] = []
    for line in _lines(requirements):
        if other := re.match(r"(?:-r|-c|--requirement|--constraint)[\s=]+(\S+)", line):
            nested = requirements.parent / other[1]
            found += [nested, *(sources(nested) if nested.is_file() else [])]
        elif local := _LOCAL.match(line):
            found.append(requirements.parent / local[1])
    return found


def _lines(requirements: Path) -> Iterator[str]:
    for line in requirements.read_text().splitlines():
        stripped = re.sub(r"(^|\s)#.*$", "", line).strip()
        if stripped:
            yield stripped


def installed(
    requirements: Path, *, folder: Path, target: Target, python: str, progress: Callable[[str], None]
) -> Path | None:
    """Give the folder into which the requirements are installed, or None when there are none.

    Processes that want the same folder wait for each other; who comes second finds it ready.

    Raises:
        PackagingFailed: pip is missing or fails.
    """
    if not list(_lines(requirements)):
        return None
    kept = folder / "packages" / _key(requirements, target=target)
    if not kept.exists():
        with locked(kept.with_suffix(".lock")):
            if not kept.exists():
                progress(f"installing {requirements}")
                _install(requirements, into=kept, target=target, python=python)
    return kept


def _key(requirements: Path, *, target: Target) -> str:
    """Give the name of the folder: what is asked for, by which Python, for which machine."""
    total = hashlib.sha256(f"{target}\0{requirements.read_text()}".encode())
    for source in sources(requirements):
        if source.is_dir():
            total.update(archives.digest(archives.files(source)).encode())
        elif source.is_file():
            total.update(source.read_bytes())
    return total.hexdigest()[:32]


def _install(requirements: Path, *, into: Path, target: Target, python: str) -> None:
    """Install beside the place and move there when all is well, so that nobody finds half of it."""
    with in_words(into):
        part = Path(tempfile.mkdtemp(dir=into.parent, prefix="part-"))
    # -P: a module of the function that is called like one of pip's must not be taken for it.
    command = [python, "-P", "-m", "pip", "install", "--target", str(part), "--no-compile", "--no-input", "--quiet"]
    command += ["--disable-pip-version-check", *target.options, "-r", str(requirements)]
    try:
        ended = subprocess.run(
            command,
            cwd=requirements.parent,
            env={**os.environ, "PIP_USER": "0"},  # It cannot go with --target.
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            umask=UMASK,
        )
        if ended.returncode != 0:
            raise _failure(requirements, target=target, python=python, output=ended.stdout)
        with in_words(into):
            part.rename(into)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _failure(requirements: Path, *, target: Target, python: str, output: str) -> PackagingFailed:
    asked = [python, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('pip') is None)"]
    if subprocess.run(asked, check=False).returncode != 0:
        return PackagingFailed(
            f"There is no pip to install the requirements of {str(requirements.parent)!r}.",
            facts=[("interpreter", python)],
            remedy=f"Install it: {python} -m ensurepip",
        )
    last = output.strip().splitlines()[-_LINES_OF_PIP:]
    return PackagingFailed(
        f"The requirements of {str(requirements.parent)!r} could not be installed.",
        facts=[("requirements", requirements), ("for", target), ("pip", "\n    ".join(["", *last]))],
        remedy=_remedy(target),
    )


def _remedy(target: Target) -> str:
    if target.platforms:
        return f"Ask for versions that have a wheel for Python {target.python} on Lambda's machine."
    return "Correct the requirements, or see whether the package index can be reached."
