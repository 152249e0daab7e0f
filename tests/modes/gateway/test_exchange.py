import pytest

from harness.errors import NotJson
from harness.modes.exchange import Response


def test_headers_are_found_whatever_their_case() -> None:
    """A plain mapping becomes one that does not care."""
    response = Response(status_code=200, headers={"Content-Type": "text/html"})

    assert response.headers["content-type"] == "text/html"


@pytest.mark.parametrize(
    ("content_type", "content"),
    [
        ("text/plain; charset=ISO-8859-1", b"\xe9"),
        ('text/plain; Charset="iso-8859-1"; x=y', b"\xe9"),
        ("text/plain", b"\xc3\xa9"),
        ("text/plain; charset=no-such", b"\xc3\xa9"),
    ],
)
def test_the_content_type_names_the_charset(content_type: str, content: bytes) -> None:
    """UTF-8 where it names none, or none that exists."""
    assert Response(status_code=200, headers={"Content-Type": content_type}, content=content).text == "é"


def test_json_is_read_whatever_the_status() -> None:
    """An error has a body too."""
    assert Response(status_code=502, content=b'{"message": "x"}').json == {"message": "x"}


@pytest.mark.parametrize(("content", "shown"), [(b"", "empty"), (b"<p>", "<p>")])
def test_an_answer_that_is_not_json_is_shown(content: bytes, shown: str) -> None:
    """The error tells status, type and body."""
    response = Response(status_code=200, headers={"Content-Type": "text/html"}, content=content)

    with pytest.raises(NotJson) as failure:
        _ = response.json

    assert str(failure.value) == (
        "The answer with status 200 is not JSON: Expecting value: line 1 column 1 (char 0).\n"
        "  content type: text/html\n"
        f"  body: {shown}"
    )


def test_html_is_read() -> None:
    """The page is there for selectors."""
    page = Response(status_code=200, content=b"<p class=a>hello</p>").html

    assert [found.text for found in page.select(".a")] == ["hello"]
