from typing import Literal

import pytest

from harness.modes.gateway.routing import Routing
from harness.system.model import Api

from .world import route

ROUTES = (
    route("ANY", "/{proxy+}"),
    route("GET", "/pets/{proxy+}"),
    route("GET", "/pets/{id}"),
    route("GET", "/pets/dog"),
    route("ANY", "/pets/dog"),
    route("POST", "/{kind}/{id}/photos"),
    route("GET", "/"),
)


def matched(kind: Literal["rest", "http"], method: str, path: str, *more: object) -> tuple[str, str, dict[str, str]]:
    routes = (*ROUTES, *more)
    found = Routing(Api(name="Api", kind=kind, stage="dev", routes=routes)).match(method, path)  # type: ignore[arg-type]
    assert found is not None
    return found.route.method, found.route.path, dict(found.parameters)


@pytest.mark.parametrize("kind", ["rest", "http"])
@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", ("GET", "/", {})),
        ("GET", "/pets/dog", ("GET", "/pets/dog", {})),
        ("HEAD", "/pets/dog", ("ANY", "/pets/dog", {})),
        ("GET", "/pets/cat", ("GET", "/pets/{id}", {"id": "cat"})),
        ("GET", "/pets/cat/1", ("GET", "/pets/{proxy+}", {"proxy": "cat/1"})),
        ("POST", "/pets/cat/photos", ("POST", "/{kind}/{id}/photos", {"kind": "pets", "id": "cat"})),
        ("DELETE", "/pets/cat", ("ANY", "/{proxy+}", {"proxy": "pets/cat"})),
        ("PUT", "/a", ("ANY", "/{proxy+}", {"proxy": "a"})),
    ],
)
def test_the_most_specific_route_is_taken(
    kind: Literal["rest", "http"], method: str, path: str, expected: tuple[str, str, dict[str, str]]
) -> None:
    """Literal before parameter before greedy, a method before ANY, and a path without the method is passed over."""
    assert matched(kind, method, path) == expected


def test_an_http_api_takes_greedy_paths_last() -> None:
    """A full match comes before a greedy one, even if the greedy one starts with more literal text."""
    other = route("GET", "/{a}/{b}/{c}")

    assert matched("http", "GET", "/pets/cat/1", other)[1] == "/{a}/{b}/{c}"
    assert matched("rest", "GET", "/pets/cat/1", other)[1] == "/pets/{proxy+}"


def test_a_rest_api_passes_over_a_slash_at_the_end() -> None:
    """``/pets/dog/`` is ``/pets/dog``."""
    assert matched("rest", "GET", "/pets/dog/") == ("GET", "/pets/dog", {})


def test_an_http_api_does_not_pass_over_a_slash_at_the_end() -> None:
    """``/orders/`` is not ``/orders``."""
    routing = Routing(Api(name="Api", kind="http", stage="dev", routes=(route("GET", "/orders"),)))

    assert routing.match("GET", "/orders/") is None


@pytest.mark.parametrize("path", ["/files/{id}", "/files/{proxy+}"])
@pytest.mark.parametrize("kind", ["rest", "http"])
def test_a_parameter_is_never_empty(kind: Literal["rest", "http"], path: str) -> None:
    """``/files/`` fits neither ``/files/{id}`` nor ``/files/{proxy+}``."""
    routing = Routing(Api(name="Api", kind=kind, stage="dev", routes=(route("GET", path),)))

    assert routing.match("GET", "/files/") is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("rest", ("GET", "/pets/{id}", {"id": "a%20%2F"})),
        ("http", ("GET", "/pets/{proxy+}", {"proxy": "a /"})),
    ],
)
def test_only_an_http_api_decodes_parameters(
    kind: Literal["rest", "http"], expected: tuple[str, str, dict[str, str]]
) -> None:
    """REST hands parameters on as they came; an HTTP API decodes first, so an encoded slash parts segments."""
    assert matched(kind, "GET", "/pets/a%20%2F") == expected


@pytest.mark.parametrize("kind", ["rest", "http"])
def test_an_encoded_literal_is_the_literal(kind: Literal["rest", "http"]) -> None:
    """``%64`` is d in a path too."""
    assert matched(kind, "GET", "/pets/%64og") == ("GET", "/pets/dog", {})


def test_the_default_route_catches_the_rest() -> None:
    """``$default`` comes after all others."""
    routes = (route("ANY", "$default"), route("GET", "/orders"))
    routing = Routing(Api(name="Api", kind="http", stage="dev", routes=routes))

    found = [routing.match("GET", "/orders"), routing.match("POST", "/orders")]

    assert [match.route.path for match in found if match] == ["/orders", "$default"]
