"""The interpreter on which the embedded cloud runs functions.

The embedded cloud starts functions on a Python of this machine. Were that the tester's own,
a package that is missing from a function's deployment would be found among the tester's packages,
and the function would work here and fail in AWS. So functions get a Python of their own that holds
what the Lambda runtime holds, and nothing else: the standard library, boto3 and what boto3 needs
(https://docs.aws.amazon.com/lambda/latest/dg/lambda-python.html#python-sdk-included).
"""

from __future__ import annotations

import hashlib
import shutil
import sys
import tempfile
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from harness._files import in_words, narrow, private_folder
from harness.errors import CloudNotStarted

__all__ = ["interpreter"]

IN_THE_LAMBDA_RUNTIME = ("boto3", "botocore", "jmespath", "python-dateutil", "s3transfer", "six", "urllib3")
_SITE = Path(__file__).with_name("worker_site.py")


def interpreter(folder: Path) -> Path:
    """Give the path of the functions' interpreter; it is built in `folder` on the first call.

    Raises:
        CloudNotStarted: A package that the Lambda runtime holds is not installed here.
        FileNotWritten: It cannot be built in `folder`.
    """
    home = folder / "runtime" / _fingerprint()
    if not home.exists():
        _build(home)
    return home / "bin" / "python"


def _fingerprint() -> str:
    facts = [sys.version, sys.executable, _SITE.read_text(), *(_version(name) for name in IN_THE_LAMBDA_RUNTIME)]
    return hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16]


def _version(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError as error:
        raise CloudNotStarted(
            f"The package {name!r}, which the Lambda runtime holds, is not installed here.",
            remedy="install it: python -m pip install boto3",
        ) from error


def _build(home: Path) -> None:
    """Build beside and move into place, so that a second process never sees half of it."""
    import venv  # noqa: PLC0415 - needed once for each set of versions

    with in_words(home), ExitStack() as undo:
        private_folder(home.parent)
        draft = Path(tempfile.mkdtemp(dir=home.parent))
        undo.callback(shutil.rmtree, draft, ignore_errors=True)
        venv.EnvBuilder(symlinks=True, with_pip=False).create(draft)
        site = next(draft.glob("lib/python*/site-packages"))
        shutil.copyfile(_SITE, site / "sitecustomize.py")
        for name in IN_THE_LAMBDA_RUNTIME:
            _link(name, site)
        narrow(draft)
        try:
            draft.rename(home)
        except OSError:
            if not home.exists():  # Else another process was first, and its result is the same.
                raise


def _link(name: str, site: Path) -> None:
    """Link a distribution's packages, modules and metadata into `site`."""
    found = distribution(name)
    tops = {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for top in tops:
        target = site / top
        if not target.exists():
            target.symlink_to(str(found.locate_file(top)))
