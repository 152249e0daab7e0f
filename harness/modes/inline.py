"""Code that stands in the template itself, as files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from harness._files import write
from harness.errors import HandlerNotFound
from harness.system.model import Function, System

__all__ = ["with_code"]


def with_code(function: Function, *, system: System, folder: Path) -> Function:
    """Give a function with its code on this machine; inline code is written to ``index.py``, as Lambda does.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html

    Args:
        function: As the template declares it.
        system: The system, whose resources hold the inline code.
        folder: The project's folder for caches and state.

    Raises:
        HandlerNotFound: The code is an image, or in S3.
    """
    if function.code is not None:
        return function
    code = system.resources[function.name].properties.get("Code") if function.name in system.resources else None
    text = code.get("ZipFile") if isinstance(code, dict) else None
    if not isinstance(text, str):
        raise HandlerNotFound(
            f"The code of the function {function.name!r} is not on this machine: it is an image, or in S3.",
            facts=[("declared in", system.template)],
            remedy='test it in the modes invoke and http, and mark the test: @pytest.mark.modes("invoke", "http", …)',
        )
    root = folder / "inline" / hashlib.sha256(text.encode()).hexdigest()[:32]
    write(root / "index.py", text.encode())
    return replace(function, code=root)
