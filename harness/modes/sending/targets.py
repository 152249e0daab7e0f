"""What a schedule hands over for real: to a function, a queue, a topic, a bus, a stream or a state machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of
from harness.errors import StageError
from harness.modes.limits import refused
from harness.modes.sending.delivering import Delivery

__all__ = ["hand_over"]

_Parameters = Mapping[str, Any]


def hand_over(
    text: str, *, to: str, cloud: Cloud, parameters: _Parameters | None = None, sender: Cloud | None = None
) -> None:
    """Give a target what a schedule gives it.

    Args:
        text: The input.
        to: The ARN of the target.
        cloud: Where it is.
        parameters: What the target says besides: ``SqsParameters``, ``KinesisParameters``, ``EventBridgeParameters``.
        sender: The cloud as the one who sends has it; as the tester has it unless given.

    Raises:
        NotPublished: The service does not take it.
        StageError: The harness does not know such a target.
    """
    __tracebackhide__ = True
    service = to.split(":")[2]
    if service not in _SEND:
        raise StageError(
            f"The target {to!r} is none to which the harness hands anything.",
            facts=[("known are", ", ".join(sorted(_SEND)))],
        )
    with Delivery(f"target {to!r}", cloud=cloud, repeatable=to.endswith(".fifo")):
        # To send to a queue is not to look up its address, which EventBridge has no need of.
        place = _url(to, cloud) if service == "sqs" else to
        _SEND[service](text, place, sender or cloud, parameters or {})


def _function(text: str, arn: str, cloud: Cloud, _parameters: _Parameters) -> None:
    cloud.client("lambda").invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())


def _url(arn: str, cloud: Cloud) -> str:
    *_, account, name = arn.split(":")
    return str(cloud.client("sqs").get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"])


def _queue(text: str, url: str, cloud: Cloud, parameters: _Parameters) -> None:
    sqs = cloud.client("sqs")
    fifo: dict[str, str] = {}
    if url.endswith(".fifo"):
        group = (parameters.get("SqsParameters") or {}).get("MessageGroupId") or ""
        fifo = {"MessageGroupId": group, "MessageDeduplicationId": new_uuid()}
    sqs.send_message(QueueUrl=url, MessageBody=text, **fifo)


def _topic(text: str, arn: str, cloud: Cloud, _parameters: _Parameters) -> None:
    cloud.client("sns").publish(TopicArn=arn, Message=text)


def _machine(text: str, arn: str, cloud: Cloud, _parameters: _Parameters) -> None:
    # Of one name there is one execution of a standard workflow, however often it is asked for; one of an express
    # workflow may come twice. https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    try:
        cloud.client("stepfunctions").start_execution(stateMachineArn=arn, input=text, name=new_uuid())
    except Exception as fault:
        if code_of(fault) != "ExecutionAlreadyExists":
            raise


def _stream(text: str, arn: str, cloud: Cloud, parameters: _Parameters) -> None:
    # Without a path to it the partition key is the event's id.
    key = (parameters.get("KinesisParameters") or {}).get("PartitionKey") or new_uuid()
    cloud.client("kinesis").put_record(StreamARN=arn, Data=text.encode(), PartitionKey=key)


def _bus(text: str, arn: str, cloud: Cloud, parameters: _Parameters) -> None:
    told = parameters.get("EventBridgeParameters")
    if not told:
        # A rule hands a bus the scheduled event itself, whose source is AWS's own, which nobody else may use.
        raise StageError(
            f"The bus {arn!r} gets events of the source 'aws.events', which only EventBridge may send.",
            remedy="let the schedule of EventBridge Scheduler put an event there, or publish what the bus makes of it",
        )
    entry = {"EventBusName": arn, "Source": told["Source"], "DetailType": told["DetailType"], "Detail": text}
    answer = cloud.client("events").put_events(Entries=[entry])
    if answer["FailedEntryCount"]:
        result = answer["Entries"][0]
        raise refused(f"target {arn!r}", result.get("ErrorCode", ""), result.get("ErrorMessage", ""))


_SEND: Mapping[str, Callable[[str, str, Cloud, _Parameters], None]] = {
    "events": _bus,
    "kinesis": _stream,
    "lambda": _function,
    "sns": _topic,
    "sqs": _queue,
    "states": _machine,
}
