"""Moments as API Gateway writes them, whatever the locale of this machine."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import NamedTuple

__all__ = ["claim_date", "http_date", "iso_milliseconds", "iso_seconds", "milliseconds", "request_time"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def request_time(moment: float) -> str:
    """Give the moment as ``requestContext.requestTime`` has it (the common log format).

    >>> request_time(1428582896)
    '09/Apr/2015:12:34:56 +0000'
    """
    return _written(int(moment)).request


def claim_date(moment: float) -> str:
    """Give the moment as a Cognito authorizer of a REST API writes ``exp`` and ``iat``.

    >>> claim_date(1680633579)
    'Tue Apr 04 18:39:39 UTC 2023'
    """
    return _written(int(moment)).claim


def http_date(moment: float) -> str:
    """Give the moment as the header ``Date`` has it.

    >>> http_date(1428582896)
    'Thu, 09 Apr 2015 12:34:56 GMT'
    """
    return _written(int(moment)).http


def milliseconds(moment: float) -> int:
    """Give the moment in milliseconds, rounded: of a float like 0.29 none must be lost.

    >>> milliseconds(0.29)
    290
    """
    return round(moment * 1000)


def iso_milliseconds(moment: float) -> str:
    """Give the moment as S3, SNS and Lambda's own records write it.

    >>> iso_milliseconds(1795255200.25)
    '2026-11-21T10:00:00.250Z'
    """
    seconds, thousandths = divmod(milliseconds(moment), 1000)
    return f"{iso_seconds(seconds)[:-1]}.{thousandths:03d}Z"


def iso_seconds(moment: float) -> str:
    """Give the moment as EventBridge and the streams of DynamoDB write it.

    >>> iso_seconds(1795255200.25)
    '2026-11-21T10:00:00Z'
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


class _Written(NamedTuple):
    request: str
    claim: str
    http: str


@lru_cache(maxsize=16)
def _written(second: int) -> _Written:
    """Write a second in every form; the many requests within one second share them."""
    t = time.gmtime(second)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    day, month, date = _DAYS[t.tm_wday], _MONTHS[t.tm_mon - 1], f"{t.tm_mday:02d}"
    return _Written(
        request=f"{date}/{month}/{t.tm_year}:{clock} +0000",
        claim=f"{day} {month} {date} {clock} UTC {t.tm_year}",
        http=f"{day}, {date} {month} {t.tm_year} {clock} GMT",
    )
