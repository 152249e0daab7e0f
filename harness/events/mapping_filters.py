"""The filters of event source mappings: whether Lambda hands a message or a record on to the function.

https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from harness.errors import MisusedStep
from harness.events.alternatives import Alternative, alternatives, matching
from harness.events.leaves import places

__all__ = ["accepts"]

Kind = Literal["queue", "stream", "table"]

_CONTENT = {"queue": "body", "stream": "data", "table": "dynamodb"}
_NO_JSON = object()


def accepts(record: Mapping[str, Any], *, patterns: Iterable[Mapping[str, Any]], kind: Kind) -> bool:
    """Tell whether a record satisfies one of a mapping's filters; without filters all do.

    The language is that of event patterns. Beside the content a pattern may ask for what is told about it.

    >>> record = {"messageId": "m-1", "body": '{"total": 12}'}
    >>> accepts(record, patterns=[{"body": {"total": [{"numeric": [">", 10]}]}}], kind="queue")
    True
    >>> accepts(record, patterns=[{"body": [{"prefix": "{"}]}], kind="queue")
    False

    Args:
        record: As it stands in ``Records`` of the function's event.
        patterns: The ``Pattern`` of each filter, decoded.
        kind: What the mapping reads. Of a queue's message `body` is the content, of a stream's record `data`, of a
            table's change `dynamodb` with the type descriptors.

    Raises:
        MisusedStep: AWS would refuse a pattern.
    """
    wanted = list(patterns)
    return not wanted or any(_satisfies(record, one, kind=kind) for pattern in wanted for one in alternatives(pattern))


def _satisfies(record: Mapping[str, Any], alternative: Alternative, *, kind: Kind) -> bool:
    name = _CONTENT[kind]
    asks_text = name in alternative
    asks_json = any(path.startswith(f"{name}.") for path in alternative)
    if asks_text and kind != "queue":
        # "Lambda throws an exception at the time of the event source mapping creation"
        words = " or ".join(one.words for one in alternative[name])
        raise MisusedStep(
            f"A filter cannot ask for {words} at {name!r}.", facts=[("allowed", "an object, for the content is JSON")]
        )
    content = _content(record, kind=kind)
    is_json = content is not _NO_JSON
    # "If there is a mismatch, Lambda drops the message": text does not satisfy a pattern for JSON, nor JSON one for
    # text. "If you don't include body as part of your FilterCriteria, Lambda skips this check."
    if (asks_json and not is_json) or (asks_text and is_json):
        return False
    seen = {**_told(record, kind=kind), **({name: content} if is_json else {})}
    return matching(alternative, places(seen)) == len(alternative)


def _content(record: Mapping[str, Any], *, kind: Kind) -> Any:
    if kind == "table":
        return record["dynamodb"]
    try:
        return json.loads(record["body"] if kind == "queue" else base64.b64decode(record["kinesis"]["data"]))
    except ValueError:
        return _NO_JSON


def _told(record: Mapping[str, Any], *, kind: Kind) -> dict[str, Any]:
    # What a record of Kinesis holds, a filter finds at the top: `{"partitionKey": […], "data": {…}}`.
    inner = record["kinesis"] if kind == "stream" else {}
    return {name: value for name, value in record.items() if name != "kinesis"} | dict(inner)
