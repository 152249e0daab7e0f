"""The request validator of a REST API: required parameters, then the body."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from harness.events.bodies import media_type
from harness.modes.exchange import Request
from harness.modes.gateway.refusals import Refusal, RestRefusal
from harness.system.model import Route

__all__ = ["Validation"]


class Validation:
    """Checks requests for one route, with the model compiled once.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html

    Args:
        route: The route; what it does not ask for is not checked.
    """

    def __init__(self, route: Route) -> None:
        required = route.required_parameters if route.validates_parameters else ()
        self._required = [name.removeprefix("method.request.").partition(".") for name in required]
        self._model = route.model if route.validates_body else None

    def __call__(self, request: Request, parameters: Mapping[str, str]) -> Refusal | None:
        """Give what API Gateway answers to a request that does not hold, or None."""
        if self._required and (missing := self._missing(request, parameters)):
            return RestRefusal.missing_parameters(missing)
        if self._model is not None and _is_json(request) and not self._holds(request.body):
            return RestRefusal.invalid_body
        return None

    def _missing(self, request: Request, parameters: Mapping[str, str]) -> list[str]:
        # A blank parameter counts as missing.
        places = {"querystring": dict(request.query), "header": request.headers, "path": parameters}
        return [name for place, _, name in self._required if not places[place].get(name)]

    def _holds(self, body: bytes) -> bool:
        from fastjsonschema import JsonSchemaValueException  # noqa: PLC0415 - as below

        try:
            self._check(json.loads(body))
        except (ValueError, JsonSchemaValueException):
            return False
        return True

    @cached_property
    def _check(self) -> Callable[[Any], Any]:
        from fastjsonschema import compile as compile_schema  # noqa: PLC0415 - only routes with a model pay for it

        # Models are JSON schema draft 4 whatever they say, and API Gateway fills in no defaults.
        schema = {**(self._model or {}), "$schema": "http://json-schema.org/draft-04/schema#"}
        check: Callable[[Any], Any] = compile_schema(schema, use_default=False)
        return check


def _is_json(request: Request) -> bool:
    # A body of another content type matches no model and is passed on unchecked; without a content type it is
    # JSON (https://github.com/pulumi/pulumi-aws-apigateway/issues/36).
    return media_type(request.headers.get("Content-Type")) in ("", "application/json")
