"""The context object of functions that are Python."""

from __future__ import annotations

__all__ = ["as_lambda_gives_it", "give_the_context_of_lambda"]

_NOBODY = 'type("CognitoIdentity", (), {"cognito_identity_id": None, "cognito_identity_pool_id": None})()'
_CHANGED = {
    '"identity": None,': f'"identity": {_NOBODY}, "tenant_id": None, "log": lambda self, text: print(text, end=""),',
    '"memory_limit_in_mb": init.get("memory", 128),': '"memory_limit_in_mb": str(init.get("memory", 128)),',
}


def give_the_context_of_lambda() -> None:
    """Give functions a context with all its attributes, of the types that they have in Lambda.

    The runtime sets ``identity`` for every invocation, with ids that are None where no mobile SDK invokes, and takes
    the memory from its environment, as text (``awslambdaric/lambda_context.py``;
    https://docs.aws.amazon.com/lambda/latest/dg/python-context.html).
    The worker (``_PYTHON_WORKER_SCRIPT`` in ``core/lambda_runtime.py``) has None, a number and no ``log``.
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it

    script = getattr(lambda_runtime, "_PYTHON_WORKER_SCRIPT", None)
    if script is not None:
        lambda_runtime._PYTHON_WORKER_SCRIPT = as_lambda_gives_it(script)  # noqa: SLF001 - the place of the difference


def as_lambda_gives_it(script: str) -> str:
    """Give the worker's script with the context of Lambda; what it does not say stays as it is.

    >>> as_lambda_gives_it('"memory_limit_in_mb": init.get("memory", 128),')
    '"memory_limit_in_mb": str(init.get("memory", 128)),'
    """
    for found, wanted in _CHANGED.items():
        script = script.replace(found, wanted)
    return script
