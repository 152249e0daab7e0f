"""Mode ``http``: the real front door."""

from __future__ import annotations

import time
import urllib.request
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from urllib3 import HTTPHeaderDict

from harness.cloud.account import Cloud
from harness.cloud.addresses import url_id
from harness.cloud.names import Names
from harness.cloud.retrying import CONNECT_WITHIN, TRIES, pauses
from harness.errors import AnswerLost, StageError, TimedOut, UnreachableEndpoint
from harness.modes.deployed import InTheCloud
from harness.modes.exchange import Request, Response
from harness.modes.messages import ItemChange, Outgoing, StreamRecord
from harness.modes.sending import place_of, put
from harness.system.model import System

__all__ = ["HttpMode"]

# API Gateway answers 504 after 29 seconds at most (integration timeout), so an answer comes within this time.
_ANSWER_WITHIN = 35.0
# Done twice, these come to the same as done once (RFC 9110, 9.2.2).
_REPEATABLE = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT"})


class HttpMode(InTheCloud):
    """Requests go to the deployed API, signed where the caller signs.

    Args:
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: The names of the stage.
        sleep: Waits for so many seconds.
    """

    name = "http"

    def __init__(
        self, system: System, *, cloud: Cloud, names: Names, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__(system, cloud=cloud, names=names)
        self._sleep = sleep

    @cached_property
    def _session(self) -> Any:
        from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415 - as below

        import requests  # noqa: PLC0415 - the other modes do without it

        session = requests.Session()
        # A .netrc would replace the Authorization header; a proxy is only for what is not on this machine.
        session.trust_env = False
        # A cookie of one answer must not come with the next request: nothing keeps it in the other modes.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        if not self._cloud.embedded:
            session.proxies.update(urllib.request.getproxies())
        session.headers.clear()
        return session

    def request(self, request: Request) -> Response:
        """Send a request to the deployed API and give its answer; a redirect is an answer like any other.

        So is a 429 or a 503: what the system answers is what is tested, and never asked for again. Only a connection
        that fails is, for any method if it fails before the request has gone out, else for those that may be repeated.

        Raises:
            UnreachableEndpoint: Nothing answers at the API's address.
            AnswerLost: The connection broke under a request that must not come twice.
            TimedOut: The answer takes longer than any that API Gateway gives.
        """
        __tracebackhide__ = True
        url = f"{self._names.apis[request.api]}{request.path}"
        return self._sent(request, url=url, service="lambda" if url_id(url) else "execute-api")

    def query(self, request: Request) -> Response:
        """Send a query to the deployed API of AppSync and give its answer.

        Raises:
            UnreachableEndpoint: Nothing answers at the API's address.
            TimedOut: The answer takes longer than any that AppSync gives.
        """
        __tracebackhide__ = True
        from harness.modes.graphql.places import endpoint_of  # noqa: PLC0415 - most runs query no GraphQL

        url = endpoint_of(request.api, cloud=self._cloud, names=self._names)
        return self._sent(request, url=url, service="appsync")

    def _sent(self, request: Request, *, url: str, service: str) -> Response:
        __tracebackhide__ = True
        waiting = pauses()
        while True:
            # A signature ends after minutes, so each try has its own.
            answer = self._tried(self._prepared(request, url=url, service=service), url=url)
            if not isinstance(answer, StageError):
                headers = HTTPHeaderDict(answer.raw.headers)
                content = answer.content
                return Response(status_code=answer.status_code, headers=headers, content=content, request=request)
            # An embedded cloud that has gone does not come back.
            is_gone = self._cloud.embedded and isinstance(answer, UnreachableEndpoint)
            pause = None if is_gone else next(waiting, None)
            if pause is None:
                raise answer
            self._sleep(pause)

    def _tried(self, prepared: Any, *, url: str) -> Any:
        """Give the answer, or the error when the request may be sent again."""
        __tracebackhide__ = True
        import requests  # noqa: PLC0415 - the other modes do without it

        within = (CONNECT_WITHIN, _ANSWER_WITHIN)
        try:
            return self._session.send(prepared, timeout=within, allow_redirects=False)
        except requests.ReadTimeout as error:
            raise TimedOut(
                f"No answer from {url!r} within {_ANSWER_WITHIN:g} s.",
                remedy="API Gateway would have answered 504 after 29 s; is the function's own timeout shorter?",
            ) from error
        except (requests.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
            if _never_went_out(error):
                return UnreachableEndpoint(
                    f"Nothing answers at {url!r}.",
                    facts=[("cause", type(error).__name__)],
                    remedy="is the stage still deployed? see: harness status",
                )
            broke = AnswerLost(
                f"The connection to {url!r} broke before the answer to {prepared.method!r} had come.",
                facts=[("cause", type(error).__name__)],
                remedy="nobody knows whether it was carried out, so it was not sent again: run the test again",
            )
            if prepared.method in _REPEATABLE:
                broke.remedy = f"it was sent {TRIES} times, to the same end"
                return broke
            raise broke from error

    def _prepared(self, request: Request, *, url: str, service: str) -> Any:
        import requests  # noqa: PLC0415 - the other modes do without it

        # A space as %20: what signs and what checks a signature may differ over a plus sign.
        query = f"?{urlencode(request.query, quote_via=quote)}" if request.query else ""
        plain = requests.Request(request.method, url + query, headers=dict(request.headers), data=request.body or None)
        plain.auth = self._signer(service) if request.sign else None
        prepared = self._session.prepare_request(plain)
        # requests knows one value for a name; a header that comes more than once goes out more than once.
        lines = HTTPHeaderDict(prepared.headers)
        for name in request.headers:
            lines.discard(name)
            for value in request.headers.getlist(name):
                lines.add(name, value)
        prepared.headers = lines
        return prepared

    def _signer(self, service: str) -> Any:
        from requests_aws4auth import AWS4Auth  # noqa: PLC0415 - only for signed requests

        access_key, secret_key, token = self._cloud.credentials()
        return AWS4Auth(access_key, secret_key, self._cloud.region, service, session_token=token)

    def put(self, batch: Sequence[Outgoing]) -> list[str]:
        """Put what a test sends where it belongs, and give the ids.

        Raises:
            NotPublished: The service does not take it.
            MisusedStep: The embedded cloud reads it without the tumbling window of the mapping.
        """
        __tracebackhide__ = True
        if self._cloud.embedded and isinstance(batch[0], ItemChange | StreamRecord):
            from harness.modes.mapped.shards import insist_on_no_window  # noqa: PLC0415 - few tests put records

            insist_on_no_window(place_of(batch[0]), system=self._system)
        return put(batch, cloud=self._cloud, names=self._names)

    def call(self, function: str, event: Any, *, asynchronous: bool = False) -> Any:
        """Call a deployed function and give what it returned; None of an asynchronous call.

        Raises:
            FunctionFailed: It was called synchronously, and ended in an error.
        """
        __tracebackhide__ = True
        self.started.add(function)
        return self._deployed.call(function, event, asynchronous=asynchronous)

    def fire(self, schedule: str) -> None:
        """Give each target of a schedule what the stage has for it."""
        __tracebackhide__ = True
        from harness.modes.firing import fire_as_deployed  # noqa: PLC0415 - most runs fire no schedule

        fire_as_deployed(schedule, system=self._system, cloud=self._cloud, names=self._names)

    def close(self) -> None:
        """Close the connections."""
        if "_session" in self.__dict__:
            self._session.close()


def _never_went_out(error: Exception) -> bool:
    import requests  # noqa: PLC0415 - the other modes do without it
    from urllib3.exceptions import NewConnectionError  # noqa: PLC0415 - as above

    at_the_door = (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, at_the_door) or isinstance(reason, NewConnectionError)
