"""Which fields a query of GraphQL asks for, read from what the record keeps of it."""

from __future__ import annotations

import re

__all__ = ["asks", "is_answered"]

_TEXTS = re.compile(r'(?s)\\"\\"\\".*?\\"\\"\\"|\\".*?\\"')
_HEAD = re.compile(r"\b(?:query|mutation|subscription|fragment|on)\s+\w+")
_ROOTS = {"Query", "Mutation", "Subscription"}


def asks(sent: str, *, type: str, field: str) -> bool:  # noqa: A002 - GraphQL's word
    r"""Say whether a query asks for a field; a record may have shortened it, so it is looked at as text.

    >>> asks('{"query": "{\\n product(id: 1) { name } }", "variables": {}}', type="Query", field="product")
    True
    >>> asks('{"query": "query product { basket(product: 1) }"}', type="Query", field="product")
    False

    Args:
        sent: The body of the request, which is JSON, or its beginning.
        type: The type that has the field.
        field: The name of the field.
    """
    query = sent.partition('"query"')[2].partition('"variables"')[0] or sent
    query = _TEXTS.sub(" ", query).replace("\\n", " ").replace("\\t", " ")
    # Only one kind of operation runs at a time, and a mutation says what it is.
    root = "Mutation" if re.search(r"\bmutation\b", query) else "Query"
    if type in _ROOTS and type != root:
        return False
    # After a name with a colon stands an alias's field or an argument's value; a dollar begins a variable.
    return re.search(rf"(?<![\w$]){re.escape(field)}(?!\w)(?!\s*:)", _HEAD.sub(" ", query)) is not None


def is_answered(status: int | None, answer: str) -> bool:
    """Say whether resolvers have run for a query, by its answer: it was neither refused nor found invalid.

    AppSync answers 401 to who may not ask at all, and 200 with errors to who may not ask for a field, or for a field
    that does not exist: https://docs.aws.amazon.com/appsync/latest/devguide/security-authz.html
    """
    is_refused = '"Unauthorized"' in answer or "Not Authorized" in answer or "Validation error" in answer
    return status == 200 and not is_refused and not re.search(r'"data"\s*:\s*null', answer)  # noqa: PLR2004 - OK
