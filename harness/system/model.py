"""A system: what a template declares, in the words of DESIGN.

Everything here can also be written by hand, for what a template does not say.
Values that only a deployed stage knows (``{"Ref": "Table"}``) stay as the intrinsic
function that the template holds; `harness.system.intrinsics.resolve` turns them into text.
Where a field names a resource, and the template says it with a function that only the cloud can resolve
(``Fn::ImportValue``), the field holds that function as JSON text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from harness.errors import UnknownResource
from harness.system.doors import Api, Authorizer, Cors, GatewayResponse, Mock, MockResponse, Route

__all__ = [
    "Api",
    "AsyncConfig",
    "Authorizer",
    "Cors",
    "EventSourceMapping",
    "Function",
    "GatewayResponse",
    "Mock",
    "MockResponse",
    "Notification",
    "Queue",
    "Resource",
    "Route",
    "Rule",
    "Schedule",
    "StateMachine",
    "Subscription",
    "System",
    "Target",
]


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function, with the defaults of AWS: 3 seconds, 128 MB.

    Args:
        name: The logical id.
        handler: ``module.function``; a package path may be written with dots or slashes.
        code: The folder of the code, absolute; None when the code is not on this machine.
        runtime: The label of the runtime, such as ``python3.12``.
        timeout: In seconds.
        memory: In MB.
        environment: Variables as the template gives them, intrinsic functions included.
        layers: The content folders of the layers that are on this machine, in the template's order.
        role: The role as the template gives it: text, or an intrinsic function.
        architecture: ``x86_64`` or ``arm64``.
    """

    name: str
    handler: str
    code: Path | None
    runtime: str = "python3.12"
    timeout: float = 3
    memory: int = 128
    environment: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[Path, ...] = ()
    role: Any = None
    architecture: str = "x86_64"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a rule sends an event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html

    Args:
        resource: A logical id, or an ARN as text.
        input: What is sent instead of the event.
        input_path: The part of the event that is sent.
        input_transformer: How the event is changed before it is sent.
        retries: How often it is tried again (``MaximumRetryAttempts``).
        dead_letters: The logical id of the queue for what the target did not take, or an ARN as text.
    """

    resource: str
    input: Any = None
    input_path: str | None = None
    input_transformer: Mapping[str, Any] | None = None
    retries: int = 185
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of EventBridge, by pattern or by schedule.

    Args:
        name: The logical id.
        bus: The logical id of the bus, or the name of one that the template does not declare.
        pattern: The event pattern, or None for a schedule.
        schedule: ``rate(…)`` or ``cron(…)``, or None for a pattern.
        enabled: False when the template disables it.
        targets: In the order of the template.
    """

    name: str
    bus: str = "default"
    pattern: Mapping[str, Any] | None = None
    schedule: str | None = None
    enabled: bool = True
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription to a topic: ``topic`` and ``endpoint`` are logical ids, or ARNs as text."""

    name: str
    topic: str
    protocol: str
    endpoint: str
    raw: bool = False
    filter_policy: Mapping[str, Any] | None = None
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue of SQS.

    Args:
        name: The logical id.
        fifo: Whether it keeps an order.
        dead_letters: Where a message goes that was received too often: the logical id of a queue, or an ARN as text.
        receives: How often it is received before (``maxReceiveCount``); None without a redrive policy.
    """

    name: str
    fifo: bool = False
    dead_letters: str | None = None
    receives: int | None = None


@dataclass(frozen=True, kw_only=True)
class EventSourceMapping:
    """What Lambda itself reads for a function: a queue, or a stream. The defaults are those of AWS.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

    Args:
        name: The logical id.
        function: The logical id of the function.
        source: The logical id of the queue, the Kinesis stream, or the table whose stream is read; or an ARN as text.
        kind: What that is.
        enabled: False when the template disables it.
        batch_size: How many messages or records the function gets at most at once.
        window: For how many seconds Lambda collects them (``MaximumBatchingWindowInSeconds``).
        filters: Patterns of which what is handed on matches one; none for all.
        reports_failures: Whether the function says which of a batch failed (``ReportBatchItemFailures``).
        bisects: For streams: whether a batch that failed is tried again in halves.
        retries: For streams: how often a batch is tried again; None for until it expires.
        maximum_age: For streams: how old a record may be, in seconds; None for any age.
        on_failure: For streams: where it is told what was given up; the logical id of a queue, topic or bucket, or an
            ARN as text.
        tumbling_window: For streams: the seconds of a tumbling window; 0 for none.
    """

    name: str
    function: str
    source: str
    kind: Literal["queue", "stream", "table"]
    enabled: bool = True
    batch_size: int = 10
    window: float = 0
    filters: tuple[Mapping[str, Any], ...] = ()
    reports_failures: bool = False
    bisects: bool = False
    retries: int | None = None
    maximum_age: float | None = None
    on_failure: str | None = None
    tumbling_window: float = 0


@dataclass(frozen=True, kw_only=True)
class AsyncConfig:
    """What Lambda does about an asynchronous invocation (``EventInvokeConfig``, ``DeadLetterConfig``).

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

    Args:
        retries: How often it is tried again, 0 to 2.
        on_success: Where the result is told: a logical id, or an ARN as text.
        on_failure: Where it is told that all attempts failed.
        dead_letters: Where the event goes when all attempts failed: the queue or topic of ``DeadLetterConfig``.
    """

    retries: int = 2
    on_success: str | None = None
    on_failure: str | None = None
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a bucket tells when an object comes or goes.

    Args:
        name: The logical id of the bucket with a number: ``Photos[0]``.
        bucket: The logical id of the bucket.
        events: Such as ``s3:ObjectCreated:*``.
        target: Who is told: the logical id of a function, queue or topic, or an ARN as text.
        prefix: How the key begins.
        suffix: How the key ends.
    """

    name: str
    bucket: str
    events: tuple[str, ...]
    target: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A schedule of EventBridge Scheduler (rules with a schedule are among the rules).

    Args:
        name: The logical id.
        expression: ``rate(…)``, ``cron(…)`` or ``at(…)``.
        target: The logical id of what is started, or an ARN as text.
        input: What it gets, as the template gives it; None for nothing.
        enabled: False when the template disables it.
        retries: How often it is tried again (``MaximumRetryAttempts``).
        dead_letters: The logical id of the queue for what failed, or an ARN as text.
    """

    name: str
    expression: str
    target: str
    input: Any = None
    enabled: bool = True
    retries: int = 185
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class StateMachine:
    """A state machine of Step Functions.

    Args:
        name: The logical id.
        definition: In Amazon States Language; values that only a stage knows stay intrinsic functions.
        express: Whether it is an express workflow.
        role: The role as the template gives it.
    """

    name: str
    definition: Mapping[str, Any]
    express: bool = False
    role: Any = None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of the template, also of a type that the harness does not know.

    Its properties are resolved as far as parameters, mappings and conditions allow.
    """

    name: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class System:
    """A serverless application as its template declares it.

    Args:
        name: The name that the project gives it.
        template: The file that it was read from.
        cloudformation: The plain CloudFormation template, conditions not yet applied, code still local.
        parameters: The value of each parameter, defaults included.
        functions: By logical id; so is all that follows. Only what the conditions admit.
        asynchronous: What Lambda does about asynchronous invocations, by function; `AsyncConfig()` for the others.
        buckets_on_bus: The buckets that tell the default bus what happens in them.
    """

    name: str
    template: Path
    cloudformation: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    apis: Mapping[str, Api] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    mappings: Mapping[str, EventSourceMapping] = field(default_factory=dict)
    asynchronous: Mapping[str, AsyncConfig] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    buckets_on_bus: frozenset[str] = frozenset()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    machines: Mapping[str, StateMachine] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Give the resources of a type, such as ``AWS::DynamoDB::Table``, by logical id."""
        return {name: resource for name, resource in self.resources.items() if resource.type == kind}

    def function(self, name: str) -> Function:
        """Give a function by its logical id.

        Raises:
            UnknownResource: No function has this logical id; the error lists those that exist.
        """
        if name not in self.functions:
            raise UnknownResource("function", name, known=self.functions, declared_in=self.template)
        return self.functions[name]
