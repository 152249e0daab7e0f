"""What must be so afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from harness import Response

__all__ = [
    "it_is_refused",
    "no_product_comes_back",
    "the_added_product_comes_back",
    "the_errors_name",
    "the_graph_refuses",
    "the_product_comes_back",
    "the_products_are",
]


def the_product_comes_back(response: Response, product: Mapping[str, Any]) -> None:
    """This product comes back."""
    assert _data(response) == {"product": product}


def no_product_comes_back(response: Response) -> None:
    """There is no such product, and that is no error."""
    assert _data(response) == {"product": None}


def the_products_are(response: Response, names: Sequence[str]) -> None:
    """The products of these names come back."""
    assert [product["name"] for product in _data(response)["products"]] == names


def the_added_product_comes_back(response: Response, product: Mapping[str, Any]) -> dict[str, Any]:
    """The product comes back under an id of its own."""
    added: dict[str, Any] = _data(response)["addProduct"]
    assert str(uuid.UUID(added["id"])) == added["id"]
    assert added == {"id": added["id"], **product}
    return added


def it_is_refused(response: Response, *, status: int) -> None:
    """The request is refused with this status."""
    assert response.status_code == status, response


def the_graph_refuses(response: Response) -> None:
    """AppSync itself refuses the request, in the form of GraphQL."""
    assert response.status_code == 401, response
    assert [error["errorType"] for error in response.json["errors"]] == ["UnauthorizedException"]


def the_errors_name(response: Response, field: str) -> None:
    """The answer is one of GraphQL, with status 200: no data, and an error that names the field."""
    assert response.status_code == 200, response
    assert response.json.get("data") is None
    (error,) = response.json["errors"]
    assert f"'{field}'" in error["message"]


def _data(response: Response) -> Any:
    assert response.status_code == 200, response
    assert "errors" not in response.json, response
    return response.json["data"]
