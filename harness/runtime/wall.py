"""The wall around functions of the embedded cloud: whatever their code asks for, it is not AWS that they reach.

Their variables lead boto3 to the embedded cloud already. An address that is written into the code goes past them, so
Python itself is asked to look: it tells its audit hooks of each name that is resolved and each connection that is made
(https://docs.python.org/3/library/audit_events.html). What runs in another process, or has a network stack of its own,
tells nothing.
"""

from __future__ import annotations

import errno
import sys
import threading
from collections.abc import Callable, Mapping
from functools import wraps
from types import TracebackType
from typing import Any
from weakref import WeakKeyDictionary

from harness.errors import NotLetOut
from harness.runtime.faults import error_of
from harness.runtime.invocation import FunctionError

__all__ = ["PAST_PROXIES", "Beyond", "Wall", "is_of_aws"]

# The domains of all partitions, and those of dual-stack endpoints, of function URLs and of Cognito's hosted pages.
# https://docs.aws.amazon.com/general/latest/gr/rande.html
# https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
_DOMAINS = (
    "amazonaws.com", "amazonaws.com.cn", "amazonaws.eu", "api.aws", "on.aws", "amazoncognito.com",
    "api.amazonwebservices.com.cn", "api.amazonwebservices.eu",
    "c2s.ic.gov", "sc2s.sgov.gov", "cloud.adc-e.uk", "csp.hci.ic.gov",
    "api.aws.ic.gov", "api.aws.scloud", "api.cloud-aws.adc-e.uk", "api.aws.hci.ic.gov",
)  # fmt: skip
_BELOW = tuple(f".{domain}" for domain in _DOMAINS)
# Where EC2, ECS and EKS give out credentials.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
# https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
_METADATA = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})
# A proxy would resolve the name itself; what goes past it is seen here.
PAST_PROXIES = ",".join((*_DOMAINS, *sorted(_METADATA)))

# The walls around what runs now, by thread, and those around threads that functions have started.
_inside: dict[int, Wall] = {}
_started: WeakKeyDictionary[threading.Thread, Wall] = WeakKeyDictionary()
_listening: list[bool] = []


def is_of_aws(host: str) -> bool:
    """Say whether a host is one of AWS, in whichever partition.

    >>> is_of_aws("sqs.us-iso-east-1.c2s.ic.gov"), is_of_aws("aws.example.com")
    (True, False)
    """
    plain = _plain(host)
    return plain in _DOMAINS or plain.endswith(_BELOW)


def _plain(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("::ffff:")


class Beyond(BaseException):
    """A function asks for AWS; not an Exception, so that neither botocore nor the handler retries or swallows it."""

    def __init__(self, host: str) -> None:
        super().__init__(f"{host!r} is AWS and not the embedded cloud")
        self.host = host


class Wall:
    """What keeps one function, its imports and the threads that it starts from reaching AWS.

    Args:
        function: Its logical id.
        handler: Its handler.
    """

    def __init__(self, function: str, *, handler: str) -> None:
        self._function = function
        self._handler = handler
        self._refused: Beyond | None = None
        self._around: Wall | None = None
        _listen()

    def __enter__(self) -> None:
        self._refused = None
        thread = threading.get_ident()
        self._around = _inside.get(thread)
        _inside[thread] = self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """End it; what was raised for the function's asking is in `error` already."""
        thread, around = threading.get_ident(), self._around
        self._around = None
        if around is None:
            _inside.pop(thread, None)
        else:
            _inside[thread] = around
        if not isinstance(raised, Beyond):
            return False
        # A thread that another function has started may have asked for this one.
        self._refused = self._refused or raised
        return True

    def check(self, host: str) -> None:
        """Refuse a host that is a part of AWS.

        Raises:
            Beyond: It is one of its services.
            OSError: It is where a machine learns of itself; in Lambda nothing answers there either.
        """
        __tracebackhide__ = True
        plain = _plain(host)
        if plain in _METADATA:
            words = f"the function {self._function!r} asks {host!r} for credentials; a Lambda function has none there"
            raise OSError(errno.ENETUNREACH, words)
        if is_of_aws(plain):
            beyond = Beyond(host)
            self._refused = self._refused or beyond
            raise beyond

    @property
    def error(self) -> FunctionError | None:
        """What the function is told to have failed with, also if its code has swallowed it; None when all is well."""
        if self._refused is None:
            return None
        host = self._refused.host
        shown = NotLetOut(
            f"The function {self._function!r} asks for {host!r}, which is AWS and not the embedded cloud.",
            facts=[("handler", self._handler)],
            remedy="boto3 takes the address from AWS_ENDPOINT_URL where the code gives no endpoint_url;\n"
            "let the code read any other address from a variable, and set it for tests in .test.env",
        )
        shown.__cause__ = self._refused
        return FunctionError(
            type="harness.NotLetOut", message=shown.sentence, trace=error_of(self._refused).trace, exception=shown
        )


def _wall() -> Wall | None:
    """Give the wall around what runs in this thread."""
    found = _inside.get(threading.get_ident())
    return found if found is not None or not _started else _started.get(threading.current_thread())


def _named(arguments: tuple[Any, ...]) -> Any:
    return arguments[0]


def _addressed(arguments: tuple[Any, ...]) -> Any:
    address = arguments[1]
    # The address of a socket of the file system is a text.
    return address[0] if isinstance(address, tuple) and address else None


# Which of the arguments of an event is a host.
_HOST_OF: Mapping[str, Callable[[tuple[Any, ...]], Any]] = {
    "socket.getaddrinfo": _named,
    "socket.gethostbyname": _named,
    "socket.connect": _addressed,
    "socket.sendto": _addressed,
    "socket.sendmsg": _addressed,
}


def _heard(event: str, arguments: tuple[Any, ...]) -> None:
    """Look at what Python tells; nearly all of it is of no concern."""
    __tracebackhide__ = True
    if event in _HOST_OF and (wall := _wall()) is not None:
        host = _HOST_OF[event](arguments)
        wall.check(host.decode("latin-1") if isinstance(host, bytes) else str(host))


def _listen() -> None:
    """Begin to look, once for the process: an audit hook cannot be taken away again."""
    if _listening:
        return
    _listening.append(True)
    sys.addaudithook(_heard)
    start = threading.Thread.start

    @wraps(start)
    def start_within(thread: threading.Thread) -> None:
        # Nothing else tells who has started a thread: context variables are not inherited before Python 3.14.
        wall = _wall()
        if wall is not None:
            _started[thread] = wall
        start(thread)

    threading.Thread.start = start_within  # type: ignore[method-assign, assignment]
