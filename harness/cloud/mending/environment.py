"""Environment variables of functions: Lambda's and their own, none of the cloud's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from harness.cloud.worker_site import FOREIGN

__all__ = ["give_the_variables_of_lambda", "settings_of_the_cloud", "variables_of"]

# A function needs these of this machine.
_KEPT = frozenset({"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE", "SYSTEMROOT"})
# The cloud writes these anew for each function.
_KEPT_PREFIXES = ("AWS_", "LAMBDA_", "_LAMBDA", "_HARNESS")


def give_the_variables_of_lambda() -> None:
    """Give functions the variables that Lambda sets, and keep the settings of the cloud from them.

    ``Worker._spawn`` (``core/lambda_runtime.py``) starts a function with the whole environment of the cloud's
    process, in which a variable that the template forgets may be found, such as ``LOG_LEVEL``. It asks
    ``execution_credentials`` for the variables that no function can change, some of which are missing
    (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime).
    """
    from ministack.core import lambda_runtime  # noqa: PLC0415 - only the child process has it

    credentials = getattr(lambda_runtime, "execution_credentials", None)

    def with_variables(config: dict[str, Any]) -> dict[str, str]:
        given: dict[str, str] = credentials(config)  # type: ignore[misc]
        return variables_of(config) | given

    os.environ[FOREIGN] = " ".join(settings_of_the_cloud(os.environ))
    if credentials is not None:
        lambda_runtime.execution_credentials = with_variables


def settings_of_the_cloud(names: Iterable[str]) -> list[str]:
    """Give the names that a function must not see.

    >>> settings_of_the_cloud(["PATH", "LOG_LEVEL", "AWS_REGION"])
    ['LOG_LEVEL']
    """
    return sorted(name for name in names if name not in _KEPT and not name.startswith(_KEPT_PREFIXES))


def variables_of(config: Mapping[str, Any]) -> dict[str, str]:
    """Give the variables that Lambda sets and ministack does not."""
    log_group = (config.get("LoggingConfig") or {}).get("LogGroup")
    return {
        "_HANDLER": config.get("Handler", ""),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": log_group or f"/aws/lambda/{config.get('FunctionName', '')}",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
    }
