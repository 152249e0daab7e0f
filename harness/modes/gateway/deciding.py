"""Lambda authorizers: a function of the system says who may pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from harness.events.authorizers import request_event_v1, request_event_v2, route_arn, token_event
from harness.events.decision import Decision
from harness.modes.gateway.policies import verdict
from harness.modes.gateway.refusals import HttpRefusal, Refusal, RestRefusal
from harness.modes.gateway.visits import Admission, Visit
from harness.runtime.invocation import Invocation
from harness.system.model import Authorizer
from harness.system.partitions import partition_of

__all__ = ["Kept", "LambdaAuthorizer"]


@dataclass(frozen=True, kw_only=True)
class _Outcome:
    """A well-formed answer: what it says of routes, and what the function gets to see.

    Args:
        says: A policy, or whether every route is open.
        decision: The rest of it.
    """

    says: Mapping[str, Any] | bool
    decision: Decision


Kept = dict[tuple[str, ...], tuple[float, _Outcome]]
_Invoke = Callable[[str, dict[str, Any]], Invocation]


@dataclass(frozen=True, kw_only=True)
class LambdaAuthorizer:
    """A Lambda authorizer of one API.

    Its answers are kept for the same identity sources, whatever route is asked for; a policy is held against each
    request anew. So a policy for one route only is a denial at the next one, as in AWS:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html

    Args:
        authorizer: As the template declares it.
        function: The logical id of the function.
        region: Where the API is.
        invoke: Runs a function.
        kept: The answers of this authorizer, by the values of the sources; all routes share them.
    """

    authorizer: Authorizer
    function: str
    region: str
    invoke: _Invoke
    kept: Kept

    def __call__(self, visit: Visit) -> Admission | Refusal:
        """Admit the request with what the function says, or refuse it."""
        __tracebackhide__ = True
        is_rest = visit.arrival.kind == "rest"
        values = tuple(visit.source(name) for name in self.authorizer.sources)
        if not self._is_asked(values, is_rest=is_rest):
            return RestRefusal.unauthorized if is_rest else HttpRefusal.unauthorized
        outcome = self._kept(values, visit.arrival.moment) or self._asked(visit, values)
        if isinstance(outcome, Refusal):
            return outcome
        partition, _ = partition_of(self.region)
        arn = route_arn(visit.call(), visit.door, region=self.region, partition=partition)
        if isinstance(outcome.says, bool):
            said = "allow" if outcome.says else "nothing"
        else:
            said = verdict(outcome.says, arn)
        if said == "allow":
            return Admission(decision=outcome.decision)
        if not is_rest:
            return HttpRefusal.forbidden
        return RestRefusal.denied if said == "deny" else RestRefusal.not_allowed

    def _is_asked(self, values: tuple[str, ...], *, is_rest: bool) -> bool:
        """Say whether the function is asked at all: not without a token that can be one, nor without its sources."""
        if self.authorizer.takes == "token":
            pattern = self.authorizer.validation
            return bool(values[0]) and (pattern is None or re.fullmatch(pattern, values[0]) is not None)
        # A REST API looks at the sources only where they are the key under which answers are kept.
        return all(values) or (is_rest and self.authorizer.ttl <= 0)

    def _kept(self, values: tuple[str, ...], now: float) -> _Outcome | None:
        until, outcome = self.kept.get(values, (now, None))
        return outcome if now < until else None

    def _asked(self, visit: Visit, values: tuple[str, ...]) -> _Outcome | Refusal:
        __tracebackhide__ = True
        invocation = self.invoke(self.function, self._event(visit, values))
        read = _read_rest if visit.arrival.kind == "rest" else self._read_http
        outcome = read(invocation)
        # Without a source there is nothing to keep an answer under; failures are never kept.
        if isinstance(outcome, _Outcome) and self.authorizer.ttl > 0 and values:
            later = replace(outcome, decision=replace(outcome.decision, latency=0))
            self.kept[values] = (visit.arrival.moment + self.authorizer.ttl, later)
        return outcome

    def _event(self, visit: Visit, values: tuple[str, ...]) -> dict[str, Any]:
        call, door = visit.call(), visit.door
        partition, _ = partition_of(self.region)
        arn = route_arn(call, door, region=self.region, partition=partition)
        if self.authorizer.takes == "token":
            return token_event(token=values[0], arn=arn)
        if self.authorizer.payload_format == "2.0":
            return request_event_v2(call, door, arn=arn, sources=values)
        return request_event_v1(call, door, arn=arn, sources=values, is_rest=visit.arrival.kind == "rest")

    def _read_http(self, invocation: Invocation) -> _Outcome | Refusal:
        payload = invocation.payload
        if invocation.error or not isinstance(payload, dict) or not isinstance(payload.get("context") or {}, dict):
            return HttpRefusal.malformed
        context = payload.get("context") or None
        if self.authorizer.simple_responses and self.authorizer.payload_format == "2.0":
            admits = payload.get("isAuthorized")
            # "true" as text is no boolean: an answer in a wrong format is the authorizer's failure.
            return _outcome(invocation, says=admits, context=context) if isinstance(admits, bool) else _HTTP_FAILURE
        policy = payload.get("policyDocument")
        if not isinstance(policy, dict):
            return _HTTP_FAILURE
        # Payload 1.0 is that of REST APIs, whose context is text.
        told = Decision(context=context).flat if self.authorizer.payload_format == "1.0" else context
        return _outcome(invocation, says=policy, context=told, principal=payload.get("principalId"))


_HTTP_FAILURE = HttpRefusal.malformed


def _read_rest(invocation: Invocation) -> _Outcome | Refusal:
    """Read the answer to a REST API.

    The exception ``Unauthorized`` is 401, any other 500:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
    """
    if invocation.error:
        is_refusal = invocation.error.message == "Unauthorized"
        return RestRefusal.unauthorized if is_refusal else RestRefusal.authorizer_failed
    payload = invocation.payload
    policy = payload.get("policyDocument") if isinstance(payload, dict) else None
    if not isinstance(policy, dict):
        return RestRefusal.authorizer_malformed
    context = payload.get("context") or None
    # "You cannot set a JSON object or array as a valid value of any key in the context map."
    if not _is_flat(context):
        return RestRefusal.authorizer_malformed
    return _outcome(invocation, says=policy, context=context, principal=payload.get("principalId"))


def _is_flat(context: Any) -> bool:
    if context is None:
        return True
    return isinstance(context, dict) and not any(isinstance(value, dict | list) for value in context.values())


def _outcome(
    invocation: Invocation, *, says: Mapping[str, Any] | bool, context: Any, principal: Any = None
) -> _Outcome:
    decision = Decision(
        context=context,
        principal=None if principal in (None, "") else str(principal),
        latency=round(invocation.seconds * 1000),
    )
    return _Outcome(says=says, decision=decision)
