"""A query, carried out: read, validated, and each field resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.errors import HarnessError, NotOffered
from harness.modes.graphql.refusals import Refused, field_error, undefined_field

__all__ = ["FieldFailed", "executed"]

# Gives the value of a field: called with the value above, what graphql-core tells of the field, and its arguments.
Resolve = Callable[..., Any]


class FieldFailed(Exception):
    """A field has no value.

    Args:
        kind: AppSync's ``errorType``.
        message: AppSync's ``message``.
    """

    def __init__(self, kind: str, message: str) -> None:
        self.kind = kind
        super().__init__(message)


def executed(
    schema: Any, query: str, *, variables: Mapping[str, Any], operation: str | None, resolve: Resolve
) -> tuple[Any, list[dict[str, Any]]]:
    """Give the data that a query finds, and what is wrong with it, as AppSync writes it.

    Raises:
        Refused: It cannot be read at all.
        NotOffered: It subscribes.
    """
    __tracebackhide__ = True
    from graphql import GraphQLError, OperationType, execute_sync, get_operation_ast, parse  # noqa: PLC0415 - only runs with GraphQL need it

    try:
        document = parse(query)
    except GraphQLError:
        raise Refused.malformed("Unable to parse GraphQL query.") from None
    if faults := list(_faults(schema, document)):
        return None, faults
    chosen = get_operation_ast(document, operation)
    if chosen is not None and chosen.operation is OperationType.SUBSCRIPTION:
        raise NotOffered("Subscriptions of GraphQL are not played.", remedy="subscribe through AppSync's own endpoint.")
    result = execute_sync(
        schema, document, variable_values=dict(variables), operation_name=operation, field_resolver=resolve
    )
    for error in result.errors or ():
        # What the harness itself has to say is no part of an answer.
        if isinstance(error.original_error, HarnessError):
            raise error.original_error
    return result.data, [_written(error) for error in result.errors or ()]


def _faults(schema: Any, document: Any) -> Iterator[dict[str, Any]]:
    """Give what validation finds.

    AppSync's words are known for a field that does not exist; for the rest the words are those of graphql-core, which
    differ from AppSync's after the colon.
    """
    from graphql import FieldsOnCorrectTypeRule, specified_rules, validate  # noqa: PLC0415 - only runs with GraphQL need it

    for error in validate(schema, document, [_undefined_fields()]):
        yield _invalid(error.message, error)
    others = [rule for rule in specified_rules if rule is not FieldsOnCorrectTypeRule]
    for error in validate(schema, document, others):
        yield _invalid(f"Validation error: {error.message}", error)


def _undefined_fields() -> Any:
    from graphql import FieldNode, GraphQLError, ValidationRule  # noqa: PLC0415 - only runs with GraphQL need it

    class UndefinedFields(ValidationRule):
        """Finds fields that the schema does not know, and says on which way."""

        def enter_field(self, node: Any, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]) -> None:
            holder = self.context.get_parent_type()
            if holder is None or self.context.get_field_def() is not None:
                return
            way = [one.name.value for one in (*ancestors, node) if isinstance(one, FieldNode)]
            message = undefined_field(node.name.value, type=holder.name, at="/".join(way))
            self.report_error(GraphQLError(message, node))

    return UndefinedFields


def _invalid(message: str, error: Any) -> dict[str, Any]:
    return {"path": None, "locations": _locations(error), "message": message}


def _written(error: Any) -> dict[str, Any]:
    cause = error.original_error
    path = list(error.path) if error.path else None
    if isinstance(cause, FieldFailed):
        return field_error(str(cause), kind=cause.kind, path=path, locations=_locations(error))
    return {"path": path, "locations": _locations(error), "message": error.message}


def _locations(error: Any) -> list[dict[str, Any]] | None:
    found = [{"line": place.line, "column": place.column, "sourceName": None} for place in error.locations or ()]
    return found or None
