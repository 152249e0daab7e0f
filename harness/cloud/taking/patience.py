"""Clients that try for longer than others: what is not taken away now is left, and costs somebody money.

All repeating is botocore's own. Of a call that is throttled, refused with a 5xx or cut off there are eight attempts,
before which it waits for at most 1, 2, 4, 8, 16, 20 and 20 s, with jitter: 71 s, and half of that on average.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from __future__ import annotations

import threading
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from harness.cloud.account import Cloud

__all__ = ["answered", "patient", "silent"]

_ATTEMPTS = 8
# No removal takes longer than a moment; an answer that does not come by then will not come.
_ANSWERED_WITHIN = 20
_AT_ONCE = 32

_kept: WeakKeyDictionary[Cloud, dict[tuple[str, str], Any]] = WeakKeyDictionary()
_silent: WeakSet[Cloud] = WeakSet()
# Sessions of boto3 make one client at a time.
_making = threading.Lock()


def patient(cloud: Cloud, service: str, *, many: bool = False) -> Any:
    """Give a client that waits out throttling and passing faults; it is kept as long as its cloud.

    The embedded cloud throttles nobody, so there it is the client that everybody has.

    Args:
        cloud: Where the service is.
        service: As boto3 calls it.
        many: Whether very many calls come, at once: then they slow down together as soon as one is throttled.
    """
    with _making:
        how = _how(cloud, many=many)
        if not how:
            return cloud.client(service)
        clients = _kept.setdefault(cloud, {})
        if (service, how) not in clients:
            attempts = 1 if how == "once" else _ATTEMPTS
            clients[service, how] = cloud.client(
                service,
                read_timeout=_ANSWERED_WITHIN,
                max_pool_connections=_AT_ONCE,
                retries={"mode": "adaptive" if how == "together" else "standard", "total_max_attempts": attempts},
            )
        return clients[service, how]


def _how(cloud: Cloud, *, many: bool) -> str:
    if cloud in _silent:
        return "once"
    if cloud.embedded:
        return ""
    return "together" if many else "alone"


def silent(cloud: Cloud) -> None:
    """Keep in mind that nothing answers there: whoever has waited in vain for one thing does not for each of them."""
    _silent.add(cloud)


def answered(cloud: Cloud) -> None:
    """Keep in mind that there is an answer."""
    _silent.discard(cloud)
