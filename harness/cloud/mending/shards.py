"""A shard that is read for a function: a batch that failed is tried again, and given up in the end."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from harness.cloud.mending.asynchronous import tell
from harness.events.batch_answers import read_answer
from harness.events.destinations import batch_record

__all__ = ["Reading"]

_Record = Mapping[str, Any]
_Execute = Callable[[Any, Mapping[str, Any]], Mapping[str, Any]]

# AWS waits longer and longer. One thread reads all streams here, so another mapping gets its turn after a second.
_PAUSE = 0.1
_TURN = 1.0

_readings: dict[tuple[str, str], Reading] = {}


@dataclass(kw_only=True)
class Reading:
    """How far a mapping has come in a batch of one shard.

    Args:
        mapping: The mapping, as ``services/lambda_svc.py`` keeps it.
        shard: The shard.
        done: Sequence numbers of the batch that need no further attempt.
        attempts: How often a batch was tried, by its first sequence number.
        parts: What was to be tried next when the last turn was over.
        config: The configuration of the function.
    """

    mapping: Mapping[str, Any]
    shard: str
    done: set[str] = field(default_factory=set)
    attempts: dict[str, int] = field(default_factory=dict)
    parts: list[frozenset[str]] = field(default_factory=list)
    config: Mapping[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(mapping: Mapping[str, Any], *, shard: str) -> Reading:
        """Give the reading of a mapping in a shard, with what is known of earlier turns."""
        key = (str(mapping["UUID"]), shard)
        reading = _readings.setdefault(key, Reading(mapping=mapping, shard=shard))
        reading.mapping = mapping
        return reading

    def left(self, records: Sequence[Any]) -> list[Any]:
        """Give the records that still have to be handed on."""
        found = [record for record in records if _number(record) not in self.done]
        if not found:
            self._end()
        return found

    def hand(self, records: Sequence[_Record], *, func: Mapping[str, Any], execute: _Execute) -> Mapping[str, Any]:
        """Hand on a batch; give a result without an error when all of it is done, and else the last result.

        What is not done after a second is asked for again: the poller reads the batch once more.
        """
        self.config = func.get("config") or func
        pending = self._parted([self._with_role(record) for record in records])
        over = time.monotonic() + _TURN
        result: Mapping[str, Any] = {}
        while pending:
            batch = self._young(pending.pop(0))
            if batch:
                result = execute(func, {"Records": list(batch)})
                rest = self._failed_of(batch, result)
                self.done.update(map(_number, batch[: len(batch) - len(rest)]))
                # What is throttled has not been tried, and counts for nothing.
                again = [rest] if result.get("throttle") else self._next(batch, rest, result) if rest else []
                pending[:0] = again
                if again and time.monotonic() > over:
                    self.parts = [frozenset(map(_number, part)) for part in pending]
                    return {**result, "error": True}
                time.sleep(_PAUSE if again else 0)
        self._end()
        return {**result, "error": False}

    def _parted(self, records: Sequence[_Record]) -> list[Sequence[_Record]]:
        """Give the batches that the last turn left; what has come since is one of its own."""
        known = frozenset[str]().union(*self.parts)
        parts = [[record for record in records if _number(record) in part] for part in self.parts]
        return [*parts, [record for record in records if _number(record) not in known]]

    def _end(self) -> None:
        self.done.clear()
        self.attempts.clear()
        self.parts.clear()

    def _with_role(self, record: _Record) -> _Record:
        # Lambda reads a stream in the role of the function. Records of tables do not tell it.
        return {**record, "invokeIdentityArn": self.config["Role"]} if "invokeIdentityArn" in record else record

    def _failed_of(self, batch: Sequence[_Record], result: Mapping[str, Any]) -> Sequence[_Record]:
        """Give what is to be tried again: from the first record that failed on."""
        if result.get("error"):
            return batch
        if "ReportBatchItemFailures" not in (self.mapping.get("FunctionResponseTypes") or []):
            return []
        numbers = [_number(record) for record in batch]
        failed = read_answer(result.get("body"), known=numbers).failed
        return batch[min((numbers.index(number) for number in failed), default=len(batch)) :]

    def _next(
        self, batch: Sequence[_Record], rest: Sequence[_Record], result: Mapping[str, Any]
    ) -> list[Sequence[_Record]]:
        """Give the batches that are to be tried next, in their order."""
        before = self.attempts.get(_number(batch[0]), 0)
        if str(self.mapping.get("BisectBatchOnFunctionError")).lower() == "true" and len(batch) > 1:
            # "Splitting a batch does not count towards the retry quota."
            # https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
            middle = (len(batch) + 1) // 2
            parts = [rest] if len(rest) < len(batch) else [batch[:middle], batch[middle:]]
            self.attempts.update((_number(part[0]), before) for part in parts)
            return parts
        self.attempts[_number(rest[0])] = before + 1
        retries = int(self.mapping.get("MaximumRetryAttempts", -1))
        if 0 <= retries <= before:
            self._give_up(rest, result, condition="RetryAttemptsExhausted", attempts=before + 1)
            return []
        return [rest]

    def _young(self, batch: Sequence[_Record]) -> Sequence[_Record]:
        """Give the records that are not too old, and give up the others."""
        age = float(self.mapping.get("MaximumRecordAgeInSeconds", -1))
        old = [record for record in batch if 0 <= age < time.time() - _moment(record)]
        if old:
            attempts = self.attempts.get(_number(batch[0]), 0)
            self._give_up(old, {}, condition="RecordAgeExceeded", attempts=attempts)
        return [record for record in batch if record not in old]

    def _give_up(self, batch: Sequence[_Record], result: Mapping[str, Any], *, condition: str, attempts: int) -> None:
        self.done.update(map(_number, batch))
        told = ((self.mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
        if not told:
            return
        body = result.get("body")
        record = batch_record(
            batch,
            function_arn=str(self.mapping["FunctionArn"]),
            request_id=str((body.get("requestId") if isinstance(body, dict) else None) or uuid.uuid4()),
            attempts=attempts,
            shard=self.shard or None,
            condition=condition,
        )
        tell(self.config, told, record)


def _number(record: _Record) -> str:
    inner: _Record = record.get("kinesis") or record["dynamodb"]
    return str(inner.get("sequenceNumber") or inner["SequenceNumber"])


def _moment(record: _Record) -> float:
    inner: _Record = record.get("kinesis") or record["dynamodb"]
    return float(inner.get("approximateArrivalTimestamp") or inner["ApproximateCreationDateTime"])
