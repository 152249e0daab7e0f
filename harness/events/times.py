"""Moments as API Gateway writes them, whatever the locale of this machine."""

from __future__ import annotations

import time

__all__ = ["claim_date", "http_date", "request_time"]

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def request_time(moment: float) -> str:
    """Give the moment as ``requestContext.requestTime`` has it (the common log format).

    >>> request_time(1428582896)
    '09/Apr/2015:12:34:56 +0000'
    """
    t = time.gmtime(moment)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    return f"{t.tm_mday:02d}/{_MONTHS[t.tm_mon - 1]}/{t.tm_year}:{clock} +0000"


def claim_date(moment: float) -> str:
    """Give the moment as a Cognito authorizer of a REST API writes ``exp`` and ``iat``.

    >>> claim_date(1680633579)
    'Tue Apr 04 18:39:39 UTC 2023'
    """
    t = time.gmtime(moment)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    return f"{_DAYS[t.tm_wday]} {_MONTHS[t.tm_mon - 1]} {t.tm_mday:02d} {clock} UTC {t.tm_year}"


def http_date(moment: float) -> str:
    """Give the moment as the header ``Date`` has it.

    >>> http_date(1428582896)
    'Thu, 09 Apr 2015 12:34:56 GMT'
    """
    t = time.gmtime(moment)
    clock = f"{t.tm_hour:02d}:{t.tm_min:02d}:{t.tm_sec:02d}"
    return f"{_DAYS[t.tm_wday]}, {t.tm_mday:02d} {_MONTHS[t.tm_mon - 1]} {t.tm_year} {clock} GMT"
