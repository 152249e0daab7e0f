"""The environment variables of a function, and how the process takes them on."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from harness.runtime.credentials import Credentials
from harness.system.model import Function

__all__ = ["Variables", "defaults", "keys", "reserved"]

# What tools need of this machine, and what a function never misses: the debuggers' and coverage's own settings,
# pytest's note of the running test, a place for files, `~/.pdbrc`, the terminal for a prompt, the way through a proxy.
_PASSED = frozenset(
    b"HOME TMPDIR TERM PYTEST_CURRENT_TEST PYTHONBREAKPOINT PYCHARM_HOSTED "
    b"HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy SSL_CERT_FILE SSL_CERT_DIR".split()
)
_PASSED_PREFIXES = (b"COVERAGE_", b"COV_CORE_", b"PYDEVD_", b"DEBUGPY_")
_TRACE = b"_X_AMZN_TRACE_ID"


def defaults(function: Function) -> dict[str, str]:
    """Give the variables that Lambda sets and a template may change, and what keeps this machine's settings out.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
    """
    root = str(function.code)
    layers = [str(layer) for layer in function.layers] or ["/opt"]
    return {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": ":".join(["/usr/local/bin", "/usr/bin/", "/bin", *(f"{layer}/bin" for layer in layers)]),
        "LD_LIBRARY_PATH": ":".join(["/lib64", "/usr/lib64", root, f"{root}/lib", *(f"{one}/lib" for one in layers)]),
        # A function has no home with a configuration of AWS in it, and no instance role.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        # No X-Ray daemon listens here, and the X-Ray SDK would patch the boto3 that the test shares.
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_SDK_ENABLED": "false",
    }


def reserved(function: Function, *, name: str, region: str, now: float) -> dict[str, str]:
    """Give the variables that Lambda sets and no template can change."""
    day = datetime.fromtimestamp(now, UTC).strftime("%Y/%m/%d")
    return {
        "_HANDLER": function.handler,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{day}/[$LATEST]{uuid4().hex}",
        "LAMBDA_TASK_ROOT": str(function.code),
        "LAMBDA_RUNTIME_DIR": str(Path("/var/runtime")),
    }


def keys(credentials: Credentials | None) -> dict[str, str]:
    """Give the variables that carry credentials; none for None."""
    if credentials is None:
        return {}
    return {
        "AWS_ACCESS_KEY_ID": credentials.access_key,
        "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
        **({"AWS_SESSION_TOKEN": credentials.token} if credentials.token else {}),
    }


class Variables:
    """The variables of one function; `enter` puts them in the place of the process's, `leave` takes them back.

    What the handler sets stays with the function, as it does in a warm environment.
    """

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.trace = b""
        self._own = {os.fsencode(name): os.fsencode(value) for name, value in variables.items()}
        self._host: dict[bytes, bytes] = {}
        self._given: dict[bytes, bytes] = {}
        self._in: _Change | None = None
        self._out: _Change | None = None
        self._zone_moves = False

    def enter(self) -> None:
        """Replace the variables of the process."""
        host = _live().copy()
        if self._in is None or self._out is None or host != self._host:
            self._plan(host)
        assert self._in is not None  # noqa: S101 - for the type checker
        self._in.make()
        # Each invocation has another header; only Python reads it, so the C library is left alone.
        _live()[_TRACE] = self._given[_TRACE] = self.trace
        if self._zone_moves:
            time.tzset()

    def leave(self) -> None:
        """Put back the variables of the process."""
        now = _live().copy()
        change, zone_moved = self._out, self._zone_moves
        if now != self._given or change is None:
            change, zone_moved = _Change(now, self._host), True
            passed = _passed(self._host)
            self._own = {name: value for name, value in now.items() if passed.get(name) != value and name != _TRACE}
            self._in = None
        change.make()
        if zone_moved:
            time.tzset()

    def _plan(self, host: dict[bytes, bytes]) -> None:
        """Work out what changes on the way in and on the way out, which is the same until somebody sets something."""
        self._host = host
        self._given = {**_passed(host), **self._own}
        self._in, self._out = _Change(host, self._given), _Change(self._given, host)
        zone = self._given.get(b"TZ")
        self._zone_moves = host.get(b"TZ") != zone and not (zone == b":UTC" and _at_utc())


class _Change:
    """The way from some variables to others, for Python and for the C library, of which child processes inherit."""

    def __init__(self, old: Mapping[bytes, bytes], new: Mapping[bytes, bytes]) -> None:
        self._new = dict(new)
        self._gone = [name for name in old if name not in new]
        changed = {name: value for name, value in new.items() if old.get(name) != value}
        self._names, self._values = list(changed), list(changed.values())

    def make(self) -> None:
        # These loops run in C: it is the larger part of what an invocation costs.
        deque(map(os.unsetenv, self._gone), maxlen=0)
        deque(map(os.putenv, self._names, self._values), maxlen=0)
        live = _live()
        live.clear()
        live.update(self._new)


def _live() -> dict[bytes, bytes]:
    # The public mapping encodes or checks each name anew, which costs 20 µs for one copy of 40 variables.
    return os.environ._data  # type: ignore[attr-defined,no-any-return]  # noqa: SLF001 - see above


def _passed(host: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in host.items() if name in _PASSED or name.startswith(_PASSED_PREFIXES)}


def _at_utc() -> bool:
    return time.timezone == 0 and not time.daylight and time.tzname[0] == "UTC"
