"""The landing page, in one document: nothing is loaded from elsewhere."""

import json
from html import escape
from pathlib import Path
from string import Template
from typing import Any

_ASSETS = Path(__file__).parent / "assets"
_PAGE = Template((_ASSETS / "index.html").read_text("utf-8"))
_INLINED = {
    "style": (_ASSETS / "page.css").read_text("utf-8"),
    "srp": (_ASSETS / "srp.js").read_text("utf-8"),
    "script": (_ASSETS / "page.js").read_text("utf-8"),
}


def render(restaurants: list[dict[str, Any]], *, day: str, config: dict[str, str]) -> str:
    """The page that lists these restaurants; `config` is what its script needs to know."""
    return _PAGE.substitute(
        _INLINED,
        day=escape(day),
        config=_json_in_html(config),
        restaurants="\n".join(_item(restaurant) for restaurant in restaurants),
    )


def _json_in_html(value: Any) -> str:
    # Nothing in a script element is unescaped by the browser, so "</script>" is kept out with JSON's own escapes.
    return json.dumps(value).replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _item(restaurant: dict[str, Any]) -> str:
    name = escape(restaurant["name"])
    return (
        f'<li class="restaurant"><button type="button" data-name="{name}">'
        f'<img src="{escape(restaurant["image"])}" alt=""><span>{name}</span></button></li>'
    )
