"""Mock integrations of REST APIs: answers without a function, such as that to a preflight."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from harness.errors import MisusedStep
from harness.events.bodies import as_text, media_type
from harness.modes.exchange import Request
from harness.modes.gateway.proxy import Answer
from harness.modes.gateway.refusals import Refusal, RestRefusal
from harness.system.model import Mock, Route

__all__ = ["mocked"]

_JSON = "application/json"
_STATUS = re.compile(r"""["']?statusCode["']?\s*:\s*["']?(\d{3})""")
# Statuses that have no body.
_BODILESS = frozenset({204, 304})


def mocked(route: Route, mock: Mock) -> Callable[[Request], Answer | Refusal]:
    """Give what plays a mock integration.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html: the request template
    says the status of the integration, and that selects the response.

    Raises:
        MisusedStep: A template does more than stand there: only API Gateway renders it.
    """
    for text in [*mock.templates.values(), *(text for one in mock.responses for text in one.templates.values())]:
        if "$" in text or re.search(r"#(set|if|foreach)\b", text):
            raise MisusedStep(
                f"The mock integration of {f'{route.method} {route.path}'!r} has a template with variables, "
                "which is not played.",
                facts=[("API", route.api)],
                remedy="run this test with --mode=http.",
            )

    def answer(request: Request) -> Answer | Refusal:
        template = _template(mock, media_type(request.headers.get("Content-Type")) or _JSON, as_text(request.body))
        if template is None:
            return RestRefusal.unsupported_type
        status = _STATUS.search(template)
        return RestRefusal.misconfigured if status is None else _answer(mock, status[1])

    return answer


def _template(mock: Mock, content_type: str, body: str) -> str | None:
    """Give what the integration gets; a body without a template for its type is passed through, or refused.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/integration-passthrough-behaviors.html
    """
    if content_type in mock.templates:
        return mock.templates[content_type]
    passes = mock.passthrough == "WHEN_NO_MATCH" or (mock.passthrough == "WHEN_NO_TEMPLATES" and not mock.templates)
    return body if passes else None


def _answer(mock: Mock, status: str) -> Answer | Refusal:
    default = [one for one in mock.responses if not one.pattern]
    chosen = next((one for one in mock.responses if one.pattern and re.fullmatch(one.pattern, status)), None)
    response = chosen or next(iter(default), None)
    if response is None:
        return RestRefusal.misconfigured
    body = "" if response.status in _BODILESS else _body(response.templates)
    headers = response.headers
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers = (("Content-Type", _JSON), *headers)
    return Answer(status=response.status, headers=headers, content=body.encode())


def _body(templates: Mapping[str, str]) -> str:
    return templates.get(_JSON, "")
