"""The settings and secrets of a function, as they stand in SSM."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3


class MissingSetting(LookupError):
    """A parameter that the function needs does not exist in SSM."""

    def __init__(self, names: list[str]) -> None:
        """Names the parameters, and what to do about them."""
        self.names = names
        super().__init__(f"SSM has no parameter {', '.join(names)}. Put it there before the function is called.")


@dataclass(frozen=True)
class Invocation:
    """What an invocation works with. A secret lives here only, and is left out of the repr so that no log shows it."""

    default_results: int
    secret: str | None = field(default=None, repr=False)


class Settings:
    """The settings of one function, read when first asked for and again whenever they have expired.

    Parameters are found under `/<service_name>/<ssm_stage>/<function>/`; `cache_seconds` says how long they are kept.
    All three come from the environment.
    """

    def __init__(
        self,
        function: str,
        *,
        secret: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Remembers which parameters are wanted; nothing is read yet."""
        prefix = f"/{os.environ['service_name']}/{os.environ['ssm_stage']}/{function}"
        self._config = f"{prefix}/config"
        self._secret = f"{prefix}/{secret}" if secret else None
        self._lifetime = float(os.environ["cache_seconds"])
        self._clock = clock
        self._expires = float("-inf")
        self._invocation: Invocation | None = None

    def invocation(self) -> Invocation:
        """The settings for this invocation: from the cache, or from SSM when the cache has expired.

        Raises:
            MissingSetting: A parameter does not exist.
        """
        if self._invocation is None or self._clock() >= self._expires:
            self._invocation = self._read()
            self._expires = self._clock() + self._lifetime
        return self._invocation

    def _read(self) -> Invocation:
        values = _parameters([name for name in (self._config, self._secret) if name])
        config = json.loads(values[self._config])
        return Invocation(
            default_results=config["defaultResults"],
            secret=values[self._secret] if self._secret else None,
        )


@cache
def _ssm() -> Any:
    return boto3.client("ssm")


def _parameters(names: list[str]) -> dict[str, str]:
    answer = _ssm().get_parameters(Names=names, WithDecryption=True)
    if missing := answer["InvalidParameters"]:
        raise MissingSetting(missing)
    return {parameter["Name"]: parameter["Value"] for parameter in answer["Parameters"]}
