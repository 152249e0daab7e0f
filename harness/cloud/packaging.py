"""The packages of functions and layers: a code root and its requirements in one archive, built once.

Lambda takes an archive in which the function's own files and its dependencies lie side by side
(https://docs.aws.amazon.com/lambda/latest/dg/python-package.html). An unchanged tree is recognised by the
size and the time of its files, so that a second run reads none of them.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness._files import write
from harness.cloud import archives
from harness.cloud.archives import Found
from harness.cloud.requirements import Target, installed, sources
from harness.errors import PackagingFailed
from harness.system.model import Function, System

__all__ = ["Package", "Target", "package", "package_all", "package_layers"]


@dataclass(frozen=True, kw_only=True)
class Package:
    """A built archive.

    Args:
        archive: The file to upload.
        digest: SHA-256 of what is in it; the same files give the same digest on every machine.
        packages: The folder with the installed requirements, which handler mode puts on the path; None without any.
    """

    archive: Path
    digest: str
    packages: Path | None = None


def _silent(_line: str) -> None:
    """Say nothing."""


def package(
    function: Function,
    *,
    folder: Path,
    target: Target,
    python: str = sys.executable,
    progress: Callable[[str], None] = _silent,
) -> Package:
    """Build the package of a function, or find the one that was built from the same files.

    Args:
        function: Its code is a folder, or an archive that is ready.
        folder: Where packages are kept, such as ``.harness``.
        target: The machine on which the package will run.
        python: The interpreter whose pip installs the requirements.
        progress: Is told when requirements are installed, which takes time.

    Raises:
        PackagingFailed: There is no code, or the requirements cannot be installed.
    """
    if function.code is None or not function.code.exists():
        raise PackagingFailed(
            f"There is no code for the function {function.name!r}.",
            facts=[("code", function.code or "not on this machine")],
            remedy="Correct its code in the template.",
        )
    if function.code.is_file():
        return Package(archive=function.code, digest=hashlib.sha256(function.code.read_bytes()).hexdigest())
    requirements = function.code / "requirements.txt"
    wanted = requirements if target.python and requirements.is_file() else None
    return _built(
        function.code,
        label=str(target) if wanted else "plain",
        folder=folder,
        watched=[requirements, *sources(requirements)] if wanted else [],
        install=lambda: (
            installed(wanted, folder=folder, target=target, python=python, progress=progress) if wanted else None
        ),
    )


def package_all(
    system: System, *, folder: Path, target: Target | None, progress: Callable[[str], None] = _silent
) -> Mapping[str, Package]:
    """Build the packages of all functions whose code is on this machine, each code root once.

    Args:
        system: The system.
        folder: Where packages are kept.
        target: The machine on which they will run; None for what each function asks of Lambda.
        progress: Is told when requirements are installed, which takes time.
    """
    built: dict[tuple[Path, Target], Package] = {}
    packages: dict[str, Package] = {}
    for function in system.functions.values():
        code = _code_of(system, function)
        if code is not None:
            goal = target or Target.of(function)
            if (code, goal) not in built:
                local = replace(function, code=code)
                built[code, goal] = package(local, folder=folder, target=goal, progress=progress)
            packages[function.name] = built[code, goal]
    return packages


def _code_of(system: System, function: Function) -> Path | None:
    """Give the code of a function as a folder, or as the archive that the template names instead."""
    resource = system.resources.get(function.name)
    archive = resource.properties.get("Code") if resource else None
    return function.code or (Path(archive) if isinstance(archive, str) else None)


def package_layers(system: System, *, folder: Path) -> Mapping[str, Package]:
    """Build the archives of the layers whose content is on this machine, as it stands."""
    return {
        resource.name: _built(Path(content), label="layer", folder=folder, watched=[], install=lambda: None)
        for resource in system.resources.values()
        if resource.type == "AWS::Lambda::LayerVersion"
        and isinstance(content := resource.properties.get("Content"), str)
    }


def _built(root: Path, *, label: str, folder: Path, watched: list[Path], install: Callable[[], Path | None]) -> Package:
    """Give the package of a tree: by the index when nothing changed, by the content otherwise."""
    files = archives.files(root)
    stats = archives.stats(files, watched=watched)
    index = folder / "archives" / f"{_digest([str(root), label])[:32]}.json"
    known = _known(index)
    if known is not None and known["stats"] == stats:
        remembered = Package(
            archive=folder / "archives" / f"{known['digest']}.zip",
            digest=known["digest"],
            packages=Path(known["packages"]) if known["packages"] else None,
        )
        if remembered.archive.exists() and (remembered.packages is None or remembered.packages.exists()):
            return remembered
    packages = install()
    built = _archived(files, packages=packages, folder=folder)
    write(
        index,
        json.dumps({"stats": stats, "digest": built.digest, "packages": str(packages) if packages else ""}).encode(),
    )
    return built


def _archived(files: Mapping[str, Found], *, packages: Path | None, folder: Path) -> Package:
    """Give the archive of these files and packages; a file of the function's own wins over one of a package."""
    entries = {**(archives.files(packages, without=("bin",)) if packages else {}), **files}
    digest = archives.digest(entries)
    archive = folder / "archives" / f"{digest}.zip"
    if not archive.exists():
        archives.zipped(entries, into=archive)
    return Package(archive=archive, digest=digest, packages=packages)


def _known(index: Path) -> dict[str, Any] | None:
    """Give what the index remembers; a broken index is no index."""
    try:
        known = json.loads(index.read_bytes())
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and known.keys() >= {"stats", "digest", "packages"} else None


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
