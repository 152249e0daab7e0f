"""Packages: the same files give the same archive, and nothing is built twice."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import stat
import sys
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.cloud.packaging import Package, Target, package, package_all, package_layers
from harness.cloud.requirements import sources
from harness.errors import PackagingFailed
from harness.system.model import Function, System
from harness.system.reader import read

from .support import DEMO, Said

HERE = Target.here()
LAMBDA = Target.of(Function(name="F", handler="app.handler", code=None, runtime="python3.12"))


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A code root with a module."""
    root = tmp_path / "code"
    root.mkdir()
    (root / "app.py").write_text("def handler(event, context): ...\n")
    return root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where packages are kept."""
    return tmp_path / ".harness"


def function(code: Path | None, *, name: str = "Function") -> Function:
    return Function(name=name, handler="app.handler", code=code)


def members(built: Package) -> list[str]:
    with zipfile.ZipFile(built.archive) as archive:
        return archive.namelist()


def wheel(folder: Path, *, content: str = "WORD = 'small'\n", tag: str = "py3-none-any") -> Path:
    """Write a wheel of a package with one module, as `build` would."""
    path = folder / f"small-1.0-{tag}.whl"
    folder.mkdir(exist_ok=True)
    parts = {
        "small.py": content,
        "small-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: small\nVersion: 1.0\n",
        "small-1.0.dist-info/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
    }
    digests = {
        name: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        for name, text in parts.items()
    }
    record = "".join(f"{name},sha256={digests[name]},{len(parts[name])}\n" for name in parts)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in [*parts.items(), ("small-1.0.dist-info/RECORD", record)]:
            archive.writestr(name, text)
    return path


def python(path: Path, *, script: str) -> str:
    """Write a program that is called like an interpreter."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_an_archive_holds_the_code_in_order(code: Path, folder: Path) -> None:
    """Entries are sorted, whatever order the file system has."""
    (code / "words").mkdir()
    (code / "words" / "a.txt").write_text("a")
    (code / "Z.txt").write_text("z")

    built = package(function(code), folder=folder, target=HERE)

    assert ["Z.txt", "app.py", "words/a.txt"] == members(built)
    assert built.packages is None


@pytest.mark.parametrize(
    "left_behind",
    ["__pycache__/app.cpython-311.pyc", ".env", ".env.local", ".git/HEAD", ".pytest_cache/x", ".venv/x", "app.pyc"],
)
def test_what_tools_and_people_leave_behind_stays_here(code: Path, folder: Path, left_behind: str) -> None:
    """Secrets and caches are not uploaded."""
    (code / left_behind).parent.mkdir(exist_ok=True)
    (code / left_behind).write_text("SECRET=1")

    assert ["app.py"] == members(package(function(code), folder=folder, target=HERE))


def test_the_same_files_give_the_same_archive(code: Path, folder: Path, tmp_path: Path) -> None:
    """Neither the place nor the time of the files counts, nor the umask under which they were written."""
    shutil.copytree(code, tmp_path / "copy")
    os.utime(tmp_path / "copy" / "app.py", (0, 0))
    (tmp_path / "copy" / "app.py").chmod(0o600)

    first = package(function(code), folder=folder, target=HERE)
    second = package(function(tmp_path / "copy"), folder=tmp_path / "other", target=HERE)

    assert first.digest == second.digest
    assert first.archive.read_bytes() == second.archive.read_bytes()


def test_modes_are_those_that_lambda_needs(code: Path, folder: Path) -> None:
    """Everybody may read; what could be executed can be."""
    (code / "run.sh").write_text("#!/bin/sh\n")
    (code / "run.sh").chmod(0o700)
    (code / "app.py").chmod(0o600)

    built = package(function(code), folder=folder, target=HERE)

    with zipfile.ZipFile(built.archive) as archive:
        modes = {entry.filename: stat.S_IMODE(entry.external_attr >> 16) for entry in archive.infolist()}
    assert {"app.py": 0o644, "run.sh": 0o755} == modes


def test_changed_content_gives_another_archive(code: Path, folder: Path) -> None:
    """Also when the length stays the same."""
    first = package(function(code), folder=folder, target=HERE)
    (code / "app.py").write_text("def handler(event, context): ,,,\n")
    os.utime(code / "app.py", (1, 1))

    assert first.digest != package(function(code), folder=folder, target=HERE).digest


def test_an_unchanged_tree_is_not_read(code: Path, folder: Path) -> None:
    """Size and time of the files tell; that is what makes the second run quick."""
    first, seen = package(function(code), folder=folder, target=HERE), (code / "app.py").stat()
    (code / "app.py").write_text("def handler(event, context): ,,,\n")
    os.utime(code / "app.py", ns=(seen.st_atime_ns, seen.st_mtime_ns))

    assert first == package(function(code), folder=folder, target=HERE)


@pytest.mark.parametrize("damage", ["", "[]", '{"stats": 1}'])
def test_a_damaged_index_is_no_index(code: Path, folder: Path, damage: str) -> None:
    """The package is then found by its content."""
    first = package(function(code), folder=folder, target=HERE)
    for index in (folder / "archives").glob("*.json"):
        index.write_text(damage)

    assert first == package(function(code), folder=folder, target=HERE)


def test_a_lost_archive_is_built_again(code: Path, folder: Path) -> None:
    """The index alone is not enough."""
    package(function(code), folder=folder, target=HERE).archive.unlink()

    assert package(function(code), folder=folder, target=HERE).archive.exists()


def test_links_are_followed_unless_they_lead_back(code: Path, folder: Path, tmp_path: Path) -> None:
    """Shared code is often linked into code roots."""
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "common.py").write_text("")
    (code / "shared").symlink_to(tmp_path / "shared")
    (code / "back").symlink_to(code)

    assert ["app.py", "shared/common.py"] == members(package(function(code), folder=folder, target=HERE))


def test_requirements_come_into_the_archive(code: Path, folder: Path, tmp_path: Path) -> None:
    """They lie beside the code, and handler mode finds them in a folder of their own."""
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")

    built = package(function(code), folder=folder, target=HERE)

    assert {"app.py", "requirements.txt", "small.py"} <= set(members(built))
    assert built.packages is not None
    assert (built.packages / "small.py").exists()


def test_a_module_of_the_function_wins_over_one_of_a_package(code: Path, folder: Path, tmp_path: Path) -> None:
    """It does so in Lambda as well, where the task folder comes first."""
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")
    (code / "small.py").write_text("WORD = 'mine'\n")

    built = package(function(code), folder=folder, target=HERE)

    with zipfile.ZipFile(built.archive) as archive:
        assert b"WORD = 'mine'\n" == archive.read("small.py")


def test_pip_runs_once(code: Path, folder: Path, tmp_path: Path) -> None:
    """What is installed is kept by what was asked for, also when the code changes."""
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")
    said = Said()
    first = package(function(code), folder=folder, target=HERE, progress=said)
    (code / "app.py").write_text("")

    second = package(function(code), folder=folder, target=HERE, python="/nowhere/python", progress=said)

    assert first.packages == second.packages
    assert [f"installing {code / 'requirements.txt'}"] == said.lines


def test_a_local_package_that_changed_is_installed_again(code: Path, folder: Path, tmp_path: Path) -> None:
    """The text of the requirements is the same, but what it points at is not."""
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")
    package(function(code), folder=folder, target=HERE)
    wheel(tmp_path / "wheels", content="WORD = 'larger'\n")

    built = package(function(code), folder=folder, target=HERE)

    assert built.packages is not None
    assert "WORD = 'larger'\n" == (built.packages / "small.py").read_text()


@pytest.mark.parametrize("empty", ["", "# later\n\n"])
def test_requirements_without_a_requirement(code: Path, folder: Path, empty: str) -> None:
    """Nothing is installed."""
    (code / "requirements.txt").write_text(empty)

    assert package(function(code), folder=folder, target=HERE, python="/nowhere/python").packages is None


def test_other_runtimes_have_no_requirements(code: Path, folder: Path) -> None:
    """A text file of a Node.js function is a text file."""
    (code / "requirements.txt").write_text("small\n")
    node = Function(name="F", handler="app.handler", code=code, runtime="nodejs22.x")

    built = package(node, folder=folder, target=Target.of(node), python="/nowhere/python")

    assert ["app.py", "requirements.txt"] == members(built)


def test_many_who_ask_at_once_install_once(code: Path, folder: Path, tmp_path: Path) -> None:
    """One installs, the others wait and find it ready."""
    (code / "requirements.txt").write_text("small\n")
    counting = python(tmp_path / "python", script=f"echo run >> {tmp_path}/runs; sleep 0.2")

    with ThreadPoolExecutor(4) as pool:
        built = set(pool.map(lambda _: package(function(code), folder=folder, target=HERE, python=counting), range(4)))

    assert 1 == len(built)
    assert "run\n" == (tmp_path / "runs").read_text()


def test_an_installation_that_fails_shows_what_pip_said(code: Path, folder: Path, tmp_path: Path) -> None:
    """The last lines are those that matter."""
    (code / "requirements.txt").write_text("small==9\n")
    failing = python(tmp_path / "python", script='test "$1" = -c && exit 0; echo looking; echo no luck; exit 1')

    with pytest.raises(PackagingFailed) as failed:
        package(function(code), folder=folder, target=HERE, python=failing)

    assert (
        f"The requirements of {str(code)!r} could not be installed.\n"
        f"  requirements: {code / 'requirements.txt'}\n"
        f"  for: {HERE}\n"
        "  pip: \n"
        "    looking\n"
        "    no luck\n"
        "  Correct the requirements, or see whether the package index can be reached."
    ) == str(failed.value)
    assert [] == list((folder / "packages").glob("part-*"))


def test_a_wheel_for_another_machine_is_refused(code: Path, folder: Path, tmp_path: Path) -> None:
    """What runs here may not run on Lambda."""
    path = wheel(tmp_path / "wheels", tag="cp312-cp312-macosx_11_0_arm64")
    (code / "requirements.txt").write_text(f"{path}\n")

    with pytest.raises(PackagingFailed) as failed:
        package(function(code), folder=folder, target=LAMBDA)

    assert "Ask for versions that have a wheel for Python 3.12 on Lambda's machine." == failed.value.remedy
    assert "not a supported wheel on this platform" in dict(failed.value.facts)["pip"]


def test_a_wheel_for_lambda_is_taken(code: Path, folder: Path, tmp_path: Path) -> None:
    """Amazon Linux 2023 has glibc 2.34."""
    path = wheel(tmp_path / "wheels", tag="cp312-cp312-manylinux_2_28_x86_64")
    (code / "requirements.txt").write_text(f"{path}\n")

    assert "small.py" in members(package(function(code), folder=folder, target=LAMBDA))


def test_no_pip_to_install_with(code: Path, folder: Path, tmp_path: Path) -> None:
    """Some virtual environments have none."""
    (code / "requirements.txt").write_text("small\n")
    bare = python(tmp_path / "python", script="exit 1")

    with pytest.raises(PackagingFailed) as failed:
        package(function(code), folder=folder, target=HERE, python=bare)

    assert (
        f"There is no pip to install the requirements of {str(code)!r}.\n"
        f"  interpreter: {bare}\n"
        f"  Install it: {bare} -m ensurepip"
    ) == str(failed.value)


def test_a_module_of_the_function_does_not_get_in_the_way_of_pip(code: Path, folder: Path, tmp_path: Path) -> None:
    """Pip runs in the code root, where a module may be called like one of the standard library."""
    (code / "logging.py").write_text("raise RuntimeError\n")
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")

    assert package(function(code), folder=folder, target=HERE, python=sys.executable).packages


@pytest.mark.parametrize("missing", [None, Path("/nowhere/code")])
def test_no_code(folder: Path, missing: Path | None) -> None:
    """The template names a place where nothing is, or none."""
    with pytest.raises(PackagingFailed) as failed:
        package(function(missing), folder=folder, target=HERE)

    assert (
        "There is no code for the function 'Function'.\n"
        f"  code: {missing or 'not on this machine'}\n"
        "  Correct its code in the template."
    ) == str(failed.value)


def test_an_archive_that_is_ready_is_taken_as_it_is(folder: Path, tmp_path: Path) -> None:
    """Some projects build their own."""
    ready = tmp_path / "ready.zip"
    with zipfile.ZipFile(ready, "w") as archive:
        archive.writestr("app.py", "")

    built = package(function(ready), folder=folder, target=HERE)

    assert Package(archive=ready, digest=hashlib.sha256(ready.read_bytes()).hexdigest()) == built


def test_functions_of_one_code_root_share_a_package(folder: Path) -> None:
    """It is built once, for all that are deployed."""
    packages = package_all(read(DEMO, name="demo"), folder=folder, target=HERE)

    assert {"Answer", "Told"} == packages.keys()
    assert packages["Answer"] is packages["Told"]


def test_without_a_target_each_function_gets_what_it_asks_of_lambda(folder: Path, code: Path, tmp_path: Path) -> None:
    """Two architectures are two packages when there are requirements."""
    (code / "requirements.txt").write_text(f"{wheel(tmp_path / 'wheels')}\n")
    functions = {
        name: Function(name=name, handler="app.handler", code=code, architecture=name) for name in ("arm64", "x86_64")
    }
    system = System(name="s", template=tmp_path / "t", cloudformation={}, functions=functions)

    packages = package_all(system, folder=folder, target=None)

    assert packages["arm64"].packages != packages["x86_64"].packages


def test_a_function_whose_archive_the_template_names(folder: Path, tmp_path: Path) -> None:
    """Its code is no folder, yet it is on this machine."""
    with zipfile.ZipFile(tmp_path / "ready.zip", "w") as archive:
        archive.writestr("app.py", "")
    (tmp_path / "template.yaml").write_text(
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: ready.zip, Handler: app.handler, Role: r}}}"
    )

    packages = package_all(read(tmp_path / "template.yaml", name="s"), folder=folder, target=HERE)

    assert tmp_path / "ready.zip" == packages["F"].archive


def test_code_that_is_elsewhere_is_not_packaged(folder: Path, tmp_path: Path) -> None:
    """Inline code and code in a bucket are CloudFormation's business."""
    (tmp_path / "template.yaml").write_text(
        "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Code: {ZipFile: 'x'}, Handler: i.h, Role: r}}}"
    )

    assert {} == package_all(read(tmp_path / "template.yaml", name="s"), folder=folder, target=HERE)


def test_layers_are_archived_as_they_stand(folder: Path) -> None:
    """Their folders have the layout that Lambda wants already."""
    layers = package_layers(read(DEMO, name="demo"), folder=folder)

    assert [["python/shared.py"]] == [members(layer) for layer in layers.values()]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("./package", ["package"]),
        ("-e ../package[extra]", ["../package"]),
        ("package @ file:///far/package", ["/far/package"]),
        ("-r more.txt", ["more.txt"]),
        ("--constraint=limits.txt", ["limits.txt"]),
        (".", ["."]),
        ("package==1.0", []),
        ("# ./package", []),
        ("package @ https://example.com/package.whl", []),
    ],
)
def test_requirements_can_point_at_files(tmp_path: Path, line: str, found: list[str]) -> None:
    """What they point at is watched as well."""
    (tmp_path / "requirements.txt").write_text(f"{line}\n")

    assert [tmp_path / path for path in found] == sources(tmp_path / "requirements.txt")


def test_a_list_of_a_list_is_followed(tmp_path: Path) -> None:
    """Requirements may be spread over files."""
    (tmp_path / "requirements.txt").write_text("-r more.txt\n")
    (tmp_path / "more.txt").write_text("./package\n")

    assert [tmp_path / "more.txt", tmp_path / "package"] == sources(tmp_path / "requirements.txt")


def test_a_local_folder_is_watched(code: Path, folder: Path, tmp_path: Path) -> None:
    """A change in it is seen although nothing in the code root changed."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "lib.py").write_text("one")
    (code / "requirements.txt").write_text("../lib\n")
    quick = python(tmp_path / "python", script="exit 0")
    first = package(function(code), folder=folder, target=HERE, python=quick)
    (tmp_path / "lib" / "lib.py").write_text("another")

    assert first.packages != package(function(code), folder=folder, target=HERE, python=quick).packages
