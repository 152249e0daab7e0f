"""Which route of an API a request meets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote

from harness.system.model import Api, Route

__all__ = ["Match", "Routing"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A route, and what its path parameters stand for: percent-encoded in a REST API, decoded in an HTTP API."""

    route: Route
    parameters: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Path:
    """A path of the template with the routes behind it, by method."""

    segments: tuple[str, ...]
    methods: dict[str, Route] = field(default_factory=dict)

    @property
    def is_greedy(self) -> bool:
        return bool(self.segments) and self.segments[-1].endswith("+}")

    def specificity(self, *, greedy_last: bool) -> tuple[bool, tuple[int, ...]]:
        ranks = tuple(2 if s.endswith("+}") else int(s.startswith("{")) for s in self.segments)
        return greedy_last and self.is_greedy, ranks

    def capture(self, segments: tuple[str, ...], decoded: tuple[str, ...]) -> dict[str, str] | None:
        """Give the parameters, or None when the path does not fit; a parameter is never empty."""
        named, fixed = self.segments, self.segments
        found = {}
        if self.is_greedy:
            if len(segments) < len(named) or not segments[len(named) - 1]:
                return None
            fixed = named[:-1]
            found[named[-1][1:-2]] = "/".join(segments[len(fixed) :])
        elif len(segments) != len(named):
            return None
        for name, segment, plain in zip(fixed, segments, decoded, strict=False):
            if name.startswith("{") and segment:
                found[name[1:-1]] = segment
            elif name != plain:
                return None
        return found


class Routing:
    """The routes of one API, in the order in which API Gateway tries them.

    A literal segment comes before ``{id}``, that before ``{proxy+}``, and a method before ``ANY``. A path without
    the method is not the end: the next path that fits and has it is taken, since API Gateway routes on both together
    (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html; for REST APIs measured
    by the embedded cloud's authors).
    """

    def __init__(self, api: Api) -> None:
        self._is_rest = api.kind == "rest"
        self._default = next((route for route in api.routes if route.path == "$default"), None)
        paths: dict[str, _Path] = {}
        for route in api.routes:
            if route.path != "$default":
                path = paths.setdefault(route.path, _Path(segments=_segments(route.path)))
                path.methods[route.method] = route
        self._literal = {path: found for path, found in paths.items() if "{" not in path}
        self._paths = sorted(paths.values(), key=lambda path: path.specificity(greedy_last=not self._is_rest))

    def match(self, method: str, path: str) -> Match | None:
        """Give the route for a method and a percent-encoded path, or None."""
        path = self._normal(path)
        literal = self._literal.get(path)
        if literal is not None and (route := _by_method(literal, method)):
            return Match(route=route, parameters={})
        segments = _segments(path)
        decoded = tuple(unquote(segment) for segment in segments) if self._is_rest else segments
        for candidate in self._paths:
            route = _by_method(candidate, method)
            if route and (found := candidate.capture(segments, decoded)) is not None:
                return Match(route=route, parameters=found)
        return Match(route=self._default, parameters={}) if self._default else None

    def _normal(self, path: str) -> str:
        # A REST API takes /orders/ for /orders (https://github.com/aws/chalice/issues/65), an HTTP API does not,
        # but it decodes the path before it looks for the route, so %2F parts segments there.
        if not self._is_rest:
            return unquote(path)
        return path.rstrip("/") or "/"


def _by_method(path: _Path, method: str) -> Route | None:
    return path.methods.get(method) or path.methods.get("ANY")


def _segments(path: str) -> tuple[str, ...]:
    return tuple(path[1:].split("/")) if path != "/" else ()
