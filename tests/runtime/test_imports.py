from __future__ import annotations

import shutil
import sys
import types
from pathlib import Path

import pytest

from tests.runtime.conftest import Build, written

NAME = "import shelf\ndef handler(event, context): return shelf.NAME"


def test_functions_have_modules_of_the_same_name(build: Build) -> None:
    """Neither sees the other's, at the first invocation or later."""
    orders = build(NAME, files={"shelf.py": "NAME = 'orders'"})
    bills = build(NAME, files={"shelf.py": "NAME = 'bills'"})

    assert ["orders", "bills", "orders"] == [one.invoke({}).payload for one in (orders, bills, orders)]


def test_functions_of_one_folder_have_modules_of_their_own(build: Build, tmp_path: Path) -> None:
    """The same file is imported once for each function."""
    code = written(
        tmp_path / "code", {"app.py": "n = 0\ndef handler(event, context):\n  global n\n  n += 1\n  return n"}
    )
    orders, bills = build(code=code, name="Orders"), build(code=code, name="Bills")

    assert [1, 1, 2] == [one.invoke({}).payload for one in (orders, bills, orders)]


def test_the_process_sees_no_module_of_a_function(build: Build) -> None:
    """After an invocation the table of modules holds the process's own, the very same ones."""
    orders = build(
        "import shelf, json\ndef handler(event, context): import later", files={"shelf.py": "", "later.py": ""}
    )
    before = dict(sys.modules)

    assert orders.invoke({}).error is None

    assert {name: sys.modules.get(name) for name in before} == before
    assert {"app", "shelf", "later"}.isdisjoint(sys.modules)


def test_a_module_hides_the_processs_module_of_that_name(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function's package is found though the process has loaded another one, with its parts."""
    host, part = types.ModuleType("shelf"), types.ModuleType("shelf.part")
    monkeypatch.setitem(sys.modules, "shelf", host)
    monkeypatch.setitem(sys.modules, "shelf.part", part)
    orders = build(
        "import shelf.part\ndef handler(event, context): return shelf.part.NAME",
        files={"shelf/__init__.py": "", "shelf/part.py": "NAME = 'own'"},
    )

    payloads = [orders.invoke({}).payload for _ in range(2)]

    assert ["own", "own"] == payloads
    assert (host, part) == (sys.modules["shelf"], sys.modules["shelf.part"])


def test_a_late_import_finds_the_functions_module(build: Build) -> None:
    """`from x import y` within the handler works at any invocation."""
    orders = build(
        "def handler(event, context):\n    if event:\n        from shelf import NAME\n        return NAME",
        files={"shelf.py": "NAME = 'late'"},
    )
    orders.invoke(0)

    assert ["late", "late"] == [orders.invoke(1).payload, orders.invoke(2).payload]


def test_a_namespace_package_is_the_functions(build: Build) -> None:
    """A folder of modules without `__init__` works, for each function apart."""
    app = "from parts import one\ndef handler(event, context): from parts import two; return one.NAME + two.NAME"
    orders = build(app, files={"parts/one.py": "NAME = 'o'", "parts/two.py": "NAME = 'o'"})
    bills = build(app, files={"parts/one.py": "NAME = 'b'", "parts/two.py": "NAME = 'b'"})

    assert ["oo", "bb", "oo"] == [one.invoke({}).payload for one in (orders, bills, orders)]


def test_a_folder_of_other_files_hides_no_real_package(build: Build) -> None:
    """Templates in a folder called `html` leave the standard library's html alone."""
    orders = build(
        "import html, fixtures\ndef handler(event, context): return html.escape('<')",
        files={"html/page.txt": "", "fixtures/one.txt": ""},
    )

    assert orders.invoke({}).payload == "&lt;"


def test_what_lambda_has_loaded_wins(build: Build) -> None:
    """A function's `types` is never found, because Lambda's runtime has imported Python's."""
    orders = build(
        "import types\ndef handler(event, context): return hasattr(types, 'NAME')", files={"types.py": "NAME = 1"}
    )

    assert orders.invoke({}).payload is False


def test_the_rest_of_the_standard_library_may_be_hidden(build: Build) -> None:
    """A function's `secrets` is found as in Lambda, and the process's modules never get it."""
    import secrets

    orders = build("import secrets\ndef handler(event, context): return secrets.NAME", files={"secrets.py": "NAME = 1"})

    assert orders.invoke({}).payload == 1
    assert secrets is sys.modules["secrets"]


def test_shared_modules_are_the_processs(build: Build) -> None:
    """What a function does not bring is the process's, and stays loaded."""
    sys.modules.pop("colorsys", None)
    orders = build("import colorsys, json\ndef handler(event, context): return colorsys.__spec__.name")

    assert orders.invoke({}).payload == "colorsys"
    assert sys.modules["colorsys"].__spec__.loader is not None
    assert type(sys.modules["colorsys"].__spec__.loader).__module__ != "harness.runtime.imports"


def test_shared_modules_never_see_a_functions(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module of the process that a function imports first is bound to the process's modules and variables."""
    host = {
        "shared_one.py": "import shelf, os\nSEEN = [shelf.NAME, os.environ.get('WHO')]",
        "shelf.py": "NAME = 'host'",
    }
    monkeypatch.syspath_prepend(written(tmp_path / "host", host))
    orders = build(
        "import shelf, shared_one\ndef handler(event, context): return [shelf.NAME, *shared_one.SEEN]",
        files={"shelf.py": "NAME = 'own'"},
        variables={"WHO": "orders"},
    )

    assert ["own", "host", None] == orders.invoke({}).payload
    for name in ("shared_one", "shelf"):
        del sys.modules[name]


def test_an_error_in_a_shared_module_is_told(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The import error names what is missing in the end."""
    monkeypatch.syspath_prepend(written(tmp_path / "host", {"shared_two.py": "import missing_entirely"}))
    orders = build("import shared_two\ndef handler(event, context): pass")

    error = orders.invoke({}).error

    assert error is not None
    assert error.message == "Unable to import module 'app': No module named 'missing_entirely'"


def test_imports_of_a_thread_go_the_ordinary_way(build: Build) -> None:
    """A thread of the handler finds the function's modules and the process's."""
    sys.modules.pop("colorsys", None)
    orders = build(
        """
        import threading
        def handler(event, context):
            found = []
            def work():
                import colorsys, shelf
                found.extend([colorsys.__name__, shelf.NAME])
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            return found
        """,
        files={"shelf.py": "NAME = 'own'"},
    )

    assert ["colorsys", "own"] == orders.invoke({}).payload
    assert "colorsys" in sys.modules
    assert "shelf" not in sys.modules


def test_a_thread_may_outlive_its_invocation(build: Build) -> None:
    """It goes on in the process's world and harms nothing."""
    orders = build(
        """
        import os, threading
        go, seen = threading.Event(), []
        thread = threading.Thread(target=lambda: (go.wait(), seen.append(os.environ.get("WHO")), print("late")))
        def handler(event, context):
            if event:
                go.set()
                thread.join()
                return seen
            thread.start()
        """,
        variables={"WHO": "orders"},
    )

    assert orders.invoke(0).error is None
    assert ["orders"] == orders.invoke(1).payload


def test_packages_come_after_the_code_and_layers_after_them(build: Build, tmp_path: Path) -> None:
    """Code, packages, then layers, of which the last wins and site-packages come first."""
    packages = written(tmp_path / "packages", {"a.py": "NAME = 'packages'", "b.py": "NAME = 'packages'"})
    first = written(tmp_path / "first", {"python/c.py": "NAME = 'first'", "d.py": "NAME = 'first'", "b.py": "NAME = 1"})
    second = written(
        tmp_path / "second", {"python/lib/python3.12/site-packages/c.py": "NAME = 'second'", "python/c.py": ""}
    )
    orders = build(
        "import a, b, c, d\ndef handler(event, context): return [a.NAME, b.NAME, c.NAME, d.NAME]",
        files={"a.py": "NAME = 'code'"},
        packages=[packages],
        declared={"layers": (first, second)},
    )

    assert ["code", "packages", "second", "first"] == orders.invoke({}).payload


def test_a_folder_that_a_handler_puts_in_front_is_its_own(build: Build) -> None:
    """Vendored packages are found, and are the function's."""
    orders = build(
        """
        import os, sys
        sys.path.insert(0, os.path.join(os.path.dirname(__file__), "vendored"))
        import colorsys, inner
        def handler(event, context): import colorsys; return [colorsys.NAME, inner.NAME]
        """,
        files={"vendored/colorsys.py": "NAME = 'own'", "vendored/inner.py": "NAME = 'inner'"},
    )
    sys.modules.pop("colorsys", None)

    assert [["own", "inner"]] * 2 == [orders.invoke({}).payload for _ in range(2)]
    assert {"colorsys", "inner"}.isdisjoint(sys.modules)


def test_the_process_may_change_its_path(build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the function added on either side stays on its side."""
    orders = build(
        """
        import sys
        def handler(event, context):
            sys.path.insert(0, "/front"); sys.path.append("/back")
            return sys.path
        """
    )
    orders.invoke({})
    monkeypatch.setattr(sys, "path", [*sys.path, "relative"])

    path = orders.invoke({}).payload

    assert (["/front", "/front"], ["/back", "/back"]) == (path[:2], path[-2:])
    assert str(Path.cwd() / "relative") in path


def test_a_module_made_by_hand_is_the_functions(build: Build) -> None:
    """What a handler puts into the table of modules stays with it; what it replaces or removes comes back."""
    orders = build(
        """
        import sys, types
        def handler(event, context):
            seen = ["made" in sys.modules, getattr(sys.modules.get("tests"), "NAME", None)]
            sys.modules["made"] = types.ModuleType("made")
            sys.modules["tests"] = types.SimpleNamespace(NAME="fake")
            sys.modules.pop("tests.runtime.test_imports", None)
            return seen
        """
    )
    before = dict(sys.modules)

    assert [[False, None], [True, "fake"]] == [orders.invoke({}).payload for _ in range(2)]
    assert before == {name: sys.modules.get(name) for name in before}


def test_a_module_may_remove_itself(build: Build) -> None:
    """A module that the function takes out is imported anew by the next import."""
    orders = build(
        "import sys, shelf\ndef handler(event, context):\n    import shelf\n    del sys.modules['shelf']\n"
        "    shelf.COUNT.append(1)\n    return len(shelf.COUNT)",
        files={"shelf.py": "COUNT = []"},
    )

    assert [1, 1] == [orders.invoke({}).payload for _ in range(2)]


def test_classes_of_a_function_can_be_pickled(build: Build) -> None:
    """Pickle and dataclasses look their module up in the table."""
    orders = build(
        """
        import pickle
        from dataclasses import dataclass
        @dataclass
        class Order:
            id: "int"
        def handler(event, context):
            return pickle.loads(pickle.dumps(Order(id=event))).id
        """
    )

    assert [7, 8] == [orders.invoke(7).payload, orders.invoke(8).payload]


def test_a_reloaded_module_is_the_functions(build: Build) -> None:
    """importlib.reload goes the ordinary way, also for a shared module."""
    orders = build(
        "import importlib, colorsys, shelf\n"
        "def handler(event, context): return [importlib.reload(colorsys).__name__, importlib.reload(shelf).__name__]",
        files={"shelf.py": ""},
    )

    assert ["colorsys", "shelf"] == orders.invoke({}).payload


def test_a_missing_shared_module_can_be_asked_for(build: Build) -> None:
    """find_spec says what is there without importing it."""
    orders = build(
        "import importlib.util as u\n"
        "def handler(event, context): return [u.find_spec('wave') is None, u.find_spec('not_there') is None]"
    )
    sys.modules.pop("wave", None)

    assert [False, True] == orders.invoke({}).payload
    assert "wave" not in sys.modules


def test_a_function_with_botocore_has_boto3_to_itself(build: Build, tmp_path: Path) -> None:
    """The X-Ray SDK brings botocore without boto3: the function's boto3 then works with the function's botocore."""
    import boto3
    import botocore

    (tmp_path / "packages").mkdir()
    (tmp_path / "packages" / "botocore").symlink_to(Path(botocore.__file__).parent)
    orders = build(
        "import boto3, botocore\ndef handler(event, context):\n"
        "    return [botocore.__file__, boto3.session.botocore is botocore, boto3.DEFAULT_SESSION is None]",
        packages=[tmp_path / "packages"],
        declared={"timeout": 30},
    )

    payload = orders.invoke({}).payload

    assert [str(tmp_path / "packages" / "botocore" / "__init__.py"), True, True] == payload
    assert boto3 is sys.modules["boto3"]
    assert boto3.session.botocore is botocore


def test_a_compiled_package_is_loaded_once(build: Build, tmp_path: Path) -> None:
    """Its library cannot start twice in a process, so it survives a cold start, and functions share it."""
    import yaml

    packages = tmp_path / "packages"
    shutil.copytree(Path(yaml.__file__).parent, packages / "yaml")
    app = "import yaml, yaml._yaml\ndef handler(event, context): yaml.marks.append(1); return len(yaml.marks)"
    init = packages / "yaml" / "__init__.py"
    init.write_text(f"{init.read_text()}\nmarks = []\n")
    orders, bills = build(app, packages=[packages]), build(app, packages=[packages])
    orders.invoke({})

    orders.cold_start()

    assert [2, 3] == [orders.invoke({}).payload, bills.invoke({}).payload]
    assert not hasattr(yaml, "marks")
