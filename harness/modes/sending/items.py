"""Items of a table changed for real."""

from __future__ import annotations

from typing import Any

from harness.brought import deleted, putting_item
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.cloud.typed import typed
from harness.modes.messages import ItemChange
from harness.modes.quotas import insist_on_item
from harness.modes.sending.delivering import Delivery

__all__ = ["change_item"]


def change_item(change: ItemChange, *, cloud: Cloud, names: Names) -> str:
    """Change an item of a table and give nothing: DynamoDB does not say which record of the stream tells it.

    An item is taken away when the run ends, unless there was one of its key before: that one was the test's to change.

    Raises:
        NotPublished: DynamoDB does not take it.
        MisusedStep: A value is none that DynamoDB knows.
    """
    __tracebackhide__ = True
    insist_on_item(change)
    dynamodb, table, asked = cloud.client("dynamodb"), names.physical[change.table], _asked(change)
    if change.operation != "delete":
        # UpdateItem makes an item as well, where there is none.
        putting_item(cloud, table=table, item=asked.get("Item") or asked["Key"])
    # A write that changes nothing is told by no record of the stream, so twice is as good as once.
    with Delivery(f"table {change.table!r}", cloud=cloud, repeatable=True):
        getattr(dynamodb, f"{change.operation}_item")(TableName=table, **asked)
    if change.operation == "delete":
        deleted(cloud, table=table, key=asked["Key"])
    return ""


def _asked(change: ItemChange) -> dict[str, Any]:
    if change.operation == "put":
        return {"Item": typed(change.item)}
    if change.operation == "delete" or not change.changes:
        return {"Key": typed(change.item)}
    # Any name may be a reserved word, so each goes by another one.
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
    numbered = list(enumerate(typed(change.changes).items()))
    return {
        "Key": typed(change.item),
        "UpdateExpression": "SET " + ", ".join(f"#a{number} = :v{number}" for number, _ in numbered),
        "ExpressionAttributeNames": {f"#a{number}": name for number, (name, _) in numbered},
        "ExpressionAttributeValues": {f":v{number}": value for number, (_, value) in numbered},
    }
