"""What is under way in the embedded cloud: functions that run or are to be tried again, records that were not read."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

__all__ = ["PATH", "one_try", "taken_in", "tell_what_is_under_way"]

PATH = "/_harness/under-way"

# Where something has begun meanwhile it is looked again, so often at most.
_LOOKS = 10

# By account, region and name: events that Lambda has taken in and is not done with, those of them that are tried just
# now, and how many invocations have begun or been taken in at all.
_taken: Counter[str] = Counter()
_tried: Counter[str] = Counter()
_begun: Counter[str] = Counter()
_lock = threading.Lock()


def tell_what_is_under_way() -> None:
    """Let the cloud say at a path of its own what is under way in an account, which no service of AWS does.

    There a test has to wait for what it can see. Here all happens in one process, so a stage that settles can know.

    ``_inflight`` (``services/lambda_svc.py``) counts what runs, ``_kinesis_positions`` and
    ``_dynamodb_stream_positions`` say how far mappings have read. What is invoked asynchronously is counted in
    `harness.cloud.mending.asynchronous`.
    """
    from ministack import app  # noqa: PLC0415 - only the child process has it
    from ministack.services import lambda_svc  # noqa: PLC0415

    needed = ("executions_in_flight", "_execute_function_dispatch", "_kinesis_positions", "_dynamodb_stream_positions")
    handle = getattr(app, "_handle_sqs_messages_request", None)
    if handle is None or not all(hasattr(lambda_svc, name) for name in needed):
        return
    _count_what_begins(lambda_svc)

    async def handle_ours_too(method: str, path: str, headers: Any, query: Mapping[str, Any]) -> Any:
        if path != PATH:
            return await handle(method, path, headers, query)
        found = _under_way(query["account"][0], query["region"][0])
        return 200, {"Content-Type": "application/json"}, json.dumps(found).encode()

    app._handle_sqs_messages_request = handle_ours_too  # noqa: SLF001 - it has no other name


def _count_what_begins(lambda_svc: Any) -> None:
    dispatch = lambda_svc._execute_function_dispatch  # noqa: SLF001 - it has no other name

    def dispatch_counted(func: Any, config: Mapping[str, Any], *rest: Any, **more: Any) -> Any:
        with _lock:
            _begun[_key(config["FunctionArn"])] += 1
        return dispatch(func, config, *rest, **more)

    lambda_svc._execute_function_dispatch = dispatch_counted  # noqa: SLF001


def taken_in(arn: str) -> Callable[[], None]:
    """Count an event that Lambda has taken in for a function; what is given is called when Lambda is done with it."""
    key = _key(arn)
    with _lock:
        _begun[key] += 1
        _taken[key] += 1

    def over() -> None:
        with _lock:
            _taken[key] -= 1

    return over


@contextmanager
def one_try(arn: str) -> Iterator[None]:
    """Count an attempt at such an event while it lasts."""
    key = _key(arn)
    with _lock:
        _tried[key] += 1
    try:
        yield
    finally:
        with _lock:
            _tried[key] -= 1


def _key(arn: str) -> str:
    """Give the key of a function as ``_inflight_key`` does, which knows no versions."""
    region, account, _, name = arn.split(":")[3:7]
    return f"{account}:{region}:{name}"


def _under_way(account: str, region: str) -> dict[str, Any]:
    """Give one view of all, in which nothing has begun between the first look and the last."""
    for _ in range(_LOOKS):
        before = _of(_begun, account, region)
        found = _look(account, region)
        if found["begun"] == before:
            break
    return found


def _look(account: str, region: str) -> dict[str, Any]:
    # In this order: what runs may yet have an event taken in, and either may write a record.
    from ministack.services import lambda_svc  # noqa: PLC0415 - only the child process has it

    running = _of(lambda_svc.executions_in_flight()[1], account, region)
    taken, tried = _of(_taken, account, region), _of(_tried, account, region)
    return {
        "running": running,
        "waiting": {name: count - tried.get(name, 0) for name, count in taken.items() if count > tried.get(name, 0)},
        "unread": list(_unread(account, region)),
        "begun": _of(_begun, account, region),
    }


def _of(counter: Mapping[str, int], account: str, region: str) -> dict[str, int]:
    with _lock:
        items = list(counter.items())
    here = f"{account}:{region}:"
    return {key.removeprefix(here): count for key, count in items if count and key.startswith(here)}


def _unread(account: str, region: str) -> Iterator[dict[str, str]]:
    """Give the streams of which a mapping has not read all, with the function for which it reads."""
    from ministack.core.responses import request_scope  # noqa: PLC0415 - only the child process has it
    from ministack.services import lambda_svc  # noqa: PLC0415

    with request_scope(account, region):
        for mapping in lambda_svc._esms.values_scoped(account, region):  # noqa: SLF001 - it has no other name
            if mapping.get("Enabled", True) and _is_behind(lambda_svc, mapping):
                source = mapping["EventSourceArn"].partition("/")[2].partition("/")[0]
                yield {"source": source, "function": mapping["FunctionName"]}


def _is_behind(lambda_svc: Any, mapping: Mapping[str, Any]) -> bool:
    arn = str(mapping.get("EventSourceArn", ""))
    if ":kinesis:" in arn:
        return _is_behind_in_stream(lambda_svc, mapping, arn)
    return ":dynamodb:" in arn and _is_behind_in_table(lambda_svc, mapping, arn)


def _is_behind_in_stream(lambda_svc: Any, mapping: Mapping[str, Any], arn: str) -> bool:
    """Say whether ``_poll_kinesis`` would find records."""
    from ministack.services import kinesis  # noqa: PLC0415 - only the child process has it

    *_, region, account, resource = arn.split(":")
    stream = kinesis._streams.get_scoped(account, region, resource.partition("/")[2])  # noqa: SLF001 - as above
    if not stream or stream.get("StreamARN") != arn:
        return False
    # A mapping that was not read for yet begins at the end, or at the beginning.
    begins = 0 if mapping.get("StartingPosition") == "TRIM_HORIZON" else None
    known = lambda_svc._kinesis_positions.get(mapping["UUID"])  # noqa: SLF001
    for shard, kept in list(stream["shards"].items()):
        position = begins if known is None else known.get(shard)
        if position is not None and len(kept["records"]) > position:
            return True
    return False


def _is_behind_in_table(lambda_svc: Any, mapping: Mapping[str, Any], arn: str) -> bool:
    """Say whether ``_poll_dynamodb_streams`` would find records."""
    from ministack.services import dynamodb  # noqa: PLC0415 - only the child process has it

    name = arn.partition("/")[2].partition("/")[0]
    table = dynamodb._tables.get(name)  # noqa: SLF001 - it has no other name
    if not table or table.get("LatestStreamArn") != arn:
        return False
    horizon: int = dynamodb.stream_start_position(name)
    end: int = dynamodb.stream_end_position(name)
    begins = horizon if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
    position = lambda_svc._dynamodb_stream_positions.get(mapping["UUID"], begins)  # noqa: SLF001
    return end > max(int(position), horizon)
